//! What calls answer with. Members are in alphabetical order since the first
//! version; times are RFC 3339 in UTC.

mod app;
mod campaign;
mod codes;
mod connection;
mod customer;
mod event;
mod import;
mod link;
mod secrets;

pub use app::{App, Apps};
pub use campaign::{AudienceSchema, Campaign};
pub use connection::{Connection, ConnectionDetails, Revoked};
pub use customer::{Customer, LanguageSchema};
pub use event::{Event, TenantEvent};
pub use import::Import;
pub use link::SentLink;
pub use secrets::{Secrets, Tested};

use codes::codes;
use domain::{health::Health, time::Timestamp};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type},
    },
};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct Page<T> {
    /// The entries of this page.
    pub items: Vec<T>,
    /// The `after` of the next page; null if there is none.
    #[schema(required)]
    pub next: Option<String>,
}

/// A moment.
#[derive(Debug, Clone, Copy)]
pub struct Time(pub Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.rfc3339())
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .examples(["2026-11-29T14:05:00Z"])
            .into()
    }
}

impl ToSchema for Time {
    fn name() -> Cow<'static, str> {
        "Time".into()
    }
}

codes!(
    HealthSchema,
    "Health",
    "The health of a connection, as pages show it.",
    Health::ALL.map(Health::code)
);
