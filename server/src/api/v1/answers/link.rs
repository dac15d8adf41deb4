//! A reconnect link.

use super::{Time, codes::codes};
use serde::Serialize;
use service::connections::links::{AccountLink, LinkState};
use utoipa::ToSchema;

/// A reconnect link, and how far it is. Its address is not kept.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "app": "returns",
    "approved_at": null,
    "created_at": "2026-11-29T14:05:00Z",
    "created_by": "Jonas Weber",
    "email": "mira.okafor@acme.example",
    "expires_at": "2026-12-06T14:05:00Z",
    "id": "019a9f00-0000-7000-8000-000000000002",
    "opened_at": "2026-11-29T15:12:00Z",
    "state": "opened",
    "subdomain": "acme-shop",
}))]
pub struct SentLink {
    /// The app's slug.
    app: String,
    #[schema(required)]
    approved_at: Option<Time>,
    created_at: Time,
    /// Who made it.
    created_by: String,
    /// Where it was mailed to; null if it wasn't.
    #[schema(required)]
    email: Option<String>,
    expires_at: Time,
    #[schema(format = "uuid")]
    id: String,
    #[schema(required)]
    opened_at: Option<Time>,
    #[schema(value_type = LinkStateSchema)]
    state: &'static str,
    /// The account's name at Gorgias.
    subdomain: String,
}

impl From<AccountLink> for SentLink {
    fn from(of: AccountLink) -> Self {
        let link = of.link;
        Self {
            app: of.app_slug.to_string(),
            approved_at: link.approved_at.map(Time),
            created_at: Time(link.created_at),
            created_by: link.created_by,
            email: link.email,
            expires_at: Time(link.expires_at),
            id: link.id.to_string(),
            opened_at: link.opened_at.map(Time),
            state: link.state.code(),
            subdomain: of.subdomain.to_string(),
        }
    }
}

codes!(
    LinkStateSchema,
    "LinkState",
    "How far a link is. `started`: the browser went to Gorgias and is not back yet.",
    LinkState::ALL.map(LinkState::code)
);
