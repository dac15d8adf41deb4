//! Single sign-on over HTTP: forms, cookies and sessions.

mod settings;

use crate::{
    browser::{Answer, Browser},
    test_server::{TestServer, on_each_database},
};
use axum::http::{Method, StatusCode};
use domain::{app_limit::AppLimit, role::Role, time::Span};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use service::{
    Actor, Confirmed,
    people::{
        invitations::{self, NewInvitation, NewPerson, Passing},
        membership,
    },
    sso::{self, SsoForm},
};
use simulator::provider::{CLIENT_ID, CLIENT_SECRET, Provider};
use std::time::Duration;

/// Sets single sign-on up for a tenant.
async fn provider_of(owner: &Actor, change: impl FnOnce(&mut SsoForm)) -> Provider {
    let provider = Provider::start().await.unwrap();
    let mut form = SsoForm {
        issuer: provider.issuer().to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: Some(SecretString::from(CLIENT_SECRET)),
        groups: vec![("ops".to_owned(), Role::Operator)],
        ..SsoForm::default()
    };
    change(&mut form);
    sso::save(owner, &Confirmed::for_test(owner), &form)
        .await
        .unwrap();
    provider.is("priya", "priya@parcelwise.example", &["ops"]);
    provider
}

const NEW: &str = "lantern biscuit otter";

/// A member with a password of their own.
async fn member(server: &TestServer, owner: &Actor, role: Role) -> Actor {
    let services = &server.world.services;
    let new = NewInvitation {
        emails: format!("{}@x.example", role.code()),
        role,
        apps: AppLimit::All,
    };
    let confirmed = Confirmed::for_test(owner);
    let invited = invitations::invite(owner, Some(&confirmed), new, Passing::ByHand)
        .await
        .unwrap();
    let url = invited[0].url.as_ref().unwrap().expose_secret().to_owned();
    let token = SecretString::from(url.rsplit('/').next().unwrap());
    let person = NewPerson {
        name: "Jonas".to_owned(),
        password: SecretString::from(NEW),
    };
    let (id, slug) = invitations::accept_as_new(services, &token, person, None)
        .await
        .unwrap();
    membership::actor(services, id, &slug)
        .await
        .unwrap()
        .unwrap()
}

/// A browser in which such a member is signed in.
async fn browser_of(server: &TestServer, owner: &Actor, role: Role) -> Browser {
    member(server, owner, role).await;
    let browser = server.browser();
    let email = format!("{}@x.example", role.code());
    let answer = browser
        .post("/signin", &[("email", &email), ("password", NEW)])
        .await;
    assert_eq!(answer.location(), "/");
    browser
}

/// From the form through the provider and back.
async fn through(browser: &Browser, provider: &Provider, fields: &[(&str, &str)]) -> Answer {
    let begun = browser.post("/sso/acme/start", fields).await;
    let callback = provider.sign_in(begun.location());
    browser.get(&callback).await
}

async fn with_provider<F: AsyncFn(TestServer, Actor, Provider)>(test: F) {
    on_each_database(async |server| {
        let owner = server.tenant("acme").await.owner;
        let provider = provider_of(&owner, |_| ()).await;
        test(server, owner, provider).await;
    })
    .await;
}

#[tokio::test]
async fn somebody_comes_in_and_lands_where_they_wanted() {
    with_provider(async |server, _, provider| {
        let browser = server.browser();
        let page = browser
            .get("/signin?tenant=acme&next=/t/acme/accounts")
            .await;
        assert!(
            page.body.contains("action=\"/sso/acme/start\""),
            "{}",
            page.body
        );
        let policy = page.header("content-security-policy");
        assert!(policy.contains("form-action 'self' https:"), "{policy}");
        let session = browser.cookie("mooring_session");
        let back = through(&browser, &provider, &[("next", "/t/acme/accounts")]).await;
        assert_eq!(back.location(), "/t/acme/accounts");
        assert_ne!(browser.cookie("mooring_session"), session);
        let page = browser.get("/t/acme/accounts").await.expect(StatusCode::OK);
        assert!(page.body.contains("Name of priya"));
        // The next time, the browser knows which tenant's it was.
        browser.post("/signout", &[]).await;
        let page = browser.get("/signin").await;
        assert!(page.body.contains("Continue with acme single sign-on"));
        // Typed, with capitals and blanks, and without a page to come back to.
        let other = server.browser();
        let page = other.get("/signin?sso=1").await;
        assert!(page.body.contains("action=\"/sso\""));
        let begun = other.post("/sso", &[("tenant", " Acme ")]).await;
        let back = other.get(&provider.sign_in(begun.location())).await;
        assert_eq!(back.location(), "/t/acme");
    })
    .await;
}

/// security.md 12
#[tokio::test]
async fn s12_the_way_back_is_a_path_of_ours() {
    with_provider(async |server, _, provider| {
        for next in ["//evil.example", "/\\evil.example", "https://evil.example"] {
            let back = through(&server.browser(), &provider, &[("next", next)]).await;
            assert_eq!(back.location(), "/t/acme", "{next}");
        }
    })
    .await;
}

/// Strangers learn nothing of tenants without single sign-on.
#[tokio::test]
async fn a_tenant_without_it_looks_like_none() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let mut answers = Vec::new();
        for tenant in ["acme", "nothing"] {
            let browser = server.browser();
            let page = browser.get(&format!("/signin?tenant={tenant}")).await;
            assert_eq!(page.status, StatusCode::OK);
            let begun = browser.post(&format!("/sso/{tenant}/start"), &[]).await;
            let words = begun
                .body
                .contains("There is no single sign-on under this name");
            answers.push((
                begun.status,
                words,
                begun.body.contains("name=\"password\""),
            ));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], (StatusCode::UNPROCESSABLE_ENTITY, true, true));
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_said_and_the_other_ways_stay() {
    with_provider(async |server, _, provider| {
        drop(provider);
        // What is remembered of it ends.
        server.world.clock.advance(Span::hours(1));
        let browser = server.browser();
        let page = browser.post("/sso/acme/start", &[]).await;
        assert!(
            page.body.contains("Single sign-on doesn’t answer"),
            "{}",
            page.body
        );
        assert!(page.body.contains("name=\"password\""), "the other way");
    })
    .await;
}

/// security.md 47
#[tokio::test]
async fn s47_the_session_opens_its_tenant_alone_and_nothing_of_the_person() {
    with_provider(async |server, owner, provider| {
        // The owner of both tenants links; the provider could be them now.
        server.tenant("other").await;
        let own = server.signed_in("acme").await;
        let back = through(&own, &provider, &[("purpose", "link")]).await;
        assert_eq!(back.location(), "/me");
        assert!(own.get("/me").await.body.contains("/me/sso/acme/end"));
        provider.is("priya", "priya@parcelwise.example", &["ops"]);
        let browser = server.browser();
        assert_eq!(
            through(&browser, &provider, &[]).await.location(),
            "/t/acme"
        );
        browser.get("/t/acme").await.expect(StatusCode::OK);
        // Name, password, sessions and links are the person's.
        assert!(browser.get("/me").await.location().starts_with("/signin"));
        for (path, fields) in [
            ("/me", &[("name", "Mallory")][..]),
            (
                "/me/password",
                &[("password", "x"), ("new_password", "lantern biscuit otter")],
            ),
            ("/me/sessions/end", &[]),
            ("/me/sso/acme/end", &[]),
            ("/sso/acme/start", &[("purpose", "link")]),
            ("/confirm", &[("password", "x")]),
        ] {
            let answer = browser.post(path, fields).await;
            assert!(answer.location().starts_with("/signin"), "{path}");
        }
        let name = server.signed_in("acme").await.get("/me").await;
        assert!(!name.body.contains("Mallory"));
        // Removed: out at the next request, everywhere.
        let other = member(&server, &owner, Role::Owner).await;
        service::people::members::remove(&other, owner.person().unwrap())
            .await
            .unwrap();
        assert_eq!(browser.get("/t/acme").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// security.md 48
#[tokio::test]
async fn s48_a_session_by_single_sign_on_ends_after_half_a_day() {
    with_provider(async |server, _, provider| {
        let browser = server.browser();
        through(&browser, &provider, &[]).await;
        for _ in 0..3 {
            server.world.clock.advance(Span::minutes(239));
            browser.get("/t/acme").await.expect(StatusCode::OK);
        }
        server.world.clock.advance(Span::minutes(4));
        assert!(
            browser
                .get("/t/acme")
                .await
                .location()
                .starts_with("/signin")
        );
    })
    .await;
}

#[tokio::test]
async fn whom_it_brought_confirms_at_the_provider() {
    with_provider(async |server, _, provider| {
        let browser = server.browser();
        through(&browser, &provider, &[]).await;
        let make = async |browser: &Browser| {
            let fields = [("name", "Backend"), ("role", "backend"), ("expires", "30")];
            browser
                .fill_in("/t/acme/api-tokens", "/t/acme/api-tokens", &fields)
                .await
        };
        // The provider may have let them through without a question.
        let asked = make(&browser).await;
        assert!(
            asked.location().starts_with("/confirm?next="),
            "{}",
            asked.location()
        );
        let page = browser.get(asked.location()).await.expect(StatusCode::OK);
        assert!(!page.body.contains("name=\"password\""), "they have none");
        let confirm = [("purpose", "confirm"), ("next", "/t/acme/api-tokens")];
        // One that doesn't ask them again is no proof, and neither is another identity.
        provider.change(|ways| {
            ways.claims.insert("auth_time".into(), json!(1_000));
        });
        let refused = through(&browser, &provider, &confirm).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(
            refused.body.contains("ask the person again"),
            "{}",
            refused.body
        );
        provider.is("ben", "ben@parcelwise.example", &["ops"]);
        let refused = through(&browser, &provider, &confirm).await;
        assert!(refused.body.contains("another person"), "{}", refused.body);
        provider.is("priya", "priya@parcelwise.example", &["ops"]);
        let back = through(&browser, &provider, &confirm).await;
        assert_eq!(back.location(), "/t/acme/api-tokens");
        make(&browser).await.told_on("/t/acme/api-tokens");
        server.world.clock.advance(Span::minutes(10));
        provider.advance(Duration::from_secs(600));
        assert!(make(&browser).await.location().starts_with("/confirm"));
    })
    .await;
}

#[tokio::test]
async fn as_the_only_way_it_leads_members_to_itself() {
    on_each_database(async |server| {
        let owner = server.tenant("acme").await.owner;
        let member = browser_of(&server, &owner, Role::Operator).await;
        member.get("/t/acme").await.expect(StatusCode::OK);
        let provider = provider_of(&owner, |form| form.only_way = true).await;
        let led = member.get("/t/acme/accounts?q=x").await;
        let wanted = "/signin?tenant=acme&next=/t/acme/accounts%3Fq%3Dx";
        assert_eq!(led.location(), wanted);
        let page = member.get("/t").await.expect(StatusCode::OK);
        assert!(
            page.body.contains("Opens by single sign-on"),
            "{}",
            page.body
        );
        server
            .signed_in("acme")
            .await
            .get("/t/acme")
            .await
            .expect(StatusCode::OK);
        through(&member, &provider, &[]).await;
        member.get("/t/acme").await.expect(StatusCode::OK);
    })
    .await;
}

/// security.md 4, 83
#[tokio::test]
async fn s04_bad_callbacks_explain_themselves_and_machines_use_nothing_up() {
    with_provider(async |server, _, provider| {
        let browser = server.browser();
        let begun = browser.post("/sso/acme/start", &[]).await;
        let callback = provider.sign_in(begun.location());
        let (_, query) = callback.split_once('?').unwrap();
        let (code, state) = query.split_once('&').unwrap();
        assert!(code.starts_with("code=") && state.starts_with("state="));
        // With the cookie of this state, so that only the parameters are wrong.
        for bad in [
            String::new(),
            code.to_owned(),
            state.to_owned(),
            format!("{code}&{code}&{state}"),
            format!("{code}&{state}&{state}"),
            format!("{code}&{state}&error=access_denied"),
            format!("{query}&error_description=a&error_description=b"),
        ] {
            let answer = browser.get(&format!("/sso/acme/callback?{bad}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
            assert_eq!(provider.asked("/token"), 0, "{bad}");
        }
        let stranger = server.browser().get(&callback).await;
        assert_eq!(stranger.status, StatusCode::BAD_REQUEST);
        let error = "/sso/acme/callback?state=x&error=%3Cscript%3Ealert(1)%3C%2Fscript%3E";
        let page = browser.get(error).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        for (method, header) in [(Method::HEAD, None), (Method::GET, Some("prefetch"))] {
            let mut request = browser.request(method, &callback);
            if let Some(purpose) = header {
                request = request.header("sec-purpose", purpose);
            }
            let answer = browser
                .send(request.body(axum::body::Body::empty()).unwrap())
                .await;
            assert!(answer.headers.get("location").is_none());
        }
        assert_eq!(provider.asked("/token"), 0);
        assert_eq!(
            browser
                .get(&format!("/sso/acme/callback?{query}"))
                .await
                .location(),
            "/t/acme"
        );
    })
    .await;
}
