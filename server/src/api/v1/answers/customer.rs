//! The customer behind an account.

use super::{HealthSchema, Time, codes::codes};
use domain::{customer::Language, health::Health};
use serde::Serialize;
use service::{accounts, connections::row::AccountRow};
use utoipa::ToSchema;

/// What is known of the customer behind an account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "connections": [{ "app": "returns", "health": "limited", "health_since": "2026-11-28T09:12:44Z" }],
    "contacts": [{ "email": "mira.okafor@acme.example", "language": "de", "name": "Mira Okafor" }],
    "external_id": "C-1004",
    "name": "Acme Outdoor",
    "note": "Renewal in January. Call before you write.",
    "note_at": "2026-11-12T09:30:00Z",
    "note_by": "Priya Nair",
    "owner": { "email": "jonas@parcelwise.example", "id": "019a9f00-0000-7000-8000-000000000003", "name": "Jonas Weber" },
    "snooze": { "at": "2026-11-24T08:12:00Z", "by": "Jonas Weber", "reason": "Approves Thursday", "until": "2026-11-27T08:00:00Z" },
    "subdomain": "acme",
    "tags": ["DACH", "enterprise"],
}))]
pub struct Customer {
    /// Its connections to the apps that the token may see, by the names of the apps.
    connections: Vec<AccountConnection>,
    /// Whom to write to, the first one first.
    contacts: Vec<Contact>,
    /// The customer's id in your own systems.
    #[schema(required)]
    external_id: Option<String>,
    #[schema(required)]
    name: Option<String>,
    #[schema(required)]
    note: Option<String>,
    /// When the note was written.
    #[schema(required)]
    note_at: Option<Time>,
    /// Who wrote the note.
    #[schema(required)]
    note_by: Option<String>,
    /// The member who looks after it.
    #[schema(required)]
    owner: Option<Owner>,
    /// How it is snoozed; null if it isn't.
    #[schema(required)]
    snooze: Option<Snooze>,
    /// The account's name at Gorgias.
    subdomain: String,
    tags: Vec<String>,
}

/// A connection of an account to an app.
#[derive(Serialize, ToSchema)]
pub struct AccountConnection {
    /// The app's slug.
    app: String,
    #[schema(value_type = HealthSchema)]
    health: Health,
    health_since: Time,
}

/// Somebody at the customer.
#[derive(Serialize, ToSchema)]
pub struct Contact {
    email: String,
    /// The language in which they are written to.
    #[schema(value_type = Option<LanguageSchema>, required)]
    language: Option<&'static str>,
    #[schema(required)]
    name: Option<String>,
}

codes!(
    LanguageSchema,
    "Language",
    "The code of a language.",
    Language::ALL.map(Language::code)
);

/// A snoozed account needs nobody for a while.
#[derive(Serialize, ToSchema)]
pub struct Snooze {
    /// When it was snoozed.
    at: Time,
    /// Who snoozed it.
    by: String,
    #[schema(required)]
    reason: Option<String>,
    /// Until when; null until the account's state changes.
    #[schema(required)]
    until: Option<Time>,
}

/// A member who looks after an account.
#[derive(Serialize, ToSchema)]
pub struct Owner {
    email: String,
    #[schema(format = "uuid")]
    id: String,
    name: String,
}

impl From<AccountRow> for AccountConnection {
    fn from(row: AccountRow) -> Self {
        Self {
            app: row.app_slug.to_string(),
            health: row.health,
            health_since: Time(row.health_since),
        }
    }
}

impl Customer {
    /// The answer about a customer whose account has these connections.
    pub fn new(customer: accounts::Customer, connections: Vec<AccountRow>) -> Self {
        let (note, by, at) = match customer.note {
            Some(note) => (Some(note.text), Some(note.by), Some(Time(note.at))),
            None => (None, None, None),
        };
        Self {
            connections: connections
                .into_iter()
                .map(AccountConnection::from)
                .collect(),
            contacts: customer
                .contacts
                .into_iter()
                .map(|contact| Contact {
                    email: contact.email,
                    language: contact.language.map(|language| language.code()),
                    name: contact.name,
                })
                .collect(),
            external_id: customer.external_id,
            name: customer.name,
            note,
            note_at: at,
            note_by: by,
            owner: customer.owner.map(|owner| Owner {
                email: owner.email,
                id: owner.id.to_string(),
                name: owner.name,
            }),
            snooze: customer.snoozed.map(|snoozed| Snooze {
                at: Time(snoozed.at),
                by: snoozed.by,
                reason: snoozed.reason,
                until: snoozed.until.at().map(Time),
            }),
            subdomain: customer.subdomain.to_string(),
            tags: customer.tags.into_iter().map(String::from).collect(),
        }
    }
}
