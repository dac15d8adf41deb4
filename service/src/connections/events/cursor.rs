//! Cursors: places in a tenant's events where reading continues.

use crate::{
    core::error::InternalError,
    entity::{event, tenant_event},
    tenancy::Tx,
};
use domain::ids::EventId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use std::{
    fmt::{self, Display},
    str::FromStr,
};
use uuid::Uuid;

/// A place in a tenant's events where reading continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// The number of the last event that was read, and its id. Numbers have the
    /// order in which events become visible, so none is missed. The id shows
    /// whether the number still belongs to the same event.
    Event(i64, EventId),
    /// Only a number, from earlier versions.
    Number(i64),
    /// Only an id, from still earlier versions.
    Id(EventId),
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give what an earlier answer named as “next”")]
pub struct CursorError;

impl FromStr for After {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let number = |text: &str| {
            Some(text)
                .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
                .and_then(|text| text.parse().ok())
        };
        match text.split_once('.') {
            Some((seq, id)) => match (number(seq), id.parse()) {
                (Some(seq), Ok(id)) => Ok(Self::Event(seq, id)),
                _ => Err(CursorError),
            },
            None => number(text)
                .map(Self::Number)
                .or_else(|| text.parse().ok().map(Self::Id))
                .ok_or(CursorError),
        }
    }
}

impl Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(number, id) => write!(f, "{number}.{id}"),
            Self::Number(number) => number.fmt(f),
            Self::Id(id) => id.fmt(f),
        }
    }
}

/// The end of a tenant's events. After reading it, later statements see all
/// events up to `count`: writers lock it until they commit.
#[derive(Debug, Default, FromQueryResult)]
pub(super) struct Head {
    pub count: i64,
    /// How many events there were when a backup was last restored.
    restored_count: Option<i64>,
    /// An id made at that time.
    restored_mark: Option<EventId>,
}

impl Head {
    pub async fn read(tx: &Tx) -> Result<Self, InternalError> {
        let sql =
            "SELECT count, restored_count, restored_mark FROM event_heads WHERE tenant_id = $1";
        let of_tenant = [tx.tenant().into()];
        let head = Statement::from_sql_and_values(tx.get_database_backend(), sql, of_tenant);
        let head = Self::find_by_statement(head).one(&**tx).await?;
        Ok(head.unwrap_or_default())
    }

    /// The number that a cursor means; `None` if the cursor comes from another
    /// history than the database has.
    pub async fn number_of(&self, tx: &Tx, after: After) -> Result<Option<i64>, InternalError> {
        let number = match after {
            After::Id(id) => return Ok(Some(at_or_before(tx, id).await?)),
            After::Number(number) | After::Event(number, _) => number,
        };
        let is_here = match after {
            _ if number > self.count => false,
            // It is unknown which event had the number.
            After::Number(_) | After::Id(_) => !self.is_after_restore(number),
            After::Event(number, id) => match event_at(tx, number).await? {
                Some(found) => found == id,
                // The event was removed with its app, in this history or the one before.
                None => !(self.is_after_restore(number) && Some(id) < self.restored_mark),
            },
        };
        Ok(is_here.then_some(number))
    }

    /// Whether the number was given, perhaps a second time, after a backup was restored.
    fn is_after_restore(&self, number: i64) -> bool {
        self.restored_count.is_some_and(|count| number > count)
    }

    /// The cursor after the event with this number.
    pub async fn place_of(&self, tx: &Tx, number: i64) -> Result<After, InternalError> {
        let id = event_at(tx, number).await?;
        Ok(id.map_or(After::Number(number), |id| After::Event(number, id)))
    }
}

/// The event with this number.
async fn event_at(tx: &Tx, number: i64) -> Result<Option<EventId>, InternalError> {
    let of_connection: Option<Uuid> = tx
        .all::<event::Entity>()
        .select_only()
        .column(event::Column::Id)
        .filter(event::Column::Seq.eq(number))
        .into_tuple()
        .one(&**tx)
        .await?;
    if of_connection.is_some() {
        return Ok(of_connection.map(EventId));
    }
    let of_tenant: Option<Uuid> = tx
        .all::<tenant_event::Entity>()
        .select_only()
        .column(tenant_event::Column::Id)
        .filter(tenant_event::Column::Seq.eq(number))
        .into_tuple()
        .one(&**tx)
        .await?;
    Ok(of_tenant.map(EventId))
}

/// The number of an event. If the event was removed, the number of the last
/// event of a connection that was made before it.
async fn at_or_before(tx: &Tx, id: EventId) -> Result<i64, InternalError> {
    let number: Option<Option<i64>> = tx
        .all::<event::Entity>()
        .select_only()
        .column(event::Column::Seq)
        .filter(event::Column::Id.lte(id))
        .order_by_desc(event::Column::Id)
        .limit(1)
        .into_tuple()
        .one(&**tx)
        .await?;
    Ok(number.flatten().unwrap_or_default())
}
