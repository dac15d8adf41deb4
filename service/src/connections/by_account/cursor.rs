//! Where a page of accounts ends.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{health::Health, subdomain::Subdomain, time::Timestamp};
use sea_orm::{ColumnTrait, Condition};

/// An account with the values that it is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub subdomain: Subdomain,
    pub health: Health,
    pub since: Timestamp,
}

/// The last account of a page.
pub(super) struct Cursor {
    pub severity: u8,
    since: Timestamp,
    subdomain: Subdomain,
}

impl Cursor {
    pub fn encode(key: &Key) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!(
            "{} {} {}",
            key.health.severity(),
            key.since.0,
            key.subdomain
        ))
    }

    pub fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = text.split(' ');
        let cursor = Self {
            severity: parts.next()?.parse().ok()?,
            since: Timestamp(parts.next()?.parse().ok()?),
            subdomain: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(cursor)
    }

    /// What comes after it by name.
    pub fn later_name(&self, subdomain: impl ColumnTrait) -> Condition {
        Condition::all().add(subdomain.gt(self.subdomain.as_str()))
    }

    /// What comes after it, the last change first. The first part is where the index
    /// begins.
    pub fn earlier(&self, since: impl ColumnTrait, subdomain: impl ColumnTrait) -> Condition {
        let earlier = Condition::any()
            .add(since.lt(self.since))
            .add(subdomain.lt(self.subdomain.as_str()));
        Condition::all().add(since.lte(self.since)).add(earlier)
    }
}
