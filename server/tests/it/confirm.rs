//! “It's still you”: what would do most harm in a stolen session asks again.

use crate::{
    browser::{Answer, Browser},
    test_server::{Tenant, TestServer, on_each_database},
};
use axum::http::StatusCode;
use domain::time::Span;
use service::{
    CONFIRMED_FOR, Confirmed, api_tokens,
    audit::{self, Action, Filter, Outcome},
    people::{
        invitations::{self, NewInvitation, Passing},
        kept_forms::KEPT_FOR,
    },
    testing::PASSWORD,
};

const COOKIE: &str = "mooring_session";
const CONFIRM: &str = "/confirm";

async fn confirm(browser: &Browser, password: &str, next: &str) -> Answer {
    let fields = [("password", password), ("next", next)];
    browser.post(CONFIRM, &fields).await
}

/// Each form that asks: its page, its address, and what is sent.
async fn forms(tenant: &Tenant) -> Vec<(String, String, Vec<(&'static str, String)>)> {
    let owner = &tenant.owner;
    let invite = |email: &str| NewInvitation {
        emails: email.to_owned(),
        role: domain::role::Role::Owner,
        apps: domain::app_limit::AppLimit::All,
    };
    let confirmed = Confirmed::for_test(owner);
    let invited = invitations::invite(
        owner,
        Some(&confirmed),
        invite("late@x.example"),
        Passing::ByHand,
    )
    .await;
    let id = invited.unwrap()[0].id;
    let me = owner.person().unwrap();
    let token = api_tokens::list(owner).await.unwrap()[0].id;
    let all = [("role", "owner".to_owned()), ("limit", "all".to_owned())];
    let here = |path: &str| format!("/t/acme/{path}");
    vec![
        (here("keys"), here("keys"), vec![]),
        (
            here("apps/acme-app/reveal"),
            here("apps/acme-app/reveal"),
            vec![],
        ),
        (
            here("api-tokens"),
            here("api-tokens"),
            vec![
                ("name", "Backend".to_owned()),
                ("role", "backend".to_owned()),
            ],
        ),
        (
            here("api-tokens"),
            here(&format!("api-tokens/{token}/rotate")),
            vec![("overlap", "24h".to_owned())],
        ),
        (
            here("members"),
            here("members"),
            [&[("email", "new@x.example".to_owned())], &all[..]].concat(),
        ),
        (
            here("members"),
            here(&format!("invitations/{id}/renew")),
            vec![],
        ),
        (
            here(&format!("members/{me}")),
            here(&format!("members/{me}")),
            all.to_vec(),
        ),
        // The last one, since nothing is left then.
        (
            here("settings/delete"),
            here("settings/delete"),
            vec![("confirm", "acme".to_owned())],
        ),
    ]
}

fn borrowed<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    let pairs = fields.iter().map(|(name, value)| (*name, value.as_str()));
    pairs.collect()
}

/// Everything that these forms change.
async fn made(server: &TestServer, tenant: &Tenant) -> (usize, usize, usize) {
    let tokens = api_tokens::list(&tenant.owner).await.unwrap().len();
    let pending = invitations::pending(&tenant.owner).await.unwrap().len();
    let filter = Filter::default();
    let entries = audit::list(&tenant.owner, &filter, None).await.unwrap();
    let _ = server;
    let changes = entries.rows.iter().filter(|row| {
        !matches!(
            row.action,
            Action::SignedIn | Action::Confirmed | Action::OwnerCreated
        )
    });
    (tokens, pending, changes.count())
}

/// security.md 45, 57; ASVS 7.5.3
#[tokio::test]
async fn s57_a_session_that_is_not_fresh_is_asked_again() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        for (page, action, fields) in forms(&tenant).await {
            let browser = server.signed_in("acme").await;
            server.world.clock.advance(CONFIRMED_FOR);
            let before = made(&server, &tenant).await;
            let answer = browser.post(&action, &borrowed(&fields)).await;
            let to = format!("{CONFIRM}?next={page}");
            assert_eq!(answer.location(), to, "{action}");
            assert_eq!(made(&server, &tenant).await, before, "{action}");
            let asked = browser.get(&to).await.expect(StatusCode::OK);
            assert!(asked.body.contains("You are about to"), "{action}");
            // Looking at the question is no answer.
            let answer = browser.post(&action, &borrowed(&fields)).await;
            assert_eq!(answer.location(), to, "{action}");
            assert_eq!(confirm(&browser, PASSWORD, &page).await.location(), page);
            let answer = browser.post(&action, &borrowed(&fields)).await;
            assert!(!answer.location().starts_with(CONFIRM), "{action}");
        }
    })
    .await;
}

/// A fresh session is not asked, and a moment later it is.
#[tokio::test]
async fn a_confirmation_counts_for_ten_minutes() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let keys = async || {
            let answer = browser.post("/t/acme/keys", &[]).await;
            answer.location().to_owned()
        };
        let almost = Span(CONFIRMED_FOR.0 - 1);
        server.world.clock.advance(almost);
        assert!(keys().await.starts_with("/t/acme/keys?"));
        server.world.clock.advance(Span(1));
        assert!(keys().await.starts_with(CONFIRM));
        confirm(&browser, PASSWORD, "/").await.location();
        server.world.clock.advance(almost);
        assert!(keys().await.starts_with("/t/acme/keys?"));
        server.world.clock.advance(Span(1));
        assert!(keys().await.starts_with(CONFIRM));
    })
    .await;
}

/// security.md 45, 48: a new id, and the end of the session stays where it was.
#[tokio::test]
async fn s45_confirming_gives_the_session_a_new_id_and_no_longer_life() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let thief = server.browser();
        thief.take_over(&browser);
        let before = browser.cookie(COOKIE).unwrap();
        confirm(&browser, PASSWORD, "/").await.location();
        assert_ne!(browser.cookie(COOKIE).unwrap(), before);
        assert!(thief.get("/me").await.location().starts_with("/signin"));
        browser.get("/me").await.expect(StatusCode::OK);
        let hours = service::people::sessions::ABSOLUTE.0 / Span::hours(10).0;
        for _ in 0..hours {
            server.world.clock.advance(Span::hours(10));
            confirm(&browser, PASSWORD, "/").await.location();
        }
        server.world.clock.advance(Span::hours(10));
        assert!(browser.get("/me").await.location().starts_with("/signin"));
    })
    .await;
}

/// security.md 49: a wrong password confirms nothing, is recorded and slowed.
#[tokio::test]
async fn s49_a_wrong_password_confirms_nothing() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.tenant("other").await;
        let browser = server.signed_in("acme").await;
        server.world.clock.advance(CONFIRMED_FOR);
        for _ in 0..5 {
            let answer = confirm(&browser, "canary-of-a-password", "/t/acme/keys").await;
            let answer = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.body.contains("not your password"), "{}", answer.body);
            assert!(!answer.body.contains("canary-of"));
            assert!(
                answer.body.contains("value=\"/t/acme/keys\""),
                "the way back"
            );
        }
        let waiting = confirm(&browser, PASSWORD, "/").await;
        assert_eq!(waiting.status, StatusCode::TOO_MANY_REQUESTS);
        let asked = browser.post("/t/acme/keys", &[]).await;
        assert!(asked.location().starts_with(CONFIRM));
        let filter = Filter {
            action: Some(Action::Confirmed),
            ..Filter::default()
        };
        let rows = audit::list(&tenant.owner, &filter, None)
            .await
            .unwrap()
            .rows;
        assert_eq!(rows.len(), 6);
        assert!(rows.iter().all(|row| row.outcome == Outcome::Refused));
        server.world.clock.advance(Span::minutes(1));
        assert_eq!(confirm(&browser, PASSWORD, "/").await.location(), "/");
        let nobody = confirm(&server.browser(), PASSWORD, "/").await;
        assert!(nobody.location().starts_with("/signin"));
    })
    .await;
}

/// security.md 12
#[tokio::test]
async fn after_confirming_only_own_paths_follow() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        for next in ["//evil.example", "https://evil.example", ""] {
            assert_eq!(confirm(&browser, PASSWORD, next).await.location(), "/");
        }
        let page = browser.get("/confirm?next=//evil.example").await;
        assert!(!page.body.contains("href=\"//evil"), "{}", page.body);
    })
    .await;
}

#[tokio::test]
async fn what_was_filled_in_is_kept() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        const PAGE: &str = "/t/acme/api-tokens";
        let key = browser.get(PAGE).await.form_key(PAGE);
        server.world.clock.advance(CONFIRMED_FOR);
        let typed = [
            ("name", "Typed with care"),
            ("role", "backend"),
            ("form_key", &key),
        ];
        let asked = browser.post(PAGE, &typed).await.location().to_owned();
        let page = browser.get(&asked).await.expect(StatusCode::OK).body;
        assert!(page.contains("What you filled in is kept"), "{page}");
        let back = confirm(&browser, PASSWORD, PAGE).await;
        let page = browser.get(back.location()).await.expect(StatusCode::OK);
        assert!(page.body.contains("Typed with care"), "{}", page.body);
        server.world.clock.advance(KEPT_FOR);
        let page = browser.get(PAGE).await.expect(StatusCode::OK);
        assert!(!page.body.contains("Typed with care"));
    })
    .await;
}
