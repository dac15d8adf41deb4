//! Second factors as browsers meet them: set up on `/me`, asked for at the sign-in and at
//! `/confirm`, and wanted by tenants.

use crate::{
    browser::{Answer, Browser},
    test_server::{TestServer, on_each_database},
};
use axum::http::StatusCode;
use domain::{role::Role, totp::PERIOD};
use secrecy::{ExposeSecret, SecretString};
use service::{
    CONFIRMED_FOR,
    audit::{self, Action, Filter, Outcome},
    people::factors::second_step::PENDING_FOR,
    testing::{OWNER, PASSWORD, authenticator::App},
};

const SECOND: &str = "/signin/second";
const SET_UP: &str = "/me/authenticator";
const BEGIN: &str = "/me/authenticator/begin";
const SESSION: &str = "mooring_session";
const NOTE: &str = "mooring_second_step";

async fn password(browser: &Browser, tenant: &str, next: &str) -> Answer {
    let email = format!("{tenant}-{OWNER}");
    let fields = [
        ("email", email.as_str()),
        ("password", PASSWORD),
        ("next", next),
    ];
    browser.post("/signin", &fields).await
}

async fn code(browser: &Browser, code: &SecretString, next: &str) -> Answer {
    let fields = [("code", code.expose_secret()), ("next", next)];
    browser.post(SECOND, &fields).await
}

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/me").await.status == StatusCode::OK
}

/// A browser in which the password was right.
async fn halfway(server: &TestServer, tenant: &str) -> Browser {
    let browser = server.browser();
    let to = password(&browser, tenant, "/").await;
    assert_eq!(to.location(), "/signin/second?next=%2F");
    browser
}

/// The key on the set-up page, without the spaces between its groups.
fn key_on(page: &str) -> String {
    let key = page.split("<code class=\"mono\">").nth(1).expect("a key");
    key.split('<').next().unwrap().replace(' ', "")
}

/// The recovery codes on a page.
pub fn codes_on(page: &str) -> Vec<SecretString> {
    let list = page.split("aria-label=\"Recovery codes\"").nth(1);
    let list = list.and_then(|rest| rest.split("</ul>").next());
    let items = list.unwrap_or_default().split("<li>").skip(1);
    items
        .map(|item| SecretString::from(item.split('<').next().unwrap()))
        .collect()
}

#[tokio::test]
async fn an_app_is_set_up_and_then_asked_for() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let (one, two) = (
            server.signed_in("acme").await,
            server.signed_in("acme").await,
        );
        assert!(one.get("/me").await.body.contains("Set up an app"));
        assert!(
            !one.get(SET_UP).await.body.contains("<code"),
            "nothing was begun"
        );
        assert_eq!(one.post(BEGIN, &[]).await.location(), SET_UP);
        let page = one.get(SET_UP).await.expect(StatusCode::OK).body;
        assert!(
            page.contains("class=\"qr\"") && !page.contains("style="),
            "{page}"
        );
        let key = key_on(&page);
        let app = App::new(&server.world.services, &key);
        // It isn't on before a code, and a wrong one is told at the field.
        assert_eq!(
            password(&server.browser(), "acme", "/").await.location(),
            "/"
        );
        let wrong = one.post(SET_UP, &[("code", "12345")]).await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
        assert!(wrong.contains("id=\"code-error\"") && key_on(&wrong) == key);
        assert_eq!(
            password(&server.browser(), "acme", "/").await.location(),
            "/"
        );
        let before = one.cookie(SESSION).unwrap();
        let right = one
            .post(SET_UP, &[("code", app.code().expose_secret())])
            .await;
        let told = right.told_on("/me").to_owned();
        assert_ne!(one.cookie(SESSION).unwrap(), before, "a new id");
        assert!(!is_signed_in(&two).await, "all other sessions ended");
        let shown = one.get(&told).await.expect(StatusCode::OK).body;
        assert_eq!(codes_on(&shown).len(), 10);
        assert!(shown.contains("download=\"mooring-recovery-codes.txt\""));
        assert!(
            codes_on(&one.get("/me").await.body).is_empty(),
            "shown once"
        );
        assert!(
            !one.get(SET_UP).await.body.contains(&key),
            "the set-up is over"
        );

        server.world.clock.advance(PERIOD);
        let browser = halfway(&server, "acme").await;
        assert!(browser.cookie(SESSION).is_none() && !is_signed_in(&browser).await);
        let page = browser.get(SECOND).await.expect(StatusCode::OK).body;
        assert!(page.contains(&format!("acme-{OWNER}")) && page.contains("one-time-code"));
        assert_eq!(
            code(&browser, &app.code(), "/t/acme").await.location(),
            "/t/acme"
        );
        assert!(is_signed_in(&browser).await);
        assert!(browser.cookie(NOTE).is_none(), "the note is gone");
    })
    .await;
}

/// security.md 45; ASVS 6.5.1, 7.2.4
#[tokio::test]
async fn s45_a_second_step_is_of_one_browser_one_code_and_ten_minutes() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let (app, _) = server.world.authenticator(&tenant.owner).await;
        // A session id that was set beforehand.
        let browser = server.browser();
        browser.set(SESSION, "AAAAAAAAAAAAAAAAAAAAAA");
        password(&browser, "acme", "/").await.location();
        let shown = app.code();
        // Another browser has no note, also with the right code.
        let other = server.browser();
        let elsewhere = code(&other, &shown, "/").await;
        assert_eq!(elsewhere.location(), SECOND);
        let ended = other.get(SECOND).await.expect(StatusCode::GONE);
        assert!(ended.body.contains("Sign in again"));
        other.set(NOTE, "no-note");
        assert_eq!(code(&other, &shown, "/").await.location(), SECOND);
        assert!(!is_signed_in(&other).await);
        // The code wasn't used up by that, and is by this.
        code(&browser, &shown, "/").await.location();
        assert_ne!(browser.cookie(SESSION).unwrap(), "AAAAAAAAAAAAAAAAAAAAAA");
        let again = halfway(&server, "acme").await;
        let replayed = code(&again, &shown, "/").await;
        let replayed = replayed.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(replayed.body.contains("used already"), "{}", replayed.body);
        assert!(!is_signed_in(&again).await);
        server.world.clock.advance(PENDING_FOR);
        assert_eq!(code(&again, &app.code(), "/").await.location(), SECOND);
        again.get(SECOND).await.expect(StatusCode::GONE);
        assert!(!is_signed_in(&again).await);
    })
    .await;
}

/// security.md 12
#[tokio::test]
async fn s12_after_the_second_step_only_own_paths_follow() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let (app, _) = server.world.authenticator(&tenant.owner).await;
        let browser = server.browser();
        let to = password(&browser, "acme", "//evil.example").await;
        assert_eq!(to.location(), "/signin/second?next=%2F");
        let to = password(&browser, "acme", "/t/acme?q=a&b=c").await;
        let page = browser.get(to.location()).await.expect(StatusCode::OK).body;
        assert!(page.contains("value=\"/t/acme?q=a&amp;b=c\""), "{page}");
        let to = code(&browser, &app.code(), "//evil.example").await;
        assert_eq!(to.location(), "/");
    })
    .await;
}

/// security.md 49
#[tokio::test]
async fn s49_guessing_codes_is_slowed() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let (app, _) = server.world.authenticator(&tenant.owner).await;
        let browser = halfway(&server, "acme").await;
        for _ in 0..5 {
            let wrong = code(&browser, &"000000".into(), "/t/acme").await;
            let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.body.contains("value=\"/t/acme\""), "the way stays");
            assert!(!wrong.body.contains("000000"), "no code is shown again");
        }
        // With the password anew there are no fresh tries.
        let browser = halfway(&server, "acme").await;
        let waits = code(&browser, &app.code(), "/").await;
        assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(!waits.header("retry-after").is_empty());
        assert!(!is_signed_in(&browser).await);
        let filter = Filter {
            action: Some(Action::SignedIn),
            ..Filter::default()
        };
        let rows = audit::list(&tenant.owner, &filter, None)
            .await
            .unwrap()
            .rows;
        let refused = rows.iter().filter(|row| row.outcome == Outcome::Refused);
        assert_eq!(refused.count(), 5);
        server.world.clock.advance(PERIOD);
        assert_eq!(code(&browser, &app.code(), "/").await.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_signs_in_once() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let (_, codes) = server.world.authenticator(&tenant.owner).await;
        let browser = halfway(&server, "acme").await;
        let page = browser.get("/signin/second?with=recovery").await.body;
        assert!(page.contains("You have 10 left"), "{page}");
        let wrong = [("code", "aaaa-aaaa-aaaa"), ("with", "recovery")];
        let wrong = browser.post(SECOND, &wrong).await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("A recovery code"), "the same question");
        assert_eq!(code(&browser, &codes[0], "/").await.location(), "/");
        assert!(
            browser
                .get("/me")
                .await
                .body
                .contains("9 recovery codes are left")
        );
        let again = halfway(&server, "acme").await;
        let used = code(&again, &codes[0], "/").await;
        assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(code(&again, &codes[1], "/").await.location(), "/");
        let filter = Filter {
            action: Some(Action::SignedIn),
            ..Filter::default()
        };
        let rows = audit::list(&tenant.owner, &filter, None)
            .await
            .unwrap()
            .rows;
        assert_eq!(rows[0].detail, "password and recovery code, 8 left");
    })
    .await;
}

/// ASVS 7.5.1, 7.5.3: each change asks, with the factor where there is one.
#[tokio::test]
async fn s57_changing_the_factor_asks_whether_it_is_still_them() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        browser.post(BEGIN, &[]).await.location();
        let key = key_on(&browser.get(SET_UP).await.body);
        server.world.clock.advance(CONFIRMED_FOR);
        assert!(
            !browser.get(SET_UP).await.body.contains("<code"),
            "nor is the key seen"
        );
        let asked = format!("/confirm?next={SET_UP}");
        assert_eq!(browser.post(BEGIN, &[]).await.location(), asked);
        let early = browser.post(SET_UP, &[("code", "000000")]).await;
        assert_eq!(early.location(), asked);
        let fields = [("password", PASSWORD), ("next", SET_UP)];
        assert_eq!(browser.post("/confirm", &fields).await.location(), SET_UP);
        assert_eq!(key_on(&browser.get(SET_UP).await.body), key, "it goes on");

        let (app, codes) = server.world.authenticator(&tenant.owner).await;
        let browser = halfway(&server, "acme").await;
        code(&browser, &app.code(), "/").await.location();
        server.world.clock.advance(CONFIRMED_FOR);
        for form in ["/me/authenticator/end", "/me/recovery-codes"] {
            assert_eq!(
                browser.post(form, &[]).await.location(),
                "/confirm?next=/me"
            );
        }
        let page = browser.get("/confirm?next=/me").await.body;
        assert!(page.contains("name=\"code\"") && !page.contains("name=\"password\""));
        let with_password = browser.post("/confirm", &fields).await;
        let refused = with_password.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.body.contains("id=\"code-error\""),
            "{}",
            refused.body
        );
        let with_code = [("code", codes[0].expose_secret()), ("next", "/me")];
        assert_eq!(browser.post("/confirm", &with_code).await.location(), "/me");
        let before = browser.cookie(SESSION);
        let made = browser.post_and_look("/me/recovery-codes", &[]).await.body;
        assert_eq!(codes_on(&made).len(), 10);
        assert_ne!(browser.cookie(SESSION), before, "a new id");
        browser
            .post("/me/authenticator/end", &[])
            .await
            .told_on("/me");
        assert!(browser.get("/me").await.body.contains("Set up an app"));
        let again = browser.post("/me/authenticator/end", &[]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            password(&server.browser(), "acme", "/").await.location(),
            "/"
        );
    })
    .await;
}

/// ASVS 6.3.3: pages, forms and the stream of a tenant that asks everybody.
#[tokio::test]
async fn a_tenant_that_asks_for_a_factor_opens_to_nobody_without() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.tenant("other").await;
        const SETTING: &str = "/t/acme/settings/second-factor";
        let owner = server.signed_in("acme").await;
        let asked = [("second_factor", "on")];
        let refused = owner.post(SETTING, &asked).await;
        let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.body.contains("of your own first"),
            "{}",
            refused.body
        );
        let (app, _) = server.world.authenticator(&tenant.owner).await;
        let owner = halfway(&server, "acme").await;
        code(&owner, &app.code(), "/").await.location();
        let (page, all) = ("/t/acme/settings", domain::app_limit::AppLimit::All);
        let member = crate::isolation::joined(&server, &tenant, Role::Viewer, all, "ann").await;
        member.get("/t/acme").await.expect(StatusCode::OK);
        owner.post(SETTING, &asked).await.told_on(page);
        assert!(owner.get(page).await.body.contains("checked"), "it is kept");

        let set_up = "/me/authenticator";
        for path in ["/t/acme", "/t/acme/accounts", "/t/acme/apps/acme-app"] {
            assert_eq!(member.get(path).await.location(), set_up, "{path}");
        }
        let form = member
            .post("/t/acme/accounts/acme-app/shop/check", &[])
            .await;
        assert_eq!(form.location(), set_up);
        let live = member.get("/t/acme/live").await;
        assert_eq!(live.status, StatusCode::NOT_FOUND);
        let page = member.get(set_up).await.expect(StatusCode::OK).body;
        assert!(page.contains("acme</b> asks everybody for a second factor"));
        // No address makes the page say so of a tenant (82).
        let claimed = "/me/authenticator?tenant=other";
        let page = member.get(claimed).await.expect(StatusCode::OK).body;
        assert!(!page.contains("other</b> asks"), "{page}");
        let tenants = member.get("/t").await.body;
        assert!(tenants.contains("Needs a second factor"), "{tenants}");
        // The owner is not kept out, and neither is whoever sets one up.
        owner.get("/t/acme").await.expect(StatusCode::OK);
        member.post(BEGIN, &[]).await.location();
        let key = key_on(&member.get(SET_UP).await.body);
        let app = App::new(&server.world.services, &key);
        let on = member
            .post(SET_UP, &[("code", app.code().expose_secret())])
            .await;
        on.told_on("/me");
        member.get("/t/acme").await.expect(StatusCode::OK);
        let members = owner.get("/t/acme/members").await.body;
        assert_eq!(members.matches("Authenticator app").count(), 2, "{members}");
        // Strangers learn nothing of it.
        let stranger = server.signed_in("other").await;
        stranger.get("/t/acme").await.expect(StatusCode::NOT_FOUND);
    })
    .await;
}

/// security.md 57: the key is on its own page alone, codes on the page that made them.
#[tokio::test]
async fn s57_keys_and_codes_are_on_no_other_page() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        browser.post(BEGIN, &[]).await.location();
        let set_up = browser.get(SET_UP).await;
        assert_eq!(set_up.header("cache-control"), "no-store");
        let key = key_on(&set_up.body);
        let app = App::new(&server.world.services, &key);
        let shown = browser
            .post_and_look(SET_UP, &[("code", app.code().expose_secret())])
            .await
            .body;
        let codes = codes_on(&shown);
        assert_eq!(codes.len(), 10);
        assert!(!shown.contains(&key));
        let grouped = key.as_bytes().chunks(4).map(String::from_utf8_lossy);
        let grouped = grouped.collect::<Vec<_>>().join(" ");
        for page in [
            "/me",
            SET_UP,
            "/t",
            "/t/acme",
            "/t/acme/members",
            "/t/acme/audit",
            "/confirm",
        ] {
            let body = browser.get(page).await.body;
            assert!(!body.contains(&key) && !body.contains(&grouped), "{page}");
            for code in &codes {
                assert!(!body.contains(code.expose_secret()), "{page}");
            }
        }
        let dump = server.world.dump().await;
        assert!(!dump.contains(&key));
        assert!(
            codes
                .iter()
                .all(|code| !dump.contains(code.expose_secret()))
        );
    })
    .await;
}
