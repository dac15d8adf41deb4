//! The newest link of each connection that can still be used, for lists.

use crate::{
    core::{error::InternalError, rows::or_log},
    entity::{
        mail::{self, MailState},
        reconnect_link::{Column, Entity},
    },
    tenancy::Tx,
};
use domain::{ids::ConnectionId, time::Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryResult, QuerySelect,
    QueryTrait, RelationDef, Select,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use std::collections::HashMap;

/// How far the mail of a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMail {
    /// It has not left yet.
    Waiting,
    /// A mail server took it then.
    Sent(Timestamp),
    /// No mail server takes it.
    NotDelivered,
}

/// A link that can still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenLink {
    /// When it was made.
    pub made_at: Timestamp,
    /// Its mail; `None` if it was made to be passed on by hand.
    pub mail: Option<LinkMail>,
    /// When it was first opened.
    pub opened_at: Option<Timestamp>,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

impl OpenLink {
    /// Whether it is known to have left: it was mailed, or somebody opened it.
    pub const fn has_left(&self) -> bool {
        self.opened_at.is_some() || matches!(self.mail, Some(LinkMail::Sent(_)))
    }
}

/// The newest link of each of these connections that can be used at `now`, with how far its
/// mail is: one query, and none without connections.
pub(crate) async fn newest_open(
    tx: &Tx,
    connections: Vec<ConnectionId>,
    now: Timestamp,
) -> Result<HashMap<ConnectionId, OpenLink>, InternalError> {
    if connections.is_empty() {
        return Ok(HashMap::new());
    }
    let query = newest(tx, connections, now);
    let rows = tx.query_all(query.as_query()).await?;
    let read = rows.iter().map(read);
    Ok(read
        .filter_map(|row| or_log(row, "the open links of accounts"))
        .collect())
}

fn newest(tx: &Tx, connections: Vec<ConnectionId>, now: Timestamp) -> Select<Entity> {
    let newer = |column: Column| Expr::col((Alias::new("newer"), column));
    let is_newer = Query::select()
        .expr(Expr::cust("1"))
        .from_as(Entity, Alias::new("newer"))
        .and_where(newer(Column::ConnectionId).equals((Entity, Column::ConnectionId)))
        .and_where(newer(Column::Id).gt(Expr::col((Entity, Column::Id))))
        .and_where(newer(Column::ApprovedAt).is_null())
        .and_where(newer(Column::RevokedAt).is_null())
        .and_where(newer(Column::ExpiresAt).gt(Expr::value(now)))
        .take();
    tx.by_keys::<Entity>(Column::ConnectionId, connections)
        .filter(Column::ApprovedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .filter(Expr::exists(is_newer).not())
        .join(JoinType::LeftJoin, mails())
        .select_only()
        .column(Column::ConnectionId)
        .column(Column::CreatedAt)
        .column(Column::OpenedAt)
        .column(Column::StartedAt)
        .column(Column::ExpiresAt)
        .column(mail::Column::State)
        .column(mail::Column::FinishedAt)
}

/// By the id of the link, which is the tenant's.
fn mails() -> RelationDef {
    Entity::belongs_to(mail::Entity)
        .from(Column::Id)
        .to(mail::Column::About)
        .into()
}

fn read(row: &QueryResult) -> Result<(ConnectionId, OpenLink), InternalError> {
    let made_at = row.try_get("", "created_at")?;
    let finished_at: Option<Timestamp> = row.try_get("", "finished_at")?;
    let opened_at: Option<Timestamp> = row.try_get("", "opened_at")?;
    let started_at: Option<Timestamp> = row.try_get("", "started_at")?;
    let state: Option<MailState> = row.try_get("", "state")?;
    let mail = state.map(|state| match state {
        MailState::Waiting => LinkMail::Waiting,
        MailState::Sent => LinkMail::Sent(finished_at.unwrap_or(made_at)),
        MailState::Refused | MailState::GivenUp => LinkMail::NotDelivered,
    });
    let link = OpenLink {
        made_at,
        mail,
        // Whoever went on to Gorgias had it open, though nothing may have said so.
        opened_at: opened_at.or(started_at),
        expires_at: row.try_get("", "expires_at")?,
    };
    Ok((row.try_get("", "connection_id")?, link))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{on_each_database, plan::plan};
    use sea_orm::DatabaseBackend;

    /// However many links the tenant has. PostgreSQL decides by its statistics.
    #[tokio::test]
    async fn open_links_are_found_by_their_connections() {
        on_each_database(async |world| {
            let owner = world.owner("acme").await;
            let tx = owner.read().await.unwrap();
            let ids: Vec<ConnectionId> = (0..50).map(|_| world.services.new_id()).collect();
            let plan = plan(&tx, newest(&tx, ids, world.clock_now())).await;
            if tx.get_database_backend() == DatabaseBackend::Sqlite {
                let by_connection = plan.matches("reconnect_links_connection_id_id").count();
                assert_eq!(by_connection, 2, "{plan}");
                assert!(plan.contains("mails_about"), "{plan}");
            }
        })
        .await;
    }
}
