//! Reads forms, queries and JSON bodies: each becomes an object, serde reads it
//! into a struct of raw fields, and then each field is parsed by its own type.
//! All errors are collected; no value is quoted, since some are secrets.

use crate::core::error::FieldError;
use domain::time::Span;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::{borrow::Cow, fmt::Display, ops::RangeInclusive, str::FromStr};

/// The raw fields of a form or a body, or the raw parameters of an address.
pub trait Input: DeserializeOwned {
    /// The parsed fields.
    type Parsed;

    /// Parses each field, and adds the errors.
    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed>;
}

/// All errors of an object.
#[derive(Debug)]
pub struct Unusable {
    /// Whether it has a field that does not exist.
    pub unknown: bool,
    /// One entry for each wrong field.
    pub errors: Vec<FieldError>,
}

/// Reads an object. An unknown field is an error.
///
/// # Errors
/// All errors of all fields.
pub fn read<T: Input>(fields: Map<String, Value>) -> Result<T::Parsed, Unusable> {
    let (raw, unknown) = raw::<T>(fields);
    let mut errors = Errors(unknown);
    let unknown = !errors.0.is_empty();
    let parsed = raw.and_then(|raw| raw.parse(&mut errors));
    match parsed {
        Some(parsed) if errors.0.is_empty() => Ok(parsed),
        _ => Err(Unusable {
            unknown,
            errors: errors.0,
        }),
    }
}

/// Reads an object, and ignores unknown fields.
///
/// # Errors
/// All errors of the known fields.
pub fn read_known<T: Input>(fields: Map<String, Value>) -> Result<T::Parsed, Vec<FieldError>> {
    raw::<T>(fields).0.map_or_else(|| Err(Vec::new()), parse)
}

/// The raw fields of an object, and an error for each unknown one.
pub fn raw<T: DeserializeOwned>(fields: Map<String, Value>) -> (Option<T>, Vec<FieldError>) {
    let mut errors = Errors::default();
    let raw = serde_ignored::deserialize(Value::Object(fields), |path| {
        errors.unknown(&path.to_string());
    });
    // A raw field accepts any value, so serde itself never refuses one.
    (raw.ok(), errors.0)
}

/// Parses raw fields.
///
/// # Errors
/// All errors of all fields.
pub fn parse<T: Input>(raw: T) -> Result<T::Parsed, Vec<FieldError>> {
    let mut errors = Errors::default();
    match raw.parse(&mut errors) {
        Some(parsed) if errors.0.is_empty() => Ok(parsed),
        _ => Err(errors.0),
    }
}

/// The pairs of a form or a query as an object. An empty value counts as
/// missing; a name that occurs twice gets a list.
pub fn object<'a>(
    pairs: impl IntoIterator<Item = (Cow<'a, str>, Cow<'a, str>)>,
) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in pairs {
        let value = Value::String(value.into_owned());
        match fields.get_mut(name.as_ref()) {
            None => {
                fields.insert(name.into_owned(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(before) => *before = Value::Array(vec![before.take(), value]),
        }
    }
    for value in fields.values_mut() {
        if value.as_str().is_some_and(str::is_empty) {
            value.take();
        }
    }
    fields
}

/// A raw field: it accepts any value, which is checked later. Some values are
/// secrets, so it has no `Debug`.
#[derive(Default)]
pub enum Field<T> {
    /// The field is not there.
    #[default]
    Missing,
    /// It is null.
    Null,
    /// It has a value of the right kind.
    Given(T),
    /// It has a value of another kind.
    Unfit,
}

/// For the query of a page's address: invalid values are ignored, since nobody
/// typed them into a field that could be corrected.
impl Field<String> {
    /// The text, without spaces around it, if there is one.
    pub fn given(&self) -> Option<&str> {
        match self {
            Self::Given(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            Self::Missing | Self::Null | Self::Unfit => None,
        }
    }

    /// A value of a type that can be parsed from a text.
    pub fn parsed<T: FromStr>(&self) -> Option<T> {
        self.given()?.parse().ok()
    }
}

/// A type of value that a raw field can have.
pub trait Raw: Sized {
    /// The message if the value has another type.
    const WANTED: &str;

    /// The value, if it has this type.
    fn from_value(value: Value) -> Option<Self>;
}

impl Raw for String {
    const WANTED: &str = "Give one text.";

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

impl Raw for SecretString {
    const WANTED: &str = String::WANTED;

    fn from_value(value: Value) -> Option<Self> {
        String::from_value(value).map(Self::from)
    }
}

/// The values of a field that may occur several times in a form, such as boxes.
pub struct Repeated(pub Vec<String>);

impl Raw for Repeated {
    const WANTED: &str = Vec::<String>::WANTED;

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self(vec![text])),
            several => Vec::from_value(several).map(Self),
        }
    }
}

impl Raw for Vec<String> {
    const WANTED: &str = "Give a list of texts.";

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Array(values) => values.into_iter().map(String::from_value).collect(),
            _ => None,
        }
    }
}

impl Raw for i64 {
    const WANTED: &str = "Give a whole number.";

    fn from_value(value: Value) -> Option<Self> {
        value.as_i64()
    }
}

impl<'de, T: Raw> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Self::Null,
            value => T::from_value(value).map_or(Self::Unfit, Self::Given),
        })
    }
}

/// The errors found so far, and functions that parse a field and add its errors.
#[derive(Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// Adds an error.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    /// The name came from outside, so it is shortened and cleaned.
    fn unknown(&mut self, name: &str) {
        let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        let message = "This does not exist here; remove it, or correct its name.";
        self.0.push(FieldError::new(name, message));
    }

    /// A value that may be missing or null.
    pub fn optional<T: Raw>(&mut self, name: &'static str, field: Field<T>) -> Option<T> {
        match field {
            Field::Missing | Field::Null => None,
            Field::Given(value) => Some(value),
            Field::Unfit => {
                self.add(name, T::WANTED);
                None
            }
        }
    }

    /// A value that is required.
    pub fn required<T: Raw>(&mut self, name: &'static str, field: Field<T>) -> Option<T> {
        if let Field::Missing | Field::Null = field {
            self.add(name, "This field is missing.");
        }
        self.optional(name, field)
    }

    /// A text; empty if there is none.
    pub fn text(&mut self, name: &'static str, field: Field<String>) -> String {
        self.optional(name, field).unwrap_or_default()
    }

    /// Whether a box is ticked.
    pub fn ticked(&mut self, name: &'static str, field: Field<String>) -> bool {
        self.optional(name, field).is_some_and(|text| text == "on")
    }

    /// A secret text; empty if there is none.
    pub fn secret(&mut self, name: &'static str, field: Field<SecretString>) -> SecretString {
        self.optional(name, field).unwrap_or_default()
    }

    /// A value of a type that can be parsed from a text.
    pub fn parsed<T: FromStr<Err: Display>>(
        &mut self,
        name: &'static str,
        field: Field<String>,
    ) -> Option<T> {
        let text = self.optional(name, field)?;
        text.parse()
            .map_err(|error: T::Err| self.add(name, error.to_string()))
            .ok()
    }

    /// A whole number within bounds, written as text.
    pub fn number(
        &mut self,
        name: &'static str,
        field: Field<String>,
        bounds: RangeInclusive<u32>,
    ) -> Option<u32> {
        let number = self.optional(name, field)?.parse().ok();
        let number = number.filter(|number| bounds.contains(number));
        if number.is_none() {
            let (least, most) = bounds.into_inner();
            self.add(name, format!("Give a number from {least} to {most}."));
        }
        number
    }

    /// A number of seconds.
    pub fn seconds(&mut self, name: &'static str, field: Field<i64>) -> Option<Span> {
        let seconds = self.optional(name, field)?;
        // Saturates, so that a value above every limit stays above it.
        Some(Span(seconds.saturating_mul(Span::seconds(1).0)))
    }

    /// One of two words.
    pub fn either(
        &mut self,
        name: &'static str,
        field: Field<String>,
        [yes, no]: [&str; 2],
    ) -> Option<bool> {
        let text = self.optional(name, field)?;
        let found = [(yes, true), (no, false)]
            .into_iter()
            .find(|(word, _)| *word == text);
        if found.is_none() {
            self.add(name, format!("Give “{yes}” or “{no}”."));
        }
        found.map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::subdomain::Subdomain;
    use serde_json::json;

    #[derive(Deserialize)]
    struct Sample {
        #[serde(default)]
        name: Field<String>,
        #[serde(default)]
        subdomain: Field<String>,
        #[serde(default)]
        limit: Field<String>,
    }

    impl Input for Sample {
        type Parsed = (String, Option<Subdomain>, u32);

        fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
            let name = errors.required("name", self.name);
            let subdomain = errors.parsed("subdomain", self.subdomain);
            let limit = errors.number("limit", self.limit, 1..=200);
            Some((name?, subdomain, limit.unwrap_or(50)))
        }
    }

    fn sample(value: Value) -> Result<(String, Option<Subdomain>, u32), Unusable> {
        let Value::Object(fields) = value else {
            return Err(Unusable {
                unknown: false,
                errors: Vec::new(),
            });
        };
        read::<Sample>(fields)
    }

    #[test]
    fn all_mistakes_are_told_at_once_and_none_quotes_a_value() {
        let wrong =
            json!({ "subdomain": "canary!", "limit": ["canary"], "nmae": "canary", "x": {} });
        let wrong = sample(wrong).unwrap_err();
        assert!(wrong.unknown);
        let fields: Vec<_> = wrong.errors.iter().map(|e| e.field.as_ref()).collect();
        assert_eq!(fields, ["nmae", "x", "name", "subdomain", "limit"]);
        assert!(!format!("{wrong:?}").contains("canary"));
        let known = sample(json!({ "name": "a", "limit": "0" })).unwrap_err();
        assert!(!known.unknown);
    }

    #[test]
    fn missing_and_null_are_the_same_unless_somebody_asks() {
        let read = sample(json!({ "name": "a", "subdomain": null }));
        assert_eq!(read.unwrap(), ("a".to_owned(), None, 50));
    }

    #[test]
    fn pairs_become_an_object() {
        let pairs = [("a", "1"), ("b", ""), ("c", "x y"), ("c", ""), ("c", "z")];
        let pairs = pairs.map(|(name, value)| (name.into(), value.into()));
        let fields = object(pairs);
        assert_eq!(
            Value::Object(fields),
            json!({ "a": "1", "b": null, "c": ["x y", "", "z"] })
        );
    }

    #[test]
    fn what_is_unknown_or_nonsense_is_passed_over_only_where_that_is_asked() {
        let odd = || json!({ "name": "a", "limit": "canary", "x": 1 });
        let Value::Object(fields) = odd() else {
            unreachable!();
        };
        assert!(read::<Sample>(fields.clone()).unwrap_err().unknown);
        let known = read_known::<Sample>(fields.clone()).unwrap_err();
        assert_eq!(known.len(), 1, "{known:?}");
        let (raw, unknown) = raw::<Sample>(fields);
        let raw = raw.unwrap();
        assert_eq!(unknown.len(), 1);
        assert_eq!(raw.name.given(), Some("a"));
        assert_eq!(raw.limit.parsed::<u32>(), None, "nonsense is left out");
    }
}
