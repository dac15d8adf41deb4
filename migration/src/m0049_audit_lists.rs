//! Indexes for the lists of the audit: by time, actor, action and target, and one of
//! what is not folded away. And how far the audit is streamed out.

use crate::columns::{at_null, index};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const ENTRIES: &str = "audit_entries";
const POSITIONS: &str = "audit_stream_positions";
const STREAM: &str = "audit_stream";

const LISTS: [&[&str]; 4] = [
    &["tenant_id", "at", "number"],
    &["tenant_id", "actor_kind", "actor_id", "number"],
    &["tenant_id", "action", "number"],
    &["tenant_id", "target", "number"],
];

/// What isn't folded away, by number, time, actor and target: without these, a list of
/// an account would look through each of its reads.
const UNFOLDED_LISTS: [(&str, &str); 4] = [
    ("audit_entries_unfolded", "number"),
    ("audit_entries_unfolded_at", "at, number"),
    (
        "audit_entries_unfolded_actor",
        "actor_kind, actor_id, number",
    ),
    ("audit_entries_unfolded_target", "target, number"),
];

/// As the list's condition says it (`service/src/audit/condition.rs`).
const UNFOLDED: &str = "NOT (outcome = 'done' AND action IN ('person.signed_in', \
    'person.signed_out', 'person.confirmed', 'connection.token_read'))";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for columns in LISTS {
            manager.create_index(index(ENTRIES, columns, false)).await?;
        }
        for (name, columns) in UNFOLDED_LISTS {
            let sql =
                format!("CREATE INDEX {name} ON {ENTRIES} (tenant_id, {columns}) WHERE {UNFOLDED}");
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        // One process streams at a time; the row says which, and what failed.
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(STREAM))
                    .col(integer("id").primary_key())
                    .col(uuid_null("holder"))
                    .col(at_null("held_until"))
                    .col(at_null("failing_since"))
                    .col(text_null("failure"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(POSITIONS))
                    .col(uuid("tenant_id").primary_key())
                    .col(big_integer("number"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [POSITIONS, STREAM] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        let names = LISTS.map(|columns| format!("{ENTRIES}_{}", columns.join("_")));
        for name in names
            .iter()
            .map(String::as_str)
            .chain(UNFOLDED_LISTS.map(|(name, _)| name))
        {
            let drop = Index::drop()
                .name(name)
                .table(Alias::new(ENTRIES))
                .to_owned();
            manager.drop_index(drop).await?;
        }
        Ok(())
    }
}
