//! Identifiers: one newtype for each kind of row, so that an app's id can't be
//! passed in place of a connection's. They hold UUIDv7s. `service` makes them,
//! since the generator needs a clock and randomness.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// The text is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id; ids look like 0190b5c1-7c3e-7000-8000-000000000000")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
        pub struct $name(pub Uuid);

        #[cfg(feature = "sea-orm")]
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// A tenant: one company that publishes apps.
    TenantId
    /// A person who signs in to Mooring.
    PersonId
    /// A passkey of a person.
    PasskeyId
    /// A contact of a customer.
    ContactId
    /// An app published for Gorgias.
    AppId
    /// One Gorgias account connected to one app of one tenant.
    ConnectionId
    /// A set of scopes that connections of an app have granted.
    GrantedSetId
    /// One bulk job: an action on many accounts.
    JobId
    /// One authorization under way, from the redirect to Gorgias until its result was shown.
    AuthorizationId
    /// A campaign: links for many accounts of an app.
    CampaignId
    /// A saved view of the accounts list.
    SavedViewId
    /// A link that lets a customer's admin reconnect their account.
    LinkId
    /// An invitation to a tenant.
    InvitationId
    /// A mail in the queue.
    MailId
    /// An entry of a connection's timeline.
    EventId
    /// A bearer token of the machine API.
    ApiTokenId
    /// A key that encrypts a tenant's credentials.
    DataKeyId
}
