//! security.md 62: how often an API token may ask.

use crate::{
    api::connection,
    browser::Answer,
    test_server::{Tenant, TestServer, on_each_database},
};
use axum::http::StatusCode;
use domain::{request_rate::RequestRate, role::Role, time::Span};
use secrecy::SecretString;
use service::{
    Confirmed,
    api_tokens::{self, NewApiToken, Overlap},
    audit::{self, Filter},
};

async fn backend(tenant: &Tenant, name: &str, rate: RequestRate) -> SecretString {
    let new = NewApiToken {
        rate,
        ..NewApiToken::new(name, Role::Backend)
    };
    let confirmed = Confirmed::for_test(&tenant.owner);
    let made = api_tokens::create(&tenant.owner, &confirmed, new);
    made.await.unwrap()
}

/// How many of so many requests are answered.
async fn answered(server: &TestServer, path: &str, token: &SecretString, of: u32) -> u32 {
    let mut answered = 0;
    for _ in 0..of {
        let answer = server.api_get(path, token).await;
        match answer.status {
            StatusCode::OK => answered += 1,
            status => assert_eq!(status, StatusCode::TOO_MANY_REQUESTS),
        }
    }
    answered
}

fn left(answer: &Answer) -> (String, String) {
    let text = |name| answer.header(name).to_owned();
    (text("ratelimit-policy"), text("ratelimit"))
}

#[tokio::test]
async fn s62_a_token_makes_fifty_requests_a_second_and_two_hundred_at_once() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let read = format!("{}/token", connection(&tenant, "shop"));
        let token = backend(&tenant, "one", RequestRate::USUAL).await;
        let first = server.api_get(&read, &token).await.expect(StatusCode::OK);
        let policy = "\"token\";q=200;w=4".to_owned();
        assert_eq!(left(&first), (policy.clone(), "\"token\";r=199;t=1".into()));
        // Reads of tokens and other calls count alike.
        assert_eq!(answered(&server, &read, &token, 99).await, 99);
        assert_eq!(answered(&server, "/connections", &token, 105).await, 100);
        server.world.statements.take();
        let refused = server.api_get(&read, &token).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.json()["code"], "too_many_requests");
        assert_eq!(refused.header("content-type"), "application/problem+json");
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(left(&refused), (policy, "\"token\";r=0;t=1".into()));
        assert!(!refused.body.contains("access_token"));
        let asked = server.world.statements.take();
        assert_eq!(
            asked.len(),
            1,
            "a refusal costs no more than a read: {asked:?}"
        );

        // Another token has its own count.
        let other = backend(&tenant, "two", RequestRate::USUAL).await;
        server.api_get(&read, &other).await.expect(StatusCode::OK);
        server.world.clock.advance(Span::seconds(1));
        assert_eq!(answered(&server, &read, &token, 60).await, 50);
        // Nothing of it is an entry of the audit.
        let page = audit::list(&tenant.owner, &Filter::default(), None).await;
        let rows = page.unwrap().rows;
        let refused = rows
            .iter()
            .filter(|row| row.action == audit::Action::ApiTokenRefused);
        assert_eq!(refused.count(), 0);
    })
    .await;
}

#[tokio::test]
async fn s62_a_token_may_say_otherwise_and_both_its_secrets_count_together() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let read = format!("{}/token", connection(&tenant, "shop"));
        let slow = RequestRate::new(1, 3).unwrap();
        let old = backend(&tenant, "slow", slow).await;
        let row = api_tokens::list(&tenant.owner).await.unwrap().remove(0);
        assert_eq!(row.rate, slow);
        let confirmed = Confirmed::for_test(&tenant.owner);
        let new = api_tokens::rotate(&tenant.owner, &confirmed, row.id, Overlap::Hour).await;
        let new = new.unwrap().secret;
        let first = server.api_get(&read, &old).await.expect(StatusCode::OK);
        assert_eq!(left(&first).0, "\"token\";q=3;w=3");
        assert_eq!(answered(&server, &read, &new, 5).await, 2);
        assert_eq!(answered(&server, &read, &old, 5).await, 0);
        server.world.clock.advance(Span::seconds(2));
        assert_eq!(answered(&server, "/connections", &old, 5).await, 2);
    })
    .await;
}

/// A read that the short way doesn't serve is recognized twice.
#[tokio::test]
async fn s62_each_request_counts_once_and_each_answer_says_what_is_left() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let token = backend(&tenant, "one", RequestRate::USUAL).await;
        let read = format!("{}/token", connection(&tenant, "shop"));
        server.simulator.deactivate("shop");
        server.world.clock.advance(Span::days(2));
        let paths = [
            (read.clone(), StatusCode::CONFLICT),
            (format!("{read}?min_ttl=x"), StatusCode::BAD_REQUEST),
            (
                "/connections/none/shop/token".to_owned(),
                StatusCode::NOT_FOUND,
            ),
            ("/connections/none/shop".to_owned(), StatusCode::NOT_FOUND),
            ("/apps".to_owned(), StatusCode::FORBIDDEN),
            ("/connections".to_owned(), StatusCode::OK),
        ];
        for ((path, status), rest) in paths.into_iter().zip((0..200).rev()) {
            let answer = server.api_get(&path, &token).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
            assert_eq!(left(&answer).1, format!("\"token\";r={rest};t=1"), "{path}");
        }
        // What no token asks, has no rate.
        let wrong = SecretString::from("mrg_wrong");
        let refused = server.api_get("/connections", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert!(refused.headers.get("ratelimit").is_none());
    })
    .await;
}

#[tokio::test]
async fn s60_an_old_secret_reads_as_fast_as_the_new_one_until_it_ends() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let read = format!("{}/token", connection(&tenant, "shop"));
        let old = backend(&tenant, "one", RequestRate::USUAL).await;
        let id = api_tokens::list(&tenant.owner).await.unwrap()[0].id;
        let confirmed = Confirmed::for_test(&tenant.owner);
        let new = api_tokens::rotate(&tenant.owner, &confirmed, id, Overlap::Hour).await;
        let new = new.unwrap().secret;
        server.api_get(&read, &new).await.expect(StatusCode::OK);
        for secret in [&old, &new] {
            server.world.statements.take();
            server.api_get(&read, secret).await.expect(StatusCode::OK);
            let asked = server.world.statements.take();
            assert_eq!(asked.len(), 1, "{asked:#?}");
        }
        api_tokens::end_old_secret(&tenant.owner, id).await.unwrap();
        for path in [read.as_str(), "/connections"] {
            let refused = server.api_get(path, &old).await;
            assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
            assert_eq!(refused.json()["code"], "token_replaced");
            assert!(refused.header("www-authenticate").contains("invalid_token"));
            server.api_get(path, &new).await.expect(StatusCode::OK);
        }
        api_tokens::revoke(&tenant.owner, id).await.unwrap();
        for secret in [&old, &new] {
            let refused = server.api_get(&read, secret).await;
            assert_eq!(refused.json()["code"], "token_invalid");
        }
    })
    .await;
}
