//! Nothing of one tenant is seen or changed from another (security.md 52, 61),
//! and nothing secret lies in the database in clear (43).

use crate::flow::{self, sub};
use domain::{event, permission::Permission, role::Role, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Actor, Confirmed,
    api_tokens::{self, ApiRequest, NewApiToken},
    apps::{self, form::AppFormError},
    connections::{
        authorize::{self, BeginError},
        check_now::{CheckError, check_now},
        counts,
        disconnect::{DisconnectError, disconnect},
        events,
        links::{self, LinkError, LinkOptions},
        list::{ListQuery, list},
        overview::overview,
        show::show,
        token::{self, TokenError},
    },
};

async fn sees_nothing(f: &flow::Flow, stranger: &Actor) {
    let acme = sub("acme");
    let id = f.app.id;
    for app in ["returns", &id.to_string()] {
        assert!(apps::list::one(stranger, app).await.unwrap().is_none());
        assert!(show(stranger, app, &acme).await.unwrap().is_none());
        assert!(matches!(
            check_now(stranger, app, &acme).await,
            Err(CheckError::NotFound)
        ));
        assert!(matches!(
            disconnect(stranger, app, &acme).await,
            Err(DisconnectError::NotFound)
        ));
        assert!(matches!(
            token::read(stranger, app, &acme, Span::default()).await,
            Err(TokenError::NotFound)
        ));
        let link = links::create(stranger, app, &acme, LinkOptions::default()).await;
        assert!(matches!(link, Err(LinkError::NotFound)));
        if stranger.person().is_some() {
            let begun = authorize::begin_as_operator(stranger, app, &acme).await;
            assert!(matches!(begun, Err(BeginError::NotFound)));
        }
    }
    assert!(
        list(stranger, &ListQuery::default())
            .await
            .unwrap()
            .rows
            .iter()
            .all(|r| r.app_id != id)
    );
    assert!(matches!(
        apps::remove::remove(stranger, id).await,
        Err(AppFormError::NotFound)
    ));
    let link = links::create(&f.owner, "returns", &acme, LinkOptions::default())
        .await
        .unwrap();
    assert!(matches!(
        links::revoke(stranger, link.id).await,
        Err(LinkError::NotFound)
    ));
    let overview = overview(stranger, None).await.unwrap();
    assert!(overview.need.is_empty() && overview.links.is_empty());
    assert!(overview.apps.iter().all(|a| a.id != id));
    assert!(
        events::of_tenant(stranger, None, 100)
            .await
            .unwrap()
            .entries
            .iter()
            .all(|e| e.connection.as_ref().is_none_or(|(app, _)| *app != id))
    );
}

/// security.md 52
#[tokio::test]
async fn s52_another_tenant_sees_nothing_and_changes_nothing() {
    flow::each(async |f| {
        f.connect("acme").await;
        let stranger = f.world.owner("pier").await;
        sees_nothing(&f, &stranger).await;
        assert_eq!(counts::of_tenant(&stranger).await.unwrap().total(), 0);
        let connection = f.account("acme").await.row.id;
        assert!(
            events::of_connection(&stranger, connection, None, 10)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            links::of_connection(&stranger, connection)
                .await
                .unwrap()
                .is_empty()
        );
        // The same slug and the same account in another tenant are other things.
        let theirs = f.world.app(&stranger, "returns").await;
        assert!(
            show(&stranger, "returns", &sub("acme"))
                .await
                .unwrap()
                .is_none()
        );
        assert_ne!(theirs.id, f.app.id);
        assert!(f.account("acme").await.access_token_stored.is_some());
    })
    .await;
}

async fn api_actor(f: &flow::Flow, role: Role, app: Option<domain::ids::AppId>) -> Actor {
    let new = NewApiToken {
        app,
        ..NewApiToken::new("backend", role)
    };
    let token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
        .await
        .unwrap();
    api_tokens::authenticate(&f.world.services, &token, &ApiRequest::default())
        .await
        .unwrap()
}

/// security.md 61
#[tokio::test]
async fn s61_a_token_for_one_app_sees_no_other() {
    flow::each(async |f| {
        f.connect("acme").await;
        let other = f.world.app(&f.owner, "loyalty").await;
        let backend = api_actor(&f, Role::Operator, Some(other.id)).await;
        sees_nothing(&f, &backend).await;
        let own = api_actor(&f, Role::Operator, Some(f.app.id)).await;
        assert!(show(&own, "returns", &sub("acme")).await.unwrap().is_some());
        assert_eq!(
            list(&own, &ListQuery::default()).await.unwrap().rows.len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_role_holds_for_every_use_case() {
    flow::each(async |f| {
        f.connect("acme").await;
        let acme = sub("acme");
        let viewer = api_actor(&f, Role::Viewer, None).await;
        assert!(
            viewer.may(Permission::Look)
                && show(&viewer, "returns", &acme).await.unwrap().is_some()
        );
        assert!(matches!(
            check_now(&viewer, "returns", &acme).await,
            Err(CheckError::Forbidden(_))
        ));
        let link = links::create(&viewer, "returns", &acme, LinkOptions::default()).await;
        assert!(matches!(link, Err(LinkError::Forbidden(_))));
        let success = api_actor(&f, Role::Success, None).await;
        check_now(&success, "returns", &acme).await.unwrap();
        assert!(matches!(
            disconnect(&success, "returns", &acme).await,
            Err(DisconnectError::Forbidden(_))
        ));
        assert!(matches!(
            token::read(&success, "returns", &acme, Span::default()).await,
            Err(TokenError::Forbidden(_))
        ));
        assert!(matches!(
            apps::remove::remove(&success, f.app.id).await,
            Err(AppFormError::Forbidden(_))
        ));
    })
    .await;
}

/// security.md 43: what the database holds gives no access to anybody
#[tokio::test]
async fn s43_a_dump_holds_no_secret_in_clear() {
    flow::each(async |f| {
        f.connect("acme").await;
        let link = links::create(&f.owner, "returns", &sub("acme"), LinkOptions::default())
            .await
            .unwrap();
        let link_token = link
            .url
            .expose_secret()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        let back = f.approved("bolt").await;
        let new = NewApiToken::new("backend", Role::Operator);
        let api_token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
            .await
            .unwrap();
        let session = SecretString::from("a-session-id-that-nobody-may-read");
        let expires = f.world.clock_now().plus(Span::hours(1));
        service::people::sessions::save(
            &f.world.services,
            &session,
            f.owner.person().map(Into::into),
            "{}",
            expires,
        )
        .await
        .unwrap();
        let access = token::read(&f.owner, "returns", &sub("acme"), Span::default())
            .await
            .unwrap()
            .access_token;
        let request = &f.sim.token_requests("acme")[0];
        let dump = f.world.dump().await;
        assert!(
            dump.contains("returns-id") && dump.contains("acme"),
            "the dump is a dump"
        );
        for (what, secret) in [
            ("client secret", "returns-secret"),
            ("access token", access.expose_secret()),
            ("link token", &link_token),
            ("state", back.state.expose_secret()),
            ("API token", api_token.expose_secret()),
            ("session id", session.expose_secret()),
            ("browser's secret", f.browser.expose_secret()),
            ("code", request.parameter("code").unwrap()),
            ("password", service::testing::PASSWORD),
        ] {
            assert!(!secret.is_empty());
            assert!(!dump.contains(secret), "{what} in clear");
        }
        // The refresh token: force its use, then look for what was sent.
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        let refresh = f.sim.refreshes("acme")[0]
            .parameter("refresh_token")
            .unwrap()
            .to_owned();
        assert!(!f.world.dump().await.contains(&refresh));
    })
    .await;
}

/// security.md 54, at its root: what Gorgias sends is kept as text, not trusted
#[tokio::test]
async fn names_from_gorgias_are_kept_as_they_are() {
    flow::each(async |f| {
        f.sim
            .account("acme")
            .user_name("</script><b>Ann", "ann@acme.example");
        f.connect("acme").await;
        let id = f.account("acme").await.row.id;
        let timeline = events::of_connection(&f.owner, id, None, 10).await.unwrap();
        let name = Some("</script><b>Ann".to_owned());
        assert!(
            timeline
                .iter()
                .any(|e| e.actor == event::Actor::Customer { name: name.clone() })
        );
    })
    .await;
}
