//! Checking many accounts, at the common rate.

use super::{begin, chosen, filter, job, over, run};
use crate::flow::{self, Flow, sub};
use domain::{
    health::Health,
    job::{JobReason, JobState, Work},
    time::{Span, Timestamp},
};
use service::{
    connections::by_account::AccountsQuery,
    jobs,
    testing::{
        backends,
        fill::{Given, connect_all},
    },
    worker,
};
use simulator::{Endpoint, Fault};

/// Many accounts that work, as if each had been approved an hour ago.
async fn many(f: &Flow, number: usize) {
    let accounts = (0..number).map(|n| {
        let name = format!("shop-{n}");
        let scope = f.app.requested.to_string();
        let granted = f.sim.account(&name).grant("returns-id", &scope);
        Given {
            subdomain: sub(&name),
            access_token: granted.access_token.into(),
            refresh_token: granted.refresh_token.into(),
            expires_at: Timestamp::from_unix_seconds(granted.expires_at),
        }
    });
    connect_all(&f.owner, &f.app, accounts).await.unwrap();
}

#[tokio::test]
async fn two_hundred_checks_obey_the_common_rate() {
    for backend in backends() {
        let f = Flow::start(&backend, |config| config.refresh_rate = 50).await;
        many(&f, 200).await;
        f.sim.clear_log();
        let id = begin(&f.owner, Work::Check, filter(AccountsQuery::default())).await;
        let mut seconds = 0;
        while job(&f.owner, id).await.is_running() {
            jobs::run_due(&f.world.services).await.unwrap();
            // A second passes with each look.
            f.world.past("UPDATE pace SET free_at = 0").await;
            let before = f.sim.log().len();
            worker::tick(&f.world.services).await.unwrap();
            let asked = f.sim.log().len() - before;
            assert!(asked <= 50, "{asked} in a second");
            f.advance(Span::seconds(1));
            seconds += 1;
            assert!(seconds < 20, "{:?}", job(&f.owner, id).await);
        }
        let done = job(&f.owner, id).await;
        assert_eq!((done.total, done.done, done.failed), (200, 200, 0));
        assert!(seconds <= 8, "{seconds}");
        let refreshes = f.sim.refreshes_by_account();
        assert!(refreshes.values().all(|n| *n == 1), "each once");
        assert_eq!(refreshes.len(), 200);
        assert!(f.timeline("shop-7").await.contains(&"checked"));
    }
}

/// What is due by itself and what readers want doesn't wait behind a job of thousands.
#[tokio::test]
async fn a_job_asks_about_few_at_once_and_stops_soon() {
    for backend in backends() {
        let f = Flow::start(&backend, |config| config.refresh_rate = 2).await;
        many(&f, 12).await;
        let id = begin(&f.owner, Work::Check, filter(AccountsQuery::default())).await;
        jobs::run_due(&f.world.services).await.unwrap();
        let due = "SELECT subdomain FROM job_items WHERE state = 'asked'";
        assert_eq!(f.world.texts(due).await.len(), 8);
        jobs::stop(&f.owner, id).await.unwrap();
        for _ in 0..8 {
            f.world.past("UPDATE pace SET free_at = 0").await;
            jobs::run_due(&f.world.services).await.unwrap();
            worker::tick(&f.world.services).await.unwrap();
            f.advance(Span::seconds(1));
        }
        assert_eq!(f.sim.refreshes_by_account().len(), 8, "no others are asked");
        let stopped = job(&f.owner, id).await;
        assert_eq!(stopped.state, JobState::Stopped);
        assert_eq!((stopped.total, stopped.over()), (12, 0));
        let again = jobs::stop(&f.owner, id).await;
        assert!(
            matches!(again, Err(jobs::JobError::Refused(_))),
            "{again:?}"
        );
        assert_eq!(super::recorded(&f, "job.stopped").await, 1);
    }
}

#[tokio::test]
async fn what_failed_is_told_by_reason_and_tried_again_alone() {
    flow::each(async |f| {
        for name in ["fine", "gone", "silent"] {
            f.connect(name).await;
        }
        super::known(&f, ["loose".to_owned()]).await;
        f.sim.deactivate("gone");
        let down = Fault::status(503);
        f.sim.account("silent").fail_always(Endpoint::Token, down);
        let done = run(&f, Work::Check, filter(AccountsQuery::default())).await;
        assert_eq!((done.total, done.done, done.failed), (4, 2, 2));
        assert_eq!(f.account("gone").await.row.health, Health::Disconnected);
        let details = jobs::show(&f.owner, done.id).await.unwrap();
        let mut reasons: Vec<_> = details
            .failed
            .iter()
            .map(|one| (one.reason, one.accounts[0].0.to_string()))
            .collect();
        reasons.sort();
        let expected = [
            (JobReason::NotConnected, "loose".to_owned()),
            (JobReason::NoAnswer, "silent".to_owned()),
        ];
        assert_eq!(reasons, expected);
        let silent = details
            .failed
            .iter()
            .find(|one| one.reason == JobReason::NoAnswer);
        let why = silent.unwrap().accounts[0].2.clone();
        assert!(why.is_some_and(|why| !why.is_empty()), "it says why");

        f.sim.account("silent").heal(Endpoint::Token);
        f.sim.clear_log();
        let again = jobs::retry(&f.owner, done.id).await.unwrap();
        let again = over(&f, again).await;
        assert_eq!((again.total, again.done, again.failed), (2, 1, 1));
        let twice = jobs::retry(&f.owner, done.id).await;
        assert!(
            matches!(twice, Err(jobs::JobError::Refused(_))),
            "from another tab: {twice:?}"
        );
        let shown = jobs::show(&f.owner, done.id).await.unwrap();
        assert!(!shown.can_retry && shown.followed_by == Some(again.id));
        assert_eq!(f.account("silent").await.row.health, Health::Working);
        let asked: Vec<_> = f.sim.refreshes_by_account().into_keys().collect();
        assert_eq!(asked, ["silent"], "the others are left alone");
        let fine = run(&f, Work::Check, chosen(&["fine"])).await;
        let refused = jobs::retry(&f.owner, fine.id).await;
        assert!(matches!(refused, Err(jobs::JobError::Refused(_))));
    })
    .await;
}

/// An app whose credentials are refused: nothing is known of its accounts, and the job
/// comes to an end all the same.
#[tokio::test]
async fn accounts_of_a_refused_app_fail_with_that_reason() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.connect("bolt").await;
        f.sim.rotate_secret("returns-id", "another");
        f.app_refused("acme").await;
        let done = run(&f, Work::Check, chosen(&["acme", "bolt"])).await;
        assert_eq!(done.reasons, [(JobReason::AppRefused, 2)]);
    })
    .await;
}
