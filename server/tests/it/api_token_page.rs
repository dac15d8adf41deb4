//! Other secrets for API tokens, by forms and by commands.

use crate::{
    cli::{installation, make_owner, run, text},
    pages::{errors, shown},
    test_server::on_each_database,
};
use axum::http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use service::api_tokens;

/// Without script: the new secret is shown once, and the old one can be ended.
#[tokio::test]
async fn an_api_token_gets_another_secret_and_the_old_one_ends() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let page = "/t/acme/api-tokens";
        let numbers = [
            ("name", "x"),
            ("role", "viewer"),
            ("rate", "20"),
            ("burst", "10"),
        ];
        let body = errors(browser.post(page, &numbers).await);
        assert!(
            body.contains("at least as many requests as in a second"),
            "{body}"
        );
        let fields = [
            ("name", "backend"),
            ("role", "viewer"),
            ("rate", "20"),
            ("burst", "100"),
        ];
        let made = browser.post_and_look(page, &fields).await.body;
        assert!(made.contains("20 requests a second, 100 at once"), "{made}");
        let whole = |body: &str| {
            let found = body
                .match_indices("mrg_")
                .map(|(at, _)| shown(&body[at..], "mrg_"));
            let found = found.filter(|text| text.len() == 47).map(str::to_owned);
            SecretString::from(found.last().unwrap())
        };
        let old = whole(&made);
        let tokens = api_tokens::list(&tenant.owner).await.unwrap();
        let id = tokens.iter().find(|row| row.name == "backend").unwrap().id;
        let here = |what: &str| format!("{page}/{id}/{what}");
        errors(browser.post(&here("rotate"), &[("overlap", "2h")]).await);
        let rotated = browser
            .post_and_look(&here("rotate"), &[("overlap", "24h")])
            .await;
        let rotated = rotated.expect(StatusCode::OK).body;
        assert!(rotated.contains("The new secret of backend"), "{rotated}");
        assert!(rotated.contains("works until"), "{rotated}");
        let new = whole(&rotated);
        for token in [&old, &new] {
            server.api_get("/apps", token).await.expect(StatusCode::OK);
        }
        let twice = errors(browser.post(&here("rotate"), &[("overlap", "24h")]).await);
        assert!(
            twice.contains("The secret before still works until"),
            "{twice}"
        );
        browser.post(&here("end-old"), &[]).await.told_on(page);
        server.api_get("/apps", &new).await.expect(StatusCode::OK);
        let ended = server.api_get("/apps", &old).await;
        assert_eq!(ended.json()["code"], "token_replaced");
        let later = browser.get(page).await.expect(StatusCode::OK).body;
        assert!(!later.contains(new.expose_secret()));
    })
    .await;
}

#[tokio::test]
async fn the_command_line_lists_tokens_and_prints_another_secret() {
    let folder = installation().await;
    make_owner(&folder).await;
    let create = [
        "tokens", "create", "--tenant", "acme", "--name", "x", "--role", "viewer",
    ];
    let made = run(&folder, &create).await;
    assert!(made.status.success(), "{}", text(&made.stderr));
    let list = ["tokens", "list", "--tenant", "acme", "--json"];
    let listed = run(&folder, &list).await;
    let row: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!((&row["name"], &row["burst"]), (&"x".into(), &200.into()));
    let id = row["id"].as_str().unwrap();
    let plain = run(&folder, &list[..4]).await;
    assert!(text(&plain.stdout).starts_with(&format!("{id}\tmrg_")));
    let rotate = ["tokens", "rotate", "--tenant", "acme", "--id", id];
    let rotated = run(&folder, &rotate).await;
    assert!(rotated.status.success(), "{}", text(&rotated.stderr));
    assert_eq!(text(&rotated.stdout).lines().count(), 1);
    assert!(text(&rotated.stdout).starts_with("mrg_"));
    assert!(text(&rotated.stderr).contains("works until"));
    assert!(!text(&rotated.stderr).contains("mrg_"));
    let again = run(&folder, &rotate).await;
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("still works until"));
    let wrong = [&rotate[..], &["--overlap", "2h"]].concat();
    assert_eq!(run(&folder, &wrong).await.status.code(), Some(2));
    let burst = [&create[..], &["--rate", "20", "--burst", "10"]].concat();
    let refused = run(&folder, &burst).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("as many requests as in a second"));
}
