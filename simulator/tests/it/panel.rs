//! The panel: it shows what is broken, and breaks and mends by a click.

use crate::support::{CLIENT, SCOPE, World, text, world};
use reqwest::{StatusCode, header::LOCATION};

/// The part of the panel about an account.
fn row<'a>(page: &'a str, account: &str) -> &'a str {
    let begin = page
        .find(&format!("<tr id=\"account-{account}\">"))
        .unwrap();
    page[begin..].split("</tr>").next().unwrap()
}

async fn panel(world: &World, query: &str) -> String {
    let url = format!("{}/panel{query}", world.simulator.base_url());
    let page = world.http.get(url).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    page.text().await.unwrap()
}

/// Presses a button; gives where it leads.
async fn press(world: &World, fields: &[(&str, &str)]) -> String {
    let url = format!("{}/panel", world.simulator.base_url());
    let answer = world.http.post(url).form(fields).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let to = answer.headers()[LOCATION].to_str().unwrap().to_owned();
    assert!(to.starts_with("/panel"), "{to}");
    to
}

/// A refresh token of the account acme.
fn granted(world: &World) -> String {
    let acme = world.simulator.account("acme");
    acme.grant(CLIENT, SCOPE).refresh_token
}

#[tokio::test]
async fn an_account_is_broken_and_mended_by_a_click() {
    let world = world().await;
    let token = world.connect("acme").await;
    let token = text(&token, "refresh_token").to_owned();
    world.simulator.account("other");
    for (deed, status, state) in [
        ("fail", 500, "Outage: answers 500"),
        ("wait", 429, "Asks to wait: 429"),
        ("refuse", 401, "Refuses every app: 401"),
        ("answer", 200, "Answers"),
    ] {
        let to = press(&world, &[("do", deed), ("account", "acme")]).await;
        assert_eq!(to, "/panel#account-acme");
        let page = panel(&world, "").await;
        assert!(row(&page, "acme").contains(state), "{deed}");
        assert!(row(&page, "other").contains(">Answers<"), "{deed}");
        assert_eq!(world.refresh("acme", &token).await.0, status, "{deed}");
    }
}

#[tokio::test]
async fn an_app_is_deactivated_on_one_account_and_active_again() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let token = granted(&world);
    let of_other_app = acme.grant("another-app", SCOPE).refresh_token;
    let at = [("account", "acme"), ("app", CLIENT)];
    press(&world, &[("do", "deactivate"), at[0], at[1]]).await;
    assert!(!acme.accepts_refresh_token(&token));
    assert!(acme.accepts_refresh_token(&of_other_app), "it is one app's");
    let page = panel(&world, "").await;
    assert!(row(&page, "acme").contains("Deactivated"));
    let connect = format!("{}/app/settings/integrations/app/{CLIENT}", acme.issuer());
    assert!(
        row(&page, "acme").contains(&format!("href=\"{connect}\"")),
        "its customer can connect it again"
    );
    press(&world, &[("do", "reactivate"), at[0], at[1]]).await;
    assert!(acme.accepts_refresh_token(&token));
    assert!(!row(&panel(&world, "").await, "acme").contains("Deactivated"));
}

#[tokio::test]
async fn a_client_secret_is_refused_until_it_is_mended() {
    let world = world().await;
    let token = granted(&world);
    let to = press(&world, &[("do", "refuse_app"), ("app", CLIENT)]).await;
    assert_eq!(to, "/panel#apps");
    let (status, body) = world.refresh("acme", &token).await;
    assert_eq!(
        (status.as_u16(), text(&body, "error")),
        (401, "invalid_client")
    );
    assert!(panel(&world, "").await.contains("Client secret refused"));
    press(&world, &[("do", "accept_app"), ("app", CLIENT)]).await;
    assert_eq!(world.refresh("acme", &token).await.0, 200);
    assert!(panel(&world, "").await.contains("Client secret accepted"));
}

#[tokio::test]
async fn an_outage_of_everything_ends_and_so_do_all_faults_at_once() {
    let world = world().await;
    let token = granted(&world);
    assert_eq!(press(&world, &[("do", "fail_all")]).await, "/panel");
    assert_eq!(world.refresh("acme", &token).await.0, 500);
    press(&world, &[("do", "wait_all")]).await;
    assert_eq!(world.refresh("acme", &token).await.0, 429);
    press(&world, &[("do", "answer_all")]).await;
    assert_eq!(world.refresh("acme", &token).await.0, 200);
    press(&world, &[("do", "fail"), ("account", "acme")]).await;
    press(&world, &[("do", "refuse_app"), ("app", CLIENT)]).await;
    press(&world, &[("do", "fail_all")]).await;
    press(&world, &[("do", "mend_all")]).await;
    assert_eq!(world.refresh("acme", &token).await.0, 200);
    assert!(panel(&world, "").await.contains("Broken 0"));
}

#[tokio::test]
async fn the_list_is_narrowed_and_stays_so_after_a_click() {
    let world = world().await;
    for account in ["acme", "acorn", "birch"] {
        world.simulator.account(account);
    }
    let fields = [
        ("do", "fail"),
        ("account", "acorn"),
        ("q", "ac"),
        ("only", "broken"),
    ];
    assert_eq!(
        press(&world, &fields).await,
        "/panel?q=ac&only=broken#account-acorn"
    );
    let page = panel(&world, "?q=ac&only=broken").await;
    assert!(page.contains("<tr id=\"account-acorn\">"));
    assert!(
        !page.contains("<tr id=\"account-acme\">") && !page.contains("<tr id=\"account-birch\">")
    );
    assert!(
        panel(&world, "?q=nobody")
            .await
            .contains("No account matches")
    );
}

#[tokio::test]
async fn a_click_makes_no_account_and_what_is_unknown_is_refused() {
    let world = world().await;
    let post = async |fields: &[(&str, &str)]| {
        let url = format!("{}/panel", world.simulator.base_url());
        let answer = world.http.post(url).form(fields).send().await.unwrap();
        answer.status().as_u16()
    };
    assert_eq!(post(&[("do", "fail"), ("account", "nobody")]).await, 404);
    assert_eq!(post(&[("do", "refuse_app"), ("app", "nobody")]).await, 404);
    assert_eq!(post(&[("do", "explode")]).await, 422);
    assert!(panel(&world, "").await.contains("No account yet"));
}
