//! Set-up, sign-in, memberships and sessions.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, Version, password_hash::phc::PasswordHash,
};
use domain::{
    ids::PersonId,
    role::Role,
    slug::Slug,
    time::{Span, Timestamp},
};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Services,
    people::{
        membership,
        owner::{self, CreateOwnerError},
        sessions,
        set_up::{self, NewOwner, SetUpError},
        sign_in::SignInError,
    },
    tenancy::Who,
    testing::{self, hashes, sign_in},
};

const PASSWORD: &str = "lantern biscuit otter";

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn form() -> NewOwner {
    NewOwner {
        tenant_name: " Harbour & Co ".into(),
        tenant_slug: String::new(),
        name: "Anna Lee".into(),
        email: " Anna@Harbour.Example ".into(),
        password: secret(PASSWORD),
    }
}

async fn an_owner(services: &Services, email: &str, tenant: &str) -> PersonId {
    owner::create(services, email, &slug(tenant), &secret(PASSWORD))
        .await
        .unwrap()
}

#[tokio::test]
async fn the_newest_token_sets_up_once() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        assert!(set_up::is_open(services).await.unwrap());
        let wrong = set_up::create_owner(services, &secret("guess"), form()).await;
        assert!(
            matches!(wrong, Err(SetUpError::WrongToken)),
            "before any token"
        );
        let old = set_up::ensure_token(services).await.unwrap().unwrap();
        let token = set_up::ensure_token(services).await.unwrap().unwrap();
        assert_ne!(old.expose_secret(), token.expose_secret());
        for wrong in [&old, &secret(""), &secret("guess")] {
            let refused = set_up::create_owner(services, wrong, form()).await;
            assert!(matches!(refused, Err(SetUpError::WrongToken)));
        }
        let person = set_up::create_owner(services, &token, form())
            .await
            .unwrap();
        assert!(!set_up::is_open(services).await.unwrap());
        assert!(set_up::ensure_token(services).await.unwrap().is_none());
        let again = set_up::create_owner(services, &token, form()).await;
        assert!(matches!(again, Err(SetUpError::Done)));

        let summary = membership::person(services, person).await.unwrap().unwrap();
        assert_eq!(
            (summary.name.as_str(), summary.email.as_str()),
            ("Anna Lee", "anna@harbour.example")
        );
        let tenants = membership::tenants_of(services, person).await.unwrap();
        assert_eq!(tenants.len(), 1);
        assert_eq!(
            (
                tenants[0].slug.as_str(),
                tenants[0].name.as_str(),
                tenants[0].role
            ),
            ("harbour-co", "Harbour & Co", Role::Owner)
        );
    })
    .await;
}

#[tokio::test]
async fn of_two_set_ups_at_once_one_wins() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let token = set_up::ensure_token(services).await.unwrap().unwrap();
        let other = NewOwner {
            email: "ben@pier.example".into(),
            tenant_name: "Pier".into(),
            ..form()
        };
        let (one, two) = tokio::join!(
            set_up::create_owner(services, &token, form()),
            set_up::create_owner(services, &token, other),
        );
        let lost = match (one, two) {
            (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
            both => panic!("{both:?}"),
        };
        assert!(matches!(lost, SetUpError::Done), "{lost:?}");
    })
    .await;
}

#[tokio::test]
async fn every_field_is_named_that_will_not_do() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let token = set_up::ensure_token(services).await.unwrap().unwrap();
        let bad = NewOwner {
            tenant_name: " ".into(),
            tenant_slug: "Not a slug".into(),
            name: "x".repeat(101),
            email: "anna".into(),
            password: secret("short"),
        };
        let Err(SetUpError::Invalid(errors)) = set_up::create_owner(services, &token, bad).await
        else {
            panic!("accepted")
        };
        let fields: Vec<_> = errors.iter().map(|e| e.field.as_ref()).collect();
        assert_eq!(
            fields,
            ["tenant_name", "name", "tenant_slug", "email", "password"]
        );
        assert!(set_up::is_open(services).await.unwrap());
        set_up::create_owner(services, &token, form())
            .await
            .expect("the token is still good");
    })
    .await;
}

/// Security 49: an unknown person and a wrong password look the same.
#[tokio::test]
async fn sign_in_takes_address_and_password_together() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        let ben = an_owner(services, "ben@pier.example", "pier").await;
        assert_eq!(
            sign_in(services, "anna@harbour.example", &secret(PASSWORD))
                .await
                .unwrap(),
            anna
        );
        assert_eq!(
            sign_in(services, " BEN@Pier.example", &secret(PASSWORD))
                .await
                .unwrap(),
            ben
        );
        let mut texts = Vec::new();
        for (email, password) in [
            ("anna@harbour.example", "another one entirely"),
            ("anna@harbour.example", ""),
            ("nobody@harbour.example", PASSWORD),
            ("not an address", PASSWORD),
            ("", ""),
        ] {
            let refused = sign_in(services, email, &secret(password))
                .await
                .unwrap_err();
            assert!(matches!(refused, SignInError::Wrong), "{email}");
            texts.push(refused.to_string());
        }
        texts.dedup();
        assert_eq!(texts.len(), 1);
    })
    .await;
}

/// security.md 49: what was typed decides how many hashes are computed, not
/// whether there is such a person. (The hash of nobody is one that no password
/// gives, and would be nobody's if one did.)
#[tokio::test]
async fn s49_an_unknown_person_costs_the_same_hashes() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        an_owner(services, "anna@harbour.example", "harbour").await;
        let apart = "mjo\u{308}lk ta\u{30a}g paraply";
        for (password, hashes) in [("another one entirely", 1), ("", 1), (apart, 2)] {
            for email in [
                "anna@harbour.example",
                "nobody@harbour.example",
                "not an address",
                "",
            ] {
                let password = secret(password);
                let (refused, seen) = hashes::seen(sign_in(services, email, &password)).await;
                assert!(matches!(refused, Err(SignInError::Wrong)), "{email}");
                assert_eq!(seen.all, hashes, "{email}");
            }
        }
    })
    .await;
}

/// security.md 88: made with letters taken apart, as older versions hashed them.
#[tokio::test]
async fn s88_an_old_hash_is_taken_and_made_anew() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        let apart = secret("mjo\u{308}lk ta\u{30a}g paraply");
        let composed = secret("mj\u{f6}lk t\u{e5}g\u{a0}paraply");
        let old: PasswordHash = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(19_456, 2, 1, None).unwrap(),
        )
        .hash_password_with_salt(apart.expose_secret().as_bytes(), &[7; 16])
        .unwrap();
        let beneath = world.beneath().await;
        let changed = beneath
            .run(&format!("UPDATE people SET password_hash = '{old}'"))
            .await;
        assert_eq!(changed, 1);
        let sign_in = async |password| sign_in(services, "anna@harbour.example", password).await;
        assert!(
            sign_in(&composed).await.is_err(),
            "not before it is made anew"
        );
        assert_eq!(sign_in(&apart).await.unwrap(), anna);
        assert_eq!(sign_in(&composed).await.unwrap(), anna, "and then");
        let (again, seen) = hashes::seen(sign_in(&apart)).await;
        assert_eq!((again.unwrap(), seen.all), (anna, 1));
    })
    .await;
}

/// security.md 88
#[tokio::test]
async fn s88_an_address_is_found_from_every_keyboard() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let joerg = an_owner(services, "jo\u{308}rg@pier.example", "pier").await;
        for typed in ["j\u{f6}rg@pier.example", " JO\u{308}RG@pier.example"] {
            let found = sign_in(services, typed, &secret(PASSWORD)).await;
            assert_eq!(found.unwrap(), joerg, "{typed}");
        }
        // As older versions kept it.
        let beneath = world.beneath().await;
        let old = "UPDATE people SET email = 'jo\u{308}rg@pier.example'";
        assert_eq!(beneath.run(old).await, 1);
        let found = sign_in(services, "jo\u{308}rg@pier.example", &secret(PASSWORD)).await;
        assert_eq!(found.unwrap(), joerg);
    })
    .await;
}

#[tokio::test]
async fn an_owner_is_made_on_an_empty_database_and_beside_others() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        set_up::ensure_token(services).await.unwrap().unwrap();
        let anna = an_owner(services, "Anna@Harbour.example", "harbour").await;
        assert!(!set_up::is_open(services).await.unwrap(), "set-up is over");
        let ben = an_owner(services, "ben@harbour.example", "harbour").await;
        for person in [anna, ben] {
            let actor = membership::actor(services, person, &slug("harbour"))
                .await
                .unwrap()
                .unwrap();
            assert_eq!(actor.role, Role::Owner);
        }
        let again = owner::create(
            services,
            "anna@harbour.example",
            &slug("pier"),
            &secret(PASSWORD),
        )
        .await;
        assert!(
            matches!(again, Err(CreateOwnerError::AlreadyThere)),
            "{again:?}"
        );
        let left = membership::tenants_of(services, anna).await.unwrap();
        assert_eq!(left.len(), 1, "no half-made tenant: {left:?}");
        let bad = owner::create(services, "anna", &slug("pier"), &secret("password1234")).await;
        let Err(CreateOwnerError::Invalid(errors)) = bad else {
            panic!("{bad:?}")
        };
        assert_eq!(
            errors.iter().map(|e| e.field.as_ref()).collect::<Vec<_>>(),
            ["email", "password"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_tenant_is_there_for_its_members_alone() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        let ben = an_owner(services, "ben@pier.example", "pier").await;
        let actor = membership::actor(services, anna, &slug("harbour")).await.unwrap().unwrap();
        assert_eq!(actor.tenant_slug, slug("harbour"));
        assert!(matches!(&actor.who, Who::Person { id, email, .. } if *id == anna && email == "anna@harbour.example"));
        let nobody = PersonId(services.new_id());
        for (person, tenant) in [(ben, "harbour"), (anna, "pier"), (anna, "nowhere"), (nobody, "harbour")] {
            let actor = membership::actor(services, person, &slug(tenant)).await.unwrap();
            assert!(actor.is_none(), "{tenant}");
        }
        assert!(membership::person(services, nobody).await.unwrap().is_none());
        assert!(membership::tenants_of(services, nobody).await.unwrap().is_empty());
    })
    .await;
}

/// Security 47 and 48.
#[tokio::test]
async fn sessions_last_until_they_are_removed_or_expire() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        let (one, two, anonymous) = (
            secret("session one"),
            secret("session two"),
            secret("session three"),
        );
        let begin = services.now();
        let idle = |now: Timestamp| now.plus(sessions::IDLE);
        assert!(
            sessions::create(services, &one, Some(anna.into()), "{\"a\":1}", idle(begin))
                .await
                .unwrap()
        );
        assert!(
            !sessions::create(services, &one, None, "{}", idle(begin))
                .await
                .unwrap(),
            "the id is taken"
        );
        sessions::save(services, &two, Some(anna.into()), "{}", idle(begin))
            .await
            .unwrap();
        sessions::save(services, &anonymous, None, "{}", idle(begin))
            .await
            .unwrap();
        let found = sessions::load(services, &one).await.unwrap().unwrap();
        assert_eq!(
            (
                found.person,
                found.data.as_str(),
                found.created_at,
                found.expires_at
            ),
            (Some(anna), "{\"a\":1}", begin, idle(begin))
        );
        assert!(
            sessions::load(services, &secret("session"))
                .await
                .unwrap()
                .is_none()
        );

        // Saved again, a session lives on, and keeps its begin.
        world.clock.advance(Span::hours(1));
        sessions::save(
            services,
            &one,
            Some(anna.into()),
            "{\"a\":2}",
            idle(services.now()),
        )
        .await
        .unwrap();
        world
            .clock
            .advance(Span(sessions::IDLE.0 - Span::minutes(1).0));
        let found = sessions::load(services, &one).await.unwrap().unwrap();
        assert_eq!(
            (found.data.as_str(), found.created_at),
            ("{\"a\":2}", begin)
        );
        assert!(
            sessions::load(services, &two).await.unwrap().is_none(),
            "idle for too long"
        );
        assert_eq!(sessions::sweep(services).await.unwrap(), 2);

        // Removed, it doesn't come back with a request that ends late.
        sessions::remove(services, &one).await.unwrap();
        assert!(
            !sessions::update(
                services,
                &one,
                Some(anna.into()),
                "{}",
                idle(services.now())
            )
            .await
            .unwrap()
        );
        assert!(sessions::load(services, &one).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn sessions_end_in_the_end_and_all_of_a_person_at_once() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        let ben = an_owner(services, "ben@harbour.example", "harbour").await;
        let far = services.now().plus(Span::days(365));
        let ids = [secret("anna one"), secret("anna two"), secret("ben")];
        for (id, person) in ids.iter().zip([anna, anna, ben]) {
            sessions::save(services, id, Some(person.into()), "{}", far)
                .await
                .unwrap();
        }
        sessions::remove_all_of(services, anna).await.unwrap();
        assert!(sessions::load(services, &ids[0]).await.unwrap().is_none());
        assert!(sessions::load(services, &ids[1]).await.unwrap().is_none());
        assert!(
            sessions::update(services, &ids[2], Some(ben.into()), "{}", far)
                .await
                .unwrap()
        );
        let last = sessions::load(services, &ids[2]).await.unwrap().unwrap();
        assert_eq!(last.expires_at, services.now().plus(sessions::ABSOLUTE));
        world.clock.advance(sessions::ABSOLUTE);
        assert!(sessions::load(services, &ids[2]).await.unwrap().is_none());
        assert_eq!(sessions::sweep(services).await.unwrap(), 1);
    })
    .await;
}
