//! What is removed of jobs: with accounts, with time, with their tenant.

use super::{chosen, filter, known, run, tag};
use crate::flow::{self, sub};
use domain::{job::Work, time::Span};
use service::{
    Confirmed,
    connections::{by_account::AccountsQuery, erase::erase},
    jobs,
    tenants::deletion::delete,
    worker,
};

#[tokio::test]
async fn an_erased_account_is_in_no_job_and_no_file() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.connect("bolt").await;
        let export = run(&f, Work::Export, filter(AccountsQuery::default())).await;
        run(&f, Work::Check, chosen(&["acme"])).await;
        erase(&f.owner, "returns", &sub("acme")).await.unwrap();
        let left = "SELECT subdomain FROM job_items";
        let left = f.world.texts(left).await;
        assert_eq!(left, [Some("bolt".to_owned())]);
        let mut file = jobs::file(&f.owner, export.id).await.unwrap();
        let text = file.next().await.unwrap();
        assert!(text.contains("bolt") && !text.contains("acme"), "{text}");
        assert_eq!(file.next().await, None);
    })
    .await;
}

/// One that is erased while it waits holds nothing up.
#[tokio::test]
async fn a_job_whose_accounts_are_erased_comes_to_its_end() {
    flow::each(async |f| {
        f.connect("acme").await;
        let id = super::begin(&f.owner, Work::Check, chosen(&["acme"])).await;
        jobs::run_due(&f.world.services).await.unwrap();
        erase(&f.owner, "returns", &sub("acme")).await.unwrap();
        let done = super::over(&f, id).await;
        assert_eq!((done.done, done.failed), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn files_go_after_a_day_and_jobs_after_a_month() {
    flow::each(async |f| {
        let services = &f.world.services;
        known(&f, ["one".to_owned(), "two".to_owned()]).await;
        worker::tidy(services).await.unwrap();
        let export = run(&f, Work::Export, filter(AccountsQuery::default())).await;
        let tagged = run(&f, tag("VIP"), filter(AccountsQuery::default())).await;
        let days = async |number: i64| {
            for _ in 0..number {
                f.advance(Span::hours(23));
                worker::tidy(services).await.unwrap();
            }
        };
        days(1).await;
        assert!(jobs::file(&f.owner, export.id).await.is_ok());
        days(1).await;
        let gone = jobs::file(&f.owner, export.id).await;
        assert!(matches!(gone, Err(jobs::JobError::Refused(_))));
        let lines = "SELECT note FROM job_items WHERE note IS NOT NULL";
        assert!(f.world.texts(lines).await.is_empty());
        days(28).await;
        assert!(jobs::show(&f.owner, tagged.id).await.is_ok());
        days(4).await;
        // Its accounts first, then the job.
        worker::tidy(services).await.unwrap();
        assert!(jobs::show(&f.owner, tagged.id).await.is_err());
        assert!(
            f.world
                .texts("SELECT subdomain FROM job_items")
                .await
                .is_empty()
        );
        assert!(f.world.texts("SELECT action FROM jobs").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_jobs_of_a_deleted_tenant_rest() {
    flow::each(async |f| {
        known(&f, ["one".to_owned()]).await;
        super::begin(&f.owner, tag("VIP"), chosen(&["one"])).await;
        delete(&f.owner, &Confirmed::for_test(&f.owner), "harbour")
            .await
            .unwrap();
        assert_eq!(jobs::run_due(&f.world.services).await.unwrap(), 0);
    })
    .await;
}
