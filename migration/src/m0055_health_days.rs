//! Health over weeks is kept, not counted: of each app and day, how many connections more
//! or fewer are in a state, the time they spent in it, which states were the worst of the
//! day, why connections stopped, and how long it took until they worked again (ADR 39).
//!
//! Triggers keep it in the transaction that changes a row, as those of ADR 36 do. A change
//! is a row of its own, which waits for nobody; the worker adds these up.
//!
//! It begins with the worst states of the last fourteen days, which each connection has.

use crate::{
    columns::{add, at_null, index, remove, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const DAYS: &str = "health_days";
const CHANGES: &str = "health_day_changes";

/// A day in microseconds.
const DAY: &str = "86400000000";

const POSTGRES: &str = "
CREATE TRIGGER keep_health AFTER INSERT OR DELETE ON connections
    FOR EACH ROW EXECUTE FUNCTION mooring_keep_health();
CREATE TRIGGER keep_health_change AFTER UPDATE ON connections FOR EACH ROW
    WHEN (OLD.health IS DISTINCT FROM NEW.health)
    EXECUTE FUNCTION mooring_keep_health();
CREATE TRIGGER keep_health AFTER DELETE ON apps
    FOR EACH ROW EXECUTE FUNCTION mooring_keep_app_health();
CREATE TRIGGER keep_health_change AFTER UPDATE ON apps FOR EACH ROW
    WHEN ((OLD.fault_since IS NULL) <> (NEW.fault_since IS NULL))
    EXECUTE FUNCTION mooring_keep_app_health();
";

const DROP_POSTGRES: &str = "
DROP TRIGGER keep_health ON connections; DROP TRIGGER keep_health_change ON connections;
DROP TRIGGER keep_health ON apps; DROP TRIGGER keep_health_change ON apps;
";

/// The state of a letter (`domain::health::Health::letter`).
fn of_letter(letter: &str, otherwise: &str) -> String {
    format!(
        "CASE {letter} WHEN 'S' THEN 'setup_fault' WHEN 'N' THEN 'not_connected' \
         WHEN 'D' THEN 'disconnected' WHEN 'T' THEN 'stopping_soon' WHEN 'U' THEN 'unchecked' \
         WHEN 'R' THEN 'retrying' WHEN 'L' THEN 'limited' WHEN 'W' THEN 'working' ELSE {otherwise} END"
    )
}

/// The worst state of the last day that a row has a letter of.
fn last(row: &str) -> String {
    of_letter(
        &format!("substr({row}.strip, 14, 1)"),
        &format!("{row}.health"),
    )
}

/// When a row changed; never before the last day that it has a letter of.
fn changed(row: &str) -> String {
    format!("max({row}.health_since, {row}.strip_day * {DAY})")
}

/// As `mooring_health_cause` on PostgreSQL.
const CAUSE: &str = "CASE
    WHEN OLD.health = 'not_connected' THEN NULL
    WHEN NEW.health = 'not_connected' THEN 'by_person'
    WHEN OLD.health IN ('disconnected', 'setup_fault') THEN NULL
    WHEN NEW.health = 'disconnected' AND NEW.standing = 'lost' THEN 'refused'
    WHEN NEW.health = 'disconnected' THEN 'ran_out'
    WHEN OLD.health IN ('stopping_soon', 'unchecked') THEN NULL
    WHEN NEW.health = 'stopping_soon' THEN 'not_renewable'
    WHEN OLD.health = 'retrying' THEN NULL
    WHEN NEW.health = 'retrying' AND (NEW.failure_kind LIKE 'account_refused%' OR NEW.failure_kind = 'unreadable')
        THEN 'account_refused'
    WHEN NEW.health = 'retrying' AND NEW.failure_kind IN ('request_refused', 'client_refused') THEN 'our_request'
    WHEN NEW.health = 'retrying' THEN 'not_answering'
    WHEN NEW.health = 'limited' AND OLD.health = 'working' THEN 'fewer_permissions'
    END";

/// It was Disconnected, and is connected again.
const BACK: &str = "OLD.health = 'disconnected' AND NEW.health <> 'not_connected'";

/// Nothing proved it: the refusal was taken back, since the app was in doubt.
const UNPROVEN: &str = "OLD.last_fine_at IS NEW.last_fine_at";

/// The ranges of `domain::reconnect::BOUNDS`.
const RANGES: &[u32] = &[
    1, 2, 5, 15, 30, 60, 120, 240, 480, 720, 1_440, 2_880, 4_320, 7_200, 10_080, 20_160, 43_200,
    86_400, 129_600,
];

fn range() -> String {
    let cases: String = RANGES
        .iter()
        .map(|end| {
            let micros = u64::from(*end) * 60_000_000;
            format!("WHEN NEW.health_since - OLD.health_since <= {micros} THEN '{end}' ")
        })
        .collect();
    format!("CASE {cases} ELSE '999999' END")
}

/// Each trigger of SQLite: its name, when it runs, and what it does. A row to be added is
/// its row, instant, kind, key, number, whether the instant counts, and a condition.
fn sqlite() -> Vec<(&'static str, &'static str, String)> {
    let add = |row: &str, at: &str, kind: &str, key: &str, n: i8, moment: bool, when: &str| {
        let moment = match moment {
            true => format!("{n} * (({at}) % {DAY} / 1000)"),
            false => "0".to_owned(),
        };
        let app = if row.ends_with("app") { "id" } else { "app_id" };
        let row = row.trim_end_matches(" app");
        format!(
            "INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment) \
             SELECT {row}.tenant_id, {row}.{app}, ({at}) / {DAY}, '{kind}', {key}, {n}, {moment} WHERE {when}; "
        )
    };
    let (new, old) = (changed("NEW"), changed("OLD"));
    // The worst state of the day before the change: the state that it began with, if it
    // is another day.
    let before = format!(
        "CASE WHEN OLD.strip_day = NEW.strip_day THEN {} ELSE OLD.health END",
        last("OLD")
    );
    let after = last("NEW");
    let there = "EXISTS (SELECT 1 FROM apps WHERE id = OLD.app_id)";
    vec![
        (
            "connections_keep_health",
            "AFTER INSERT ON connections",
            add("NEW", &new, "state", "NEW.health", 1, true, "true")
                + &add("NEW", &new, "worst", "NEW.health", 1, false, "true"),
        ),
        (
            "connections_keep_health_change",
            "AFTER UPDATE ON connections WHEN OLD.health IS NOT NEW.health",
            add("NEW", &new, "state", "OLD.health", -1, true, "true")
                + &add("NEW", &new, "state", "NEW.health", 1, true, "true")
                + &add(
                    "NEW",
                    &new,
                    "worst",
                    &before,
                    -1,
                    false,
                    &format!("({before}) <> ({after})"),
                )
                + &add(
                    "NEW",
                    &new,
                    "worst",
                    &after,
                    1,
                    false,
                    &format!("({before}) <> ({after})"),
                )
                + &add(
                    "NEW",
                    &new,
                    "cause",
                    CAUSE,
                    1,
                    false,
                    &format!("({CAUSE}) IS NOT NULL"),
                )
                + &add(
                    "NEW",
                    &new,
                    "back",
                    &range(),
                    1,
                    false,
                    &format!("{BACK} AND NOT ({UNPROVEN})"),
                )
                + &add(
                    "NEW",
                    &new,
                    "cause",
                    "'refused'",
                    -1,
                    false,
                    &format!("{BACK} AND {UNPROVEN}"),
                ),
        ),
        (
            // All of a removed app goes.
            "connections_keep_health_removal",
            "AFTER DELETE ON connections",
            add("OLD", &old, "state", "OLD.health", -1, true, there)
                + &add(
                    "OLD",
                    &old,
                    "worst",
                    &format!(
                        "CASE WHEN OLD.strip_day = ({old}) / {DAY} THEN {} ELSE OLD.health END",
                        last("OLD")
                    ),
                    -1,
                    false,
                    there,
                ),
        ),
        (
            "apps_keep_health_change",
            "AFTER UPDATE ON apps WHEN (OLD.fault_since IS NULL) <> (NEW.fault_since IS NULL)",
            add(
                "NEW app",
                "NEW.fault_since",
                "fault",
                "''",
                1,
                true,
                "NEW.fault_since IS NOT NULL",
            ) + &add(
                "NEW app",
                "NEW.fault_since",
                "cause",
                "'credentials'",
                1,
                false,
                "NEW.fault_since IS NOT NULL",
            ) + &add(
                "NEW app",
                "max(coalesce(NEW.fault_ended_at, NEW.updated_at), OLD.fault_since)",
                "fault",
                "''",
                -1,
                true,
                "NEW.fault_since IS NULL",
            ),
        ),
        (
            "apps_keep_health_removal",
            "AFTER DELETE ON apps",
            [DAYS, CHANGES]
                .map(|table| {
                    format!(
                        "DELETE FROM {table} WHERE tenant_id = OLD.tenant_id AND app_id = OLD.id; "
                    )
                })
                .concat(),
        ),
    ]
}

/// The state of each connection on each of fourteen days, as far as it is known; a day
/// counts as its worst state all day long. Rows that are alike are taken together.
fn begin() -> Vec<String> {
    let letter = of_letter(
        "substr(g.strip, CAST(14 - (g.strip_day - d.day) AS INTEGER), 1)",
        "NULL",
    );
    let of_day = format!("CASE WHEN d.day > g.strip_day THEN g.health ELSE {letter} END");
    let days: Vec<String> = (0..14).map(|n| format!("SELECT {n} AS n")).collect();
    let states = format!(
        "WITH g AS (SELECT tenant_id, app_id, health, strip, strip_day, count(*) AS c FROM connections GROUP BY 1, 2, 3, 4, 5),
         f AS (SELECT max(strip_day) - 13 AS first FROM connections),
         d AS (SELECT f.first + o.n AS day FROM f, ({}) AS o),
         s AS (SELECT g.tenant_id, g.app_id, d.day, {of_day} AS health, sum(g.c) AS c FROM g, d GROUP BY 1, 2, 3, 4),
         moved AS (SELECT tenant_id, app_id, day, health, c AS n FROM s WHERE health IS NOT NULL
             UNION ALL SELECT s.tenant_id, s.app_id, s.day + 1, s.health, -s.c FROM s, f
             WHERE s.health IS NOT NULL AND s.day < f.first + 13)
         INSERT INTO health_days (tenant_id, app_id, day, kind, key, n, moment)
         SELECT m.tenant_id, m.app_id, m.day, k.kind, m.health, sum(m.n), 0 FROM moved AS m,
             (SELECT 'state' AS kind UNION ALL SELECT 'worst') AS k
         GROUP BY 1, 2, 3, 4, 5 HAVING sum(m.n) <> 0",
        days.join(" UNION ALL ")
    );
    // From the worst state of the last day to the state after it.
    let worst = of_letter("substr(c.strip, 14, 1)", "NULL");
    let since = format!(
        "CASE WHEN c.health_since >= c.strip_day * {DAY} THEN c.health_since ELSE c.strip_day * {DAY} END"
    );
    let moment = format!("({since}) % {DAY} / 1000");
    let last = |kind: &str, key: &str, sign: &str, moment: &str, when: &str| {
        format!(
            "INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment)
             SELECT c.tenant_id, c.app_id, c.strip_day, '{kind}', {key}, {sign}count(*), {sign}sum({moment}) FROM connections c
             WHERE c.strip_day = (SELECT max(strip_day) FROM connections) AND {when} GROUP BY 1, 2, 3, 5"
        )
    };
    vec![
        states,
        last("state", &worst, "-", &moment, &format!("({worst}) <> c.health")),
        last(
            "state",
            "c.health",
            "",
            &moment,
            &format!("(({worst}) IS NULL OR ({worst}) <> c.health)"),
        ),
        last("worst", "c.health", "", "0", &format!("({worst}) IS NULL")),
        format!(
            "INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment)
             SELECT tenant_id, id, fault_since / {DAY}, 'fault', '', 1, fault_since % {DAY} / 1000 FROM apps
             WHERE fault_since IS NOT NULL"
        ),
    ]
}

async fn tables(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sums = |name: &'static str| {
        Table::create()
            .table(Alias::new(name))
            .col(tenant())
            // Without a foreign key: adding changes up would wait for an app's removal.
            .col(uuid("app_id"))
            // In UTC, from 1970; 0 for all days before those that are kept.
            .col(big_integer("day"))
            // `state`, `worst`, `fault`, `cause` or `back`.
            .col(string("kind"))
            // A state, a cause, the upper end of a range in minutes, or nothing.
            .col(string("key"))
            .col(big_integer("n"))
            // The sum of n × the instant in milliseconds since the day began.
            .col(big_integer("moment"))
            .to_owned()
    };
    let mut days = sums(DAYS);
    let mut key = Index::create();
    for column in ["tenant_id", "app_id", "day", "kind", "key"] {
        key.col(Alias::new(column));
    }
    days.primary_key(&mut key);
    manager.create_table(days).await?;
    manager.create_table(sums(CHANGES)).await?;
    add(manager, "apps", at_null("fault_ended_at")).await?;
    for (table, columns) in [(DAYS, &["day"][..]), (CHANGES, &["tenant_id", "app_id"])] {
        manager.create_index(index(table, columns, false)).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        tables(manager).await?;
        functions::up(manager, self.name()).await?;
        // First, so that no change is made between what is there and what is kept.
        if manager.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(POSTGRES).await?;
        } else {
            for (name, when, does) in sqlite() {
                db.execute_unprepared(&format!("CREATE TRIGGER {name} {when} BEGIN {does} END"))
                    .await?;
            }
        }
        for statement in begin() {
            db.execute_unprepared(&statement).await?;
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
        remove(manager, "apps", "fault_ended_at").await?;
        for table in [CHANGES, DAYS] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}
