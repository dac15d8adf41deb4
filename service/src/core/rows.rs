//! Reads rows with typed columns. The error of an unreadable row names its
//! table, column and key; the other rows are still read (ADR 27).

use super::error::InternalError;
use domain::column::BadText;
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, PrimaryKeyToColumn,
    QueryResult, QuerySelect, QueryTrait, RuntimeErr, Select, TryGetable,
    sea_query::SelectStatement,
};
use std::{collections::HashMap, hash::Hash};
use uuid::Uuid;

/// The type that a row of `E` is read as: its model, or another type.
pub(crate) trait Readable<E: EntityTrait>:
    TryFrom<E::Model, Error: Into<InternalError>>
{
}

impl<E: EntityTrait, T: TryFrom<E::Model, Error: Into<InternalError>>> Readable<E> for T {}

/// Replaces SeaORM's `one` and `all`, whose errors don't name the row.
pub(crate) trait Rows<E: EntityTrait>:
    Sized + Clone + QuerySelect + QueryTrait<QueryStatement = SelectStatement>
{
    /// The first row, if there is one.
    async fn row<T: Readable<E>>(
        self,
        db: &impl ConnectionTrait,
    ) -> Result<Option<T>, InternalError> {
        let row = db.query_one(self.limit(1).as_query()).await?;
        row.map(|row| read::<E, T>(&row)).transpose()
    }

    /// Whether there is a row, readable or not.
    async fn any(self, db: &impl ConnectionTrait) -> Result<bool, InternalError> {
        Ok(db.query_one(self.limit(1).as_query()).await?.is_some())
    }

    /// All rows, or an error that names an unreadable one.
    async fn rows<T: Readable<E>>(
        self,
        db: &impl ConnectionTrait,
    ) -> Result<Vec<T>, InternalError> {
        let rows = db.query_all(self.as_query()).await?;
        rows.iter().map(read::<E, T>).collect()
    }

    /// The readable rows. The log names the others, and the purpose of the reading.
    async fn readable<T: Readable<E>>(
        self,
        db: &impl ConnectionTrait,
        wanted_for: &'static str,
    ) -> Result<Vec<T>, InternalError> {
        let rows = db.query_all(self.as_query()).await?;
        let rows = rows.iter().map(read::<E, T>);
        Ok(rows.filter_map(|row| or_log(row, wanted_for)).collect())
    }

    /// Up to `limit` readable rows; the others don't count.
    async fn first<T: Readable<E>>(
        self,
        db: &impl ConnectionTrait,
        limit: u64,
        wanted_for: &'static str,
    ) -> Result<Vec<T>, InternalError> {
        let mut found = Vec::new();
        let mut seen = 0;
        loop {
            let wanted = limit.saturating_sub(found.len() as u64);
            let mut query = self.clone().limit(wanted);
            if seen > 0 {
                query = query.offset(seen);
            }
            let rows = db.query_all(query.as_query()).await?;
            let read = rows.iter().map(read::<E, T>);
            found.extend(read.filter_map(|row| or_log(row, wanted_for)));
            seen += rows.len() as u64;
            if found.len() as u64 >= limit || (rows.len() as u64) < wanted {
                return Ok(found);
            }
        }
    }

    /// All rows, readable or not, by a column that is unique among them.
    async fn by_key<K: TryGetable + Eq + Hash, T: Readable<E>>(
        self,
        db: &impl ConnectionTrait,
        key: E::Column,
    ) -> Result<HashMap<K, Result<T, InternalError>>, InternalError> {
        let rows = db.query_all(self.as_query()).await?;
        rows.iter()
            .map(|row| Ok((row.try_get("", key.as_str())?, read::<E, T>(row))))
            .collect()
    }
}

impl<E: EntityTrait> Rows<E> for Select<E> {}

/// The row, or a line in the log.
pub(crate) fn or_log<T>(row: Result<T, InternalError>, wanted_for: &'static str) -> Option<T> {
    row.inspect_err(|error| {
        tracing::error!(%error, wanted_for, "A row can't be read and was passed over");
    })
    .ok()
}

fn read<E: EntityTrait, T: Readable<E>>(row: &QueryResult) -> Result<T, InternalError> {
    let model = E::Model::from_query_result(row, "").map_err(|error| {
        let named = |column: &E::Column| Some(column.as_str()) == column_of(&error);
        let table = E::default().table_name();
        match E::Column::iter().find(named) {
            Some(column) => InternalError::inconsistent(table, column.as_str(), key_of::<E>(row)),
            None => error.into(),
        }
    })?;
    model.try_into().map_err(Into::into)
}

/// The column that an error is about.
fn column_of(error: &DbErr) -> Option<&str> {
    match error {
        DbErr::Query(RuntimeErr::SqlxError(error)) => match &**error {
            sqlx::Error::ColumnDecode { index, .. } => Some(index.trim_matches('"')),
            _ => None,
        },
        // A null; SeaORM names its column only in the message.
        DbErr::Type(text) => text.split(['\'', '"']).nth(1),
        other => BadText::column_of(other),
    }
}

fn key_of<E: EntityTrait>(row: &QueryResult) -> String {
    let part = |column: &str| {
        let id = row.try_get::<Uuid>("", column).map(|id| id.to_string());
        let text = id.or_else(|_| row.try_get("", column));
        let number = || row.try_get::<i64>("", column).map(|n| n.to_string());
        text.or_else(|_| number()).unwrap_or_else(|_| "?".into())
    };
    let parts: Vec<_> = E::PrimaryKey::iter()
        .map(|key| part(key.into_column().as_str()))
        .collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entity::app, testing::World};
    use sea_orm::ConnectionTrait;

    /// SQLite allows any text in any column.
    #[tokio::test]
    async fn a_number_that_is_none_is_named_as_a_text_is() {
        let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
        let owner = world.owner("acme").await;
        let app = world.app(&owner, "returns").await.id;
        let tx = owner.write().await.unwrap();
        let nonsense = "UPDATE apps SET created_at = 'soon'";
        tx.execute_unprepared(nonsense).await.unwrap();
        let apps = || tx.all::<app::Entity>();
        let error = apps().row::<app::Model>(&*tx).await.unwrap_err();
        let said = format!("inconsistent row in apps.created_at, id {app}");
        assert_eq!(error.to_string(), said);
        assert!(apps().any(&*tx).await.unwrap());
        let read = apps().readable::<app::Model>(&*tx, "a test").await;
        assert_eq!(read.unwrap(), []);
    }
}
