//! security.md 86: a busy server is not taken for a dead one.

use super::{Database, Limits, Options, generation::Generation, pool::Pool};
use crate::testing::{Backend, World, backends};
use futures::future::join_all;
use sea_orm::{ConnAcquireErr, ConnectionTrait, DbErr, TransactionTrait};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// Longer than any of these tests takes on a busy machine.
const ENOUGH: Duration = Duration::from_secs(60);
const WAITS: &str = "UPDATE pace SET slow = slow WHERE id = 1";
/// How many connections the pool has.
const ALL: usize = 16;

async fn postgres(limits: Limits) -> Option<World> {
    let backend = backends()
        .into_iter()
        .find(|b| matches!(b, Backend::Postgres(_)))?;
    let opening = Options {
        limits,
        ..Options::default()
    };
    let gorgias = "https://{subdomain}.gorgias.invalid";
    Some(World::opened(&backend, gorgias, |_| (), opening).await)
}

/// A transaction that holds the row that [`WAITS`] needs.
async fn hold(db: &Database) -> sea_orm::DatabaseTransaction {
    let holder = db.owner().begin().await.unwrap();
    holder.execute_unprepared(WAITS).await.unwrap();
    holder
}

fn generation(pool: &Pool) -> Arc<Generation> {
    pool.current().0
}

/// All connections are busy with statements that finish, and a caller that
/// needs one more waits too long for it.
#[tokio::test(flavor = "multi_thread")]
async fn s86_a_busy_server_is_not_given_up() {
    let seconds = Duration::from_secs;
    let limits = Limits {
        connection: seconds(1),
        at_server: seconds(30),
        statement: seconds(40),
        ..Limits::default()
    };
    let Some(world) = postgres(limits).await else {
        return;
    };
    let db = &world.services.db;
    let before = generation(db.read());
    let holder = hold(db).await;
    let busy: Vec<_> = (0..ALL)
        .map(|_| {
            let pool = db.read().clone();
            tokio::spawn(async move { pool.execute_unprepared(WAITS).await })
        })
        .collect();
    let refused = async {
        let mut refused = 0;
        while refused < 3 {
            assert!(Arc::ptr_eq(&before, &generation(db.read())), "given up");
            match db.read().execute_unprepared("SELECT 1").await {
                Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) => refused += 1,
                Err(error) => panic!("{error}"),
                // Not all statements are under way yet.
                Ok(_) => tokio::task::yield_now().await,
            }
        }
    };
    timeout(ENOUGH, refused).await.unwrap();
    holder.commit().await.unwrap();
    for done in timeout(ENOUGH, join_all(busy)).await.unwrap() {
        done.unwrap().unwrap();
    }
    assert!(Arc::ptr_eq(&before, &generation(db.read())), "given up");
}

/// One statement gets no answer at all, while others do.
#[tokio::test(flavor = "multi_thread")]
async fn s86_a_server_that_answers_others_is_not_given_up() {
    let limits = Limits {
        at_server: Duration::from_secs(2),
        statement: Duration::from_secs(3),
        ..Limits::default()
    };
    let Some(world) = postgres(limits).await else {
        return;
    };
    let db = &world.services.db;
    // A connection that is as old as the question, from the pool that doesn't
    // ping connections in use.
    db.quick().execute_unprepared("SELECT 1").await.unwrap();
    let before = generation(db.read());
    let holder = hold(db).await;
    let waiting = tokio::spawn({
        let db = db.clone();
        async move {
            let tx = db.begin_write().await?;
            // Otherwise the server would end it first.
            tx.execute_unprepared("SET LOCAL statement_timeout = 0")
                .await?;
            tx.execute_unprepared(WAITS).await
        }
    });
    let others = async {
        while !waiting.is_finished() {
            db.quick().execute_unprepared("SELECT 1").await.unwrap();
        }
    };
    timeout(ENOUGH, others).await.unwrap();
    let error = waiting.await.unwrap().unwrap_err();
    assert!(error.to_string().contains("did not answer"), "{error}");
    assert!(Arc::ptr_eq(&before, &generation(db.read())), "given up");
    holder.rollback().await.unwrap();
}
