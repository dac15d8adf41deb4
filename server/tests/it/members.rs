//! Inviting, joining, changing and removing members, as browsers do it.

use crate::{
    browser::{Answer, Browser},
    test_server::{Tenant, TestServer, on_each_database},
};
use axum::http::StatusCode;
use domain::{app_limit::AppLimit, role::Role};
use service::{
    people::{
        invitations::LIFE,
        members::{self, Member},
    },
    testing::PASSWORD,
};

const MEMBERS: &str = "/t/acme/members";
const NEW: &str = "lantern biscuit otter";

/// The paths of the invitations on a page.
fn invitations(page: &Answer) -> Vec<String> {
    page.body
        .split("/invite/")
        .skip(1)
        .map(|rest| {
            let token: String = rest
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
                .collect();
            format!("/invite/{token}")
        })
        .collect()
}

async fn invite(browser: &Browser, email: &str, role: &str) -> String {
    let fields = [("email", email), ("role", role), ("limit", "all")];
    let page = browser.post_and_look(MEMBERS, &fields).await;
    invitations(&page).pop().unwrap()
}

/// A browser with somebody who was invited and joined.
async fn joined(server: &TestServer, by: &Browser, email: &str, role: &str) -> Browser {
    let path = invite(by, email, role).await;
    let browser = server.browser();
    let answer = browser
        .post(&path, &[("name", email), ("password", NEW)])
        .await;
    assert_eq!(answer.location(), "/t/acme");
    browser
}

async fn member(tenant: &Tenant, email: &str) -> Member {
    let members = members::list(&tenant.owner).await.unwrap();
    members.into_iter().find(|m| m.email == email).unwrap()
}

#[tokio::test]
async fn an_invited_person_joins_and_is_signed_in() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let owner = server.signed_in("acme").await;
        let path = invite(&owner, "Ann@x.example", "success").await;
        let list = owner.get(MEMBERS).await.expect(StatusCode::OK);
        assert!(list.body.contains("ann@x.example"), "it waits");
        assert!(!list.body.contains(&path), "the address is shown once");

        let ann = server.browser();
        let page = ann.get(&path).await.expect(StatusCode::OK);
        assert!(page.body.contains("Customer success"), "{}", page.body);
        assert_eq!(page.header("x-robots-tag"), "noindex");
        let weak = [("name", "Ann"), ("password", "short")];
        let weak = ann.post(&path, &weak).await;
        let weak = weak.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(weak.body.contains("password-error") && weak.body.contains("value=\"Ann\""));
        let joined = [("name", "Ann"), ("password", NEW)];
        assert_eq!(ann.post(&path, &joined).await.location(), "/t/acme");
        let page = ann.get("/t/acme").await.expect(StatusCode::OK);
        assert!(
            !page.body.contains(MEMBERS),
            "what isn’t allowed isn’t shown"
        );
        assert_eq!(ann.get(MEMBERS).await.status, StatusCode::FORBIDDEN);
        assert_eq!(ann.get("/t/acme/keys").await.status, StatusCode::FORBIDDEN);
        assert!(
            member(&tenant, "ann@x.example")
                .await
                .last_seen_at
                .is_some()
        );

        // Used up, for everybody.
        for browser in [&ann, &server.browser()] {
            assert_eq!(browser.get(&path).await.status, StatusCode::GONE);
            assert_eq!(browser.post(&path, &joined).await.location(), path);
        }
        assert_eq!(members::list(&tenant.owner).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn several_are_invited_renewed_and_withdrawn() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let owner = server.signed_in("acme").await;
        let fields = [
            ("email", "a@x.example, b@x.example"),
            ("role", "viewer"),
            ("limit", "all"),
        ];
        let made = owner.post_and_look(MEMBERS, &fields).await;
        let made = invitations(&made);
        assert_eq!(made.len(), 2);
        let wrong = [("email", "nonsense"), ("role", "king"), ("limit", "all")];
        let wrong = owner.post(MEMBERS, &wrong).await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("value=\"nonsense\""), "nothing is lost");

        let list = owner.get(MEMBERS).await.body;
        let action = |verb: &str| {
            let end = format!("/{verb}\"");
            let found = list.split("action=\"").find(|rest| {
                let path = rest.split_inclusive('"').next().unwrap_or_default();
                path.ends_with(&end)
            });
            found.unwrap().split('"').next().unwrap().to_owned()
        };
        let renewed = owner.post_and_look(&action("renew"), &[]).await;
        let renewed = invitations(&renewed).pop().unwrap();
        let anybody = server.browser();
        assert_eq!(anybody.get(&renewed).await.status, StatusCode::OK);
        let statuses = [
            anybody.get(&made[0]).await.status,
            anybody.get(&made[1]).await.status,
        ];
        assert!(statuses.contains(&StatusCode::NOT_FOUND), "{statuses:?}");
        let withdrawn = owner.post(&action("withdraw"), &[]).await;
        withdrawn.told_on(MEMBERS);
        assert_eq!(anybody.get(&renewed).await.status, StatusCode::GONE);
        server.world.clock.advance(LIFE);
        for path in &made {
            assert_ne!(anybody.get(path).await.status, StatusCode::OK, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_of_another_tenant_signs_in_to_join() {
    on_each_database(async |server| {
        let acme = server.tenant("acme").await;
        server.tenant("other").await;
        let owner = server.signed_in("acme").await;
        let email = format!("other-{}", service::testing::OWNER);
        let path = invite(&owner, &email, "viewer").await;
        let other = server.browser();
        let page = other.get(&path).await.expect(StatusCode::OK);
        assert!(page.body.contains("/signin?next="), "{}", page.body);
        let next = [
            ("email", email.as_str()),
            ("password", PASSWORD),
            ("next", &path),
        ];
        assert_eq!(other.post("/signin", &next).await.location(), path);
        // Whoever else is signed in is told whose it is.
        let page = owner.get(&path).await.expect(StatusCode::OK);
        assert!(page.body.contains("You are signed in as"), "{}", page.body);
        let refused = owner.post(&path, &[]).await;
        refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(other.post(&path, &[]).await.location(), "/t/acme");
        assert_eq!(member(&acme, &email).await.role, Role::Viewer);
        assert_eq!(other.get("/t/other").await.status, StatusCode::OK);
    })
    .await;
}

/// security.md 47
#[tokio::test]
async fn s47_a_change_of_role_and_a_removal_hold_at_once() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let owner = server.signed_in("acme").await;
        let ann = joined(&server, &owner, "ann@x.example", "operator").await;
        let id = member(&tenant, "ann@x.example").await.id;
        let page = format!("{MEMBERS}/{id}");
        assert_eq!(ann.get("/t/acme/audit").await.status, StatusCode::OK);
        let viewer = [("role", "viewer"), ("limit", "all")];
        owner.post(&page, &viewer).await.told_on(&page);
        assert_eq!(ann.get("/t/acme/audit").await.status, StatusCode::FORBIDDEN);
        assert_eq!(ann.get("/t/acme").await.status, StatusCode::OK);
        let remove = format!("{page}/remove");
        assert_eq!(owner.get(&remove).await.status, StatusCode::OK);
        owner.post(&remove, &[]).await.told_on(MEMBERS);
        assert_eq!(ann.get("/t/acme").await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            ann.get("/t").await.status,
            StatusCode::OK,
            "the person stays"
        );
    })
    .await;
}

/// security.md 53
#[tokio::test]
async fn s53_no_form_makes_an_operator_an_owner_or_removes_the_last_one() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let owner = server.signed_in("acme").await;
        let operator = joined(&server, &owner, "op@x.example", "operator").await;
        let (own, owners) = (
            member(&tenant, "op@x.example").await.id,
            tenant.owner.person().unwrap(),
        );
        let as_owner = [
            ("role", "owner"),
            ("limit", "all"),
            ("email", "e@x.example"),
        ];
        operator
            .post(MEMBERS, &as_owner)
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        for id in [own, owners] {
            let page = format!("{MEMBERS}/{id}");
            let answer = operator.post(&page, &as_owner[..2]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{page}");
        }
        let removal = format!("{MEMBERS}/{owners}/remove");
        assert_eq!(
            operator.post(&removal, &[]).await.status,
            StatusCode::FORBIDDEN
        );
        let kept = owner.post(&removal, &[]).await;
        let kept = kept.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            kept.body.contains("A tenant needs an owner"),
            "{}",
            kept.body
        );
        assert_eq!(members::list(&tenant.owner).await.unwrap().len(), 2);

        // Everybody may leave.
        let leave = format!("{MEMBERS}/{own}/remove");
        assert_eq!(operator.post(&leave, &[]).await.location(), "/t");
        assert_eq!(operator.get("/t/acme").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// security.md 52
#[tokio::test]
async fn s52_who_is_limited_to_an_app_is_shown_no_other() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let hidden = server.world.app(&tenant.owner, "hidden-app").await;
        let owner = server.signed_in("acme").await;
        let ann = joined(&server, &owner, "ann@x.example", "operator").await;
        let member = member(&tenant, "ann@x.example").await;
        assert_eq!(member.apps, AppLimit::All);
        let app = tenant.app.id.to_string();
        let page = format!("{MEMBERS}/{}", member.id);
        let limited = [
            ("role", "operator"),
            ("limit", "some"),
            ("apps", app.as_str()),
        ];
        owner.post(&page, &limited).await.told_on(&page);
        let apps = ann.get("/t/acme/apps").await.expect(StatusCode::OK).body;
        assert!(apps.contains("acme-app") && !apps.contains("hidden-app"));
        for path in [
            "/t/acme/apps/hidden-app",
            &format!("/t/acme/apps/{}", hidden.id),
        ] {
            assert_eq!(ann.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(ann.get(MEMBERS).await.status, StatusCode::FORBIDDEN);
        let none = [("role", "operator"), ("limit", "some")];
        let none = owner.post(&page, &none).await;
        let none = none.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.body.contains("Choose at least one app."));
    })
    .await;
}
