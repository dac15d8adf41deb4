//! A reader of the tenant's events misses none, in whatever order transactions end.

use super::*;
use crate::{
    connections::show,
    core::services::Services,
    records::connection::Record,
    tenancy::outbox,
    testing::{self, World},
};
use sea_orm::{ConnectionTrait, Statement};
use std::time::Duration;

/// A tenant's owner and a connection of theirs.
async fn connection(world: &World) -> (Asker, ConnectionId) {
    let owner = world.owner("harbour").await;
    let app = world.app(&owner, "returns").await;
    let record = Record::offered(&world.services, app.id, "acme".parse().unwrap());
    let tx = owner.write().await.unwrap();
    record.insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
    (owner, record.id)
}

async fn say(tx: &Tx, services: &Services, connection: ConnectionId, result: &str) {
    let happening = Happening::Checked {
        result: result.into(),
    };
    outbox::add(services, tx, connection, &Actor::Worker, &happening).unwrap();
}

/// A reader that continues from its cursor.
struct Reader {
    owner: Asker,
    after: Option<After>,
    read: Vec<String>,
}

impl Reader {
    fn new(owner: &Asker) -> Self {
        Self {
            owner: owner.clone(),
            after: None,
            read: Vec::new(),
        }
    }

    fn number(&self) -> Option<i64> {
        match self.after? {
            After::Event(number, _) => Some(number),
            other => panic!("{other}"),
        }
    }

    async fn go_on(&mut self, limit: u64) {
        let page = of_tenant(&self.owner, self.after, limit).await.unwrap();
        self.after = page.next.or(self.after);
        for entry in page.entries {
            if let Happening::Checked { result } = entry.entry.happening {
                self.read.push(result);
            }
        }
    }
}

/// Waits until a transaction waits for a lock.
async fn somebody_waits(world: &World) {
    let sql = "SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..500 {
        let db = world.services.db.owner();
        let asked = Statement::from_string(world.backend, sql);
        if db.query_one_raw(asked).await.unwrap().is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody waits");
}

#[tokio::test]
async fn an_event_that_is_committed_late_is_not_passed_over() {
    testing::on_each_database(async |world| {
        let (owner, id) = connection(&world).await;
        let services = &world.services;
        let mut reader = Reader::new(&owner);
        if services.db.is_sqlite() {
            return; // SQLite has one writer, so the order is fixed.
        }
        let early = owner.write().await.unwrap();
        say(&early, services, id, "begun first").await;
        early.write_events().await.unwrap();
        let (other, services) = (owner.clone(), services.clone());
        let late = tokio::spawn(async move {
            let tx = other.write().await.unwrap();
            say(&tx, &services, id, "begun second").await;
            tx.commit().await.unwrap();
        });
        // The second one can't become visible before the first.
        somebody_waits(&world).await;
        reader.go_on(100).await;
        assert_eq!(reader.read, Vec::<String>::new());
        early.commit().await.unwrap();
        reader.go_on(100).await;
        late.await.unwrap();
        reader.go_on(100).await;
        assert_eq!(reader.read, ["begun first", "begun second"]);
    })
    .await;
}

#[tokio::test]
async fn of_many_writers_at_once_a_reader_misses_nothing_and_sees_nothing_twice() {
    testing::on_each_database(async |world| {
        let (owner, id) = connection(&world).await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..8 {
            let (owner, services) = (owner.clone(), world.services.clone());
            writers.spawn(async move {
                for i in 0..10 {
                    let tx = owner.write().await.unwrap();
                    say(&tx, &services, id, &format!("{writer} {i}")).await;
                    // Some are rolled back.
                    if i % 5 != 4 {
                        tx.commit().await.unwrap();
                    }
                }
            });
        }
        let mut reader = Reader::new(&owner);
        while let Some(ended) = {
            reader.go_on(3).await;
            writers.try_join_next()
        }
        .map_or_else(|| (!writers.is_empty()).then_some(Ok(())), Some)
        {
            ended.unwrap();
        }
        while {
            let before = reader.read.len();
            reader.go_on(7).await;
            reader.read.len() > before
        } {}
        assert_eq!(reader.read.len(), 64);
        let seen: std::collections::HashSet<_> = reader.read.iter().collect();
        assert_eq!(seen.len(), 64);
        assert_eq!(reader.number(), Some(64), "without gaps");
        // The timeline of the connection has them, too.
        let timeline = of_connection(&owner, id, None, 100).await.unwrap();
        assert_eq!(timeline.len(), 64);
        let page = show::show(&owner, "returns", &"acme".parse().unwrap()).await;
        assert!(page.unwrap().is_some());
    })
    .await;
}

/// Processes of the previous version write without a number, and backends may
/// still hold an event's id as their cursor.
#[tokio::test]
async fn what_older_versions_wrote_and_gave_is_understood() {
    testing::on_each_database(async |world| {
        let (owner, id) = connection(&world).await;
        for i in 0..4 {
            let tx = owner.write().await.unwrap();
            say(&tx, &world.services, id, &i.to_string()).await;
            tx.commit().await.unwrap();
        }
        let db = world.services.db.owner();
        let as_before = async |result: &str| {
            let id = world.uuid(world.services.new_id());
            let sql = format!(
                "INSERT INTO events (id, tenant_id, connection_id, kind, actor, details, at) \
                 SELECT {id}, tenant_id, connection_id, kind, actor, \
                 '{{\"kind\":\"checked\",\"result\":\"{result}\"}}', at \
                 FROM events ORDER BY id LIMIT 1"
            );
            db.execute_unprepared(&sql).await.unwrap();
        };
        while db
            .execute_unprepared("SELECT seq FROM events")
            .await
            .is_ok()
        {
            world.services.db.migrate_down(1).await.unwrap();
        }
        as_before("older").await;
        world.services.db.migrate().await.unwrap();
        as_before("younger").await;

        // On PostgreSQL with its present role.
        let later = world.second_process().await;
        let person = owner.person().unwrap();
        let owner = crate::people::membership::actor(&later, person, &owner.tenant_slug);
        let owner = owner.await.unwrap().unwrap();
        let mut reader = Reader::new(&owner);
        reader.go_on(100).await;
        assert_eq!(reader.read, ["0", "1", "2", "3", "older", "younger"]);
        let all = of_tenant(&owner, None, 100).await.unwrap();
        let last = After::Event(6, all.entries[5].entry.id);
        for (i, entry) in all.entries.iter().enumerate() {
            let text = entry.entry.id.to_string();
            let after: After = text.parse().unwrap();
            let rest = of_tenant(&owner, Some(after), 100).await.unwrap();
            assert_eq!(rest.entries, all.entries[i + 1..]);
            assert_eq!(rest.next, Some(last));
            let number = After::Number(i as i64 + 1);
            let rest = of_tenant(&owner, Some(number), 100).await.unwrap();
            assert_eq!(rest.entries, all.entries[i + 1..]);
            assert_eq!(rest.next, Some(last));
        }
        // For an entry that was removed with its app, reading continues from
        // the one before it.
        let gone = After::Id(EventId(world.services.new_id()));
        let rest = of_tenant(&owner, Some(gone), 100).await.unwrap();
        assert_eq!((rest.entries.len(), rest.next), (0, Some(last)));
        assert_eq!(last.to_string().parse(), Ok(last));
        for odd in ["-1", "1.5", "x", "99999999999999999999", "1.", ".1"] {
            assert_eq!(odd.parse::<After>(), Err(CursorError), "{odd}");
        }
    })
    .await;
}

/// SQLite has no statistics, as in all installations.
#[tokio::test]
async fn a_timeline_reads_no_other_connections_events() {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let owner = world.owner("harbour").await;
    let tx = owner.read().await.unwrap();
    let connection = ConnectionId(world.services.new_id());
    let plan = testing::plan::plan(&tx, newest_first(&tx, connection)).await;
    assert!(plan.contains("(connection_id=?)"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}
