//! The statements on SQLite. Those of PostgreSQL are functions of the same
//! shape, in `migration/src/functions/due_*.sql`.
//!
//! Each names the partial index that it goes by, or fails.

use crate::engine::lease::LEASE;
use sea_orm::Value;

/// The database's clock; see `Database::clock_sql`.
macro_rules! clock {
    () => {
        "CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)"
    };
}

/// Leases that ran out, and those that end later than any can.
const FREE: &str = concat!(
    "UPDATE connections SET lease_until = 0 WHERE id IN (\
     SELECT id FROM connections INDEXED BY connections_leased WHERE lease_until > 0 AND lease_until <= ",
    clock!(),
    " UNION ALL SELECT id FROM connections INDEXED BY connections_leased WHERE lease_until > 0 AND lease_until > ",
    clock!(),
    " + $1)"
);

/// What queues without being due.
const UNQUEUE: &str = "UPDATE connections SET queued_expiry = NULL WHERE id IN (\
     SELECT id FROM connections INDEXED BY connections_queued_due WHERE queued_expiry IS NOT NULL AND due_at > $1 \
     ORDER BY due_at DESC LIMIT $2)";

/// What is due later than anything can be.
const PULL_IN: &str = "UPDATE connections SET due_at = $1 WHERE id IN (\
     SELECT id FROM connections INDEXED BY connections_waiting \
     WHERE queued_expiry IS NULL AND lease_until = 0 AND due_at > $2 \
     ORDER BY due_at DESC LIMIT $3)";

/// What puts right whatever can't be as it is.
pub(super) fn put_right(now: i64, latest: i64) -> [(&'static str, Vec<Value>); 3] {
    let batch = super::BATCH;
    [
        (FREE, vec![LEASE.0.into()]),
        (UNQUEUE, vec![now.into(), batch.into()]),
        (PULL_IN, vec![now.into(), latest.into(), batch.into()]),
    ]
}

/// How many are due outside of the queue, up to a number, and whether there is a queue.
pub(super) const LOOK: &str = "SELECT (SELECT count(*) FROM (SELECT 1 FROM connections INDEXED BY connections_waiting \
     WHERE queued_expiry IS NULL AND lease_until = 0 AND due_at <= $1 LIMIT $2)) AS waiting, \
     EXISTS (SELECT 1 FROM connections INDEXED BY connections_queued WHERE queued_expiry IS NOT NULL AND lease_until = 0) AS queue";

/// What is due joins the queue.
pub(super) const QUEUE: &str = "UPDATE connections SET queued_expiry = coalesce(access_expires_at, 0) WHERE id IN (\
     SELECT id FROM connections INDEXED BY connections_waiting \
     WHERE queued_expiry IS NULL AND lease_until = 0 AND due_at <= $1 \
     ORDER BY due_at LIMIT $2) RETURNING 1";

/// Takes what is due.
pub(super) const TAKE: &str = concat!(
    "UPDATE connections SET lease_until = ",
    clock!(),
    " + $1, lease_fence = lease_fence + 1 WHERE id IN (\
     SELECT id FROM connections INDEXED BY connections_waiting \
     WHERE queued_expiry IS NULL AND lease_until = 0 AND due_at <= $2 \
     ORDER BY due_at LIMIT $3) RETURNING id, tenant_id, lease_fence"
);

/// Whose turn it is, in order: round by round, and in each the tenants after
/// the one served last, then those up to it.
pub(super) const TURNS: &str = "WITH RECURSIVE \
     ahead(tenant, turn) AS (\
       SELECT * FROM (SELECT tenant_id, 1 FROM connections INDEXED BY connections_queued \
         WHERE queued_expiry IS NOT NULL AND lease_until = 0 AND tenant_id > $2 \
         ORDER BY tenant_id, queued_expiry, id LIMIT 1) \
       UNION ALL \
       SELECT (SELECT tenant_id FROM connections INDEXED BY connections_queued \
         WHERE queued_expiry IS NOT NULL AND lease_until = 0 AND tenant_id > a.tenant \
         ORDER BY tenant_id, queued_expiry, id LIMIT 1), a.turn + 1 FROM ahead a \
       WHERE a.tenant IS NOT NULL AND a.turn < $1), \
     behind(tenant, turn) AS (\
       SELECT * FROM (SELECT tenant_id, $1 + 1 FROM connections INDEXED BY connections_queued \
         WHERE queued_expiry IS NOT NULL AND lease_until = 0 AND tenant_id <= $2 \
         ORDER BY tenant_id, queued_expiry, id LIMIT 1) \
       UNION ALL \
       SELECT (SELECT tenant_id FROM connections INDEXED BY connections_queued \
         WHERE queued_expiry IS NOT NULL AND lease_until = 0 AND tenant_id > b.tenant AND tenant_id <= $2 \
         ORDER BY tenant_id, queued_expiry, id LIMIT 1), b.turn + 1 FROM behind b \
       WHERE b.tenant IS NOT NULL AND b.turn < 2 * $1), \
     turns(tenant, turn) AS (SELECT tenant, turn FROM (\
       SELECT tenant, turn FROM ahead UNION ALL SELECT tenant, turn FROM behind) \
       WHERE tenant IS NOT NULL ORDER BY turn LIMIT $1), \
     walk(id, tenant, expiry, round, turn) AS (\
       SELECT c.id, t.tenant, c.queued_expiry, 1, t.turn FROM turns t \
         CROSS JOIN connections c ON c.id = (SELECT f.id FROM connections f INDEXED BY connections_queued \
           WHERE f.tenant_id = t.tenant AND f.queued_expiry IS NOT NULL AND f.lease_until = 0 \
           ORDER BY f.queued_expiry, f.id LIMIT 1) \
       UNION ALL \
       SELECT c.id, w.tenant, c.queued_expiry, w.round + 1, w.turn FROM walk w \
         CROSS JOIN connections c ON c.id = (SELECT f.id FROM connections f INDEXED BY connections_queued \
           WHERE f.tenant_id = w.tenant AND f.queued_expiry IS NOT NULL AND f.lease_until = 0 \
           AND (f.queued_expiry, f.id) > (w.expiry, w.id) \
           ORDER BY f.queued_expiry, f.id LIMIT 1) \
       ORDER BY 4, 5 LIMIT $1) \
     SELECT id FROM walk ORDER BY round, turn";

/// Takes so many chosen ones. One that isn't due after all leaves the queue.
pub(super) fn take_these(count: usize) -> String {
    let places: Vec<String> = (3..count + 3).map(|n| format!("${n}")).collect();
    format!(
        "UPDATE connections SET queued_expiry = NULL, lease_fence = lease_fence + 1, \
         lease_until = CASE WHEN due_at <= $2 THEN {clock} + $1 ELSE 0 END \
         WHERE id IN ({}) RETURNING id, tenant_id, lease_fence, lease_until",
        places.join(", "),
        clock = clock!(),
    )
}
