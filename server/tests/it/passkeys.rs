//! Passkeys in the browser: challenges, sign-in, confirmation, and `/me`.

use crate::{
    browser::{Answer, Browser},
    second_factor::codes_on,
    test_server::{TestServer, named_on_each_database, on_each_database},
};
use axum::http::StatusCode;
use secrecy::ExposeSecret;
use service::{
    CONFIRMED_FOR,
    audit::{self, Filter},
    people::{passkeys, sessions},
    testing::{OWNER, PASSWORD, PasskeyDevice},
};

const ORIGIN: &str = "http://localhost:3000";
const ME: &str = "/me";
const ADD: &str = "/me/passkeys";

async fn challenge(browser: &Browser, purpose: &str) -> String {
    let address = format!("/passkeys/challenge?for={purpose}");
    let answer = browser.get(&address).await.expect(StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let cookie = answer.set_cookie(&format!("mooring_passkey_{purpose}"));
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    answer.body
}

/// A browser at the server's name in which the owner of `acme` is signed in.
async fn signed_in(server: &TestServer) -> Browser {
    let browser = Browser::at(&server.router, ORIGIN);
    let email = format!("acme-{OWNER}");
    let fields = [("email", email.as_str()), ("password", PASSWORD)];
    assert_eq!(browser.post("/signin", &fields).await.location(), "/");
    browser
}

/// A device with a passkey of the browser's person.
async fn add(browser: &Browser, name: &str) -> PasskeyDevice {
    let mut device = PasskeyDevice::at(ORIGIN);
    let answer = device.make(&challenge(browser, "add").await);
    let fields = [("answer", answer.as_str()), ("name", name)];
    let told = browser.post_and_look(ADD, &fields).await;
    assert!(told.body.contains("The passkey is added"), "{}", told.body);
    device
}

/// A browser in which the owner's password was right.
async fn signed_in_halfway(server: &TestServer) -> Browser {
    let browser = Browser::at(&server.router, ORIGIN);
    let email = format!("acme-{OWNER}");
    let fields = [("email", email.as_str()), ("password", PASSWORD)];
    let answer = browser.post("/signin", &fields).await;
    let to = answer.location();
    assert!(to.starts_with("/signin/second"), "{to}");
    browser
}

async fn sign_in(browser: &Browser, device: &PasskeyDevice, next: &str) -> Answer {
    let answer = device.answer(&challenge(browser, "signin").await);
    let fields = [("answer", answer.as_str()), ("next", next)];
    browser.post("/signin/passkey", &fields).await
}

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get(ME).await.status == StatusCode::OK
}

#[tokio::test]
async fn a_passkey_signs_in_alone() {
    named_on_each_database(ORIGIN, async |server| {
        let tenant = server.tenant("acme").await;
        let device = add(&signed_in(&server).await, "Pixel 9").await;
        let other = Browser::at(&server.router, ORIGIN);
        let page = other.get("/signin?next=/t/acme").await;
        assert!(
            page.body.contains("Sign in with a passkey"),
            "{}",
            page.body
        );
        // As after a password, the id that was there before is worth nothing.
        other.set("mooring_session", "AAAAAAAAAAAAAAAAAAAAAA");
        let answer = sign_in(&other, &device, "/t/acme").await;
        assert_eq!(answer.location(), "/t/acme");
        assert_ne!(
            other.cookie("mooring_session").as_deref(),
            Some("AAAAAAAAAAAAAAAAAAAAAA")
        );
        assert!(other.cookie("mooring_known_browser").is_some());
        let ended = answer.set_cookie("mooring_passkey_signin");
        assert!(ended.contains("Max-Age=0"), "used up: {ended}");
        assert!(is_signed_in(&other).await);
        // It was just them: nobody asks again.
        let keys = other.post("/t/acme/keys", &[]).await;
        keys.told_on("/t/acme/keys");
        let page = audit::list(&tenant.owner, &Filter::default(), None).await;
        let rows = page.unwrap().rows;
        let how = |row: &audit::AuditRow| format!("{} {}", row.action.code(), row.detail);
        assert!(
            rows.iter()
                .any(|row| how(row) == "person.signed_in passkey")
        );
        // Never to another place.
        let third = Browser::at(&server.router, ORIGIN);
        let answer = sign_in(&third, &device, "//evil.example").await;
        assert_eq!(answer.location(), "/");
    })
    .await;
}

/// Whatever is wrong, the page says the same, and nobody is signed in.
#[tokio::test]
async fn s49_a_wrong_answer_signs_nobody_in() {
    named_on_each_database(ORIGIN, async |server| {
        server.tenant("acme").await;
        let device = add(&signed_in(&server).await, "Pixel 9").await;
        let mine = Browser::at(&server.router, ORIGIN);
        let theirs = Browser::at(&server.router, ORIGIN);
        let stolen = device.answer(&challenge(&mine, "signin").await);
        challenge(&theirs, "signin").await;
        let said = "This passkey was not accepted. Try again, or take the other way.";
        for answer in [stolen.as_str(), "", "{}", "nonsense"] {
            let fields = [("answer", answer), ("next", "/t/acme")];
            let told = theirs.post("/signin/passkey", &fields).await;
            let told = told.expect(StatusCode::UNPROCESSABLE_ENTITY);
            assert!(told.body.contains(said), "{}", told.body);
            assert!(told.body.contains("value=\"/t/acme\""), "next is kept");
            assert!(!is_signed_in(&theirs).await);
        }
        // From another site, the same answer isn't even looked at.
        let fields = [("answer", stolen.as_str())];
        let foreign = Browser::at(&server.router, "http://evil.localhost:3000");
        foreign.take_over(&mine);
        let answer = foreign.post("/signin/passkey", &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(sign_in(&mine, &device, "/").await.location(), "/");
    })
    .await;
}

/// After a password, a passkey is the second step; whoever has no app is asked for no code.
#[tokio::test]
async fn s49_after_a_password_a_passkey_is_asked_for() {
    named_on_each_database(ORIGIN, async |server| {
        server.tenant("acme").await;
        let device = add(&signed_in(&server).await, "Pixel 9").await;
        let other = Browser::at(&server.router, ORIGIN);
        let email = format!("acme-{OWNER}");
        let fields = [
            ("email", email.as_str()),
            ("password", PASSWORD),
            ("next", "/t/acme"),
        ];
        let to = other.post("/signin", &fields).await;
        let page = "/signin/second?next=%2Ft%2Facme";
        assert_eq!(to.location(), page);
        assert!(!is_signed_in(&other).await);
        let body = other.get(page).await.expect(StatusCode::OK).body;
        assert!(body.contains("Your passkey"), "{body}");
        assert!(!body.contains("name=\"code\""), "{body}");
        // A wrong answer is told there, and the way is kept.
        challenge(&other, "signin").await;
        let wrong = [("answer", "{}"), ("next", "/t/acme"), ("with", "passkey")];
        let told = other.post("/signin/passkey", &wrong).await;
        let told = told.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
        assert!(told.contains("Your passkey"), "{told}");
        assert!(told.contains("This passkey was not accepted"), "{told}");
        assert!(told.contains("value=\"/t/acme\""), "{told}");
        let answer = device.answer(&challenge(&other, "signin").await);
        let fields = [
            ("answer", answer.as_str()),
            ("next", "/t/acme"),
            ("with", "passkey"),
        ];
        let done = other.post("/signin/passkey", &fields).await;
        assert_eq!(done.location(), "/t/acme");
        let ended = done.set_cookie("mooring_second_step");
        assert!(ended.contains("Max-Age=0"), "{ended}");
        assert!(is_signed_in(&other).await);
        other.get(page).await.expect(StatusCode::GONE);
    })
    .await;
}

/// Adding the first one shows recovery codes, once: one of them signs in without it.
#[tokio::test]
async fn the_first_passkey_brings_recovery_codes() {
    named_on_each_database(ORIGIN, async |server| {
        server.tenant("acme").await;
        let browser = signed_in(&server).await;
        let mut device = PasskeyDevice::at(ORIGIN);
        let answer = device.make(&challenge(&browser, "add").await);
        let fields = [("answer", answer.as_str()), ("name", "Pixel 9")];
        let told = browser.post_and_look(ADD, &fields).await.body;
        assert!(told.contains("Keep these recovery codes now"), "{told}");
        assert!(told.contains("10 recovery codes are left"), "{told}");
        let codes = codes_on(&told);
        assert_eq!(codes.len(), 10);
        let other = signed_in_halfway(&server).await;
        let page = "/signin/second?with=recovery";
        let body = other.get(page).await.expect(StatusCode::OK).body;
        assert!(body.contains("Back to your passkey"), "{body}");
        let fields = [("code", codes[0].expose_secret()), ("with", "recovery")];
        assert_eq!(other.post("/signin/second", &fields).await.location(), "/");
        // What is confirmed later asks for the passkey, or a code.
        server.world.clock.advance(CONFIRMED_FOR);
        let body = other.get("/confirm").await.expect(StatusCode::OK).body;
        assert!(body.contains("A recovery code"), "{body}");
        assert!(!body.contains("type=\"password\""), "{body}");
        let fields = [("code", codes[1].expose_secret()), ("next", ME)];
        assert_eq!(other.post("/confirm", &fields).await.location(), ME);
    })
    .await;
}

#[tokio::test]
async fn a_passkey_confirms_and_the_session_gets_another_id() {
    named_on_each_database(ORIGIN, async |server| {
        server.tenant("acme").await;
        let browser = signed_in(&server).await;
        let before = browser.get("/confirm?next=/t/acme/keys").await;
        assert!(!before.body.contains("Use a passkey"), "there is none yet");
        let device = add(&browser, "Pixel 9").await;
        server.world.clock.advance(CONFIRMED_FOR);
        let asked = browser.post("/t/acme/keys", &[]).await;
        assert_eq!(asked.location(), "/confirm?next=/t/acme/keys");
        let page = browser.get(asked.location()).await;
        assert!(page.body.contains("Use a passkey"), "{}", page.body);
        let bring = async |answer: &str| {
            let fields = [("answer", answer), ("next", "/t/acme/keys")];
            browser.post("/confirm/passkey", &fields).await
        };
        challenge(&browser, "confirm").await;
        let wrong = bring("{}").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("This passkey was not accepted."));
        let id = browser.cookie("mooring_session");
        let answer = device.answer(&challenge(&browser, "confirm").await);
        assert_eq!(bring(&answer).await.location(), "/t/acme/keys");
        assert_ne!(browser.cookie("mooring_session"), id, "a new id");
        browser
            .post("/t/acme/keys", &[])
            .await
            .told_on("/t/acme/keys");
        // Nobody else's session is confirmed by it.
        let nobody = Browser::at(&server.router, ORIGIN);
        let answer = nobody.post("/confirm/passkey", &[("answer", "{}")]).await;
        assert_eq!(answer.location(), "/signin?next=/confirm");
    })
    .await;
}

#[tokio::test]
async fn adding_and_removing_ends_other_sessions_and_wants_a_confirmation() {
    named_on_each_database(ORIGIN, async |server| {
        let tenant = server.tenant("acme").await;
        let (browser, other) = (signed_in(&server).await, signed_in(&server).await);
        let id = browser.cookie("mooring_session");
        let device = add(&browser, "Pixel 9").await;
        assert_ne!(browser.cookie("mooring_session"), id, "a new id");
        assert!(is_signed_in(&browser).await);
        assert!(!is_signed_in(&other).await);
        let me = browser.get(ME).await;
        assert!(me.body.contains("Pixel 9"), "{}", me.body);

        // Ten minutes later, it asks first; what was typed is there afterwards.
        server.world.clock.advance(CONFIRMED_FOR);
        let none = browser.get("/passkeys/challenge?for=add").await;
        assert_eq!(none.status, StatusCode::FORBIDDEN);
        let key = browser.get(ME).await.form_key(ADD);
        let fields = [("form_key", key.as_str()), ("answer", ""), ("name", "Desk")];
        let asked = browser.post(ADD, &fields).await;
        assert_eq!(asked.location(), "/confirm?next=/me");
        let person = tenant.owner.person().unwrap();
        let services = &server.world.services;
        let own = async || passkeys::of_person(services, person).await.unwrap();
        let remove = format!("/me/passkeys/{}/remove", own().await[0].id);
        let asked = browser.post(&remove, &[]).await;
        assert_eq!(asked.location(), "/confirm?next=/me");
        assert_eq!(own().await.len(), 1);

        let answer = device.answer(&challenge(&browser, "confirm").await);
        let confirm = [("answer", answer.as_str()), ("next", ME)];
        let confirmed = browser.post("/confirm/passkey", &confirm).await;
        assert_eq!(confirmed.location(), ME);
        let other = Browser::at(&server.router, ORIGIN);
        sign_in(&other, &device, "/").await.location();
        let id = browser.cookie("mooring_session");
        let told = browser.post_and_look(&remove, &[]).await;
        let said = "The passkey is removed, and one other session is ended.";
        assert!(told.body.contains(said), "{}", told.body);
        assert_ne!(browser.cookie("mooring_session"), id, "a new id");
        assert!(!is_signed_in(&other).await);
        assert!(own().await.is_empty());
        let left = sessions::of_person(services, person).await.unwrap();
        assert_eq!(left.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn names_are_changed_and_mistakes_stand_at_their_field() {
    named_on_each_database(ORIGIN, async |server| {
        server.tenant("acme").await;
        server.tenant("quay").await;
        let browser = signed_in(&server).await;
        let mut device = PasskeyDevice::at(ORIGIN);
        let answer = device.make(&challenge(&browser, "add").await);
        let fields = [("answer", answer.as_str()), ("name", " ")];
        let wrong = browser.post(ADD, &fields).await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.body.contains("id=\"passkey_name-error\""),
            "{}",
            wrong.body
        );
        let named = [("answer", answer.as_str()), ("name", "Pixel 9")];
        browser.post(ADD, &named).await.told_on(ME);

        let me = browser.get(ME).await.body;
        let id = me.split("name=\"id\" value=\"").nth(1).unwrap();
        let id = id.split('"').next().unwrap();
        let long = "x".repeat(61);
        let wrong = browser
            .post("/me/passkeys/name", &[("id", id), ("name", &long)])
            .await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains(&format!("id=\"name_{id}-error\"")));
        assert!(wrong.body.contains(&long), "what was typed is there");
        let good = [("id", id), ("name", "Desk")];
        let told = browser.post_and_look("/me/passkeys/name", &good).await;
        assert!(told.body.contains("Desk") && !told.body.contains("Pixel 9"));
        // Somebody else finds nothing there.
        let stranger = Browser::at(&server.router, ORIGIN);
        let email = format!("quay-{OWNER}");
        let fields = [("email", email.as_str()), ("password", PASSWORD)];
        stranger.post("/signin", &fields).await.location();
        for (path, fields) in [
            (
                "/me/passkeys/name".to_owned(),
                &[("id", id), ("name", "Mine")][..],
            ),
            (format!("/me/passkeys/{id}/remove"), &[]),
            ("/me/passkeys/nonsense/remove".to_owned(), &[]),
            ("/me/passkeys/name".to_owned(), &[("name", "Mine")]),
        ] {
            let answer = stranger.post(&path, fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert!(browser.get(ME).await.body.contains("Desk"));
    })
    .await;
}

#[tokio::test]
async fn challenges_are_for_those_who_may_use_them() {
    named_on_each_database(ORIGIN, async |server| {
        server.tenant("acme").await;
        let nobody = Browser::at(&server.router, ORIGIN);
        for (query, status) in [
            ("?for=add", StatusCode::UNAUTHORIZED),
            ("?for=confirm", StatusCode::UNAUTHORIZED),
            ("", StatusCode::BAD_REQUEST),
            ("?for=nonsense", StatusCode::BAD_REQUEST),
            ("?for=signin&for=signin", StatusCode::BAD_REQUEST),
        ] {
            let answer = nobody.get(&format!("/passkeys/challenge{query}")).await;
            assert_eq!(answer.status, status, "{query}");
            assert!(nobody.cookies().is_empty(), "{query}");
        }
        // Asking writes nothing.
        let count = "SELECT 'used' FROM used_challenges";
        challenge(&nobody, "signin").await;
        assert!(server.world.texts(count).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_ip_address_offers_none_and_says_why() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let me = browser.get(ME).await.body;
        assert!(me.contains("passkeys belong to a name"), "{me}");
        assert!(!me.contains("Add a passkey"));
        let nobody = server.browser();
        let page = nobody.get("/signin").await.body;
        assert!(!page.contains("Sign in with a passkey"), "{page}");
        let none = nobody.get("/passkeys/challenge?for=signin").await;
        assert_eq!(none.status, StatusCode::CONFLICT);
        let answer = nobody.post("/signin/passkey", &[("answer", "{}")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}
