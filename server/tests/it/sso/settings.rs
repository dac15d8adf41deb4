//! Its settings, as owners change them on their page.

use super::browser_of;
use crate::test_server::on_each_database;
use axum::http::StatusCode;
use domain::{role::Role, time::Span};
use service::sso;
use simulator::provider::{CLIENT_ID, CLIENT_SECRET, Provider, ProviderFault};

#[tokio::test]
async fn owners_set_it_up_on_the_settings_page() {
    on_each_database(async |server| {
        let owner = server.tenant("acme").await.owner;
        let provider = Provider::start().await.unwrap();
        let browser = server.signed_in("acme").await;
        let page = browser.get("/t/acme/settings").await.expect(StatusCode::OK);
        assert!(page.body.contains("/sso/acme/callback"), "the redirect URI");
        let fields = |issuer| {
            vec![
                ("issuer", issuer),
                ("client_id", CLIENT_ID),
                ("client_secret", CLIENT_SECRET),
                ("groups_claim", "groups"),
                ("group", "ops"),
                ("group_role", "operator"),
                ("group", ""),
                ("group_role", "viewer"),
                ("others", "nobody"),
            ]
        };
        let path = "/t/acme/settings/sso";
        let wrong = browser.post(path, &fields("https://10.1.2.3")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("value=\"ops\""), "what was typed stays");
        assert!(!wrong.body.contains(CLIENT_SECRET));
        browser
            .post(path, &fields(provider.issuer()))
            .await
            .told_on("/t/acme/settings");
        let saved = sso::settings(&owner).await.unwrap().unwrap();
        let groups: Vec<_> = saved.roles.iter().collect();
        assert_eq!(
            (groups, saved.others),
            (vec![("ops", Role::Operator)], None)
        );
        let tried = browser.post_and_look("/t/acme/settings/sso/try", &[]).await;
        assert!(tried.body.contains("127.0.0.1 answers"), "{}", tried.body);
        assert!(!tried.body.contains(CLIENT_SECRET));
        // A question that fails leaves the settings in the form.
        provider.change(|ways| ways.fault = Some(("/keys", ProviderFault::Status(500))));
        let failed = browser.post("/t/acme/settings/sso/try", &[]).await;
        assert_eq!(failed.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(failed.body.contains("role=\"alert\""), "{}", failed.body);
        assert!(failed.body.contains("value=\"ops\""), "{}", failed.body);
        // It asks whether it is still them.
        server.world.clock.advance(Span::minutes(10));
        let asked = browser.post(path, &fields(provider.issuer())).await;
        assert!(
            asked
                .location()
                .starts_with("/confirm?next=/t/acme/settings")
        );
        let asked = browser.post("/t/acme/settings/sso/off", &[]).await;
        assert!(asked.location().starts_with("/confirm"));
        let page = browser.get("/t/acme/settings").await;
        assert!(page.body.contains("value=\"ops\""), "{}", page.body);
        let operator = browser_of(&server, &owner, Role::Operator).await;
        let off = "/t/acme/settings/sso/off";
        for path in [path, off, "/t/acme/settings/sso/try"] {
            let answer = operator.post(path, &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        let admit = format!("/t/acme/settings/sso/admit/{}", owner.person().unwrap());
        let answer = operator.post(&admit, &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        server.tenant("other").await;
        let other = server.signed_in("other").await;
        assert_eq!(other.post(&admit, &[]).await.status, StatusCode::NOT_FOUND);
        assert!(sso::settings(&owner).await.unwrap().is_some());
    })
    .await;
}
