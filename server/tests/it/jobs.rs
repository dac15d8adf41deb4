//! Bulk jobs: chosen in the list, watched on their page, without script.

use crate::{
    browser::Browser,
    isolation::joined,
    test_server::{TestServer, connected_tenant, on_each_database},
};
use axum::http::StatusCode;
use domain::{app_limit::AppLimit, role::Role, time::Span};
use service::{accounts, jobs, worker};

const LIST: &str = "/t/acme/accounts";
const JOBS: &str = "/t/acme/jobs";

/// Three accounts, one of them connected.
async fn some(server: &TestServer) -> (crate::test_server::Tenant, Browser) {
    let tenant = connected_tenant(server).await;
    let file = b"subdomain,name\nbolt,Bolt Bikes\nfine,Fine Teas\n";
    accounts::import(&tenant.owner, file, false).await.unwrap();
    let browser = server.signed_in("acme").await;
    (tenant, browser)
}

/// Lets the worker come to the end of all jobs.
async fn over(server: &TestServer) {
    let services = &server.world.services;
    for _ in 0..10 {
        jobs::run_due(services).await.unwrap();
        worker::tick(services).await.unwrap();
        server.world.clock.advance(Span::seconds(1));
    }
}

/// The address of the job's page that a redirect leads to.
fn page_of(location: &str) -> String {
    location.split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn ticked_accounts_become_a_job_with_a_page() {
    on_each_database(async |server| {
        let (_, browser) = some(&server).await;
        let list = browser.get(LIST).await.expect(StatusCode::OK).body;
        for shown in [
            "name=\"account\" value=\"bolt\"",
            "aria-label=\"Choose Bolt Bikes\"",
            "aria-label=\"Choose all 3 of this page\"",
            "Check now",
            "Add tag",
            "Remove tag",
            "Export CSV",
            "All 3",
        ] {
            assert!(list.contains(shown), "{shown}: {list}");
        }
        let two = [
            ("action", "add_tag"),
            ("tag", "VIP"),
            ("account", "bolt"),
            ("account", "fine"),
            ("filter", ""),
        ];
        let started = browser.fill_in(LIST, JOBS, &two).await;
        let job = page_of(started.location());
        assert!(job.starts_with("/t/acme/jobs/"), "{job}");
        let page = browser.get(started.location()).await.body;
        assert!(page.contains("The job was started"), "{page}");
        assert!(page.contains("Add the tag VIP to 2 accounts"), "{page}");
        assert!(page.contains("You may leave this page"), "{page}");
        assert!(page.contains(">Stop<"), "{page}");
        let list = browser.get(LIST).await.body;
        assert!(
            list.contains("Job at work") && list.contains(&job),
            "{list}"
        );

        over(&server).await;
        let page = browser.get(&job).await.body;
        assert!(page.contains("Done: 2 done."), "{page}");
        assert!(page.contains("Undo for 2 accounts"), "{page}");
        assert!(!page.contains(">Stop<"), "{page}");
        let list = browser.get(LIST).await.body;
        assert!(
            !list.contains("Job at work") && list.contains("VIP"),
            "{list}"
        );
        let undone = browser.fill_in(&job, &format!("{job}/undo"), &[]).await;
        let undo = page_of(undone.location());
        over(&server).await;
        let page = browser.get(&undo).await.body;
        assert!(page.contains("Take the tag VIP from 2 accounts"), "{page}");
        let all = browser.get(JOBS).await.expect(StatusCode::OK).body;
        assert!(all.contains(&job) && all.contains(&undo), "{all}");
    })
    .await;
}

#[tokio::test]
async fn the_whole_page_and_all_that_match_can_be_meant() {
    on_each_database(async |server| {
        let (_, browser) = some(&server).await;
        let page = [
            ("action", "check"),
            ("page", "on"),
            ("shown", "bolt"),
            ("shown", "shop"),
            ("account", "bolt"),
        ];
        let job = browser.fill_in(LIST, JOBS, &page).await;
        let shown = browser.get(job.location()).await.body;
        assert!(shown.contains("Check 2 accounts now"), "{shown}");
        let all = [
            ("action", "add_tag"),
            ("tag", "new"),
            ("all", "on"),
            ("filter", "q=bolt&sort=name"),
            ("account", "fine"),
        ];
        let job = page_of(browser.fill_in(LIST, JOBS, &all).await.location());
        over(&server).await;
        let shown = browser.get(&job).await.body;
        assert!(shown.contains("Add the tag new to 1 account"), "{shown}");
        assert!(shown.contains("/t/acme/accounts?q=bolt"), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_keeps_what_was_chosen() {
    on_each_database(async |server| {
        let (_, browser) = some(&server).await;
        let bad = [
            ("action", "add_tag"),
            ("tag", "a,b"),
            ("account", "fine"),
            ("filter", "q=fine"),
        ];
        let again = browser.post(JOBS, &bad).await;
        let again = again.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
        assert!(again.contains("Type a tag"), "{again}");
        assert!(again.contains("value=\"a,b\""), "{again}");
        assert!(again.contains("value=\"q=fine\""), "{again}");
        let ticked = again
            .split("<input")
            .find(|input| input.contains("value=\"fine\"") && input.contains("name=\"account\""));
        assert!(ticked.unwrap().contains("checked"), "{again}");
        let none = browser.post(JOBS, &[("action", "check")]).await;
        let none = none.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
        assert!(none.contains("No account is chosen"), "{none}");
        for action in ["", "erase", "assign_back"] {
            let fields = [("action", action), ("account", "fine")];
            let odd = browser.post(JOBS, &fields).await;
            odd.expect(StatusCode::UNPROCESSABLE_ENTITY);
        }
        let stranger = "0190b5c1-7c3e-7000-8000-000000000000";
        let nobody = [
            ("action", "assign"),
            ("owner", stranger),
            ("account", "fine"),
        ];
        let nobody = browser.post(JOBS, &nobody).await;
        let nobody = nobody.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
        assert!(nobody.contains("Choose a member") || nobody.contains("choose a member"));
        assert!(browser.get(JOBS).await.body.contains("No jobs"));
    })
    .await;
}

/// A second click, or going back and sending the form again, starts no second job.
#[tokio::test]
async fn a_form_that_is_sent_twice_starts_one_job() {
    on_each_database(async |server| {
        let (_, browser) = some(&server).await;
        let list = browser.get(LIST).await;
        let key = list.form_key(JOBS);
        let fields = [
            ("form_key", key.as_str()),
            ("action", "check"),
            ("account", "shop"),
        ];
        let first = browser.post(JOBS, &fields).await;
        let second = browser.post(JOBS, &fields).await;
        assert_eq!(
            page_of(first.location()),
            page_of(second.location()),
            "it leads to what came of the first"
        );
        let all = browser.get(JOBS).await.body;
        assert_eq!(all.matches("Check 1 account now").count(), 1, "{all}");
    })
    .await;
}

#[tokio::test]
async fn what_failed_is_named_and_tried_again_alone() {
    on_each_database(async |server| {
        let (_, browser) = some(&server).await;
        let all = [("action", "check"), ("all", "on")];
        let job = page_of(browser.fill_in(LIST, JOBS, &all).await.location());
        over(&server).await;
        let page = browser.get(&job).await.body;
        assert!(page.contains("Done: 1 done, 2 failed."), "{page}");
        assert!(page.contains("nothing to check"), "{page}");
        assert!(page.contains("Bolt Bikes"), "{page}");
        assert!(page.contains("Try only those again"), "{page}");
        let retry = format!("{job}/retry");
        let again = browser.fill_in(&job, &retry, &[]).await;
        let again = page_of(again.location());
        over(&server).await;
        let page = browser.get(&again).await.body;
        assert!(page.contains("Check 2 accounts now"), "{page}");
        assert!(
            page.contains("Those that failed in the job before"),
            "{page}"
        );
        let page = browser.get(&job).await.body;
        assert!(page.contains("The job that followed"), "{page}");
        assert!(!page.contains("Try only those again"), "{page}");
        let stop = browser.post(&format!("{job}/stop"), &[]).await;
        let stop = stop.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
        assert!(stop.contains("was over already"), "{stop}");
    })
    .await;
}

#[tokio::test]
async fn an_export_is_downloaded_as_a_file() {
    on_each_database(async |server| {
        let (tenant, browser) = some(&server).await;
        let all = [("action", "export"), ("all", "on")];
        let job = page_of(browser.fill_in(LIST, JOBS, &all).await.location());
        let file = format!("{job}/file");
        let early = browser.post(&file, &[]).await;
        early.expect(StatusCode::UNPROCESSABLE_ENTITY);
        over(&server).await;
        let page = browser.get(&job).await.body;
        assert!(
            page.contains("Download CSV") && page.contains(&file),
            "{page}"
        );
        let sent = browser.post(&file, &[]).await.expect(StatusCode::OK);
        assert_eq!(sent.header("content-type"), "text/csv; charset=utf-8");
        let name = sent.header("content-disposition");
        assert!(name.contains("accounts-acme.csv"), "{name}");
        assert!(sent.body.contains("\"Fine Teas\""), "{}", sent.body);
        let all = AppLimit::All;
        let viewer = joined(&server, &tenant, Role::Viewer, all, "ann").await;
        let seen = viewer.get(&job).await.expect(StatusCode::OK).body;
        assert!(!seen.contains("Download CSV"), "{seen}");
        let refused = viewer.post(&file, &[]).await;
        refused.expect(StatusCode::FORBIDDEN);
        let list = viewer.get(LIST).await.body;
        assert!(!list.contains("name=\"account\""), "nothing to be ticked");
    })
    .await;
}

/// security.md 52, 53: the job of another tenant, or of others for who is narrowed.
#[tokio::test]
async fn s52_a_job_of_another_tenant_is_not_there() {
    on_each_database(async |server| {
        let (tenant, browser) = some(&server).await;
        let fields = [("action", "add_tag"), ("tag", "VIP"), ("account", "shop")];
        let job = page_of(browser.fill_in(LIST, JOBS, &fields).await.location());
        server.tenant("other").await;
        let stranger = server.signed_in("other").await;
        let own = job.replace("/acme/", "/other/");
        let only = AppLimit::from(Some(tenant.app.id));
        let narrowed = joined(&server, &tenant, Role::Operator, only, "ann").await;
        for (who, at) in [(&stranger, &job), (&stranger, &own), (&narrowed, &job)] {
            who.get(at).await.expect(StatusCode::NOT_FOUND);
            for form in ["stop", "retry", "undo", "file"] {
                let path = format!("{at}/{form}");
                who.post(&path, &[]).await.expect(StatusCode::NOT_FOUND);
            }
        }
        let all = AppLimit::All;
        let viewer = joined(&server, &tenant, Role::Viewer, all, "vic").await;
        viewer.get(&job).await.expect(StatusCode::OK);
        for form in ["stop", "retry", "undo"] {
            let refused = viewer.post(&format!("{job}/{form}"), &[]).await;
            refused.expect(StatusCode::FORBIDDEN);
        }
        let page = browser.get(&job).await.body;
        assert!(page.contains(">Stop<"), "nobody stopped it: {page}");
        let stopped = browser.post_and_look(&format!("{job}/stop"), &[]).await;
        let stopped = stopped.body;
        assert!(stopped.contains("The job is stopped"), "{stopped}");
        assert!(
            stopped.contains("The other one was left alone"),
            "{stopped}"
        );
    })
    .await;
}
