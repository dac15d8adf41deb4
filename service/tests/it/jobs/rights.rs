//! Who sees jobs, and what a job may while it runs.

use super::{begin, chosen, filter, job, known, over, run, tag, tags};
use crate::{
    flow::{self, Flow},
    members::{actor_of, joined, new},
};
use domain::{
    app_limit::AppLimit,
    job::{JobReason, JobState, Work},
    role::Role,
};
use service::{
    Actor, Confirmed,
    connections::by_account::AccountsQuery,
    jobs::{self, JobError},
    people::members,
};

async fn narrow(f: &Flow, who: &Actor, role: Role, apps: &AppLimit) -> Actor {
    let (id, confirmed) = (who.person().unwrap(), Confirmed::for_test(&f.owner));
    members::change(&f.owner, Some(&confirmed), id, role, apps)
        .await
        .unwrap();
    actor_of(&f.world, &f.owner, id).await.unwrap()
}

/// security.md 53
#[tokio::test]
async fn s53_a_job_stops_with_the_rights_of_whoever_started_it() {
    flow::each(async |f| {
        known(&f, ["one".to_owned(), "two".to_owned()]).await;
        let all = || filter(AccountsQuery::default());
        let ann = joined(&f.world, &f.owner, new("ann@x.example", Role::Success)).await;
        let id = begin(&ann, tag("VIP"), all()).await;
        narrow(&f, &ann, Role::Viewer, &AppLimit::All).await;
        let halted = over(&f, id).await;
        assert_eq!((halted.state, halted.over()), (JobState::Halted, 0));
        assert!(tags(&f, "one").await.is_empty());

        let ann = narrow(&f, &ann, Role::Success, &AppLimit::All).await;
        let id = begin(&ann, tag("VIP"), all()).await;
        members::remove(&f.owner, ann.person().unwrap())
            .await
            .unwrap();
        let halted = over(&f, id).await;
        assert_eq!(halted.state, JobState::Halted);
        assert!(tags(&f, "one").await.is_empty());
        assert_eq!(halted.by.as_deref(), Some("ann"), "it says whose it was");
        assert_eq!(super::recorded(&f, "job.ended").await, 2);
    })
    .await;
}

/// security.md 53: limited to some apps, in every way in which accounts are chosen, also
/// if the limit comes while the job runs.
#[tokio::test]
async fn s53_a_limited_member_reaches_the_accounts_of_their_apps_alone() {
    flow::each(async |f| {
        let tracking = f.another_app("tracking").await;
        f.connect("ours").await;
        assert!(f.connect_to(&tracking, "theirs").await);
        let ann = joined(&f.world, &f.owner, new("ann@x.example", Role::Success)).await;
        let only = AppLimit::from(Some(f.app.id));
        let limited = narrow(&f, &ann, Role::Success, &only).await;
        for (work, selection) in [
            (tag("a"), chosen(&["ours", "theirs"])),
            (tag("b"), filter(AccountsQuery::default())),
            (Work::Export, filter(AccountsQuery::default())),
            (Work::Check, chosen(&["ours", "theirs"])),
        ] {
            let id = begin(&limited, work, selection).await;
            let done = over(&f, id).await;
            assert_eq!((done.total, done.done), (1, 1), "{done:?}");
        }
        assert!(tags(&f, "theirs").await.is_empty());
        let not = jobs::start(
            &limited,
            jobs::NewJob {
                work: tag("c"),
                selection: chosen(&["theirs"]),
            },
        );
        assert!(matches!(not.await, Err(jobs::StartError::NothingChosen)));

        // The limit comes after the accounts were chosen.
        let free = narrow(&f, &ann, Role::Success, &AppLimit::All).await;
        let id = begin(&free, tag("d"), chosen(&["ours", "theirs"])).await;
        let limited = narrow(&f, &ann, Role::Success, &only).await;
        let done = over(&f, id).await;
        assert_eq!((done.done, done.failed), (1, 1));
        assert_eq!(done.reasons, [(JobReason::NotSeen, 1)]);
        assert!(tags(&f, "theirs").await.is_empty());
        // And that job tells of accounts that they don't see any more.
        let hidden = jobs::show(&limited, id).await;
        assert!(matches!(hidden, Err(JobError::NotFound)), "{hidden:?}");

        // One that began within a limit stays within it.
        let id = begin(&limited, tag("e"), filter(AccountsQuery::default())).await;
        narrow(&f, &ann, Role::Success, &AppLimit::All).await;
        assert_eq!(over(&f, id).await.total, 1);
        assert!(tags(&f, "theirs").await.is_empty());
    })
    .await;
}

/// security.md 52, 53: jobs of another tenant, and of others for who is limited, don't exist.
#[tokio::test]
async fn s52_a_job_of_somebody_else_is_not_there() {
    flow::each(async |f| {
        f.connect("acme").await;
        let export = run(&f, Work::Export, chosen(&["acme"])).await;
        let tagged = run(&f, tag("VIP"), chosen(&["acme"])).await;
        let running = begin(&f.owner, tag("new"), chosen(&["acme"])).await;
        let stranger = f.world.owner("pier").await;
        let ann = joined(&f.world, &f.owner, new("ann@x.example", Role::Operator)).await;
        let only = AppLimit::from(Some(f.app.id));
        let limited = narrow(&f, &ann, Role::Operator, &only).await;
        for other in [&stranger, &limited] {
            for id in [export.id, tagged.id, running] {
                let shown = jobs::show(other, id).await;
                assert!(matches!(shown, Err(JobError::NotFound)), "{shown:?}");
                let stopped = jobs::stop(other, id).await;
                assert!(matches!(stopped, Err(JobError::NotFound)), "{stopped:?}");
                let again = jobs::retry(other, id).await;
                assert!(matches!(again, Err(JobError::NotFound)), "{again:?}");
                let undone = jobs::undo(other, id).await;
                assert!(matches!(undone, Err(JobError::NotFound)), "{undone:?}");
                let file = jobs::file(other, id).await;
                assert!(matches!(file, Err(JobError::NotFound)));
            }
            assert!(jobs::list(other, None).await.unwrap().rows.is_empty());
            assert!(jobs::running(other).await.unwrap().is_none());
        }
        assert!(job(&f.owner, running).await.is_running());
        let all = jobs::list(&f.owner, None).await.unwrap();
        let ids: Vec<_> = all.rows.iter().map(|job| job.id).collect();
        assert_eq!(ids, [running, tagged.id, export.id], "the newest first");
        let newest = jobs::running(&f.owner).await.unwrap();
        assert_eq!(newest.map(|job| job.id), Some(running));
        let mut viewer = f.owner.clone();
        viewer.role = Role::Viewer;
        assert!(jobs::show(&viewer, running).await.is_ok());
        let stopped = jobs::stop(&viewer, running).await;
        assert!(matches!(stopped, Err(JobError::Forbidden(_))));
        assert!(matches!(
            jobs::file(&viewer, export.id).await,
            Err(JobError::Forbidden(_))
        ));
        assert!(matches!(
            jobs::undo(&viewer, tagged.id).await,
            Err(JobError::Forbidden(_))
        ));
    })
    .await;
}
