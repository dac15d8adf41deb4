//! `/t/{tenant}/live`

use crate::{
    browser::Browser,
    test_server::{TestServer, on_each_database},
};
use axum::{
    body::{Body, BodyDataStream},
    http::{Method, StatusCode},
};
use domain::{app_limit::AppLimit, role::Role, subdomain::Subdomain};
use futures::StreamExt;
use secrecy::{ExposeSecret, SecretString};
use server::{serving::Bounds, state::RouterOptions};
use service::{
    Confirmed,
    connections::links,
    people::{
        invitations::{self, NewInvitation, NewPerson, Passing},
        members, membership,
    },
    tenants::deletion,
};
use tower::ServiceExt;

async fn open(server: &TestServer, tenant: &str) -> (Browser, BodyDataStream) {
    let browser = server.signed_in(tenant).await;
    let stream = listen(server, &browser, tenant).await;
    (browser, stream)
}

async fn listen(server: &TestServer, browser: &Browser, tenant: &str) -> BodyDataStream {
    let request = browser
        .request(Method::GET, &format!("/t/{tenant}/live"))
        .body(Body::empty())
        .unwrap();
    let response = server.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-cache");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    let mut stream = response.into_body().into_data_stream();
    // At once, whatever happens: browsers wait for the first byte.
    assert_eq!(next(&mut stream).await.unwrap(), ": open\n\n");
    stream
}

async fn next(stream: &mut BodyDataStream) -> Option<String> {
    let bytes = stream.next().await?.unwrap();
    Some(String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn changes_of_the_tenant_arrive() {
    on_each_database(async |server| {
        let acme = server.tenant("acme").await;
        let other = server.tenant("other").await;
        let (_browser, mut stream) = open(&server, "acme").await;
        server.install(&other, "elsewhere").await;
        server.install(&acme, "shop").await;
        let event = next(&mut stream).await.unwrap();
        assert!(event.contains("event: change"), "{event}");
        assert!(event.contains("\"subdomain\":\"shop\""), "{event}");
        assert!(event.contains("\"health\":\"working\""), "{event}");
        assert!(!event.contains("elsewhere"), "{event}");
    })
    .await;
}

/// What follows an open page is what the page shows: older entries stay older ones.
#[tokio::test]
async fn a_page_of_older_entries_is_followed_as_such() {
    on_each_database(async |server| {
        let acme = server.tenant("acme").await;
        server.install(&acme, "shop").await;
        let browser = server.signed_in("acme").await;
        let account = format!("/t/acme/accounts/{}/shop", acme.app.slug);
        let older = "0190a6c5-0000-7000-8000-000000000001";
        let page = browser
            .get(&format!("{account}?days=30&before={older}"))
            .await;
        let page = page.expect(StatusCode::OK).body;
        let island = page
            .split("<leptos-island")
            .find(|i| i.contains("/t/acme/live"));
        let island = island.expect("the page listens");
        assert!(island.contains("days=30"), "{island}");
        assert!(island.contains(&format!("before={older}")), "{island}");
    })
    .await;
}

#[tokio::test]
async fn a_rotation_is_heard_of_as_it_comes_further() {
    on_each_database(async |server| {
        let acme = server.tenant("acme").await;
        let other = server.tenant("other").await;
        server.install(&acme, "shop").await;
        let (browser, mut stream) = open(&server, "acme").await;
        let mut heard = async || {
            loop {
                let event = next(&mut stream).await.unwrap();
                if event.contains("event: keys") {
                    return event;
                }
            }
        };
        service::keys::rotate::begin_as(&other.owner, &Confirmed::for_test(&other.owner))
            .await
            .unwrap();
        browser.post("/t/acme/keys", &[]).await;
        let event = heard().await;
        assert_eq!(event.matches("event: keys").count(), 1, "{event}");
        let services = &server.world.services;
        while service::keys::rotate::continue_all(services).await.unwrap() {}
        heard().await;
        let page = browser.get("/t/acme/keys").await.body;
        let live = page.split("data-live=\"keys\"").nth(1).unwrap();
        assert!(live.contains("All 4 readable records"), "{live}");
        let rotate = page.split("data-live=\"keys\"").next().unwrap();
        assert!(
            rotate.contains("form_key"),
            "what differs each time is outside"
        );
        assert!(!live.contains("form_key"));
    })
    .await;
}

/// security.md 47
#[tokio::test]
async fn the_stream_ends_with_the_session() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let (browser, mut stream) = open(&server, "acme").await;
        browser.post("/signout", &[]).await;
        assert_eq!(next(&mut stream).await, None);
    })
    .await;
}

/// security.md 47, 52
#[tokio::test]
async fn s47_the_stream_ends_with_the_tenant() {
    on_each_database(async |server| {
        let acme = server.tenant("acme").await;
        let (_browser, mut stream) = open(&server, "acme").await;
        let confirmed = Confirmed::for_test(&acme.owner);
        deletion::delete(&acme.owner, &confirmed, "acme")
            .await
            .unwrap();
        assert_eq!(next(&mut stream).await, None);
    })
    .await;
}

/// security.md 34
#[tokio::test]
async fn s34_the_stream_ends_with_the_process() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let (_browser, mut stream) = open(&server, "acme").await;
        server.options.shutdown.cancel();
        assert_eq!(next(&mut stream).await, None);
    })
    .await;
}

#[tokio::test]
async fn strangers_hear_nothing() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let answer = server.browser().get("/t/acme/live").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// security.md 75
#[tokio::test]
async fn s75_streams_are_bounded_for_each_session_and_in_all() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        server.tenant("other").await;
        let bounds = Bounds {
            streams_of_session: 2,
            streams: 3,
            ..Bounds::default()
        };
        let server = server.with(RouterOptions {
            bounds,
            ..RouterOptions::default()
        });
        let status = async |browser: &Browser, tenant: &str| {
            let request = browser.request(Method::GET, &format!("/t/{tenant}/live"));
            let request = request.body(Body::empty()).unwrap();
            let response = server.router.clone().oneshot(request).await.unwrap();
            (response.status(), response)
        };
        let acme = server.signed_in("acme").await;
        let (one, first) = status(&acme, "acme").await;
        let (two, _second) = status(&acme, "acme").await;
        assert_eq!((one, two), (StatusCode::OK, StatusCode::OK));
        let (three, refused) = status(&acme, "acme").await;
        assert_eq!(three, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers()["retry-after"], "30");
        // The same person elsewhere, and others, aren't held up by that.
        let elsewhere = server.signed_in("acme").await;
        let (elsewhere, _third) = status(&elsewhere, "acme").await;
        assert_eq!(elsewhere, StatusCode::OK);
        let other = server.signed_in("other").await;
        let (all, refused) = status(&other, "other").await;
        assert_eq!(all, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()["retry-after"], "30");
        // One that ends makes room.
        drop(first);
        assert_eq!(status(&other, "other").await.0, StatusCode::OK);
    })
    .await;
}

/// security.md 47
#[tokio::test]
async fn s47_an_open_page_hears_of_a_change_of_rights_within_a_second() {
    on_each_database(async |server| {
        let acme = server.tenant("acme").await;
        let owners = NewInvitation {
            emails: "second@x.example".into(),
            role: Role::Owner,
            apps: AppLimit::All,
        };
        let invited = invitations::invite(
            &acme.owner,
            Some(&Confirmed::for_test(&acme.owner)),
            owners,
            Passing::ByHand,
        )
        .await
        .unwrap();
        let token = invited[0]
            .url
            .as_ref()
            .unwrap()
            .expose_secret()
            .rsplit('/')
            .next()
            .unwrap();
        let new = NewPerson {
            name: "Second".into(),
            password: SecretString::from("lantern biscuit otter"),
        };
        let services = &server.world.services;
        let (second, slug) = invitations::accept_as_new(services, &token.into(), new, None)
            .await
            .unwrap();
        let second = membership::actor(services, second, &slug)
            .await
            .unwrap()
            .unwrap();
        let (_browser, mut stream) = open(&server, "acme").await;
        let id = acme.owner.person().unwrap();
        members::change(
            &second,
            Some(&Confirmed::for_test(&second)),
            id,
            Role::Viewer,
            &AppLimit::All,
        )
        .await
        .unwrap();
        let event = next(&mut stream).await.unwrap();
        assert!(event.contains("event: reload"), "{event}");
        members::remove(&second, id).await.unwrap();
        assert_eq!(next(&mut stream).await, None);
    })
    .await;
}

/// security.md 52
#[tokio::test]
async fn s52_who_is_limited_to_an_app_hears_of_that_app_alone() {
    on_each_database(async |server| {
        let acme = server.tenant("acme").await;
        let hidden = server.world.app(&acme.owner, "hidden").await;
        let limited = NewInvitation {
            emails: "ann@x.example".into(),
            role: Role::Viewer,
            apps: AppLimit::from(Some(hidden.id)),
        };
        let invited = invitations::invite(
            &acme.owner,
            Some(&Confirmed::for_test(&acme.owner)),
            limited,
            Passing::ByHand,
        )
        .await
        .unwrap();
        let path = invited[0].url.as_ref().unwrap().expose_secret();
        let ann = server.browser();
        let new = [("name", "Ann"), ("password", "lantern biscuit otter")];
        assert_eq!(ann.post(path, &new).await.location(), "/t/acme");
        let mut stream = listen(&server, &ann, "acme").await;
        server.install(&acme, "shop").await;
        let other = Subdomain::from_typed("other-shop").unwrap();
        links::create(&acme.owner, "hidden", &other, Default::default())
            .await
            .unwrap();
        let event = next(&mut stream).await.unwrap();
        assert!(
            event.contains("other-shop") && !event.contains("\"shop\""),
            "{event}"
        );
    })
    .await;
}

/// Browsers drop an event without data (HTML 9.2.6).
const JOBS: &str = "event: jobs\ndata: look\n\n";

#[tokio::test]
async fn progress_of_a_job_arrives_at_its_tenant_alone() {
    on_each_database(async |server| {
        let acme = server.tenant("acme").await;
        let other = server.tenant("other").await;
        server.install(&acme, "shop").await;
        let (_browser, mut stream) = open(&server, "acme").await;
        let (_other, mut others) = open(&server, "other").await;
        let new = service::jobs::NewJob {
            work: domain::job::Work::Export,
            selection: service::jobs::Selection::OneByOne(vec!["shop".parse().unwrap()]),
        };
        service::jobs::start(&acme.owner, new).await.unwrap();
        assert_eq!(next(&mut stream).await.unwrap(), JOBS);
        service::jobs::run_due(&server.world.services)
            .await
            .unwrap();
        assert_eq!(next(&mut stream).await.unwrap(), JOBS);
        // Another tenant's page hears of its own changes first.
        server.install(&other, "theirs").await;
        let heard = next(&mut others).await.unwrap();
        assert!(heard.starts_with("event: change"), "{heard}");
    })
    .await;
}
