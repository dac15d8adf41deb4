//! Snoozed accounts: until when, by whom and why; what is counted of them; and indexes of
//! the accounts that need somebody, whatever is snoozed (ADR 41).

use crate::{
    columns::{add, at_null, remove},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const ACCOUNTS: &str = "accounts";
const TAGS: &str = "account_tags";

/// New indexes. Lists of what needs somebody begin with `snoozed`; the worker looks at a
/// few accounts.
const INDEXES: &[(&str, &str)] = &[
    (
        "accounts_snoozed",
        "accounts (tenant_id, snoozed, health, subdomain)",
    ),
    (
        "accounts_snoozed_since",
        "accounts (tenant_id, snoozed, health, health_since, subdomain)",
    ),
    (
        "accounts_owner_snoozed",
        "accounts (tenant_id, owner_id, snoozed, health, subdomain)",
    ),
    (
        "accounts_owner_snoozed_since",
        "accounts (tenant_id, owner_id, snoozed, health, health_since, subdomain)",
    ),
    (
        "account_tags_snoozed",
        "account_tags (tenant_id, tag_key, snoozed, health, subdomain)",
    ),
    (
        "account_tags_snoozed_since",
        "account_tags (tenant_id, tag_key, snoozed, health, health_since, subdomain)",
    ),
    (
        "accounts_snooze_look_at",
        "accounts (snooze_look_at) WHERE snooze_look_at IS NOT NULL",
    ),
];

const POSTGRES: &str = "
DROP TRIGGER keep_change ON accounts;
CREATE TRIGGER keep_change AFTER UPDATE ON accounts FOR EACH ROW
    WHEN (OLD.health IS DISTINCT FROM NEW.health OR OLD.health_since IS DISTINCT FROM NEW.health_since
        OR OLD.owner_id IS DISTINCT FROM NEW.owner_id OR OLD.snoozed IS DISTINCT FROM NEW.snoozed)
    EXECUTE FUNCTION mooring_keep_account();
CREATE TRIGGER end_snooze BEFORE UPDATE ON accounts FOR EACH ROW
    WHEN (OLD.health IS DISTINCT FROM NEW.health AND NEW.snoozed)
    EXECUTE FUNCTION mooring_end_snooze();
";

const POSTGRES_BEFORE: &str = "
DROP TRIGGER end_snooze ON accounts;
DROP TRIGGER keep_change ON accounts;
CREATE TRIGGER keep_change AFTER UPDATE ON accounts FOR EACH ROW
    WHEN (OLD.health IS DISTINCT FROM NEW.health OR OLD.health_since IS DISTINCT FROM NEW.health_since
        OR OLD.owner_id IS DISTINCT FROM NEW.owner_id)
    EXECUTE FUNCTION mooring_keep_account();
";

/// The trigger of m0051 for tags, which this step replaces.
const SQLITE_BEFORE: &str = "
CREATE TRIGGER accounts_keep_tags AFTER UPDATE ON accounts
WHEN OLD.health IS NOT NEW.health OR OLD.health_since IS NOT NEW.health_since BEGIN
    UPDATE account_tags SET health = NEW.health, health_since = NEW.health_since
    WHERE tenant_id = NEW.tenant_id AND subdomain = NEW.subdomain;
END;
";

/// Each trigger: its name, when it runs, and what it does. SQLite runs triggers of one
/// change in no certain order, and one may change the row again. So they read the row
/// where they copy it, and what they count adds up in any order.
const SQLITE: [(&str, &str, &str); 5] = [
    (
        "accounts_keep_tags",
        "AFTER UPDATE ON accounts WHEN OLD.health IS NOT NEW.health OR OLD.health_since IS NOT NEW.health_since \
         OR OLD.snoozed IS NOT NEW.snoozed",
        "UPDATE account_tags SET (health, health_since, snoozed) = (SELECT a.health, a.health_since, a.snoozed \
         FROM accounts a WHERE a.tenant_id = NEW.tenant_id AND a.subdomain = NEW.subdomain) \
         WHERE tenant_id = NEW.tenant_id AND subdomain = NEW.subdomain;",
    ),
    (
        "accounts_keep_snoozed",
        "AFTER UPDATE ON accounts WHEN (OLD.snoozed OR NEW.snoozed) AND (OLD.snoozed IS NOT NEW.snoozed \
         OR OLD.health IS NOT NEW.health OR OLD.owner_id IS NOT NEW.owner_id)",
        // Of NULL, `hex` makes an empty text.
        "INSERT INTO count_changes (tenant_id, kind, key, health, n) \
         SELECT OLD.tenant_id, 'snoozed', lower(hex(OLD.owner_id)), OLD.health, -1 WHERE OLD.snoozed; \
         INSERT INTO count_changes (tenant_id, kind, key, health, n) \
         SELECT NEW.tenant_id, 'snoozed', lower(hex(NEW.owner_id)), NEW.health, 1 WHERE NEW.snoozed;",
    ),
    (
        "accounts_keep_snoozed_removal",
        "AFTER DELETE ON accounts WHEN OLD.snoozed",
        "INSERT INTO count_changes (tenant_id, kind, key, health, n) \
         VALUES (OLD.tenant_id, 'snoozed', lower(hex(OLD.owner_id)), OLD.health, -1);",
    ),
    (
        // The rule is `domain::snooze::ends`. An instant of 0 tells the worker.
        "accounts_end_snooze",
        "AFTER UPDATE ON accounts WHEN OLD.health IS NOT NEW.health AND NEW.snoozed AND (NEW.snoozed_until IS NULL \
         OR NEW.health IN ('not_connected', 'working') OR (NEW.health <> 'retrying' \
         AND CASE NEW.health WHEN 'setup_fault' THEN 0 WHEN 'disconnected' THEN 1 WHEN 'stopping_soon' THEN 2 \
            WHEN 'unchecked' THEN 3 WHEN 'retrying' THEN 4 WHEN 'limited' THEN 5 ELSE 6 END \
         < CASE NEW.snoozed_in WHEN 'setup_fault' THEN 0 WHEN 'disconnected' THEN 1 WHEN 'stopping_soon' THEN 2 \
            WHEN 'unchecked' THEN 3 WHEN 'retrying' THEN 4 WHEN 'limited' THEN 5 ELSE 6 END))",
        "UPDATE accounts SET snoozed = false, snooze_look_at = 0 \
         WHERE tenant_id = NEW.tenant_id AND subdomain = NEW.subdomain;",
    ),
    (
        "account_tags_keep_snoozed",
        "AFTER INSERT ON account_tags",
        "UPDATE account_tags SET snoozed = (SELECT a.snoozed FROM accounts a \
         WHERE a.tenant_id = NEW.tenant_id AND a.subdomain = NEW.subdomain) \
         WHERE tenant_id = NEW.tenant_id AND subdomain = NEW.subdomain AND tag_key = NEW.tag_key;",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for table in [ACCOUNTS, TAGS] {
            add(manager, table, boolean("snoozed").default(false).take()).await?;
        }
        for column in [
            // NULL is until its next change.
            at_null("snoozed_until"),
            // The stored state in which it was snoozed.
            string_null("snoozed_in"),
            at_null("snoozed_at"),
            text_null("snoozed_by"),
            text_null("snooze_reason"),
            // When the worker has to look at it; 0 once a change has ended the snooze.
            at_null("snooze_look_at"),
        ] {
            add(manager, ACCOUNTS, column).await?;
        }
        for (name, on) in INDEXES {
            db.execute_unprepared(&format!("CREATE INDEX {name} ON {on}"))
                .await?;
        }
        functions::up(manager, self.name()).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(POSTGRES).await?;
            return Ok(());
        }
        db.execute_unprepared("DROP TRIGGER accounts_keep_tags")
            .await?;
        for (name, when, does) in SQLITE {
            db.execute_unprepared(&format!("CREATE TRIGGER {name} {when} BEGIN {does} END"))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(POSTGRES_BEFORE).await?;
        } else {
            for (name, ..) in SQLITE {
                db.execute_unprepared(&format!("DROP TRIGGER {name}"))
                    .await?;
            }
            db.execute_unprepared(SQLITE_BEFORE).await?;
        }
        functions::down(manager, self.name()).await?;
        for table in ["count_changes", "kept_counts"] {
            db.execute_unprepared(&format!("DELETE FROM {table} WHERE kind = 'snoozed'"))
                .await?;
        }
        for (name, _) in INDEXES {
            db.execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        for column in [
            "snooze_look_at",
            "snooze_reason",
            "snoozed_by",
            "snoozed_at",
            "snoozed_in",
            "snoozed_until",
        ] {
            remove(manager, ACCOUNTS, column).await?;
        }
        for table in [TAGS, ACCOUNTS] {
            remove(manager, table, "snoozed").await?;
        }
        Ok(())
    }
}
