//! Jobs whose process dies.

use super::{begin, filter, job, known, recorded, tag};
use crate::flow::{self, Flow};
use domain::{job::JobState, time::Span};
use service::{connections::by_account::AccountsQuery, jobs};

/// What a process does that dies in a step after the first one: the step is undone, and its
/// lease stays.
fn dies(f: &Flow) -> &'static [&'static str] {
    if f.world.services.db.is_sqlite() {
        &["CREATE TRIGGER dies BEFORE UPDATE OF done ON jobs \
           WHEN OLD.done > 0 AND NEW.done > OLD.done \
           BEGIN SELECT RAISE(ABORT, 'the process died'); END"]
    } else {
        &[
            "CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql \
             AS 'BEGIN RAISE EXCEPTION ''the process died''; END'",
            "CREATE TRIGGER dies BEFORE UPDATE ON jobs FOR EACH ROW \
             WHEN (OLD.done > 0 AND NEW.done > OLD.done) EXECUTE FUNCTION dies()",
        ]
    }
}

#[tokio::test]
async fn a_job_goes_on_in_another_process_and_does_nothing_twice() {
    flow::each(async |f| {
        known(&f, (0..400).map(|n| format!("shop-{n}"))).await;
        let id = begin(&f.owner, tag("VIP"), filter(AccountsQuery::default())).await;
        for statement in dies(&f) {
            f.world.execute(statement).await;
        }
        let other = f.world.second_process().await;
        assert_eq!(jobs::run_due(&f.world.services).await.unwrap(), 1);
        let left = job(&f.owner, id).await;
        let some = 1..400;
        assert!(left.is_running() && some.contains(&left.done), "{left:?}");
        let lives = if f.world.services.db.is_sqlite() {
            "DROP TRIGGER dies"
        } else {
            "DROP TRIGGER dies ON jobs"
        };
        f.world.execute(lives).await;
        assert_eq!(jobs::run_due(&other).await.unwrap(), 0, "it may be alive");
        f.advance(Span::minutes(2));
        assert_eq!(jobs::run_due(&other).await.unwrap(), 1);
        let done = job(&f.owner, id).await;
        assert_eq!(done.state, JobState::Finished);
        assert_eq!((done.total, done.done, done.changed), (400, 400, 400));
        // One for each when they were made known, and one for the tag.
        assert_eq!(recorded(&f, "customer.edited").await, 800);
        assert_eq!(recorded(&f, "job.ended").await, 1);
    })
    .await;
}

/// Two processes look at the same moment: one of them has the turn.
#[tokio::test]
async fn two_processes_share_a_job_without_doing_anything_twice() {
    flow::each(async |f| {
        known(&f, (0..300).map(|n| format!("shop-{n}"))).await;
        let id = begin(&f.owner, tag("VIP"), filter(AccountsQuery::default())).await;
        let other = f.world.second_process().await;
        let (a, b) = tokio::join!(jobs::run_due(&f.world.services), jobs::run_due(&other));
        assert!(a.unwrap() + b.unwrap() >= 1);
        let done = super::over(&f, id).await;
        assert_eq!((done.done, done.changed), (300, 300));
        assert_eq!(recorded(&f, "customer.edited").await, 600);
    })
    .await;
}

/// Another process takes the job with its first step, so that the one that made this step
/// has an old lease.
fn taken_over(f: &Flow) -> &'static [&'static str] {
    if f.world.services.db.is_sqlite() {
        &["CREATE TRIGGER taken_over AFTER UPDATE OF total ON jobs \
           WHEN OLD.total = 0 AND NEW.total > 0 \
           BEGIN UPDATE jobs SET fence = fence + 1 WHERE id = NEW.id; END"]
    } else {
        &[
            "CREATE FUNCTION taken_over() RETURNS trigger LANGUAGE plpgsql \
             AS 'BEGIN NEW.fence := NEW.fence + 1; RETURN NEW; END'",
            "CREATE TRIGGER taken_over BEFORE UPDATE ON jobs FOR EACH ROW \
             WHEN (OLD.total = 0 AND NEW.total > 0) EXECUTE FUNCTION taken_over()",
        ]
    }
}

/// A process that was paused beyond its lease leaves the job to whoever has it now.
#[tokio::test]
async fn an_old_lease_writes_nothing() {
    flow::each(async |f| {
        known(&f, (0..450).map(|n| format!("shop-{n}"))).await;
        let id = begin(&f.owner, tag("VIP"), filter(AccountsQuery::default())).await;
        for statement in taken_over(&f) {
            f.world.execute(statement).await;
        }
        let stalls = f.world.second_process().await;
        jobs::run_due(&stalls).await.unwrap();
        // In one turn it would have come to its end.
        let left = job(&f.owner, id).await;
        assert!(
            left.is_running() && left.total > 0 && left.done == 0,
            "{left:?}"
        );
        f.advance(Span::minutes(2));
        let done = super::over(&f, id).await;
        assert_eq!((done.total, done.done, done.changed), (450, 450, 450));
        assert_eq!(recorded(&f, "customer.edited").await, 900);
    })
    .await;
}
