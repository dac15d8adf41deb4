//! Reads a form that was posted.

use crate::{
    middleware::{explanation::Explanation, text::CONTROLS},
    pages::{Answered, Posted},
    state::AppState,
    visitor::Visitor,
};
use app::components::FORM_KEY;
use axum::{
    Form as Fields,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use service::core::input;
use std::sync::Mutex;

/// A form that was posted, and its raw fields.
pub struct PostedForm<T>(pub Posted, pub T);

/// The fields of a form with only a button: none.
#[derive(Deserialize)]
pub struct NoFields {}

impl FromRequest<AppState> for Posted {
    type Rejection = Answered;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Answered> {
        let PostedForm(posted, NoFields {}) = PostedForm::from_request(request, state).await?;
        Ok(posted)
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for PostedForm<T> {
    type Rejection = Answered;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Answered> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, state).await?;
        // A form with only a button has no fields; clients other than browsers may
        // send it without a content type.
        parts
            .headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(
                "application/x-www-form-urlencoded",
            ));
        let request = Request::from_parts(parts.clone(), body);
        let Fields(fields) = Fields::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let sent: Option<Vec<_>> = fields
            .into_iter()
            .map(|(name, value)| {
                let value = SecretString::from(value);
                let line = single_line(value.expose_secret())?;
                Some((single_line(&name)?.to_owned(), SecretString::from(line)))
            })
            .collect();
        let Some(mut sent) = sent else {
            return Err(CONTROLS.response(StatusCode::BAD_REQUEST).into());
        };
        let key = sent.extract_if(.., |(name, _)| name == FORM_KEY).next();
        let pairs = sent.iter().map(|(name, value)| {
            let value = value.expose_secret();
            (name.as_str().into(), value.into())
        });
        let (raw, unknown) = input::raw::<T>(input::object(pairs));
        let (Some(raw), []) = (raw, unknown.as_slice()) else {
            return Err(UNKNOWN_FIELD
                .response(StatusCode::UNPROCESSABLE_ENTITY)
                .into());
        };
        let posted = Posted {
            visitor,
            parts,
            key: key.map_or_else(String::new, |(_, key)| key.expose_secret().to_owned()),
            sent,
            claimed: Mutex::default(),
        };
        Ok(Self(posted, raw))
    }
}

/// Only a page of another version has such a field; people can't add one.
pub(super) const UNKNOWN_FIELD: Explanation = Explanation {
    code: "unknown_field",
    title: "This form can’t be read",
    explanation: "It has a field that does not exist here. Nothing was changed.",
    remedy: "Go back, load the page anew, and send its form again.",
};

/// All our fields are single lines. Pasted text may have a tab or a line break at
/// its ends; no other control character is accepted (security.md 87).
fn single_line(text: &str) -> Option<&str> {
    let text = text.trim_matches(['\t', '\r', '\n']);
    (!text.chars().any(char::is_control)).then_some(text)
}
