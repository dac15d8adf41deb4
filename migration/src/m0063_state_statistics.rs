//! PostgreSQL learns which states come with which app, owner, tag or set of scopes. It took
//! them to be independent: of an app whose connections are nearly all disconnected it expected
//! as many to work as of all others, and read all of them to find the few that do, in place of
//! the index that begins with the state.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables that are listed by state, and what their indexes have before it.
const LISTED: [(&str, &[&str]); 4] = [
    ("connections", &["tenant_id", "app_id"]),
    ("connection_grants", &["tenant_id", "set_id"]),
    ("accounts", &["tenant_id", "owner_id"]),
    ("account_tags", &["tenant_id", "tag_key"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, |table, columns| {
            let columns = columns.join(", ");
            format!(
                "CREATE STATISTICS {table}_states (mcv, dependencies) ON {columns}, health FROM {table}"
            )
        })
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, |table, _| {
            format!("DROP STATISTICS {table}_states")
        })
        .await
    }
}

async fn on_postgres(
    manager: &SchemaManager<'_>,
    sql: impl Fn(&str, &[&str]) -> String,
) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for (table, columns) in LISTED {
        let db = manager.get_connection();
        db.execute_unprepared(&sql(table, columns)).await?;
    }
    Ok(())
}
