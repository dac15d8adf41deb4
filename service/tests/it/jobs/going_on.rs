//! Jobs whose process dies.

use super::{begin, filter, job, known, recorded, tag};
use crate::flow::{self, Flow};
use domain::{ids::JobId, job::JobState, time::Span};
use service::{connections::by_account::AccountsQuery, jobs};

async fn some_done(f: &Flow, id: JobId) {
    while job(&f.owner, id).await.done == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_job_goes_on_in_another_process_and_does_nothing_twice() {
    flow::each(async |f| {
        known(&f, (0..400).map(|n| format!("shop-{n}"))).await;
        let id = begin(&f.owner, tag("VIP"), filter(AccountsQuery::default())).await;
        let dies = f.world.second_process().await;
        let other = f.world.second_process().await;
        tokio::select! {
            done = jobs::run_due(&dies) => { done.unwrap(); }
            () = some_done(&f, id) => (),
        }
        drop(dies);
        let left = job(&f.owner, id).await;
        assert!(left.is_running() && left.done < 400, "{left:?}");
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

/// A process that was paused beyond its lease leaves the job to whoever has it now.
#[tokio::test]
async fn an_old_lease_writes_nothing() {
    flow::each(async |f| {
        known(&f, (0..450).map(|n| format!("shop-{n}"))).await;
        let id = begin(&f.owner, tag("VIP"), filter(AccountsQuery::default())).await;
        let stalls = f.world.second_process().await;
        let (had, ()) = tokio::join!(jobs::run_due(&stalls), async {
            while job(&f.owner, id).await.total == 0 {
                tokio::task::yield_now().await;
            }
            // Another process took it.
            f.world.past("UPDATE jobs SET fence = fence + 1").await;
        });
        had.unwrap();
        // In one turn it would have come to its end.
        let left = job(&f.owner, id).await;
        assert!(left.is_running() && left.done < 450, "{left:?}");
        f.advance(Span::minutes(2));
        let done = super::over(&f, id).await;
        assert_eq!((done.total, done.done, done.changed), (450, 450, 450));
        assert_eq!(recorded(&f, "customer.edited").await, 900);
    })
    .await;
}
