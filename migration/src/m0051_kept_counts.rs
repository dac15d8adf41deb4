//! Counts are kept, not counted: how many connections of an app, and how many accounts of
//! an owner or a tag, are in which state; and each account has the worst state of its
//! connections (ADR 36).
//!
//! Triggers keep them in the transaction that changes a row, so that processes of every
//! version do. A change of a count is a row of its own, which waits for nobody; the
//! worker adds these to the kept counts. A count is the sum of both.

use crate::{
    columns::{add, at, index, remove, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const KEPT: &str = "kept_counts";
const CHANGES: &str = "count_changes";
const ACCOUNTS: &str = "accounts";
const TAGS: &str = "account_tags";
const CONNECTIONS: &str = "connections";

/// The columns of new indexes; those of connections are along their app, as lists are.
const INDEXES: &[(&str, &[&str])] = &[
    (ACCOUNTS, &["tenant_id", "health", "subdomain"]),
    (
        ACCOUNTS,
        &["tenant_id", "health", "health_since", "subdomain"],
    ),
    (ACCOUNTS, &["tenant_id", "health_since", "subdomain"]),
    (ACCOUNTS, &["tenant_id", "owner_id", "health", "subdomain"]),
    (
        ACCOUNTS,
        &["tenant_id", "owner_id", "health_since", "subdomain"],
    ),
    (TAGS, &["tenant_id", "tag_key", "health", "subdomain"]),
    (TAGS, &["tenant_id", "tag_key", "health_since", "subdomain"]),
    (CONNECTIONS, &["tenant_id", "app_id", "health", "subdomain"]),
    (
        CONNECTIONS,
        &["tenant_id", "app_id", "health_since", "subdomain"],
    ),
    (CONNECTIONS, &["tenant_id", "overdue_at"]),
    (CHANGES, &["tenant_id"]),
];

/// Indexes of the few connections whose state changes with time, not by an event: those
/// that can't be renewed, and those that Gorgias refuses alone.
const PARTIAL: &[(&str, &str)] = &[
    (
        "connections_stopping",
        "(tenant_id, access_expires_at) WHERE health = 'stopping_soon'",
    ),
    (
        "connections_refused",
        "(tenant_id, refused_since) WHERE refused_since IS NOT NULL",
    ),
];

/// Indexes that these replace, or that were there twice. Each costs every refresh.
const REPLACED: &[&[&str]] = &[
    &["tenant_id", "subdomain"],
    &["tenant_id", "health", "subdomain", "id"],
    &["tenant_id", "health_since", "id"],
];

/// The place of a state in `domain::health::Health::severity`.
const SEVERITY: &str = "CASE c.health WHEN 'setup_fault' THEN 0 WHEN 'disconnected' THEN 1 \
    WHEN 'stopping_soon' THEN 2 WHEN 'unchecked' THEN 3 WHEN 'retrying' THEN 4 \
    WHEN 'limited' THEN 5 WHEN 'not_connected' THEN 6 ELSE 7 END";

/// The worst state of the account `{a}`, and since when one of its connections changed.
fn worst(a: &str) -> String {
    let of = format!(
        "FROM connections c WHERE c.tenant_id = {a}.tenant_id AND c.subdomain = {a}.subdomain"
    );
    format!(
        "coalesce((SELECT c.health {of} ORDER BY {SEVERITY} LIMIT 1), 'not_connected'), \
         coalesce((SELECT max(c.health_since) {of}), {a}.created_at)"
    )
}

/// The counts of the rows that are there.
fn counted(key: impl Fn(&str) -> String) -> String {
    let (app, owner) = (key("app_id"), key("owner_id"));
    format!(
        "INSERT INTO kept_counts (tenant_id, kind, key, health, n)
         SELECT tenant_id, 'app', {app}, health, count(*) FROM connections GROUP BY 1, 2, 3, 4
         UNION ALL SELECT tenant_id, 'owner', coalesce({owner}, ''), health, count(*) FROM accounts GROUP BY 1, 2, 3, 4
         UNION ALL SELECT tenant_id, 'tag', tag, health, count(*) FROM account_tags GROUP BY 1, 2, 3, 4"
    )
}

const POSTGRES: &str = "
CREATE TRIGGER keep AFTER INSERT OR DELETE ON connections
    FOR EACH ROW EXECUTE FUNCTION mooring_keep_connection();
CREATE TRIGGER keep_change AFTER UPDATE ON connections FOR EACH ROW
    WHEN (OLD.health IS DISTINCT FROM NEW.health OR OLD.health_since IS DISTINCT FROM NEW.health_since)
    EXECUTE FUNCTION mooring_keep_connection();
CREATE TRIGGER begin_account BEFORE INSERT ON accounts
    FOR EACH ROW EXECUTE FUNCTION mooring_begin_account();
CREATE TRIGGER keep AFTER INSERT OR DELETE ON accounts
    FOR EACH ROW EXECUTE FUNCTION mooring_keep_account();
CREATE TRIGGER keep_change AFTER UPDATE ON accounts FOR EACH ROW
    WHEN (OLD.health IS DISTINCT FROM NEW.health OR OLD.health_since IS DISTINCT FROM NEW.health_since
        OR OLD.owner_id IS DISTINCT FROM NEW.owner_id)
    EXECUTE FUNCTION mooring_keep_account();
CREATE TRIGGER begin_tag BEFORE INSERT ON account_tags
    FOR EACH ROW EXECUTE FUNCTION mooring_begin_tag();
CREATE TRIGGER keep AFTER INSERT OR DELETE ON account_tags
    FOR EACH ROW EXECUTE FUNCTION mooring_keep_tag();
CREATE TRIGGER keep_change AFTER UPDATE ON account_tags FOR EACH ROW
    WHEN (OLD.health IS DISTINCT FROM NEW.health)
    EXECUTE FUNCTION mooring_keep_tag();
";

/// Each trigger: its name, when it runs, and what it does.
fn sqlite() -> Vec<(&'static str, &'static str, String)> {
    let change = |kind: &str, row: &str, key: &str, n: i8| {
        format!(
            "INSERT INTO count_changes (tenant_id, kind, key, health, n) \
             VALUES ({row}.tenant_id, '{kind}', {key}, {row}.health, {n}); "
        )
    };
    let judge = |row: &str| {
        let values = worst("accounts");
        format!(
            "UPDATE accounts SET (health, health_since) = (SELECT {values}) \
             WHERE tenant_id = {row}.tenant_id AND subdomain = {row}.subdomain; "
        )
    };
    let app = |row: &str| format!("lower(hex({row}.app_id))");
    // Of NULL, `hex` makes an empty text.
    let owner = |row: &str| format!("lower(hex({row}.owner_id))");
    let tag = |row: &str| format!("{row}.tag");
    vec![
        (
            // It did the first part alone before.
            "connections_account",
            "AFTER INSERT ON connections",
            "INSERT INTO accounts (tenant_id, subdomain, created_at) \
             VALUES (NEW.tenant_id, NEW.subdomain, NEW.created_at) \
             ON CONFLICT (tenant_id, subdomain) DO NOTHING; "
                .to_owned()
                + &change("app", "NEW", &app("NEW"), 1)
                + &judge("NEW"),
        ),
        (
            "connections_keep_change",
            "AFTER UPDATE ON connections WHEN OLD.health IS NOT NEW.health OR OLD.health_since IS NOT NEW.health_since",
            change("app", "OLD", &app("OLD"), -1)
                + &change("app", "NEW", &app("NEW"), 1)
                + &judge("NEW"),
        ),
        (
            "connections_keep_removal",
            "AFTER DELETE ON connections",
            change("app", "OLD", &app("OLD"), -1) + &judge("OLD"),
        ),
        (
            "accounts_keep",
            "AFTER INSERT ON accounts",
            change("owner", "NEW", &owner("NEW"), 1)
                + "UPDATE accounts SET health_since = NEW.created_at WHERE NEW.health_since = 0 \
                   AND tenant_id = NEW.tenant_id AND subdomain = NEW.subdomain; ",
        ),
        (
            "accounts_keep_change",
            "AFTER UPDATE ON accounts WHEN OLD.health IS NOT NEW.health OR OLD.owner_id IS NOT NEW.owner_id",
            change("owner", "OLD", &owner("OLD"), -1) + &change("owner", "NEW", &owner("NEW"), 1),
        ),
        (
            "accounts_keep_tags",
            "AFTER UPDATE ON accounts WHEN OLD.health IS NOT NEW.health OR OLD.health_since IS NOT NEW.health_since",
            "UPDATE account_tags SET health = NEW.health, health_since = NEW.health_since \
             WHERE tenant_id = NEW.tenant_id AND subdomain = NEW.subdomain; "
                .to_owned(),
        ),
        (
            "accounts_keep_removal",
            "AFTER DELETE ON accounts",
            change("owner", "OLD", &owner("OLD"), -1),
        ),
        (
            "account_tags_keep",
            "AFTER INSERT ON account_tags",
            // The state that it is added with, which the statement after it corrects.
            change("tag", "NEW", &tag("NEW"), 1)
                + "UPDATE account_tags SET (health, health_since) = (SELECT a.health, a.health_since FROM accounts a \
                   WHERE a.tenant_id = NEW.tenant_id AND a.subdomain = NEW.subdomain) \
                   WHERE tenant_id = NEW.tenant_id AND subdomain = NEW.subdomain AND tag_key = NEW.tag_key; ",
        ),
        (
            "account_tags_keep_change",
            "AFTER UPDATE ON account_tags WHEN OLD.health IS NOT NEW.health",
            change("tag", "OLD", &tag("OLD"), -1) + &change("tag", "NEW", &tag("NEW"), 1),
        ),
        (
            "account_tags_keep_removal",
            "AFTER DELETE ON account_tags",
            change("tag", "OLD", &tag("OLD"), -1),
        ),
    ]
}

/// The trigger of the step before, which this one replaces.
const SQLITE_BEFORE: &str = "
CREATE TRIGGER connections_account AFTER INSERT ON connections BEGIN
    INSERT INTO accounts (tenant_id, subdomain, created_at)
    VALUES (NEW.tenant_id, NEW.subdomain, NEW.created_at)
    ON CONFLICT (tenant_id, subdomain) DO NOTHING;
END;
";

const DROP_POSTGRES: &str = "
DROP TRIGGER keep ON connections; DROP TRIGGER keep_change ON connections;
DROP TRIGGER begin_account ON accounts; DROP TRIGGER keep ON accounts; DROP TRIGGER keep_change ON accounts;
DROP TRIGGER begin_tag ON account_tags; DROP TRIGGER keep ON account_tags; DROP TRIGGER keep_change ON account_tags;
";

async fn tables(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let count = |name: &'static str| {
        Table::create()
            .table(Alias::new(name))
            .col(tenant())
            // `app`, `owner` or `tag`.
            .col(string("kind"))
            // The app's or owner's id in hexadecimal digits, or the tag as it was typed.
            .col(text("key"))
            .col(string("health"))
            .col(big_integer("n"))
            .to_owned()
    };
    let mut kept = count(KEPT);
    kept.primary_key(
        Index::create()
            .col(Alias::new("tenant_id"))
            .col(Alias::new("kind"))
            .col(Alias::new("key"))
            .col(Alias::new("health")),
    );
    manager.create_table(kept).await?;
    manager.create_table(count(CHANGES)).await?;
    for table in [ACCOUNTS, TAGS] {
        add(
            manager,
            table,
            string("health").default("not_connected").take(),
        )
        .await?;
        add(manager, table, at("health_since").default(0).take()).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let db = manager.get_connection();
        tables(manager).await?;
        for (table, columns) in INDEXES {
            manager.create_index(index(table, columns, false)).await?;
        }
        for (name, on) in PARTIAL {
            db.execute_unprepared(&format!("CREATE INDEX {name} ON connections {on}"))
                .await?;
        }
        for columns in REPLACED {
            drop_index(manager, CONNECTIONS, columns).await?;
        }
        let judge = format!(
            "UPDATE accounts SET (health, health_since) = (SELECT {})",
            worst("accounts")
        );
        db.execute_unprepared(&judge).await?;
        db.execute_unprepared(
            "UPDATE account_tags SET (health, health_since) = (SELECT a.health, a.health_since FROM accounts a \
             WHERE a.tenant_id = account_tags.tenant_id AND a.subdomain = account_tags.subdomain)",
        )
        .await?;
        let hex = |column: &str| match postgres {
            true => format!("replace({column}::text, '-', '')"),
            false => format!("lower(hex({column}))"),
        };
        db.execute_unprepared(&counted(hex)).await?;
        functions::up(manager, self.name()).await?;
        if postgres {
            db.execute_unprepared(POSTGRES).await?;
            return Ok(());
        }
        db.execute_unprepared("DROP TRIGGER connections_account")
            .await?;
        for (name, when, does) in sqlite() {
            db.execute_unprepared(&format!("CREATE TRIGGER {name} {when} BEGIN {does} END"))
                .await?;
        }
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
            db.execute_unprepared(SQLITE_BEFORE).await?;
        }
        functions::down(manager, self.name()).await?;
        for columns in REPLACED {
            manager
                .create_index(index(CONNECTIONS, columns, false))
                .await?;
        }
        for (name, _) in PARTIAL {
            db.execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        for (table, columns) in INDEXES {
            drop_index(manager, table, columns).await?;
        }
        for table in [ACCOUNTS, TAGS] {
            remove(manager, table, "health_since").await?;
            remove(manager, table, "health").await?;
        }
        for table in [CHANGES, KEPT] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

async fn drop_index(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: &[&str],
) -> Result<(), DbErr> {
    let drop = Index::drop()
        .name(format!("{table}_{}", columns.join("_")))
        .table(Alias::new(table))
        .to_owned();
    manager.drop_index(drop).await
}
