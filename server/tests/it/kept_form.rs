//! Forms that outlive their session.

use crate::{
    browser::{Answer, Browser},
    test_server::{on_each_database, with_mail_on_each_database},
};
use axum::http::StatusCode;
use service::{
    people::{kept_forms::KEPT_FOR, sessions},
    testing::{OWNER, PASSWORD},
};

const COOKIE: &str = "mooring_kept_form";
const NEW: &str = "/t/acme/apps/new";
const TYPED: [(&str, &str); 5] = [
    ("name", "Returns typed long ago"),
    ("client_id", "returns-id"),
    ("client_secret", "canary-of-a-secret"),
    ("scope", "offline"),
    ("scope", "tags:write"),
];

async fn sign_in(browser: &Browser, tenant: &str, next: &str) -> Answer {
    let email = format!("{tenant}-{OWNER}");
    let fields = [
        ("email", email.as_str()),
        ("password", PASSWORD),
        ("next", next),
    ];
    browser.post("/signin", &fields).await
}

#[tokio::test]
async fn a_form_that_outlives_its_session_keeps_what_was_typed() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let key = browser.get(NEW).await.form_key(NEW);
        server.world.clock.advance(sessions::IDLE);
        let fields = [&TYPED[..], &[("form_key", key.as_str())]].concat();
        let answer = browser.post(NEW, &fields).await;
        assert_eq!(answer.location(), format!("/signin?next={NEW}"));
        let cookie = browser.cookie(COOKIE).unwrap();
        assert!(cookie.len() < 3_000, "{}", cookie.len());
        let page = browser.get(answer.location()).await.expect(StatusCode::OK);
        assert!(page.body.contains("Your session ended"), "{}", page.body);
        assert!(
            page.body.contains("What you typed is kept"),
            "{}",
            page.body
        );
        assert!(!page.body.contains("typed long ago"), "nobody is known yet");

        assert_eq!(sign_in(&browser, "acme", NEW).await.location(), NEW);
        for _ in 0..2 {
            let page = browser.get(NEW).await.expect(StatusCode::OK);
            assert!(
                page.body.contains("Returns typed long ago"),
                "{}",
                page.body
            );
            assert!(page.body.contains("is back"), "{}", page.body);
            let ticked = page.body.split("<input").find(|i| i.contains("tags:write"));
            assert!(ticked.unwrap().contains("checked"), "{ticked:?}");
            assert!(!page.body.contains("canary-of-a-secret"));
        }
        // Once it is sent, it isn't kept any more.
        let answer = browser.fill_in(NEW, NEW, &TYPED).await;
        answer.told_on("/t/acme/apps/returns-typed-long-ago");
        assert!(browser.cookie(COOKIE).is_none());
        let page = browser.get(NEW).await.body;
        assert!(!page.contains("typed long ago"));
    })
    .await;
}

/// Each page of such a form shows what was typed once the person is back.
#[tokio::test]
async fn long_forms_of_all_pages_are_kept() {
    let account = "/t/acme/accounts/acme-app/shop";
    let customer = format!("{account}/customer");
    let editing = format!("{account}?customer=edit");
    let forms = [
        (editing.as_str(), customer.as_str(), "note", account),
        (
            "/t/acme/campaigns/new?app=acme-app",
            "/t/acme/campaigns/new",
            "message",
            "/t/acme/campaigns/new",
        ),
        (
            "/t/acme/settings",
            "/t/acme/settings/mail",
            "mail_text",
            "/t/acme/settings",
        ),
        (
            "/t/acme/apps/acme-app/settings",
            "/t/acme/apps/acme-app/settings",
            "name",
            "/t/acme/apps/acme-app/settings",
        ),
    ];
    with_mail_on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        for (page, action, field, back) in forms {
            let browser = server.signed_in("acme").await;
            let key = browser
                .get(page)
                .await
                .expect(StatusCode::OK)
                .form_key(action);
            server.world.clock.advance(sessions::IDLE);
            let typed = "typed long ago, and not sent";
            let fields = [
                (field, typed),
                ("form_key", key.as_str()),
                ("app", "acme-app"),
            ];
            let known = fields.len() - usize::from(field != "message");
            let answer = browser.post(action, &fields[..known]).await;
            assert_eq!(answer.location(), format!("/signin?next={back}"));
            assert_eq!(sign_in(&browser, "acme", back).await.location(), back);
            let body = browser.get(back).await.expect(StatusCode::OK).body;
            assert!(body.contains(typed), "{action}: {body}");
            assert!(body.contains("is back"), "{action}: {body}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_typed_is_for_who_typed_it_and_not_for_long() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        server.tenant("other").await;
        // The other is a member of the same tenant, too.
        server
            .world
            .past(
                "INSERT INTO memberships (tenant_id, person_id, role, created_at) \
                 SELECT t.id, p.id, 'owner', 0 FROM tenants t, people p \
                 WHERE t.slug = 'acme' AND p.email LIKE 'other-%'",
            )
            .await;
        let browser = server.signed_in("acme").await;
        let key = browser.get(NEW).await.form_key(NEW);
        let fields = [&TYPED[..], &[("form_key", key.as_str())]].concat();
        browser.post("/signout", &[]).await;
        browser.post(NEW, &fields).await;
        let kept = browser.cookie(COOKIE).unwrap();
        assert_eq!(sign_in(&browser, "other", NEW).await.location(), NEW);
        assert!(browser.cookie(COOKIE).is_none(), "gone at once");
        browser.set(COOKIE, &kept);
        let page = browser.get(NEW).await.expect(StatusCode::OK);
        assert!(
            !page.body.contains("typed long ago"),
            "nor if it comes back"
        );

        let mine = server.signed_in("acme").await;
        mine.set(COOKIE, &kept);
        assert!(mine.get(NEW).await.body.contains("typed long ago"));
        let elsewhere = mine.get("/t/acme/apps").await.expect(StatusCode::OK);
        assert!(!elsewhere.body.contains("typed long ago"));
        server.world.clock.advance(KEPT_FOR);
        assert!(!mine.get(NEW).await.body.contains("typed long ago"));
        mine.set(COOKIE, &format!("A{}", &kept[1..]));
        mine.get(NEW).await.expect(StatusCode::OK);
    })
    .await;
}

/// What counts is how long the cookie becomes, whatever was typed.
#[tokio::test]
async fn what_is_kept_is_as_long_as_a_cookie_may_be() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let signed_in = server.signed_in("acme").await;
        let key = signed_in.get(NEW).await.form_key(NEW);
        // The size of the cookie, if so much was kept.
        let kept = async |letter: &str, count: usize| {
            let browser = server.browser();
            let long = letter.repeat(count);
            let fields = [("name", long.as_str()), ("form_key", &key)];
            let answer = browser.post(NEW, &fields).await;
            let cookie = browser.cookie(COOKIE).unwrap();
            let page = browser.get(answer.location()).await.body;
            let kept = page.contains("What you typed is kept");
            assert_ne!(kept, page.contains("too long to be kept"), "{page}");
            kept.then_some(cookie.len())
        };
        for letter in ["x", "\"", "\\", "ü", "\u{1f6a2}"] {
            let (mut fits, mut too_many) = (0, 4_000);
            while too_many - fits > 1 {
                let middle = usize::midpoint(fits, too_many);
                match kept(letter, middle).await {
                    Some(_) => fits = middle,
                    None => too_many = middle,
                }
            }
            // 2,000 bytes and what seals them, in base64, less half a letter.
            let size = kept(letter, fits).await.unwrap();
            assert!((2_758..=2_768).contains(&size), "{letter}: {size}");
        }
        // Whatever else is sent or asked for, no cookie is longer.
        let browser = server.signed_in("acme").await;
        server.world.clock.advance(sessions::IDLE);
        let fields = [("name", "a"), ("form_key", &*"x.".repeat(2_000))];
        browser.post(NEW, &fields).await;
        assert!(browser.cookie(COOKIE).unwrap().len() < 500);
        let browser = server.signed_in("acme").await;
        server.world.clock.advance(sessions::IDLE);
        let to = format!("/t/acme/accounts?q={}", "x".repeat(5_000));
        browser.get(&to).await;
        let path = format!("/t/acme/apps/{}", "x".repeat(5_000));
        browser.get(&path).await;
        let size = browser.cookie(COOKIE).map_or(0, |cookie| cookie.len());
        assert!(size < 3_000, "{size}");
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_says_why_it_is_asked_for() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.browser();
        let says = async |browser: &Browser, address: &str| {
            let page = browser.get(address).await.expect(StatusCode::OK);
            page.body.contains("Your session ended")
        };
        let to = browser.get(NEW).await.location().to_owned();
        assert!(!says(&browser, &to).await, "there was none");
        // A button has nothing to keep.
        let browser = server.signed_in("acme").await;
        server.world.clock.advance(sessions::IDLE);
        let answer = browser.post("/t/acme/keys", &[]).await;
        assert!(says(&browser, answer.location()).await);
        sign_in(&browser, "acme", "/").await;
        server.world.clock.advance(sessions::IDLE);
        let to = browser.get("/t/acme/keys").await.location().to_owned();
        assert!(says(&browser, &to).await, "{to}");
        // More than fits is not kept, and said to be lost.
        let browser = server.signed_in("acme").await;
        let key = browser.get(NEW).await.form_key(NEW);
        browser.post("/signout", &[]).await;
        let long = "x".repeat(5_000);
        let fields = [("name", long.as_str()), ("form_key", &key)];
        let answer = browser.post(NEW, &fields).await;
        assert!(browser.cookie(COOKIE).unwrap().len() < 1_000);
        let page = browser.get(answer.location()).await.body;
        assert!(page.contains("too long to be kept"), "{page}");
    })
    .await;
}
