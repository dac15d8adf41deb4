//! Where a page of connections ends.

use crate::entity::connection::Column;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{ids::ConnectionId, time::Timestamp};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

/// The end of a page: the last row's state (for the order Worst), when its stored health
/// began, its account and its id.
pub(super) struct Cursor {
    pub severity: u8,
    pub since: Timestamp,
    pub subdomain: String,
    pub id: ConnectionId,
}

impl Cursor {
    pub fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!(
            "{} {} {} {}",
            self.severity, self.since.0, self.subdomain, self.id
        ))
    }

    pub fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = text.split(' ');
        let cursor = Self {
            severity: parts.next()?.parse().ok()?,
            since: Timestamp(parts.next()?.parse().ok()?),
            subdomain: parts.next()?.to_owned(),
            id: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(cursor)
    }

    /// What comes after it by name. The first part is where the index begins.
    pub fn later_name(&self, keys: &Keys) -> Condition {
        let name = self.subdomain.as_str();
        let later = Condition::any()
            .add(keys.subdomain.clone().gt(name))
            .add(Column::Id.gt(self.id));
        Condition::all()
            .add(keys.subdomain.clone().gte(name))
            .add(later)
    }

    /// What comes after it by the last change.
    pub fn earlier(&self, keys: &Keys) -> Condition {
        let name = self.subdomain.as_str();
        let since = || Expr::value(self.since);
        let before = Condition::any().add(keys.subdomain.clone().lt(name)).add(
            Condition::all()
                .add(keys.subdomain.clone().eq(name))
                .add(Column::Id.lt(self.id)),
        );
        let earlier = Condition::any()
            .add(keys.since.clone().lt(since()))
            .add(before);
        Condition::all()
            .add(keys.since.clone().lte(since()))
            .add(earlier)
    }
}

/// The columns of the index that a range is read along.
pub(super) struct Keys {
    pub subdomain: SimpleExpr,
    pub since: SimpleExpr,
}
