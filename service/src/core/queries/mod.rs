//! Statements that differ by dialect: `sqlite/*.sql` and `postgres/*.sql`. On
//! PostgreSQL most call a function, which sees all tenants or saves round trips
//! (`migration/src/functions`).
//!
//! On SQLite, each statement that must use a certain index names it, or fails.

use super::database::Database;
use sea_orm::{Statement, Value};

/// One statement in both dialects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query {
    sqlite: &'static str,
    postgres: &'static str,
}

impl Query {
    /// The statement for this database.
    pub fn with(self, db: &Database, values: impl IntoIterator<Item = Value>) -> Statement {
        let sql = if db.is_sqlite() {
            self.sqlite
        } else {
            self.postgres
        };
        Statement::from_sql_and_values(db.backend(), sql, values)
    }
}

/// Several statements with the same values, as many as the dialect needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Queries {
    sqlite: &'static [&'static str],
    postgres: &'static [&'static str],
}

impl Queries {
    /// The statements for this database, in their order.
    pub fn with(
        self,
        db: &Database,
        values: impl IntoIterator<Item = Value> + Clone,
    ) -> impl Iterator<Item = Statement> {
        let all = if db.is_sqlite() {
            self.sqlite
        } else {
            self.postgres
        };
        let backend = db.backend();
        all.iter()
            .map(move |sql| Statement::from_sql_and_values(backend, *sql, values.clone()))
    }
}

macro_rules! query {
    ($name:literal) => {
        Query {
            sqlite: include_str!(concat!("sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("postgres/", $name, ".sql")),
        }
    };
}

pub(crate) const AUDIT_HEADS: Query = query!("audit_heads");
/// Removes a tenant's events from before an instant, of each kind among so many of the
/// oldest. The column `n` of all rows together is how many were removed.
pub(crate) const EVENTS_CUT: Queries = Queries {
    sqlite: &[
        include_str!("sqlite/events_cut.sql"),
        include_str!("sqlite/tenant_events_cut.sql"),
    ],
    postgres: &[include_str!("postgres/events_cut.sql")],
};
/// Each connection that has a next attempt is in one of the indexes that are counted.
pub(crate) const COUNT_SCHEDULED: Query = query!("count_scheduled");
/// How many connections are due outside of the queue, up to a limit, and
/// whether there is a queue.
pub(crate) const DUE_LOOK: Query = query!("due_look");
/// Moves due connections into the queue.
pub(crate) const DUE_QUEUE: Query = query!("due_queue");
/// Leases due connections.
pub(crate) const DUE_TAKE: Query = query!("due_take");
/// The next connections of the queue, in order: round by round, and in each
/// round the tenants after the one served last, then those up to it.
pub(crate) const FAIR_QUEUE: Query = query!("fair_queue");
/// Adds changes of counts to the kept counts; on PostgreSQL so many at most, and `n` is
/// how many.
pub(crate) const FOLD_COUNTS: Queries = Queries {
    sqlite: &[
        include_str!("sqlite/fold_counts.sql"),
        "DELETE FROM count_changes",
        "DELETE FROM kept_counts WHERE n = 0",
    ],
    postgres: &[include_str!("postgres/fold_counts.sql")],
};
/// Adds changes of days to what is kept of them: on PostgreSQL so many at most, with the
/// oldest day to keep, and `n` is how many.
pub(crate) const FOLD_HEALTH_DAYS: Queries = Queries {
    sqlite: &[
        include_str!("sqlite/fold_health_days.sql"),
        "DELETE FROM health_day_changes",
    ],
    postgres: &[include_str!("postgres/fold_health_days.sql")],
};
/// What [`FOLD_HEALTH_DAYS`] does with days before the oldest one on PostgreSQL.
pub(crate) const AGE_HEALTH_DAYS: Queries = Queries {
    sqlite: &[
        include_str!("sqlite/age_health_days.sql"),
        "DELETE FROM health_days WHERE day > 0 AND day < $1",
    ],
    postgres: &[],
};
/// Compares what is kept of today with the rows, and mends it: whether to, on PostgreSQL;
/// the day; and the milliseconds since it began.
pub(crate) const RECOUNT_HEALTH_DAYS: Queries = Queries {
    sqlite: &[include_str!("sqlite/recount_health_days.sql")],
    postgres: &[include_str!("postgres/recount_health_days.sql")],
};
/// Compares what is kept with the rows, and mends it. On SQLite each statement changes as
/// many rows as differed; on PostgreSQL `n` is how many.
pub(crate) const RECOUNT: Queries = Queries {
    sqlite: &[
        include_str!("sqlite/rejudge.sql"),
        include_str!("sqlite/rejudge_tags.sql"),
        include_str!("sqlite/regrant_sets.sql"),
        include_str!("sqlite/regrant.sql"),
        include_str!("sqlite/recount.sql"),
    ],
    postgres: &[include_str!("postgres/recount.sql")],
};
/// Removes the previous client secrets that can't be put back any more.
pub(crate) const FORGET_PREVIOUS_SECRETS: Queries = Queries {
    sqlite: &[
        include_str!("sqlite/forget_previous_secrets.sql"),
        include_str!("sqlite/close_previous_secrets.sql"),
    ],
    postgres: &[include_str!("postgres/forget_previous_secrets.sql")],
};
/// The campaigns to be looked at now, of all tenants that are not deleted.
pub(crate) const CAMPAIGNS_DUE: Query = query!("campaigns_due");
/// The bulk jobs to go on with now, of all tenants that are not deleted: the present
/// instant, and the most of them.
pub(crate) const JOBS_DUE: Query = query!("jobs_due");
/// The apps whose connections are to be judged anew now, of all tenants that are not
/// deleted: the present instant, and the most of them.
pub(crate) const REJUDGEMENTS_DUE: Query = query!("rejudgements_due");
/// Removes jobs that ended before an instant, and the files of those that ended before
/// another one, so many rows at most; the column `n` of all rows together is how many.
pub(crate) const SWEEP_JOBS: Queries = Queries {
    sqlite: &[
        include_str!("sqlite/sweep_job_files.sql"),
        include_str!("sqlite/sweep_job_items.sql"),
        include_str!("sqlite/sweep_jobs.sql"),
    ],
    postgres: &[include_str!("postgres/sweep_jobs.sql")],
};
/// The mails to be sent now, of all tenants that are not deleted.
pub(crate) const MAILS_DUE: Query = query!("mails_due");
/// The memberships of a person in tenants that can be brought back.
pub(crate) const DELETED_MEMBERSHIPS_OF: Query = query!("deleted_memberships_of");
pub(crate) const MEMBERSHIPS_OF: Query = query!("memberships_of");
/// Delays by half the check interval and up to as much again.
pub(crate) const PUT_OFF: Query = query!("put_off");
/// The accounts of a tenant that hold a text of three letters or more: the tenant, the
/// text, whether to look at what is known of customers, and the most accounts to find.
pub(crate) const FIND_ACCOUNTS: Query = query!("find_accounts");
/// The same for one or two letters, at the beginnings of words.
pub(crate) const FIND_ACCOUNTS_BY_BEGINNING: Query = Query {
    sqlite: include_str!("sqlite/find_accounts_by_beginning.sql"),
    postgres: include_str!("postgres/find_accounts.sql"),
};
/// The steps of the schema that were run, and whether the database is read-only.
pub(crate) const READINESS: Query = query!("readiness");
/// The accounts of all tenants whose snooze is over, up to a number.
pub(crate) const SNOOZES_OVER: Query = query!("snoozes_over");
pub(crate) const SWEEP_AUTHORIZATIONS: Query = query!("sweep_authorizations");
pub(crate) const SWEEP_MAILS: Query = query!("sweep_mails");
pub(crate) const TENANT_OF_API_TOKEN: Query = query!("tenant_of_api_token");
pub(crate) const TENANT_OF_APP: Query = query!("tenant_of_app");
pub(crate) const TENANT_OF_AUTHORIZATION: Query = query!("tenant_of_authorization");
pub(crate) const TENANT_OF_BRAND: Query = query!("tenant_of_brand");
pub(crate) const TENANT_OF_INVITATION: Query = query!("tenant_of_invitation");
pub(crate) const TENANT_OF_LINK: Query = query!("tenant_of_link");
pub(crate) const TENANT_OF_STATE: Query = query!("tenant_of_state");
/// On SQLite, values are in subqueries, so that its planner can't see them:
/// after an ANALYZE, it would plan again for each bound value. On PostgreSQL
/// the tenant isn't known yet, so a function finds the row.
pub(crate) const TOKEN_FAST_PATH: Query = query!("token_fast_path");

/// Run before [`DUE_LOOK`], whose function does the same on PostgreSQL. It
/// frees leases that have ended or end later than any lease can; removes
/// connections from the queue that aren't due; and makes connections due now
/// that are due later than anything is planned.
pub(crate) const PUT_RIGHT: Queries = Queries {
    sqlite: &[
        include_str!("sqlite/due_free.sql"),
        include_str!("sqlite/due_unqueue.sql"),
        include_str!("sqlite/due_pull_in.sql"),
    ],
    postgres: &[],
};

/// [`FAIR_QUEUE`]'s function leases the connections that it chose. On SQLite
/// this statement leases `count` chosen ones; one that isn't due any more
/// leaves the queue.
pub(crate) fn take_chosen_on_sqlite(count: usize) -> String {
    let places: Vec<String> = (3..count + 3).map(|n| format!("${n}")).collect();
    include_str!("sqlite/take_chosen.sql").replace("{places}", &places.join(", "))
}
