//! security.md 52: every route as every role, in the own tenant and in another one.

mod decisions;
pub mod things;

pub use things::joined;

use crate::{
    api::described::DOCUMENT,
    browser::{Answer, Browser},
    test_server::{Tenant, TestServer, on_each_database, with_mail_on_each_database},
};
use app::{address::Address, routes::PATHS};
use axum::http::{Method, StatusCode};
use decisions::{CALLS, Call, DECISIONS, Decision, Who};
use domain::{app_limit::AppLimit, campaign::Audience, role::Role};
use secrecy::SecretString;
use service::{
    api_tokens::{self, NewApiToken},
    campaigns::{self, CampaignForm},
    connections::links::{self, LinkOptions},
};
use std::collections::BTreeSet;
use things::Things;

/// A page, a form, or a call without a decision fails here.
#[test]
fn s52_every_route_has_one_decision() {
    let decided = |forms: bool| {
        let all = DECISIONS
            .iter()
            .filter(move |d| d.fields.is_some() == forms);
        let paths: Vec<_> = all.map(|decision| decision.pattern.0).collect();
        let set: BTreeSet<_> = paths.iter().copied().collect();
        assert_eq!(set.len(), paths.len(), "decided twice: {paths:?}");
        set
    };
    let (pages, forms) = (decided(false), decided(true));
    assert_eq!(forms, server::router::form_paths().collect());
    let undecided: Vec<_> = PATHS.iter().filter(|path| !pages.contains(*path)).collect();
    assert_eq!(undecided, Vec::<&&str>::new());
    let known: BTreeSet<_> = Address::PATTERNS.iter().map(|pattern| pattern.0).collect();
    let all: BTreeSet<_> = pages.union(&forms).copied().collect();
    assert_eq!(all, known, "whatever has an address has a decision");
    let described: BTreeSet<_> = DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| format!("{method} {path}"))
        })
        .filter(|call| call != "get /api/v1/openapi.json" && !call.ends_with(" parameters"))
        .collect();
    let decided: BTreeSet<_> = CALLS
        .iter()
        .map(|(method, path, ..)| format!("{method} /api/v1{path}"))
        .collect();
    assert_eq!(decided, described);
}

/// What a page or a form answers, without what is new in every answer.
async fn ask(browser: &Browser, decision: &Decision, things: &Things) -> (StatusCode, String) {
    let path = things.fill(decision.pattern.0, decision.pattern);
    let answer = if decision.fields.is_some() {
        let fields = decision.filled(things);
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
        browser.post(&path, &fields.collect::<Vec<_>>()).await
    } else {
        browser.get(&path).await
    };
    // The sign-in leads back to the address itself.
    (answer.status, plain(&answer).replace(&path, "/here"))
}

fn plain(answer: &Answer) -> String {
    let mut parts = answer.body.split("nonce=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('"').map_or("", |(_, rest)| rest)
    })
}

/// All roles, each for the whole tenant and, but for owners, narrowed to its one app.
fn roles(tenant: &Tenant) -> Vec<(Role, bool, AppLimit)> {
    let only = AppLimit::Only([tenant.app.id].into_iter().collect());
    Role::OF_PEOPLE
        .into_iter()
        .flat_map(|role| [(role, false, AppLimit::All), (role, true, only.clone())])
        .filter(|(role, narrowed, _)| !(*narrowed && *role == Role::Owner))
        .collect()
}

/// In the own tenant: allowed or refused, as the table says.
#[tokio::test]
async fn s52_each_role_may_in_its_own_tenant_what_the_table_says() {
    on_each_database(async |server| {
        let of_tenant = || DECISIONS.iter().filter(|decision| decision.is_of_tenant());
        let slugs = ["a1", "a2", "a3", "a4", "a5", "a6", "a7"];
        for (number, slug) in slugs.into_iter().enumerate() {
            // A tenant for each, since it may remove things.
            let tenant = server.tenant(slug).await;
            let things = Things::of(&server, &tenant).await;
            let (role, narrowed, apps) = roles(&tenant).swap_remove(number);
            let browser = joined(&server, &tenant, role, apps, "member").await;
            let (may, may_not): (Vec<_>, Vec<_>) =
                of_tenant().partition(|decision| decision.allows(role, narrowed));
            for decision in may_not {
                let (status, _) = ask(&browser, decision, &things).await;
                let path = decision.pattern.0;
                assert_eq!(status, StatusCode::FORBIDDEN, "{role:?} {narrowed} {path}");
            }
            for decision in may {
                // The stream never ends.
                if decision.pattern == Address::LIVE {
                    continue;
                }
                let (status, body) = ask(&browser, decision, &things).await;
                let good = !matches!(
                    status,
                    StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED
                ) && !status.is_server_error()
                    && !body.contains("unknown_field");
                let path = decision.pattern.0;
                let form = decision.fields.is_some();
                assert!(
                    good,
                    "{role:?} narrowed={narrowed} form={form} {path}: {status}"
                );
            }
        }
    })
    .await;
}

/// Whoever isn't signed in is led to the sign-in, and learns nothing before.
#[tokio::test]
async fn s52_strangers_are_led_to_the_sign_in() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let things = Things::of(&server, &tenant).await;
        let browser = server.browser();
        for decision in DECISIONS {
            if decision.who == Who::Public || decision.pattern.0.contains("{key}") {
                continue;
            }
            let path = decision.pattern.0;
            let ours = ask(&browser, decision, &things).await;
            let live = decision.pattern == Address::LIVE;
            let status = if live {
                StatusCode::NOT_FOUND
            } else {
                StatusCode::SEE_OTHER
            };
            assert_eq!(ours.0, status, "{path}");
            let nothing = ask(&browser, decision, &Things::nobodys("nothing")).await;
            assert_eq!(ours, nothing, "{path}");
        }
    })
    .await;
}

/// In another tenant: exactly what a tenant that isn't there answers, and its things
/// are not there in the own one either.
#[tokio::test]
async fn s52_another_tenants_things_answer_as_things_that_are_not_there() {
    on_each_database(async |server| {
        let (acme, other) = (server.tenant("acme").await, server.tenant("other").await);
        let theirs = Things::of(&server, &other).await;
        let their_id = theirs.by_id(&other);
        for (role, narrowed, apps) in roles(&acme) {
            let name = format!("{}{}", role.code(), if narrowed { "-narrowed" } else { "" });
            let browser = joined(&server, &acme, role, apps, &name).await;
            for decision in DECISIONS.iter().filter(|decision| decision.is_of_tenant()) {
                let path = decision.pattern.0;
                let here = ask(&browser, decision, &theirs).await;
                assert_eq!(here.0, StatusCode::NOT_FOUND, "{name} {path}");
                let nothing = ask(&browser, decision, &theirs.within("nothing")).await;
                assert_eq!(here, nothing, "{name} {path}");
                // Its things, by their ids, in the own tenant.
                let names_a_thing = ["{app}", "{person}", "{id}"];
                if names_a_thing.iter().any(|part| path.contains(part)) {
                    let mine = ask(&browser, decision, &their_id.within("acme")).await;
                    let nothing = ask(&browser, decision, &Things::nobodys("acme")).await;
                    assert_eq!(mine.0, nothing.0, "{name} {path}");
                    assert!(
                        matches!(mine.0, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
                        "{name} {path}: {}",
                        mine.0
                    );
                }
            }
        }
        // And nothing happened to any of it.
        let owner = server.signed_in("other").await;
        for decision in DECISIONS
            .iter()
            .filter(|d| d.is_of_tenant() && d.fields.is_none())
        {
            if decision.pattern != Address::LIVE {
                let (status, _) = ask(&owner, decision, &theirs).await;
                assert_eq!(status, StatusCode::OK, "{}", decision.pattern.0);
            }
        }
    })
    .await;
}

/// What the calls of the API name.
struct Named {
    app: String,
    link: String,
    campaign: String,
}

impl Named {
    fn nobodys() -> Self {
        let id = || "0190b5c1-7c3e-7000-8000-000000000000".to_owned();
        Self {
            app: id(),
            link: id(),
            campaign: id(),
        }
    }

    async fn of(tenant: &Tenant) -> Self {
        let (owner, app) = (&tenant.owner, tenant.app.id.to_string());
        let shop = "shop".parse().unwrap();
        let link = links::create(owner, &app, &shop, LinkOptions::default()).await;
        let form = CampaignForm {
            app: app.clone(),
            name: "Theirs".into(),
            audience: Audience::Disconnected,
            chosen: None,
            message: None,
            days: 14,
            remind_after: None,
        };
        let campaign = campaigns::create(owner, &form).await;
        Self {
            app,
            link: link.unwrap().id.to_string(),
            campaign: campaign.unwrap().to_string(),
        }
    }
}

async fn call(server: &TestServer, call: &Call, names: &Named, token: &SecretString) -> Answer {
    let (method, path, _, _, body) = call;
    let method: Method = method.to_uppercase().parse().unwrap();
    let id = match path.starts_with("/campaigns") {
        true => &names.campaign,
        false => &names.link,
    };
    let app = &names.app;
    let path = path
        .replace("{app}", app)
        .replace("{subdomain}", "shop")
        .replace("{id}", id);
    let body = body.replace("{app}", app);
    let body = (!body.is_empty()).then(|| serde_json::from_str(&body).unwrap());
    server.call(method, &path, token, body).await
}

/// The same for API tokens, whole and tied to an app.
#[tokio::test]
async fn s52_each_api_token_may_what_the_table_says_and_sees_no_other_tenant() {
    with_mail_on_each_database(async |server| {
        let other = server.tenant("other").await;
        server.install(&other, "shop").await;
        let (theirs, nobodys) = (Named::of(&other).await, Named::nobodys());
        for (number, role) in Role::ALL.into_iter().enumerate() {
            for tied in [false, true] {
                let slug = format!("t{number}{tied}");
                let tenant = server.tenant(&slug).await;
                server.install(&tenant, "shop").await;
                let own = Named::of(&tenant).await;
                let new = NewApiToken {
                    app: tied.then_some(tenant.app.id),
                    ..NewApiToken::new("test", role)
                };
                let slug = &tenant.owner.tenant_slug;
                let token = api_tokens::create_on_command_line(&server.world.services, slug, new);
                let token = token.await.unwrap();
                let allows =
                    |(_, _, roles, of_app, _): &Call| roles.contains(&role) && (!tied || *of_app);
                for one in CALLS.iter().filter(|one| !allows(one)) {
                    let status = call(&server, one, &own, &token).await.status;
                    let (method, path, ..) = one;
                    assert_eq!(
                        status,
                        StatusCode::FORBIDDEN,
                        "{role:?} {tied} {method} {path}"
                    );
                }
                let names = |one: &&Call| one.1.contains("{app}") || one.1.contains("{id}");
                for one in CALLS.iter().filter(names) {
                    let (method, path, ..) = one;
                    let theirs = call(&server, one, &theirs, &token).await;
                    let nobodys = call(&server, one, &nobodys, &token).await;
                    assert_eq!(theirs.body, nobodys.body, "{role:?} {tied} {method} {path}");
                    assert!(
                        matches!(theirs.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
                        "{role:?} {tied} {method} {path}: {}",
                        theirs.status
                    );
                }
                for one in CALLS.iter().filter(|one| allows(one)) {
                    let answer = call(&server, one, &own, &token).await;
                    let (method, path, ..) = one;
                    let good = !matches!(
                        answer.status,
                        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED
                    ) && !answer.status.is_server_error();
                    let shown = &answer.body;
                    assert!(
                        good,
                        "{role:?} {tied} {method} {path}: {} {shown}",
                        answer.status
                    );
                }
            }
        }
        let there = server
            .api_get("/connections/other-app/shop", &other.token)
            .await;
        assert_eq!(there.json()["health"], "working");
    })
    .await;
}
