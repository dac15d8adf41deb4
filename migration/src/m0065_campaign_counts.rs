//! How many accounts of a campaign are at each stage, kept like other counts (ADR 36).
//! Triggers keep them, so that processes of every version do.

use crate::functions;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// First: nobody writes to the table from here on until all are counted.
const POSTGRES: &str = "
CREATE TRIGGER keep AFTER INSERT OR DELETE ON campaign_accounts
    FOR EACH ROW EXECUTE FUNCTION mooring_keep_campaign_account();
CREATE TRIGGER keep_change AFTER UPDATE ON campaign_accounts FOR EACH ROW
    WHEN (OLD.stage IS DISTINCT FROM NEW.stage)
    EXECUTE FUNCTION mooring_keep_campaign_account();
";

const DROP_POSTGRES: &str = "
DROP TRIGGER keep ON campaign_accounts; DROP TRIGGER keep_change ON campaign_accounts;
";

/// Each trigger of SQLite: its name, when it runs, and what it does.
fn sqlite() -> [(&'static str, &'static str, String); 3] {
    let count = |row: &str, n: i8| {
        format!(
            "INSERT INTO count_changes (tenant_id, kind, key, health, n) \
             VALUES ({row}.tenant_id, 'campaign', lower(hex({row}.campaign_id)), {row}.stage, {n}); "
        )
    };
    [
        (
            "campaign_accounts_keep",
            "AFTER INSERT ON campaign_accounts",
            count("NEW", 1),
        ),
        (
            "campaign_accounts_keep_change",
            "AFTER UPDATE ON campaign_accounts WHEN OLD.stage IS NOT NEW.stage",
            count("OLD", -1) + &count("NEW", 1),
        ),
        (
            "campaign_accounts_keep_removal",
            "AFTER DELETE ON campaign_accounts",
            count("OLD", -1),
        ),
    ]
}

/// Those that are there.
fn counted(key: &str) -> String {
    format!(
        "INSERT INTO kept_counts (tenant_id, kind, key, health, n) \
         SELECT tenant_id, 'campaign', {key}, stage, count(*) FROM campaign_accounts GROUP BY 1, 2, 3, 4"
    )
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        functions::up(manager, self.name()).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(POSTGRES).await?;
            let key = "replace(campaign_id::text, '-', '')";
            db.execute_unprepared(&counted(key)).await?;
            return Ok(());
        }
        for (name, when, does) in sqlite() {
            db.execute_unprepared(&format!("CREATE TRIGGER {name} {when} BEGIN {does} END"))
                .await?;
        }
        let key = "lower(hex(campaign_id))";
        db.execute_unprepared(&counted(key)).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(DROP_POSTGRES).await?;
        } else {
            for (name, ..) in sqlite() {
                db.execute_unprepared(&format!("DROP TRIGGER {name}"))
                    .await?;
            }
        }
        functions::down(manager, self.name()).await?;
        for table in ["count_changes", "kept_counts"] {
            db.execute_unprepared(&format!("DELETE FROM {table} WHERE kind = 'campaign'"))
                .await?;
        }
        Ok(())
    }
}
