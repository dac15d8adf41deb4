//! The redirect URI, and who tries to misuse it.

use super::{approved, authorizations, health, refused};
use crate::{
    browser::Browser,
    test_server::{install_path, on_each_database},
};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use domain::time::Span;

/// security.md 1, 84
#[tokio::test]
async fn the_same_callback_twice_is_one_token_request() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let callback = approved(&server, &browser, &tenant, "shop").await;
        let (one, two) = futures::join!(browser.get(&callback), browser.get(&callback));
        assert_eq!(one.location(), two.location(), "the one result");
        assert_eq!(browser.get(&callback).await.location(), one.location());
        assert_eq!(server.simulator.token_requests("shop").len(), 1);
        let page = browser.get(one.location()).await.expect(StatusCode::OK);
        assert!(page.body.contains("shop is connected"), "{}", page.body);
        refused(&server.browser().get(&callback).await);
    })
    .await;
}

/// security.md 2
#[tokio::test]
async fn another_browser_cannot_end_it() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let callback = approved(&server, &browser, &tenant, "shop").await;
        refused(&server.browser().get(&callback).await);
        let guessing = server.browser();
        guessing.set("mooring_browser", &"A".repeat(43));
        refused(&guessing.get(&callback).await);
        // The cookie's name follows from the state; its value doesn't.
        let (name, _) = authorizations(&browser).pop().unwrap();
        let own = server.browser();
        own.get(&install_path(&tenant, "shop")).await;
        let (_, others) = authorizations(&own).pop().unwrap();
        for value in ["A".repeat(others.len()), others] {
            guessing.set(&name, &value);
            refused(&guessing.get(&callback).await);
        }
        assert!(server.simulator.token_requests("shop").is_empty());
        // Nothing was used up: the right one still can.
        assert_eq!(browser.get(&callback).await.status, StatusCode::SEE_OTHER);
    })
    .await;
}

/// security.md 3
#[tokio::test]
async fn a_state_lives_ten_minutes_and_through_a_restart() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let callback = approved(&server, &browser, &tenant, "old").await;
        server.world.clock.advance(Span::minutes(10));
        refused(&browser.get(&callback).await);
        assert!(server.simulator.token_requests("old").is_empty());

        let callback = approved(&server, &browser, &tenant, "young").await;
        server.world.clock.advance(Span::minutes(9));
        let restarted = Browser::new(&server::router::router(
            server.world.second_process().await,
            Default::default(),
        ));
        restarted.take_over(&browser);
        let answer = restarted.get(&callback).await;
        let page = restarted
            .get(answer.location())
            .await
            .expect(StatusCode::OK);
        assert!(page.body.contains("young"));
    })
    .await;
}

/// security.md 4
#[tokio::test]
async fn missing_and_doubled_parameters_are_refused() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let callback = approved(&server, &browser, &tenant, "shop").await;
        let url = url::Url::parse(&callback).unwrap();
        let parameter = |name: &str| {
            let (_, value) = url.query_pairs().find(|(key, _)| key == name).unwrap();
            format!("{name}={value}")
        };
        let (code, state) = (parameter("code"), parameter("state"));
        for query in [
            String::new(),
            code.clone(),
            state.clone(),
            format!("{code}&state="),
            format!("{state}&code="),
            format!("{code}&{state}&{state}"),
            format!("{code}&{code}&{state}"),
            format!("{code}&{state}&error=access_denied"),
            format!("{code}&{state}&iss=a&iss=b"),
        ] {
            refused(&browser.get(&format!("{}?{query}", url.path())).await);
        }
        assert!(server.simulator.token_requests("shop").is_empty());
        let good = browser.get(&format!("{}?{code}&{state}", url.path())).await;
        assert_eq!(
            good.status,
            StatusCode::SEE_OTHER,
            "nothing of it used the state up"
        );
    })
    .await;
}

/// security.md 5
#[tokio::test]
async fn another_issuer_gets_no_code() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let callback = approved(&server, &browser, &tenant, "shop").await;
        let evil = server.simulator.issuer("evil");
        let answer = browser
            .get(&format!("{callback}&iss={evil}&account=evil"))
            .await;
        let page = browser.get(answer.location()).await;
        assert!(page.body.contains("shop"), "{}", page.body);
        assert!(server.simulator.token_requests("shop").is_empty());
        assert!(server.simulator.token_requests("evil").is_empty());
        assert_eq!(health(&server, &tenant, "shop").await["status"], 404);
    })
    .await;
}

/// security.md 6
#[tokio::test]
async fn what_an_operator_began_nobody_else_ends() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.tenant("other").await;
        let browser = server.signed_in("acme").await;
        let fields = [("app", tenant.app.slug.as_str()), ("subdomain", "shop")];
        let begun = browser.post("/t/acme/accounts/connect", &fields).await;
        let callback = server.simulator.approve(begun.location()).unwrap();

        let (name, value) = authorizations(&browser).pop().unwrap();
        let signed_out = server.browser();
        signed_out.set(&name, &value);
        refused(&signed_out.get(&callback).await);
        let somebody_else = server.signed_in("other").await;
        somebody_else.set(&name, &value);
        refused(&somebody_else.get(&callback).await);
        assert!(server.simulator.token_requests("shop").is_empty());

        let answer = browser.get(&callback).await;
        browser.get(answer.location()).await.expect(StatusCode::OK);
        assert_eq!(health(&server, &tenant, "shop").await["health"], "working");
    })
    .await;
}

/// security.md 7
#[tokio::test]
async fn one_apps_code_is_not_played_into_another() {
    on_each_database(async |server| {
        let one = server.tenant("acme").await;
        let two = server.tenant("other").await;
        let browser = server.browser();
        let callback = approved(&server, &browser, &one, "shop").await;
        let (one_id, two_id) = (one.app.id.to_string(), two.app.id.to_string());
        refused(&browser.get(&callback.replace(&one_id, &two_id)).await);
        assert!(server.simulator.token_requests("shop").is_empty());
    })
    .await;
}

/// security.md 13
#[tokio::test]
async fn an_error_from_gorgias_is_told_without_its_words() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.browser();
        let begun = browser.get(&install_path(&tenant, "shop")).await;
        let refusal = server.simulator.refuse(begun.location()).unwrap();
        let mut url = url::Url::parse(&refusal).unwrap();
        let others = url.query_pairs().into_owned();
        let others: Vec<_> = others.filter(|(k, _)| k != "error_description").collect();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(others)
            .append_pair("error_description", "<script>alert(1)</script>");
        let answer = browser.get(url.as_str()).await;
        let page = browser.get(answer.location()).await;
        assert!(!page.body.contains("alert(1)"), "{}", page.body);

        let begun = browser.get(&install_path(&tenant, "shop")).await;
        let url = url::Url::parse(begun.location()).unwrap();
        let (_, state) = url.query_pairs().find(|(key, _)| key == "state").unwrap();
        let made_up = format!(
            "/oauth/{}/callback?state={state}&error=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
            tenant.app.id
        );
        let answer = browser.get(&made_up).await;
        let page = browser.get(answer.location()).await;
        assert!(!page.body.contains("<img src=x"), "{}", page.body);
        assert_eq!(
            health(&server, &tenant, "shop").await["health"],
            "working",
            "tokens untouched"
        );
    })
    .await;
}

/// security.md 83: a machine that looks at the address uses nothing up.
#[tokio::test]
async fn s83_a_look_at_the_callback_uses_no_code_up() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let callback = approved(&server, &browser, &tenant, "shop").await;
        let looks = [
            (Method::HEAD, "user-agent", "a scanner"),
            (Method::GET, "sec-purpose", "prefetch"),
            (Method::GET, "sec-purpose", "prefetch;prerender"),
            (Method::GET, "purpose", "prefetch"),
            (Method::GET, "x-moz", "prefetch"),
        ];
        for (method, name, value) in looks {
            let request = browser.request(method, &callback).header(name, value);
            let answer = browser.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.header("location"), "", "{name}: {value}");
        }
        assert!(server.simulator.token_requests("shop").is_empty());
        let answer = browser.get(&callback).await;
        let page = browser.get(answer.location()).await.expect(StatusCode::OK);
        assert!(page.body.contains("shop is connected"), "{}", page.body);
    })
    .await;
}

/// security.md 70: who is refused since too many failed is told how long to wait.
#[tokio::test]
async fn s70_who_is_shed_is_told_so() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let mut last = None;
        for n in 0..61 {
            let begun = browser
                .get(&install_path(&tenant, &format!("evil-{n}")))
                .await;
            let url = url::Url::parse(begun.location()).unwrap();
            let (_, state) = url.query_pairs().find(|(key, _)| key == "state").unwrap();
            let path = format!("/oauth/{}/callback?code=x&state={state}", tenant.app.id);
            last = Some(browser.get(&path).await);
        }
        let shed = last.unwrap();
        assert_eq!(shed.status, StatusCode::TOO_MANY_REQUESTS, "{}", shed.body);
        assert_eq!(shed.header("retry-after"), "600");
        assert!(shed.body.contains("Too many approvals"), "{}", shed.body);
        assert!(server.simulator.with_credentials("evil-60").is_empty());
    })
    .await;
}
