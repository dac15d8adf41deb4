//! What a start asks of the vault; the unit tests in `service::vault` look at rows.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use domain::{role::Role, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Confirmed,
    api_tokens::{self, NewApiToken},
    core::error::InternalError,
    encryption::{MasterKeys, MasterKeysError, VaultError},
    host::random::SystemRandom,
    people::{sessions, set_up},
    testing,
    vault::Vault,
};

fn vault(keys: &SecretString) -> Vault {
    Vault::new(MasterKeys::parse(keys).unwrap())
}

/// Security 40: without the key of the first start there is no second one.
#[tokio::test]
async fn s40_a_start_needs_the_keys_of_the_one_before() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        services
            .vault()
            .check(services)
            .await
            .expect("the world's own keys fit");
        let other = MasterKeys::generate(&SystemRandom);
        let refused = vault(&other).check(services).await.unwrap_err();
        let InternalError::Vault(
            VaultError::UnknownKey { master_key, .. } | VaultError::BadKey { master_key, .. },
        ) = &refused
        else {
            panic!("{refused:?}")
        };
        assert!(refused.to_string().contains(master_key.as_str()));
        assert!(refused.to_string().contains("MOORING_MASTER_KEYS"));
        let key = other.expose_secret().split_once(':').unwrap().1;
        assert!(!format!("{refused} {refused:?}").contains(key));
        services
            .vault()
            .check(services)
            .await
            .expect("nothing was changed");
    })
    .await;
}

#[test]
fn no_key_is_an_error_that_names_the_remedy() {
    let refused = MasterKeys::parse(&SecretString::from("")).unwrap_err();
    assert_eq!(refused, MasterKeysError::Missing);
    assert!(refused.to_string().contains("`mooring keys generate`"));
}

/// Security 43: nothing secret is in the database in clear.
#[tokio::test]
async fn s43_a_backup_holds_no_secret_in_clear() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let set_up_token = set_up::ensure_token(services).await.unwrap().unwrap();
        let mut dump = world.dump().await;
        let actor = world.owner("harbour").await;
        world.app(&actor, "returns").await;
        let new = NewApiToken::new("Backend", Role::Operator);
        let api_token = api_tokens::create(&actor, &Confirmed::for_test(&actor), new)
            .await
            .unwrap();
        let session = SecretString::from("canary-of-a-session");
        let end = services.now().plus(Span::hours(1));
        sessions::save(
            services,
            &session,
            actor.person().map(Into::into),
            "{}",
            end,
        )
        .await
        .unwrap();
        dump += &world.dump().await;
        for visible in ["returns-id", "owner@mooring.example", "Backend"] {
            assert!(dump.contains(visible), "the dump shows {visible}");
        }
        let master_key = world.master_keys.expose_secret();
        for canary in [
            "returns-secret",
            testing::PASSWORD,
            session.expose_secret(),
            set_up_token.expose_secret(),
            &api_token.expose_secret()[12..],
            master_key.split_once(':').unwrap().1,
        ] {
            assert!(!dump.contains(canary), "{canary}");
        }
    })
    .await;
}
