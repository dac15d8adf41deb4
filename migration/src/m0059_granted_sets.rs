//! Which scopes connections have granted, as sets: those of an app have few different
//! ones. Each set is a row; each connection has a row that names its set, with the columns
//! that lists are in the order of (ADR 44).
//!
//! Triggers keep both, so that processes of every version do. They are no columns of
//! `connections`, since each refresh would pay for their indexes.

use crate::{
    columns::{at, id, index, owned_by, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const SETS: &str = "granted_sets";
const GRANTS: &str = "connection_grants";

const INDEXES: &[(&str, &[&str])] = &[
    (SETS, &["tenant_id", "app_id"]),
    (GRANTS, &["tenant_id", "set_id", "subdomain"]),
    (GRANTS, &["tenant_id", "set_id", "health", "subdomain"]),
    (
        GRANTS,
        &["tenant_id", "set_id", "health_since", "subdomain"],
    ),
];

/// What is known of the scopes of a connection: `told` by Gorgias, `unknown` since its last
/// answer couldn't be read, or `gone` with its tokens.
fn basis(row: &str) -> String {
    format!(
        "CASE WHEN {row}.standing = 'not_connected' THEN 'gone' \
         WHEN {row}.scopes_unknown THEN 'unknown' ELSE 'told' END"
    )
}

/// A key of PostgreSQL's indexes may not be longer than 2,704 bytes; scopes can be.
const UNIQUE_POSTGRES: &str = "
ALTER TABLE granted_sets ADD COLUMN digest bytea NOT NULL;
CREATE UNIQUE INDEX granted_sets_digest ON granted_sets (app_id, basis, digest);
";

const UNIQUE_SQLITE: &str =
    "CREATE UNIQUE INDEX granted_sets_granted ON granted_sets (app_id, basis, granted)";

/// They fire by name: this one after `keep`, which locks the account.
const POSTGRES: &str = "
CREATE TRIGGER keep_grant AFTER INSERT ON connections
    FOR EACH ROW EXECUTE FUNCTION mooring_keep_connection_grant();
CREATE TRIGGER keep_grant_change AFTER UPDATE ON connections FOR EACH ROW
    WHEN (OLD.granted_scopes IS DISTINCT FROM NEW.granted_scopes
        OR OLD.scopes_unknown IS DISTINCT FROM NEW.scopes_unknown
        OR OLD.standing IS DISTINCT FROM NEW.standing
        OR OLD.health IS DISTINCT FROM NEW.health OR OLD.health_since IS DISTINCT FROM NEW.health_since)
    EXECUTE FUNCTION mooring_keep_connection_grant();
";

/// Those of the rows that are there already are counted at once.
const POSTGRES_COUNT: &str = "
CREATE TRIGGER count_grant AFTER INSERT OR DELETE ON connection_grants
    FOR EACH ROW EXECUTE FUNCTION mooring_count_grant();
CREATE TRIGGER count_grant_change AFTER UPDATE ON connection_grants FOR EACH ROW
    WHEN (OLD.set_id IS DISTINCT FROM NEW.set_id OR OLD.health IS DISTINCT FROM NEW.health)
    EXECUTE FUNCTION mooring_count_grant();
";

const DROP_POSTGRES: &str = "
DROP TRIGGER keep_grant ON connections; DROP TRIGGER keep_grant_change ON connections;
DROP TRIGGER count_grant ON connection_grants; DROP TRIGGER count_grant_change ON connection_grants;
";

/// Each trigger of SQLite: its name, when it runs, and what it does.
fn sqlite() -> [(&'static str, &'static str, String); 5] {
    let basis = basis("NEW");
    let same =
        format!("s.app_id = NEW.app_id AND s.basis = {basis} AND s.granted = NEW.granted_scopes");
    // The policy of the statement that fired a trigger would override OR IGNORE.
    let set = format!(
        "INSERT INTO granted_sets (id, tenant_id, app_id, basis, granted) \
         SELECT randomblob(16), NEW.tenant_id, NEW.app_id, {basis}, NEW.granted_scopes \
         WHERE NOT EXISTS (SELECT 1 FROM granted_sets s WHERE {same}); "
    );
    let of_set = format!("(SELECT s.id FROM granted_sets s WHERE {same})");
    let count = |row: &str, n: i8| {
        format!(
            "INSERT INTO count_changes (tenant_id, kind, key, health, n) \
             VALUES ({row}.tenant_id, 'set', lower(hex({row}.set_id)), {row}.health, {n}); "
        )
    };
    [
        (
            "connections_keep_grant",
            "AFTER INSERT ON connections",
            format!(
                "{set} INSERT INTO connection_grants \
                 (connection_id, tenant_id, app_id, set_id, subdomain, health, health_since) \
                 VALUES (NEW.id, NEW.tenant_id, NEW.app_id, {of_set}, NEW.subdomain, NEW.health, NEW.health_since);"
            ),
        ),
        (
            "connections_keep_grant_change",
            "AFTER UPDATE ON connections WHEN OLD.granted_scopes IS NOT NEW.granted_scopes \
             OR OLD.scopes_unknown IS NOT NEW.scopes_unknown OR OLD.standing IS NOT NEW.standing \
             OR OLD.health IS NOT NEW.health OR OLD.health_since IS NOT NEW.health_since",
            format!(
                "{set} UPDATE connection_grants SET set_id = {of_set}, health = NEW.health, \
                 health_since = NEW.health_since WHERE connection_id = NEW.id;"
            ),
        ),
        (
            "connection_grants_count",
            "AFTER INSERT ON connection_grants",
            count("NEW", 1),
        ),
        (
            "connection_grants_count_change",
            "AFTER UPDATE ON connection_grants WHEN OLD.set_id IS NOT NEW.set_id OR OLD.health IS NOT NEW.health",
            count("OLD", -1) + &count("NEW", 1),
        ),
        (
            "connection_grants_count_removal",
            "AFTER DELETE ON connection_grants",
            count("OLD", -1),
        ),
    ]
}

async fn tables(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sets = Table::create()
        .table(Alias::new(SETS))
        .col(id())
        .col(tenant())
        .col(uuid("app_id"))
        // What is known: told, unknown or gone.
        .col(string("basis"))
        // The scopes as they stand with the connection.
        .col(text("granted"))
        .foreign_key(&mut owned_by("apps", "app_id"))
        .to_owned();
    manager.create_table(sets).await?;
    let grants = Table::create()
        .table(Alias::new(GRANTS))
        .col(uuid("connection_id").primary_key())
        .col(tenant())
        .col(uuid("app_id"))
        .col(uuid("set_id"))
        .col(string("subdomain"))
        .col(string("health"))
        .col(at("health_since"))
        .foreign_key(&mut owned_by("connections", "connection_id"))
        .to_owned();
    manager.create_table(grants).await?;
    for (table, columns) in INDEXES {
        manager.create_index(index(table, columns, false)).await?;
    }
    Ok(())
}

/// The rows of the connections that are there, and how many have each set.
fn filled(postgres: bool) -> [String; 3] {
    let basis = basis("c");
    let (new_id, digest, summed, same, key) = if postgres {
        (
            "gen_random_uuid()",
            ", digest",
            ", sha256(convert_to(granted, 'UTF8'))",
            "s.digest = sha256(convert_to(c.granted_scopes, 'UTF8'))",
            "replace(set_id::text, '-', '')",
        )
    } else {
        (
            "randomblob(16)",
            "",
            "",
            "s.granted = c.granted_scopes",
            "lower(hex(set_id))",
        )
    };
    [
        format!(
            "INSERT INTO granted_sets (id, tenant_id, app_id, basis, granted{digest}) \
             SELECT {new_id}, tenant_id, app_id, basis, granted{summed} FROM ( \
             SELECT DISTINCT c.tenant_id, c.app_id, {basis} AS basis, c.granted_scopes AS granted FROM connections c \
             ) AS known"
        ),
        format!(
            "INSERT INTO connection_grants (connection_id, tenant_id, app_id, set_id, subdomain, health, health_since) \
             SELECT c.id, c.tenant_id, c.app_id, s.id, c.subdomain, c.health, c.health_since FROM connections c \
             JOIN granted_sets s ON s.app_id = c.app_id AND s.basis = {basis} AND {same}"
        ),
        format!(
            "INSERT INTO kept_counts (tenant_id, kind, key, health, n) \
             SELECT tenant_id, 'set', {key}, health, count(*) FROM connection_grants GROUP BY 1, 2, 3, 4"
        ),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let db = manager.get_connection();
        tables(manager).await?;
        let unique = if postgres {
            UNIQUE_POSTGRES
        } else {
            UNIQUE_SQLITE
        };
        db.execute_unprepared(unique).await?;
        functions::up(manager, self.name()).await?;
        if postgres {
            // First: nobody writes connections from here on until all are there.
            db.execute_unprepared(POSTGRES).await?;
        }
        for statement in filled(postgres) {
            db.execute_unprepared(&statement).await?;
        }
        if postgres {
            db.execute_unprepared(POSTGRES_COUNT).await?;
            return Ok(());
        }
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
        }
        functions::down(manager, self.name()).await?;
        for table in [GRANTS, SETS] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        for table in ["count_changes", "kept_counts"] {
            db.execute_unprepared(&format!("DELETE FROM {table} WHERE kind = 'set'"))
                .await?;
        }
        Ok(())
    }
}
