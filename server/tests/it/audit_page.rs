//! `/t/{tenant}/audit`: sentences, the export, and what is recorded of refusals.

use crate::test_server::{TestServer, on_each_database};
use axum::http::StatusCode;
use domain::role::Role;
use secrecy::SecretString;
use service::{
    audit::{self, Action, AuditRow, Filter, Outcome},
    people::{refusals, sign_in},
};

const AUDIT: &str = "/t/acme/audit";

async fn refused(server: &TestServer, owner: &service::Actor, action: Action) -> Vec<AuditRow> {
    refusals::record(&server.world.services, true)
        .await
        .unwrap();
    let filter = Filter {
        action: Some(action),
        ..Filter::default()
    };
    let mut rows = audit::list(owner, &filter, None).await.unwrap().rows;
    rows.retain(|row| row.outcome == Outcome::Refused);
    rows
}

#[tokio::test]
async fn the_audit_reads_as_sentences_and_folds_what_is_usual() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let page = browser.get(AUDIT).await.expect(StatusCode::OK).body;
        assert!(page.contains("added the app"), "{page}");
        assert!(!page.contains("signed in"), "{page}");
        assert!(page.contains("1 sign-in folded away"), "{page}");
        let id = tenant.app.id.to_string();
        assert!(!page.contains(&id), "no id in its prose");
        let all = browser.get(&format!("{AUDIT}?all=on")).await;
        let all = all.expect(StatusCode::OK).body;
        assert!(all.contains("signed in"), "{all}");
        // Each entry has an address of its own.
        let link = all.split("href=\"").find(|rest| rest.contains("#entry-"));
        let link = link
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .replace("&amp;", "&");
        let (path, entry) = link.split_once('#').unwrap();
        let there = browser.get(path).await.expect(StatusCode::OK).body;
        assert!(there.contains(&format!("id=\"{entry}\"")), "{link}");
    })
    .await;
}

#[tokio::test]
async fn the_export_is_a_file_and_an_entry() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let file = browser.post(&format!("{AUDIT}/export?all=on"), &[]).await;
        let file = file.expect(StatusCode::OK);
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        assert!(
            file.header("content-disposition")
                .contains("audit-acme.csv")
        );
        assert_eq!(file.header("cache-control"), "no-store");
        assert!(file.body.contains("\"app.created\""), "{}", file.body);
        assert!(file.body.contains("person.signed_in"), "{}", file.body);
        let narrow = browser
            .post(&format!("{AUDIT}/export?action=app.created"), &[])
            .await;
        assert_eq!(narrow.body.lines().count(), 2, "{}", narrow.body);
        let filter = Filter {
            action: Some(Action::AuditExported),
            ..Filter::default()
        };
        let rows = audit::list(&tenant.owner, &filter, None)
            .await
            .unwrap()
            .rows;
        assert_eq!(rows.len(), 2);
        assert!(
            rows[0]
                .sentence()
                .to_string()
                .ends_with("exported the audit")
        );
    })
    .await;
}

/// ASVS 16.3.1: failed sign-ins are recorded where the person belongs.
#[tokio::test]
async fn s49_failed_sign_ins_are_recorded_for_the_person_and_merged() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let email = format!("acme-{}", service::testing::OWNER);
        let browser = server.browser();
        for _ in 0..3 {
            let fields = [("email", email.as_str()), ("password", "canary-wrong-one")];
            browser.post("/signin", &fields).await;
        }
        let nobody = [
            ("email", "nobody@x.example"),
            ("password", "canary-wrong-one"),
        ];
        browser.post("/signin", &nobody).await;
        let rows = refused(&server, &tenant.owner, Action::SignedIn).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].repeats, rows[0].actor_kind.as_str()),
            (2, "somebody")
        );
        let said = rows[0].sentence().to_string();
        assert!(
            said.starts_with("A sign-in as ") && said.ends_with(" failed"),
            "{said}"
        );
        assert!(!format!("{rows:?}").contains("canary"));
        let password = SecretString::from("canary-wrong-one");
        let given = sign_in::Given {
            email: "nobody@x.example",
            password: &password,
            address: None,
            browser: None,
        };
        assert!(
            sign_in::sign_in(&server.world.services, &given)
                .await
                .is_err()
        );
        let rows = refused(&server, &tenant.owner, Action::SignedIn).await;
        assert_eq!(rows.len(), 1, "of nobody there is no entry");
    })
    .await;
}

/// ASVS 16.3.2: what is refused to somebody who is signed in.
#[tokio::test]
async fn refused_requests_of_people_and_tokens_are_recorded() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let other = server.tenant("other").await;
        let viewer = crate::isolation::joined(
            &server,
            &tenant,
            Role::Viewer,
            domain::app_limit::AppLimit::All,
            "eve",
        )
        .await;
        for _ in 0..3 {
            viewer
                .get("/t/acme/keys")
                .await
                .expect(StatusCode::FORBIDDEN);
        }
        viewer
            .post("/t/acme/audit/export", &[])
            .await
            .expect(StatusCode::FORBIDDEN);
        viewer
            .get("/t/acme/apps/nothing")
            .await
            .expect(StatusCode::NOT_FOUND);
        let rows = refused(&server, &tenant.owner, Action::RequestRefused).await;
        let mut told: Vec<_> = rows
            .iter()
            .map(|row| (row.detail.as_str(), row.repeats, row.actor_kind.as_str()))
            .collect();
        told.sort_unstable();
        let expected = [
            ("GET /t/{tenant}/keys", 2, "person"),
            ("POST /t/{tenant}/audit/export", 0, "person"),
        ];
        assert_eq!(told, expected, "one entry for each burst");

        viewer.get("/t/other").await.expect(StatusCode::NOT_FOUND);
        viewer.get("/t/nowhere").await.expect(StatusCode::NOT_FOUND);
        let rows = refused(&server, &other.owner, Action::RequestRefused).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(
            rows[0].actor_name, None,
            "a stranger is not named to others"
        );
        assert_eq!(rows[0].actor_kind, "somebody");

        let token = server.token(&tenant, Role::Viewer).await;
        server
            .api_get("/connections/acme-app/shop/token", &token)
            .await;
        let rows = refused(&server, &tenant.owner, Action::RequestRefused).await;
        assert_eq!(rows[0].actor_kind, "api_token");
        assert!(rows[0].detail.contains("/token"), "{}", rows[0].detail);
    })
    .await;
}

/// ASVS 16.3.3: an approval that nobody began here.
#[tokio::test]
async fn s03_unknown_states_are_recorded_for_their_app_and_merged() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        for state in 0..5 {
            let path = format!("/oauth/{}/callback?code=x&state={state}", tenant.app.id);
            browser.get(&path).await;
        }
        let nowhere = domain::ids::AppId(server.world.services.new_id());
        browser
            .get(&format!("/oauth/{nowhere}/callback?code=x&state=y"))
            .await;
        let rows = refused(&server, &tenant.owner, Action::Authorized).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].repeats, rows[0].detail.as_str()),
            (4, "state_unknown")
        );
        assert_eq!(rows[0].target, tenant.app.slug.to_string());
    })
    .await;
}
