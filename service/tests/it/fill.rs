//! What databases are filled with is like any other connection.

use domain::{health::Health, time::Span};
use secrecy::ExposeSecret;
use service::{
    connections::token,
    testing::{
        fill::{Given, connect_all},
        on_each_database,
    },
};

#[tokio::test]
async fn connections_made_at_once_serve_their_own_tokens() {
    on_each_database(async |world| {
        let owner = world.owner("acme").await;
        let app = world.app(&owner, "sync").await;
        let names = ["one", "two", "three"];
        let accounts = names.map(|name| Given {
            subdomain: name.parse().unwrap(),
            access_token: format!("access of {name}").into(),
            refresh_token: format!("refresh of {name}").into(),
            expires_at: world.clock_now().plus(Span::hours(24)),
        });
        assert_eq!(connect_all(&owner, &app, accounts).await.unwrap(), 3);
        for name in names {
            let account = name.parse().unwrap();
            let served = token::read(&owner, "sync", &account, Span::hours(1))
                .await
                .unwrap();
            assert_eq!(
                served.access_token.expose_secret(),
                format!("access of {name}")
            );
            assert_eq!(served.health, Health::Working);
        }
    })
    .await;
}
