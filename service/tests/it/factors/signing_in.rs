//! A sign-in of which the second step is due.

use super::{begun, entries, show};
use crate::mail::each;
use domain::{factor::Factor, time::Span, totp::PERIOD};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Services,
    audit::{Action, Outcome},
    people::{
        confirm::{self, ConfirmError},
        factors::{
            self, CheckError, Shown,
            second_step::{self, Given, PENDING_FOR, SecondStepError},
        },
        known_browsers, members, resets,
    },
    testing::{self, OWNER, PASSWORD, authenticator::person_of},
};

fn has_ended(shown: &Result<Shown, SecondStepError>) -> bool {
    matches!(shown, Err(SecondStepError::Ended))
}

#[tokio::test]
async fn whoever_has_no_factor_is_signed_in_by_the_password() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let person = owner.person().unwrap();
        assert!(
            second_step::begin(services, person)
                .await
                .unwrap()
                .is_none()
        );
        world.authenticator(&owner).await;
        assert!(
            second_step::begin(services, person)
                .await
                .unwrap()
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn a_second_step_ends_with_time_and_with_the_password() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let (app, _) = world.authenticator(&owner).await;
        let cookie = begun(services, &owner).await;
        let pending = second_step::pending(services, &cookie)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(Some(pending.person.id), owner.person());
        assert!(pending.factors.has(Factor::Authenticator));
        world.clock.advance(Span(PENDING_FOR.0 - 1));
        assert!(
            second_step::pending(services, &cookie)
                .await
                .unwrap()
                .is_some()
        );
        world.clock.advance(Span(1));
        assert!(has_ended(&show(services, &cookie, &app.code()).await));
        // One that nobody sealed, and one that was changed.
        let changed = cookie.expose_secret().replace(['a', 'b'], "c");
        for bad in ["", "no note", &changed] {
            assert!(
                has_ended(&show(services, &bad.into(), &app.code()).await),
                "{bad}"
            );
        }
        // With another password.
        let cookie = begun(services, &owner).await;
        let hash = testing::past(
            &world.database_url,
            "UPDATE people SET password_hash = password_hash || ' '",
        );
        assert!(hash.await > 0);
        assert!(has_ended(&show(services, &cookie, &app.code()).await));
    })
    .await;
}

async fn guess(services: &Services, cookie: &SecretString, address: &str) -> Option<Span> {
    let given = Given {
        code: &"000000".into(),
        address: Some(address.parse().unwrap()),
        browser: None,
    };
    match second_step::show(services, cookie, &given).await {
        Err(SecondStepError::Check(CheckError::Wrong)) => None,
        Err(SecondStepError::Check(CheckError::Wait(wait))) => Some(wait),
        other => panic!("{other:?}"),
    }
}

/// security.md 49: giving the password again brings no fresh tries, and the victim's
/// own browser is not held up.
#[tokio::test]
async fn s49_guessing_codes_is_slowed_and_locks_nobody_out() {
    each(async |m| {
        let services = &m.world.services;
        let (app, _) = m.world.authenticator(&m.owner).await;
        let person = m.owner.person().unwrap();
        let browser = m.world.browser();
        known_browsers::note(services, person, &browser, None)
            .await
            .unwrap();
        for network in 0..20 {
            let password = SecretString::from(PASSWORD);
            let email = format!("harbour-{OWNER}");
            testing::sign_in(services, &email, &password).await.unwrap();
            let cookie = begun(services, &m.owner).await;
            let address = format!("203.0.113.{network}");
            assert_eq!(guess(services, &cookie, &address).await, None, "{network}");
        }
        let cookie = begun(services, &m.owner).await;
        let wait = guess(services, &cookie, "198.51.100.9")
            .await
            .expect("slowed");
        assert!(wait <= Span::minutes(15));
        let stranger = Given {
            code: &app.code(),
            address: Some("198.51.100.10".parse().unwrap()),
            browser: None,
        };
        let refused = second_step::show(services, &cookie, &stranger).await;
        let waits = matches!(refused, Err(SecondStepError::Check(CheckError::Wait(_))));
        assert!(waits, "even the right code isn't looked at");
        let known = Given {
            browser: Some(&browser),
            ..stranger
        };
        let shown = second_step::show(services, &cookie, &known).await.unwrap();
        assert_eq!(shown, (person, Shown::Code));
        // The person hears of it, once.
        m.send().await;
        let told = m.mailbox.mails();
        let told = told
            .iter()
            .filter(|mail| mail.subject.starts_with("Wrong codes"));
        assert_eq!(told.count(), 1);
        let refused = entries(&m.owner, Action::SignedIn).await;
        let wrong = refused.iter().filter(|row| row.outcome == Outcome::Refused);
        assert_eq!(wrong.count(), 20);
        assert_eq!(refused[0].detail, "wrong code");
    })
    .await;
}

/// ASVS 7.5.3: whoever has a second factor confirms with it.
#[tokio::test]
async fn a_confirmation_takes_a_code_of_whoever_has_a_factor() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let person = person_of(services, &owner).await;
        let confirm =
            async |typed: &SecretString| confirm::confirm(services, &person, typed, None).await;
        confirm(&PASSWORD.into()).await.unwrap();
        let (app, codes) = world.authenticator(&owner).await;
        let refused = confirm(&PASSWORD.into()).await;
        assert!(matches!(refused, Err(ConfirmError::WrongCode)));
        let code = app.code();
        confirm(&code).await.unwrap();
        assert!(
            matches!(confirm(&code).await, Err(ConfirmError::WrongCode)),
            "twice"
        );
        confirm(&codes[0]).await.unwrap();
        let rows = entries(&owner, Action::Confirmed).await;
        let details: Vec<_> = rows.iter().map(|row| row.detail.as_str()).collect();
        let recovery = "recovery code, 9 left";
        assert_eq!(
            details,
            [recovery, "code", "authenticator", "code", "password"]
        );
    })
    .await;
}

/// ASVS 6.4.3, 6.4.4: a mailed link leaves the factor alone; a command takes it off.
#[tokio::test]
async fn a_command_takes_factors_off_and_a_mailed_reset_does_not() {
    each(async |m| {
        let services = &m.world.services;
        let person = m.owner.person().unwrap();
        m.world.authenticator(&m.owner).await;
        let email = format!("harbour-{OWNER}");
        resets::ask(services, &email, None).await.unwrap();
        m.send().await;
        let mails = m.mailbox.mails();
        let link = mails
            .iter()
            .find_map(|mail| mail.link("http://127.0.0.1:3000/reset/"));
        let token = SecretString::from(link.unwrap().rsplit('/').next().unwrap());
        let new = "lantern biscuit otter".into();
        resets::set(services, &token, &new, None).await.unwrap();
        let has_one = async || {
            !factors::of_person(services, person)
                .await
                .unwrap()
                .is_empty()
        };
        assert!(has_one().await);
        m.world.clock.advance(PERIOD);

        let link = resets::link(services, &email).await.unwrap().unwrap();
        assert!(link.taken_off.has(Factor::Authenticator));
        assert!(!has_one().await);
        assert_eq!(
            factors::recovery_codes::left(services, person)
                .await
                .unwrap(),
            0
        );
        let removed = entries(&m.owner, Action::FactorRemoved).await;
        assert_eq!(removed.len(), 1);
        assert_eq!(removed[0].actor_kind, "command_line");
        m.send().await;
        let told = m.mailbox.mails();
        assert!(
            told.iter()
                .any(|mail| mail.subject == "Your second factor was taken off")
        );
        // Again, with nothing to take off.
        let link = resets::link(services, &email).await.unwrap().unwrap();
        assert!(link.taken_off.is_empty());
        assert_eq!(entries(&m.owner, Action::FactorRemoved).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_list_of_members_names_factors() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let factors = async || members::list(&owner).await.unwrap()[0].factors.clone();
        assert!(factors().await.is_empty());
        world.authenticator(&owner).await;
        assert_eq!(
            factors().await.label().as_deref(),
            Some("Authenticator app")
        );
    })
    .await;
}
