//! Recovery codes.

use super::{BY, begun, entries, show};
use crate::mail::each;
use domain::totp::PERIOD;
use secrecy::ExposeSecret;
use service::{
    Confirmed,
    audit::Action,
    people::factors::{
        CheckError, FactorError, Shown, recovery_codes, second_step::SecondStepError,
    },
    testing::{self, authenticator::person_of},
};
use std::collections::BTreeSet;

fn is_wrong(shown: &Result<Shown, SecondStepError>) -> bool {
    matches!(shown, Err(SecondStepError::Check(CheckError::Wrong)))
}

/// ASVS 6.5.1: also in two processes at the same moment.
#[tokio::test]
async fn a_recovery_code_works_once_and_is_told() {
    each(async |m| {
        let services = &m.world.services;
        let (_, codes) = m.world.authenticator(&m.owner).await;
        let different: BTreeSet<_> = codes.iter().map(ExposeSecret::expose_secret).collect();
        assert_eq!(different.len(), 10);
        let other = m.world.second_process().await;
        let cookie = begun(services, &m.owner).await;
        let (a, b) = tokio::join!(
            show(services, &cookie, &codes[3]),
            show(&other, &cookie, &codes[3])
        );
        assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1, "{a:?} {b:?}");
        assert!(is_wrong(&show(services, &cookie, &codes[3]).await));
        // As people type.
        let typed = codes[0].expose_secret().to_uppercase().replace('-', " ");
        let shown = show(services, &cookie, &typed.into()).await.unwrap();
        assert_eq!(shown, Shown::RecoveryCode { left: 8 });
        let used = entries(&m.owner, Action::RecoveryCodeUsed).await;
        let details: Vec<_> = used.iter().map(|row| row.detail.as_str()).collect();
        assert_eq!(details, ["8 left", "9 left"]);
        m.send().await;
        let mails = m.mailbox.mails();
        let told: Vec<_> = mails
            .iter()
            .filter(|mail| mail.subject == "A recovery code was used")
            .collect();
        assert_eq!(told.len(), 2);
        assert!(told[1].text.contains("You have 8 left"), "{}", told[1].text);
        assert!(
            mails
                .iter()
                .any(|mail| mail.subject == "An authenticator app was set up")
        );
    })
    .await;
}

#[tokio::test]
async fn new_codes_end_those_before() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let person = person_of(services, &owner).await;
        let confirmed = Confirmed::for_test(&owner);
        let none = recovery_codes::renew(services, &person, &confirmed, BY).await;
        assert!(
            matches!(none, Err(FactorError::NoFactor)),
            "nothing to stand in for"
        );
        let (_, old) = world.authenticator(&owner).await;
        let new = recovery_codes::renew(services, &person, &confirmed, BY)
            .await
            .unwrap();
        let new = new.expose_secret().lines().next().unwrap();
        let cookie = begun(services, &owner).await;
        assert!(is_wrong(&show(services, &cookie, &old[0]).await));
        let shown = show(services, &cookie, &new.into()).await.unwrap();
        assert_eq!(shown, Shown::RecoveryCode { left: 9 });
        assert_eq!(entries(&owner, Action::RecoveryCodesMade).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn codes_of_another_person_are_wrong() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (owner, other) = (world.owner("harbour").await, world.owner("other").await);
        let (app, codes) = world.authenticator(&owner).await;
        world.authenticator(&other).await;
        world.clock.advance(PERIOD);
        let cookie = begun(services, &other).await;
        assert!(is_wrong(&show(services, &cookie, &app.code()).await));
        assert!(is_wrong(&show(services, &cookie, &codes[0]).await));
        let cookie = begun(services, &owner).await;
        assert_eq!(
            show(services, &cookie, &app.code()).await.unwrap(),
            Shown::Code
        );
    })
    .await;
}
