use super::*;
use crate::{
    core::config::Config,
    engine::load,
    testing::{World, backends},
};
use domain::{
    ids::{ConnectionId, TenantId},
    time::{Span, Timestamp},
};
use sea_orm::{DatabaseBackend, TransactionTrait};
use std::collections::{HashMap, HashSet};

/// A world with these tenants, each with this number of due connections.
struct Crowd {
    world: World,
    tenants: Vec<TenantId>,
}

impl Crowd {
    /// Runs on each database, at this rate, and with the planner's statistics taken.
    async fn each(rate: u32, sizes: &[usize], test: impl AsyncFn(Crowd)) {
        Self::set(|config| config.refresh_rate = rate, sizes, test).await;
    }

    /// The same, with other settings.
    async fn set(settings: impl Fn(&mut Config), sizes: &[usize], test: impl AsyncFn(Crowd)) {
        for backend in backends() {
            let template = "https://{subdomain}.gorgias.invalid";
            let world = World::configured(&backend, template, &settings).await;
            let mut tenants = Vec::new();
            for (n, size) in sizes.iter().enumerate() {
                let id = world.services.new_id();
                insert(&world, id, n, *size).await;
                tenants.push(TenantId(id));
            }
            world.execute("ANALYZE").await;
            test(Crowd { world, tenants }).await;
        }
    }

    async fn take(&self, room: usize) -> Taken {
        take(&self.world.services, room).await.unwrap()
    }

    /// Lets a second pass for the rate limit.
    async fn second(&self) {
        self.execute("UPDATE pace SET free_at = free_at - 1000000")
            .await;
    }

    /// Marks the leased connections as refreshed.
    async fn refreshed(&self, taken: &Taken) {
        let ids: Vec<String> = taken
            .leases
            .iter()
            .map(|(lease, _)| self.world.uuid(lease.connection.0))
            .collect();
        let later = self.world.clock_now().plus(Span::hours(5)).0;
        self
            .execute(&format!(
                "UPDATE connections SET lease_until = 0, queued_expiry = NULL, due_at = {later} WHERE id IN ({})",
                ids.join(", ")
            ))
            .await;
    }

    /// Runs SQL as the tables' owner.
    async fn execute(&self, sql: &str) {
        let db = self.world.services.db.owner();
        db.execute_unprepared(sql).await.unwrap();
    }

    async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.world.backend, sql.to_owned());
        let row = self
            .world
            .services
            .db
            .owner()
            .query_one_raw(statement)
            .await;
        row.unwrap().unwrap().try_get("", "n").unwrap()
    }

    async fn expiries(&self) -> HashMap<ConnectionId, i64> {
        let statement = Statement::from_string(
            self.world.backend,
            "SELECT id, access_expires_at FROM connections",
        );
        let rows = self.world.services.db.owner().query_all_raw(statement);
        let read = |row: &QueryResult| {
            let id = row.try_get("", "id").unwrap();
            (
                ConnectionId(id),
                row.try_get("", "access_expires_at").unwrap(),
            )
        };
        rows.await.unwrap().iter().map(read).collect()
    }
}

/// A tenant with connections that became due one after the other, and expire
/// within the same hour as all others, in another order. Its app has the
/// tenant's id.
async fn insert(world: &World, tenant: Uuid, number: usize, count: usize) {
    let now = world.clock_now();
    let (begin, hour) = (now.minus(Span::hours(10)).0, Span::hours(1).0);
    let (tenant, now) = (world.uuid(tenant), now.0);
    let db = world.services.db.owner();
    let owners = [
        format!(
            "INSERT INTO tenants (id, slug, name, created_at) VALUES ({tenant}, 'tenant-{number}', '', 0)"
        ),
        format!(
            "INSERT INTO apps (id, tenant_id, slug, name, client_id, requested_scopes, basic_encoding, pkce, \
             created_at, updated_at) VALUES ({tenant}, {tenant}, 'returns', '', '', '', 'raw', false, 0, 0)"
        ),
    ];
    for sql in owners {
        db.execute_unprepared(&sql).await.unwrap();
    }
    // PostgreSQL reads all versions of a kept number that one transaction wrote.
    for first in (1..=count).step_by(500) {
        // As autovacuum does: functions keep their plans, and those for empty tables are bad.
        world.execute("ANALYZE").await;
        let last = count.min(first + 499);
        let (id, numbers) = match world.backend {
            DatabaseBackend::Sqlite => (
                "randomblob(16)",
                format!(
                    "(WITH RECURSIVE g(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM g WHERE n < {last}) \
                     SELECT n FROM g) g"
                ),
            ),
            _ => (
                "gen_random_uuid()",
                format!("generate_series({first}::bigint, {last}) AS g(n)"),
            ),
        };
        let sql = format!(
            "INSERT INTO connections (id, tenant_id, app_id, subdomain, standing, renewable, granted_scopes, \
             missing_scopes, access_expires_at, failures, health, health_since, strip, strip_day, due_at, \
             token_version, created_at, updated_at) \
             SELECT {id}, {tenant}, {tenant}, 'shop-' || n, 'connected', true, 'offline', 0, \
             {now} - {hour} + ((n * 7919) % {count}) * {hour} / {count}, 0, 'working', 0, '', 0, {begin} + n, 1, 0, 0 \
             FROM {numbers}"
        );
        db.execute_unprepared(&sql).await.unwrap();
    }
}

/// security.md 32: many overdue connections are checked at the set rate,
/// tenants in fair order, each with its nearest expiry first, and each
/// connection once
#[tokio::test]
async fn s32_a_backlog_goes_by_turns_nearest_expiry_first_at_the_rate() {
    const RATE: usize = 250;
    let sizes = [3_000, 1_200, 500, 250, 50];
    Crowd::each(RATE as u32, &sizes, async |crowd| {
        let expiries = crowd.expiries().await;
        let mut left: HashMap<TenantId, usize> = crowd.tenants.iter().copied().zip(sizes).collect();
        let mut reached: HashMap<TenantId, i64> = HashMap::new();
        let mut seen = HashSet::new();
        let total: usize = sizes.iter().sum();
        for second in 0.. {
            assert!(second <= total / RATE + 1, "{} of {total}", seen.len());
            let taken = crowd.take(512).await;
            let count = taken.leases.len();
            assert!(count <= RATE, "{count} in a second");
            assert!(
                count == RATE || seen.len() + count == total,
                "a share that a tenant doesn't use goes to the others: {count}"
            );
            for slots in taken.leases.windows(2) {
                let apart = slots[1].1 - slots[0].1;
                assert_eq!(apart.as_millis(), 1_000 / RATE as u128, "no burst");
            }
            let mut shares: HashMap<TenantId, usize> = HashMap::new();
            for (lease, _) in &taken.leases {
                assert!(seen.insert(lease.connection), "each once");
                *shares.entry(lease.tenant).or_default() += 1;
                let expiry = expiries[&lease.connection];
                let before = reached.insert(lease.tenant, expiry).unwrap_or_default();
                assert!(before <= expiry, "nearest expiry first");
            }
            let most = shares.values().max().copied().unwrap_or_default();
            for tenant in &crowd.tenants {
                let (share, had) = (
                    shares.get(tenant).copied().unwrap_or_default(),
                    left[tenant],
                );
                assert!(
                    share + 1 >= most || share == had,
                    "{share} of {had}, others {most}"
                );
                left.insert(*tenant, had - share);
            }
            crowd.refreshed(&taken).await;
            if seen.len() == total {
                break;
            }
            crowd.second().await;
        }
        crowd.second().await;
        let rest = crowd.take(512).await;
        assert_eq!((rest.leases.len(), rest.left), (0, Left::Nothing));
    })
    .await;
}

/// With less than one request per look for each tenant, they are still served in order.
#[tokio::test]
async fn s32_turns_go_on_where_they_ended() {
    Crowd::each(1, &[40, 4, 4], async |crowd| {
        let mut order = Vec::new();
        for _ in 0..9 {
            let taken = crowd.take(64).await;
            assert_eq!(taken.leases.len(), 1);
            order.push(taken.leases[0].0.tenant);
            crowd.refreshed(&taken).await;
            crowd.second().await;
        }
        for three in order.chunks(3) {
            let served: HashSet<_> = three.iter().collect();
            assert_eq!(served.len(), 3, "{order:?}");
        }
    })
    .await;
}

/// The cost of a look doesn't grow with the number of connections.
#[tokio::test]
async fn s32_due_work_is_found_through_an_index() {
    Crowd::each(20, &[19_000, 1_000], async |crowd| {
        let later = crowd.world.clock_now().plus(Span::hours(5)).0;
        crowd
            .execute(&format!(
                "UPDATE connections SET due_at = {later} WHERE subdomain NOT IN ('shop-7', 'shop-8')"
            ))
            .await;
        crowd.execute("ANALYZE").await;
        let few = cost(&crowd).await;
        let taken = crowd.take(64).await;
        assert_eq!((taken.leases.len(), taken.left), (4, Left::Nothing));
        crowd.refreshed(&taken).await;
        // An outage: everything is due, and enters the queue.
        let now = crowd.world.clock_now().0;
        crowd
            .execute(&format!("UPDATE connections SET due_at = {now}"))
            .await;
        for _ in 0..2 {
            crowd.second().await;
            assert_eq!(crowd.take(64).await.leases.len(), 20);
        }
        assert_eq!(
            crowd
                .number("SELECT count(*) AS n FROM connections WHERE queued_expiry IS NULL AND lease_until = 0")
                .await,
            0,
            "all of it is in order after two looks"
        );
        let many = cost(&crowd).await;
        assert!(few <= 50 && many <= 200, "rows visited: {few}, {many}");
    })
    .await;
}

/// How many rows a look visits on PostgreSQL; on SQLite, its plans are checked.
async fn cost(crowd: &Crowd) -> i64 {
    let services = &crowd.world.services;
    let now = crowd.world.clock_now().0;
    let tx = services.db.owner().begin().await.unwrap();
    let run = |sql: String| Statement::from_string(crowd.world.backend, sql);
    if services.db.is_sqlite() {
        let fixed = [
            queries::DUE_LOOK,
            queries::DUE_QUEUE,
            queries::DUE_TAKE,
            queries::FAIR_QUEUE,
        ];
        let fixed = fixed.map(|query| query.with(&services.db, []).sql);
        let right = queries::PUT_RIGHT
            .with(&services.db, [])
            .map(|statement| statement.sql);
        let chosen = queries::take_chosen_on_sqlite(3);
        for sql in fixed.into_iter().chain(right).chain([chosen]) {
            let plan = tx.query_all_raw(run(format!("EXPLAIN QUERY PLAN {sql}")));
            for step in plan.await.unwrap() {
                let step: String = step.try_get("", "detail").unwrap();
                let scan = ["SCAN connections", "SCAN c", "SCAN f"]
                    .iter()
                    .any(|scan| step.starts_with(scan));
                // An index that holds only the queue may be read from its beginning.
                let small = step.contains("INDEX connections_queued");
                assert!(!scan || small, "{step} in {sql}");
            }
        }
        tx.rollback().await.unwrap();
        return 0;
    }
    // Earlier work of this connection may not be counted yet, so it is counted here.
    let visited = async || {
        let visited = "SELECT seq_scan, coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0) AS n \
                       FROM pg_stat_xact_user_tables WHERE relname = 'connections'";
        let row = tx.query_one_raw(run(visited.into())).await.unwrap();
        let row = row.unwrap();
        let number = |column| row.try_get::<i64>("", column).unwrap();
        (number("seq_scan"), number("n"))
    };
    let (scans, rows) = visited().await;
    for sql in [
        format!(
            "SELECT * FROM mooring_due_look({now}, {}, 45000000, 1000)",
            i64::MAX
        ),
        format!(
            "SELECT * FROM mooring_due_turns(45000000, {now}, 20, '{}')",
            Uuid::nil()
        ),
        format!("SELECT * FROM mooring_due_take(45000000, {now}, 20)"),
    ] {
        tx.query_all_raw(run(sql)).await.unwrap();
    }
    let (scans_after, rows_after) = visited().await;
    assert_eq!(scans_after, scans);
    tx.rollback().await.unwrap();
    rows_after - rows
}

/// security.md 33: leases and plans of a clock that was ahead don't block anything
#[tokio::test]
async fn s33_what_comes_from_the_future_is_put_right() {
    Crowd::each(1_000, &[4], async |crowd| {
        let world = &crowd.world;
        let day = Span::days(1).0;
        let taken = crowd.take(64).await;
        assert_eq!(taken.leases.len(), 4);
        crowd.second().await;
        assert_eq!(crowd.take(64).await.leases.len(), 0, "all are held");
        // The database's clock is put back by a day: leases and rate limit lie a day ahead.
        crowd
            .execute(&format!("UPDATE connections SET lease_until = lease_until + {day}"))
            .await;
        crowd
            .execute(&format!("UPDATE pace SET free_at = free_at + {day}, slow = 4, slow_since = slow_since + {day}"))
            .await;
        let scope = crate::TenantScope::new(&world.services, crowd.tenants[0]);
        let one = taken.leases[0].0.connection;
        let lease = Lease::take(&scope, one).await.unwrap();
        assert!(lease.is_some(), "a reader needn't wait for a day");
        lease.unwrap().give_back(&scope).await.unwrap();
        crowd.second().await;
        crowd.second().await;
        let again = crowd.take(64).await;
        assert_eq!(again.leases.len(), 4, "nor does the sweep");
        // The process' clock was a day ahead when it planned these.
        let ahead = world.clock_now().plus(Span::days(1) ).plus(Span::hours(5)).0;
        crowd
            .execute(&format!("UPDATE connections SET lease_until = 0, due_at = {ahead}"))
            .await;
        crowd.second().await;
        let pulled = crowd.take(64).await;
        assert_eq!(pulled.leases.len(), 4, "a plan for tomorrow is none");
        // The clock was ahead when these entered the queue; now they aren't due.
        let (expiry, due) = (Timestamp(1).0, world.clock_now().plus(Span::hours(5)).0);
        crowd
            .execute(&format!("UPDATE connections SET lease_until = 0, queued_expiry = {expiry}, due_at = {due}"))
            .await;
        crowd.second().await;
        assert_eq!(crowd.take(64).await.leases.len(), 0, "checked just now");
        assert_eq!(
            crowd.number("SELECT count(*) AS n FROM connections WHERE queued_expiry IS NOT NULL").await,
            0
        );
    })
    .await;
}

/// A process that died blocks a connection no longer than its lease.
#[tokio::test]
async fn a_lease_that_ran_out_is_free_again() {
    Crowd::each(1_000, &[3], async |crowd| {
        assert_eq!(crowd.take(64).await.leases.len(), 3);
        crowd
            .execute("UPDATE connections SET lease_until = 1")
            .await;
        crowd.second().await;
        assert_eq!(crowd.take(64).await.leases.len(), 3);
    })
    .await;
}

/// Up to 70 % of the rate there is no warning, above it there is; connections
/// count in every state.
#[tokio::test]
async fn more_than_seventy_percent_of_the_rate_is_too_much() {
    // One per second, for half an hour.
    const MOST: usize = 1_800 * 70 / 100;
    let settings = |config: &mut Config| {
        config.refresh_rate = 1;
        config.check_interval = Span::minutes(30);
    };
    Crowd::set(settings, &[MOST - 20, 20], async |crowd| {
        let services = &crowd.world.services;
        crowd.take(64).await;
        crowd.second().await;
        assert!(
            crowd
                .number("SELECT count(*) AS n FROM connections WHERE queued_expiry IS NOT NULL")
                .await
                > 0
        );
        crate::worker::tidy(services).await.unwrap();
        assert_eq!(load::count(services).await.unwrap(), MOST as u64);
        assert_eq!(load::known_too_high(services).await.unwrap(), None);
        insert(&crowd.world, services.new_id(), 9, 1).await;
        crate::worker::tidy(services).await.unwrap();
        assert_eq!(
            load::known_too_high(services).await.unwrap(),
            None,
            "counted now and then"
        );
        crowd.world.clock.advance(Span::minutes(10));
        crate::worker::tidy(services).await.unwrap();
        assert_eq!(load::known_too_high(services).await.unwrap(), Some(71));
    })
    .await;
}

/// security.md 52: about other tenants, the program's role gets leases and
/// numbers, no rows.
#[tokio::test]
async fn s52_the_sweeps_functions_are_the_programs_alone() {
    Crowd::each(1, &[1], async |crowd| {
        if crowd.world.services.db.is_sqlite() {
            return;
        }
        let open = "SELECT count(*) AS n FROM pg_proc WHERE proname LIKE 'mooring%' \
                    AND has_function_privilege('public', oid, 'EXECUTE')";
        assert_eq!(crowd.number(open).await, 0);
        let ours = "SELECT count(*) AS n FROM pg_proc WHERE (proname LIKE 'mooring_due%' OR proname = 'mooring_count_scheduled') \
                    AND has_function_privilege((SELECT role FROM installation), oid, 'EXECUTE')";
        assert_eq!(crowd.number(ours).await, 5);
    })
    .await;
}
