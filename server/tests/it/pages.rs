//! The forms on pages.

use crate::{
    browser::{Answer, Browser},
    test_server::on_each_database,
};
use axum::http::StatusCode;
use domain::role::Role;
use service::testing::{OWNER, PASSWORD};

/// The body of a page that names what was wrong.
pub fn errors(answer: Answer) -> String {
    answer.expect(StatusCode::UNPROCESSABLE_ENTITY).body
}

/// What a page shows once: the value that begins so.
pub fn shown<'a>(body: &'a str, start: &str) -> &'a str {
    let at = body
        .find(start)
        .unwrap_or_else(|| panic!("no {start}: {body}"));
    let rest = &body[at..];
    let end = rest
        .find(|c: char| !c.is_ascii_graphic() || "\"<>&'".contains(c))
        .unwrap_or(rest.len());
    &rest[..end]
}

#[tokio::test]
async fn an_app_is_added_changed_and_removed() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let mut fields = vec![
            ("name", "Returns"),
            ("slug", "returns"),
            ("client_id", "has a blank"),
            ("client_secret", "canary-secret"),
            ("scope", "offline"),
            ("scope", "tickets:read"),
            ("basic_encoding", "raw"),
        ];
        let body = errors(browser.post("/t/acme/apps/new", &fields).await);
        assert!(body.contains("has a blank"), "what was typed stays");
        assert!(!body.contains("canary-secret"), "but no secret");
        fields[2].1 = "the-id";
        let answer = browser.post("/t/acme/apps/new", &fields).await;
        answer.told_on("/t/acme/apps/returns");
        let page = browser.get(answer.location()).await.expect(StatusCode::OK);
        assert!(page.body.contains("/install"), "{}", page.body);
        assert!(!page.body.contains("canary-secret"));

        let settings = "/t/acme/apps/returns/settings";
        let changed = [("name", "Returns & more"), ("basic_encoding", "raw")];
        let answer = browser.post(settings, &changed).await;
        answer.told_on(settings);
        let page = browser.get("/t/acme/apps").await;
        assert!(page.body.contains("Returns &amp; more"), "{}", page.body);

        errors(
            browser
                .post("/t/acme/apps/returns/remove", &[("confirm", "no")])
                .await,
        );
        let answer = browser
            .post("/t/acme/apps/returns/remove", &[("confirm", "returns")])
            .await;
        answer.told_on("/t/acme/apps");
        let gone = browser.get("/t/acme/apps/returns").await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn an_account_is_checked_and_disconnected() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let page = "/t/acme/accounts/acme-app/shop";
        let answer = browser.post(&format!("{page}/check"), &[]).await;
        answer.told_on(page);
        browser.get(answer.location()).await.expect(StatusCode::OK);
        assert_eq!(server.simulator.refreshes("shop").len(), 1);

        let answer = browser.post(&format!("{page}/disconnect"), &[]).await;
        answer.told_on(page);
        let body = browser.get(page).await.expect(StatusCode::OK).body;
        assert!(body.contains("Disconnected on purpose"), "{body}");
    })
    .await;
}

#[tokio::test]
async fn an_account_is_erased_once_its_name_is_typed() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let page = "/t/acme/accounts/acme-app/shop";
        let erase = format!("{page}/erase");
        let asked = browser.get(&erase).await.expect(StatusCode::OK);
        assert!(
            asked.body.contains("role=\"alertdialog\""),
            "{}",
            asked.body
        );
        let wrong = browser.post(&erase, &[("confirm", "acme-app")]).await;
        assert!(errors(wrong).contains("Type “shop” to erase it."));
        browser.get(page).await.expect(StatusCode::OK);

        let done = browser.post(&erase, &[("confirm", "shop")]).await;
        done.told_on("/t/acme/accounts");
        let list = browser.get(done.location()).await.expect(StatusCode::OK);
        assert!(!list.body.contains(page), "{}", list.body);
        browser.get(page).await.expect(StatusCode::NOT_FOUND);
        let again = browser.post(&erase, &[("confirm", "shop")]).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn an_operator_connects_an_account() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let connect = async |app, subdomain| {
            let fields = [("app", app), ("subdomain", subdomain)];
            browser.post("/t/acme/accounts/connect", &fields).await
        };
        assert!(errors(connect("acme-app", "a.b").await).contains("a.b"));
        errors(connect("nothing", "shop").await);
        let begun = connect("acme-app", "https://shop.gorgias.com/app").await;
        let callback = server.simulator.approve(begun.location()).unwrap();
        let answer = browser.get(&callback).await;
        browser.get(answer.location()).await.expect(StatusCode::OK);

        let page = "/t/acme/accounts/acme-app/shop";
        browser.get(page).await.expect(StatusCode::OK);
        let again = browser.post(&format!("{page}/authorize"), &[]).await;
        assert!(
            again
                .location()
                .starts_with(&server.simulator.issuer("shop"))
        );
        assert_eq!(tenant.app.slug.as_str(), "acme-app");
    })
    .await;
}

/// From the link to the approval, and the link can't be used again.
#[tokio::test]
async fn a_reconnect_link_leads_back() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        server.simulator.deactivate("shop");
        let browser = server.signed_in("acme").await;
        let page = "/t/acme/accounts/acme-app/shop";
        browser.post(&format!("{page}/check"), &[]).await;
        errors(
            browser
                .post(&format!("{page}/links"), &[("days", "31")])
                .await,
        );
        let links = format!("{page}/links");
        let made = browser.post_and_look(&links, &[("days", "3")]).await.body;
        let link = shown(&made, "http://127.0.0.1:3000/r/").to_owned();
        let later = browser.get(page).await.body;
        assert!(!later.contains(&link), "shown once");

        let customer = server.browser();
        for _ in 0..3 {
            let seen = customer.get(&link).await.expect(StatusCode::OK);
            assert!(seen.body.contains("method=\"post\""), "{}", seen.body);
            assert!(seen.body.contains("noindex"));
            assert_eq!(seen.header("referrer-policy"), "same-origin");
            let policy = seen.header("content-security-policy");
            assert!(policy.contains("form-action 'self' https:"), "{policy}");
        }
        let path = link.strip_prefix("http://127.0.0.1:3000").unwrap();
        // A refusal leaves it usable.
        let begun = customer.post(path, &[]).await;
        let refused = server.simulator.refuse(begun.location()).unwrap();
        customer.get(customer.get(&refused).await.location()).await;
        let begun = customer.post(path, &[]).await;
        let callback = server.simulator.approve(begun.location()).unwrap();
        let answer = customer.get(&callback).await;
        customer.get(answer.location()).await.expect(StatusCode::OK);
        let body = browser.get(page).await.body;
        assert!(body.contains("Working"), "{body}");

        let used = customer.get(&link).await;
        assert_eq!(used.status, StatusCode::OK, "it is the customer's page now");
        assert!(!used.body.contains("method=\"post\""), "{}", used.body);
        let used = customer.post(path, &[]).await;
        assert_ne!(used.status, StatusCode::SEE_OTHER);
        let unknown = customer.get("/r/unknown").await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_link_for_a_new_account_can_be_withdrawn() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let fields = [("app", "acme-app"), ("subdomain", "fresh"), ("days", "")];
        let made = browser.post_and_look("/t/acme/accounts/links", &fields);
        let made = made.await.body;
        assert!(made.contains("fresh"), "whose link it is: {made}");
        let link = shown(&made, "http://127.0.0.1:3000/r/").to_owned();
        let subdomain = "fresh".parse().unwrap();
        let account = service::connections::show::show(&tenant.owner, "acme-app", &subdomain);
        let id = account.await.unwrap().unwrap().row.id;
        let rows = service::connections::links::of_connection(&tenant.owner, id)
            .await
            .unwrap();
        let page = "/t/acme/accounts/acme-app/fresh";
        let revoke = format!("{page}/links/{}/revoke", rows[0].id);
        let answer = browser.post(&revoke, &[]).await;
        answer.told_on(page);
        assert_eq!(server.browser().get(&link).await.status, StatusCode::GONE);
    })
    .await;
}

#[tokio::test]
async fn an_api_token_is_shown_once() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let page = "/t/acme/api-tokens";
        errors(browser.post(page, &[("name", "x"), ("role", "king")]).await);
        errors(
            browser
                .post(page, &[("name", ""), ("role", "viewer")])
                .await,
        );
        errors(
            browser
                .post(page, &[("name", "x"), ("role", "viewer"), ("app", "none")])
                .await,
        );
        let fields = [("name", "backend"), ("role", "viewer"), ("app", "acme-app")];
        let made = browser.post_and_look(page, &fields).await.body;
        // The list shows beginnings; the whole of it is longer.
        let token = made
            .match_indices("mrg_")
            .map(|(at, _)| shown(&made[at..], "mrg_"))
            .find(|text| text.len() == 47)
            .unwrap();
        let token = secrecy::SecretString::from(token.to_owned());
        assert_eq!(server.api_get("/apps", &token).await.status, StatusCode::OK);
        let later = browser.get(page).await.expect(StatusCode::OK).body;
        assert!(!later.contains(secrecy::ExposeSecret::expose_secret(&token)));
        assert!(later.contains("backend"));
    })
    .await;
}

/// security.md 53
#[tokio::test]
async fn a_role_in_the_form_changes_nothing() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let viewer = server.token(&tenant, Role::Viewer).await;
        let body = serde_json::json!({"role": "owner", "name": "x"});
        let answer = server
            .call(
                axum::http::Method::PATCH,
                "/apps/acme-app",
                &viewer,
                Some(body),
            )
            .await;
        assert_eq!(answer.json()["code"], "unknown_field");
    })
    .await;
}

#[tokio::test]
async fn the_theme_is_kept_in_a_cookie() {
    on_each_database(async |server| {
        let browser = server.browser();
        let answer = browser
            .post("/theme", &[("theme", "dark"), ("back", "/signin")])
            .await;
        assert_eq!(answer.location(), "/signin");
        let page = browser.get("/signin").await;
        assert!(page.body.contains("data-theme=\"dark\""), "{}", page.body);
        let answer = browser
            .post("/theme", &[("theme", "dark"), ("back", "//evil.example")])
            .await;
        assert_eq!(answer.location(), "/");
        let answer = browser.post("/theme", &[("theme", "\r\nx: y")]).await;
        assert!(answer.set_cookie("theme").starts_with("theme=system;"));
    })
    .await;
}

#[tokio::test]
async fn the_first_page_leads_on() {
    on_each_database(async |server| {
        let browser = server.browser();
        assert_eq!(browser.get("/").await.location(), "/setup");
        server.tenant("acme").await;
        assert_eq!(browser.get("/").await.location(), "/signin");
        let email = format!("acme-{OWNER}");
        sign_in(&browser, &email).await;
        assert_eq!(browser.get("/").await.location(), "/t/acme");
        for path in [
            "/t",
            "/t/acme",
            "/t/acme/accounts",
            "/t/acme/accounts/connect",
            "/t/acme/apps/new",
            "/t/acme/api-tokens",
            "/t/acme/audit",
        ] {
            let page = browser.get(path).await.expect(StatusCode::OK);
            assert!(
                page.header("content-type").starts_with("text/html"),
                "{path}"
            );
            assert!(
                page.header("content-security-policy").contains("'nonce-"),
                "{path}"
            );
            assert_eq!(page.header("cache-control"), "no-store", "{path}");
        }
    })
    .await;
}

async fn sign_in(browser: &Browser, email: &str) {
    let answer = browser
        .post("/signin", &[("email", email), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.location(), "/");
}

/// security.md 54
#[tokio::test]
async fn markup_in_names_stays_text() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let evil = "</script></title><img src=x>";
        let fields = [
            ("name", evil),
            ("slug", "evil"),
            ("client_id", "id"),
            ("client_secret", "secret"),
            ("scope", "offline"),
        ];
        let answer = browser.post("/t/acme/apps/new", &fields).await;
        for path in [
            answer.location(),
            "/t/acme/apps",
            "/t/acme",
            "/t/acme/accounts/connect",
            "/t/acme/api-tokens",
            "/t/acme/audit",
        ] {
            let page = browser.get(path).await.expect(StatusCode::OK);
            assert!(!page.body.contains("<img src=x"), "{path}: {}", page.body);
        }
    })
    .await;
}

#[tokio::test]
async fn the_audit_shows_who_did_what_and_is_filtered_by_its_address() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let page = browser.get("/t/acme/audit").await.expect(StatusCode::OK);
        for words in ["Signed in", "App added", "Authorization", "API token made"] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        assert!(
            page.body
                .contains("href=\"/t/acme/accounts/acme-app/shop\"")
        );
        let page = browser.get("/t/acme/audit?action=app.created").await;
        assert!(page.body.contains("Entries 2 to 2"), "{}", page.body);
        let page = browser.get("/t/acme/audit?target=nobody").await;
        assert!(page.body.contains("There is no entry like this."));
        let page = browser.get("/t/acme/audit?after=3").await;
        assert!(page.body.contains("Entries 2 to 1"), "{}", page.body);
        browser.post("/signout", &[]).await;
        let again = server.signed_in("acme").await;
        let page = again.get("/t/acme/audit?action=person.signed_out").await;
        assert!(page.body.contains("Entries "), "{}", page.body);
    })
    .await;
}
