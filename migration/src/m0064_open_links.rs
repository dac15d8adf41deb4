//! Links that can be used, by when they expire: the overview shows the first of them, and
//! passed over all those that were used before. And the mails of a tenant that wait:
//! campaigns look whether there are some before they queue more.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEXES: [(&str, &str); 2] = [
    (
        "reconnect_links_open",
        "reconnect_links (tenant_id, expires_at) WHERE approved_at IS NULL AND revoked_at IS NULL",
    ),
    (
        "mails_waiting",
        "mails (tenant_id) WHERE due_at IS NOT NULL",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, what) in INDEXES {
            let make = format!("CREATE INDEX {name} ON {what}");
            manager.get_connection().execute_unprepared(&make).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            let remove = format!("DROP INDEX {name}");
            manager.get_connection().execute_unprepared(&remove).await?;
        }
        Ok(())
    }
}
