//! Parameters of addresses. A misspelt one is an error: ignored, it would give
//! an answer to another question.

use super::Problem;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use std::{fmt::Display, str::FromStr};
use url::form_urlencoded;

/// The parameters that were not read yet.
pub struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        ))
    }
}

fn wrong(name: &str, why: impl Display) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_parameter",
        format!("{name}: {why}"),
    )
}

impl Query {
    /// A parameter; empty counts as missing.
    ///
    /// # Errors
    /// If it stands there twice.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let mut values = self.0.extract_if(.., |(key, _)| key == name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(wrong(name, "give it once")),
            (value, None) => Ok(value.map(|(_, text)| text).filter(|text| !text.is_empty())),
        }
    }

    /// A parameter of a type.
    ///
    /// # Errors
    /// If it is of another.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str) -> Result<Option<T>, Problem> {
        self.text(name)?
            .map(|text| text.parse().map_err(|error| wrong(name, error)))
            .transpose()
    }

    /// A number within bounds, or what stands for it.
    ///
    /// # Errors
    /// If it is something else.
    pub fn number(&mut self, name: &str, least: u32, most: u32, or: u32) -> Result<u32, Problem> {
        match self.text(name)? {
            None => Ok(or),
            Some(text) => text
                .parse()
                .ok()
                .filter(|number| (least..=most).contains(number))
                .ok_or_else(|| wrong(name, format!("give a number from {least} to {most}"))),
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// If there is a parameter that nobody read.
    pub fn end(self) -> Result<(), Problem> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => {
                let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
                Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "unknown_parameter",
                    format!("there is no parameter “{name}” here; remove it, or correct its name"),
                ))
            }
        }
    }
}
