//! What every place that takes a new password refuses: breached ones, and names that
//! others know (OWASP ASVS 6.2.11, 6.2.12).

use crate::members::{invited, new, person};
use domain::{ids::PersonId, role::Role};
use secrecy::{ExposeSecret, SecretString};
use service::{
    core::error::FieldError,
    people::{
        SignedIn,
        invitations::{self, AcceptError},
        me::{self, MeError},
        membership,
        owner::{self, CreateOwnerError},
        resets::{self, ResetError},
    },
    testing::{self, PASSWORD, World, backends},
};
use sha1::{Digest, Sha1};
use std::fs;

/// Good enough, but for what the tests make known of them.
const LEAKED: &str = "mjolk paraply tagvagn";
const NAME: &str = "qzvxkwtrplm";

/// What each place of a tenant answers to a new password: its name and its errors.
async fn answers(world: &World, password: &str) -> Vec<(&'static str, Vec<FieldError>)> {
    let services = &world.services;
    let password = SecretString::from(password);
    let there = world.owner("harbour").await;
    let named = format!("UPDATE tenants SET name = '{NAME}'");
    world.execute(&named).await;
    let token = invited(&there, new("ines@x.example", Role::Viewer)).await;
    let mut joining = person("Ines");
    joining.password = password.clone();
    let joined = invitations::accept_as_new(services, &token, joining, None).await;
    let Err(AcceptError::Invalid(of_invited)) = joined else {
        panic!("somebody joined")
    };

    let id = PersonId(there.who.id());
    let summary = membership::person(services, SignedIn::own_way(id));
    let summary = summary.await.unwrap().unwrap();
    let change = me::NewPassword {
        current: &PASSWORD.into(),
        new: &password,
        address: None,
        session: "",
    };
    let changed = me::change_password(services, &summary, change).await;
    let Err(MeError::Invalid(of_change)) = changed else {
        panic!("a password was changed")
    };

    let link = resets::link(services, &summary.email).await;
    let url = link.unwrap().unwrap().url;
    let token = url.expose_secret().rsplit('/').next();
    let token = SecretString::from(token.unwrap());
    let reset = resets::set(services, &token, &password, None).await;
    let Err(ResetError::Invalid(of_reset)) = reset else {
        panic!("a password was set")
    };
    vec![
        ("invitation", of_invited),
        ("change", of_change),
        ("reset", of_reset),
    ]
}

#[tokio::test]
async fn s50_breached_passwords_are_refused_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("breached.txt");
    let mut digests: Vec<_> = [LEAKED, "otherwise", "something else"]
        .map(Sha1::digest)
        .iter()
        .map(|digest| {
            digest
                .iter()
                .map(|b| format!("{b:02X}"))
                .collect::<String>()
                + ":7\r\n"
        })
        .collect();
    digests.sort();
    fs::write(&list, digests.concat()).unwrap();
    for backend in backends() {
        let world = World::configured(&backend, "https://{subdomain}.gorgias.invalid", |config| {
            config.breached_passwords = Some(list.clone());
        })
        .await;
        for (place, errors) in answers(&world, LEAKED).await {
            let [error] = errors.as_slice() else {
                panic!("{place}: {errors:?}")
            };
            assert!(
                error.message.contains("leaked elsewhere"),
                "{place}: {error:?}"
            );
        }
        let made = async |password: &str| {
            let slug = "pier".parse().unwrap();
            owner::create(&world.services, "new@x.example", &slug, &password.into()).await
        };
        let Err(CreateOwnerError::Invalid(errors)) = made(LEAKED).await else {
            panic!("an owner was made")
        };
        assert!(errors[0].message.contains("leaked elsewhere"), "{errors:?}");
        made(PASSWORD).await.unwrap();
    }
}

#[tokio::test]
async fn s50_the_names_of_tenants_are_no_passwords() {
    testing::on_each_database(async |world| {
        for (place, errors) in answers(&world, &format!("{NAME}-12")).await {
            let [error] = errors.as_slice() else {
                panic!("{place}: {errors:?}")
            };
            assert!(error.message.contains("too close"), "{place}: {error:?}");
        }
    })
    .await;
}
