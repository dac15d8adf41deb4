//! Setting up an app, its codes, switching it off.

use super::{BY, begun, entries, show};
use domain::{factor::Factor, totp::PERIOD};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Confirmed,
    audit::Action,
    people::factors::{
        self, CheckError, FactorError, Shown,
        authenticator::{self, SET_UP_FOR},
        recovery_codes,
        second_step::SecondStepError,
    },
    testing::{
        self,
        authenticator::{App, person_of},
    },
};

fn is_wrong(shown: &Result<Shown, SecondStepError>) -> bool {
    matches!(shown, Err(SecondStepError::Check(CheckError::Wrong)))
}

#[tokio::test]
async fn an_app_is_on_once_a_code_has_shown_that_it_has_the_key() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let person = person_of(services, &owner).await;
        let confirmed = Confirmed::for_test(&owner);
        let ended = authenticator::under_way(services, &person, &confirmed).await;
        assert!(matches!(ended, Err(FactorError::SetUpEnded)));
        authenticator::begin(services, &person, &confirmed)
            .await
            .unwrap();
        let is_on = async || {
            let factors = factors::of_person(services, person.id).await.unwrap();
            factors.has(Factor::Authenticator)
        };
        let set_up = authenticator::under_way(services, &person, &confirmed)
            .await
            .unwrap();
        let key = set_up.key.expose_secret();
        let address = set_up.address.expose_secret();
        assert!(address.starts_with("otpauth://totp/Mooring:harbour%2Downer%40mooring%2Eexample?"));
        assert!(
            address.contains(&format!("secret={key}&")),
            "the key for typing is the same"
        );
        assert!(!is_on().await, "not before a code");
        let app = App::new(services, key);
        for wrong in ["000000", "", app.code_in(2).expose_secret()] {
            let refused = authenticator::finish(services, &person, &confirmed, wrong, BY).await;
            let Err(FactorError::Invalid(errors)) = refused else {
                panic!("{wrong} was taken")
            };
            assert_eq!(errors[0].field, "code");
        }
        assert!(!is_on().await);
        let code = app.code();
        let codes =
            authenticator::finish(services, &person, &confirmed, code.expose_secret(), BY).await;
        assert_eq!(codes.unwrap().expose_secret().lines().count(), 10);
        assert!(is_on().await);
        // The code that switched it on signs nobody in.
        let cookie = begun(services, &owner).await;
        assert!(is_wrong(&show(services, &cookie, &code).await));
        // The set-up is over, and its key is shown nowhere any more.
        let ended = authenticator::under_way(services, &person, &confirmed).await;
        assert!(matches!(ended, Err(FactorError::SetUpEnded)));
        let added = entries(&owner, Action::FactorAdded).await;
        assert_eq!(added.len(), 1);
        assert_eq!(added[0].detail, "authenticator");
    })
    .await;
}

#[tokio::test]
async fn a_set_up_ends_and_is_replaced_by_the_next_one() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let person = person_of(services, &owner).await;
        let confirmed = Confirmed::for_test(&owner);
        let begin = async || {
            authenticator::begin(services, &person, &confirmed)
                .await
                .unwrap();
            let set_up = authenticator::under_way(services, &person, &confirmed).await;
            App::new(services, set_up.unwrap().key.expose_secret())
        };
        let finish = async |app: &App| {
            let code = app.code();
            authenticator::finish(services, &person, &confirmed, code.expose_secret(), BY).await
        };
        let first = begin().await;
        let second = begin().await;
        assert!(matches!(finish(&first).await, Err(FactorError::Invalid(_))));
        world.clock.advance(SET_UP_FOR);
        assert!(matches!(
            finish(&second).await,
            Err(FactorError::SetUpEnded)
        ));
        assert!(
            factors::of_person(services, person.id)
                .await
                .unwrap()
                .is_empty()
        );
        // Of two at once, one gets codes.
        let third = begin().await;
        let (a, b) = tokio::join!(finish(&third), finish(&third));
        assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1);
    })
    .await;
}

/// An app is replaced while the one before stays in use, until the new one is on.
#[tokio::test]
async fn an_app_is_replaced_without_a_gap() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let (old, codes) = world.authenticator(&owner).await;
        let person = person_of(services, &owner).await;
        let confirmed = Confirmed::for_test(&owner);
        authenticator::begin(services, &person, &confirmed)
            .await
            .unwrap();
        let cookie = begun(services, &owner).await;
        assert_eq!(
            show(services, &cookie, &old.code()).await.unwrap(),
            Shown::Code
        );
        world.clock.advance(PERIOD);
        let (new, _) = world.authenticator(&owner).await;
        assert!(is_wrong(&show(services, &cookie, &old.code()).await));
        assert!(
            is_wrong(&show(services, &cookie, &codes[0]).await),
            "codes go with it"
        );
        assert_eq!(
            show(services, &cookie, &new.code()).await.unwrap(),
            Shown::Code
        );
    })
    .await;
}

/// ASVS 6.5.1, RFC 6238 5.2: also in two processes at the same moment.
#[tokio::test]
async fn no_code_works_twice() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let (app, _) = world.authenticator(&owner).await;
        let other = world.second_process().await;
        let cookie = begun(services, &owner).await;
        let code = app.code();
        let (a, b) = tokio::join!(show(services, &cookie, &code), show(&other, &cookie, &code));
        assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1, "{a:?} {b:?}");
        assert!(is_wrong(&show(services, &cookie, &code).await));
        // Nor does one from before it, which was not used.
        assert!(is_wrong(&show(services, &cookie, &app.code_in(-1)).await));
        world.clock.advance(PERIOD);
        assert_eq!(
            show(&other, &cookie, &app.code()).await.unwrap(),
            Shown::Code
        );
    })
    .await;
}

#[tokio::test]
async fn only_the_person_who_confirmed_changes_factors() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let other = world.owner("other").await;
        let (_, codes) = world.authenticator(&owner).await;
        let person = person_of(services, &owner).await;
        let theirs = Confirmed::for_test(&other);
        let not_confirmed = |error: FactorError| matches!(error, FactorError::NotConfirmed);
        let begun = authenticator::begin(services, &person, &theirs).await;
        assert!(not_confirmed(begun.unwrap_err()));
        let seen = authenticator::under_way(services, &person, &theirs).await;
        assert!(not_confirmed(seen.err().unwrap()));
        let finished = authenticator::finish(services, &person, &theirs, "123456", BY).await;
        assert!(not_confirmed(finished.err().unwrap()));
        let renewed = recovery_codes::renew(services, &person, &theirs, BY).await;
        assert!(not_confirmed(renewed.err().unwrap()));
        let off = authenticator::switch_off(services, &person, &theirs, BY).await;
        assert!(not_confirmed(off.unwrap_err()));
        let cookie = super::begun(services, &owner).await;
        assert!(
            show(services, &cookie, &codes[0]).await.is_ok(),
            "as before"
        );
    })
    .await;
}

#[tokio::test]
async fn switching_it_off_takes_the_recovery_codes_with_it() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let person = person_of(services, &owner).await;
        let confirmed = Confirmed::for_test(&owner);
        let off = async || authenticator::switch_off(services, &person, &confirmed, BY).await;
        assert!(matches!(off().await, Err(FactorError::NoFactor)));
        world.authenticator(&owner).await;
        let cookie = begun(services, &owner).await;
        off().await.unwrap();
        assert!(
            factors::of_person(services, person.id)
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(recovery_codes::left(services, person.id).await.unwrap(), 0);
        // A sign-in that waits for a code waits for none now, and lets nobody in.
        let shown = show(services, &cookie, &"123456".into()).await;
        assert!(matches!(shown, Err(SecondStepError::Ended)));
        assert_eq!(entries(&owner, Action::FactorRemoved).await.len(), 1);
    })
    .await;
}

/// security.md 38, 41, 43: sealed, bound to its person, and open after the master key
/// was changed, also without the one before.
#[tokio::test]
async fn s38_a_key_is_sealed_for_its_person_and_outlives_a_master_key() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let thief = world.owner("other").await;
        let person = person_of(services, &owner).await;
        let confirmed = Confirmed::for_test(&owner);
        authenticator::begin(services, &person, &confirmed).await.unwrap();
        let set_up = authenticator::under_way(services, &person, &confirmed).await.unwrap();
        let dump = world.dump().await;
        assert!(!dump.contains(set_up.key.expose_secret()), "a set-up");
        let (app, codes) = world.authenticator(&owner).await;
        let dump = world.dump().await;
        for code in &codes {
            let plain = code.expose_secret().replace('-', "");
            assert!(!dump.contains(code.expose_secret()) && !dump.contains(&plain));
        }

        let new = world.new_master_key();
        let both = format!("{},{}", new.expose_secret(), world.master_keys.expose_secret());
        let both = world.process_under(&SecretString::from(both)).await;
        assert!(both.vault().rewrap(&both).await.unwrap() > 0);
        let alone = world.process_under(&new).await;
        let cookie = begun(&alone, &owner).await;
        assert_eq!(show(&alone, &cookie, &app.code()).await.unwrap(), Shown::Code);

        // Moved into another person's row it opens for nobody.
        let (_, _) = world.authenticator(&thief).await;
        let (from, to) = (owner.person().unwrap(), thief.person().unwrap());
        let moved = format!(
            "UPDATE authenticators SET data_key_id = (SELECT data_key_id FROM authenticators WHERE person_id = {from}), \
             nonce = (SELECT nonce FROM authenticators WHERE person_id = {from}), \
             ciphertext = (SELECT ciphertext FROM authenticators WHERE person_id = {from}) WHERE person_id = {to}",
            from = world.uuid(from.0),
            to = world.uuid(to.0),
        );
        assert_eq!(world.past(&moved).await, 1);
        let cookie = begun(&alone, &thief).await;
        let shown = show(&alone, &cookie, &app.code()).await;
        let failed = matches!(shown, Err(SecondStepError::Check(CheckError::Internal(_))));
        assert!(failed, "{shown:?}");
    })
    .await;
}
