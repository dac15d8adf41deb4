//! Answers that are replayed, stolen, forged or of somebody else. Each is refused in
//! the same words, and the audit has the reason.

use super::*;
use domain::time::Span;
use secrecy::ExposeSecret;
use service::people::passkeys::{BeginError, PasskeyError};

/// Signs in with a device of the owner after something was changed.
async fn refused(home: &Home, change: impl FnOnce(&mut PasskeyDevice), why: &str) {
    let mut device = home.device(why).await;
    change(&mut device);
    let begun = home.challenge().await;
    let answer = home.sign_in(&begun, &device.answer(&begun.options)).await;
    assert!(
        matches!(answer, Err(PasskeyError::Refused)),
        "{why}: {answer:?}"
    );
    assert_eq!(
        home.audit().await[0],
        format!("person.signed_in passkey {why}")
    );
}

#[tokio::test]
async fn s49_wrong_places_and_unverified_people_are_refused() {
    each(async |home| {
        let evil = "http://evil.localhost:3000";
        refused(&home, |device| device.origin = evil.into(), "origin").await;
        let domain = "evil.localhost";
        refused(&home, |device| device.domain = domain.into(), "domain").await;
        refused(&home, |device| device.verifies = false, "not verified").await;
        refused(&home, |device| device.is_present = false, "not verified").await;
        refused(&home, |device| device.is_framed = true, "origin").await;
        refused(&home, |device| device.is_copied = true, "unreadable").await;
        let other = home.services().new_uuid().as_bytes().to_vec();
        refused(&home, |device| device.user_handle = other, "other person").await;
        // The name of a passkey is no secret: without its key it is worth nothing.
        let forge = |device: &mut PasskeyDevice| {
            let id = device.credential_id.clone();
            let handle = device.user_handle.clone();
            *device = PasskeyDevice::at(ORIGIN);
            (device.credential_id, device.user_handle) = (id, handle);
        };
        refused(&home, forge, "signature").await;
    })
    .await;
}

#[tokio::test]
async fn s49_an_answer_counts_once_and_for_its_own_challenge() {
    each(async |home| {
        let device = home.device("Pixel 9").await;
        let begun = home.challenge().await;
        let answer = device.answer(&begun.options);
        // The cookie of another browser, and none.
        let other = home.challenge().await;
        assert!(home.sign_in(&other, &answer).await.is_err());
        assert_eq!(
            home.audit().await[0],
            "person.signed_in passkey other challenge"
        );
        let none = Answered {
            cookie: None,
            answer: &answer,
        };
        let none = passkeys::sign_in(home.services(), &none, None, None).await;
        assert!(matches!(none, Err(PasskeyError::Refused)));
        assert_eq!(
            home.audit().await[0],
            "person.signed_in passkey no challenge"
        );
        home.sign_in(&begun, &answer).await.unwrap();
        // The same again, in any process.
        let other = home.world.second_process().await;
        let answered = Answered {
            cookie: Some(&begun.cookie),
            answer: &answer,
        };
        let again = passkeys::sign_in(&other, &answered, None, None).await;
        assert!(matches!(again, Err(PasskeyError::Refused)), "{again:?}");
        assert!(home.sign_in(&begun, &answer).await.is_err());
        assert_eq!(
            home.audit().await[0],
            "person.signed_in passkey used before"
        );
        // Of two at the same moment, one signs in.
        let begun = home.challenge().await;
        let answer = device.answer(&begun.options);
        let (a, b) = tokio::join!(home.sign_in(&begun, &answer), home.sign_in(&begun, &answer));
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        let begun = home.challenge().await;
        home.world.clock.advance(Span::minutes(10));
        let late = home.sign_in(&begun, &device.answer(&begun.options)).await;
        assert!(late.is_err());
        assert_eq!(home.audit().await[0], "person.signed_in passkey too late");
    })
    .await;
}

/// A challenge is for one purpose and one session.
#[tokio::test]
async fn a_challenge_opens_for_its_purpose_and_session_alone() {
    each(async |home| {
        let device = home.device("Pixel 9").await;
        let sign_in = home.challenge().await;
        let wrong = home
            .confirm(&sign_in, &device.answer(&sign_in.options))
            .await;
        assert!(matches!(wrong, Err(PasskeyError::Refused)));
        assert_eq!(
            home.audit().await[0],
            "person.confirmed passkey no challenge"
        );
        let question = home.question().await;
        let answer = device.answer(&question.options);
        assert!(home.sign_in(&question, &answer).await.is_err());
        let elsewhere = passkeys::begin_confirming(home.services(), &home.person, "elsewhere");
        let elsewhere = elsewhere.await.unwrap();
        let wrong = home
            .confirm(&elsewhere, &device.answer(&elsewhere.options))
            .await;
        assert!(matches!(wrong, Err(PasskeyError::Refused)));
    })
    .await;
}

/// Two devices with copies of one key: the second one to be used counts backwards.
#[tokio::test]
async fn a_counter_that_goes_backwards_is_refused() {
    each(async |home| {
        let mut device = home.device("Pixel 9").await;
        device.counter = 5;
        let begun = home.challenge().await;
        home.sign_in(&begun, &device.answer(&begun.options))
            .await
            .unwrap();
        for counter in [5, 4, 0] {
            device.counter = counter;
            let begun = home.challenge().await;
            let copy = home.sign_in(&begun, &device.answer(&begun.options)).await;
            assert!(matches!(copy, Err(PasskeyError::Refused)), "{counter}");
            assert_eq!(home.audit().await[0], "person.signed_in passkey counter");
            home.world.clock.advance(Span::hours(1));
        }
        // A number that anybody can send, without the key, accuses nobody.
        let mut forged = PasskeyDevice::at(ORIGIN);
        forged.credential_id.clone_from(&device.credential_id);
        forged.user_handle.clone_from(&device.user_handle);
        let begun = home.challenge().await;
        let answer = home.sign_in(&begun, &forged.answer(&begun.options)).await;
        assert!(answer.is_err());
        assert_eq!(home.audit().await[0], "person.signed_in passkey signature");
        // A flood of them writes one entry, of somebody: whose it is, is not shown.
        for _ in 0..3 {
            let begun = home.challenge().await;
            let answer = home.sign_in(&begun, &forged.answer(&begun.options)).await;
            assert!(answer.is_err());
        }
        refusals::record(home.services(), true).await.unwrap();
        let page = audit::list(&home.owner, &Filter::default(), None).await;
        let newest = &page.unwrap().rows[0];
        assert_eq!(
            (newest.actor_kind.as_str(), newest.repeats),
            ("somebody", 2)
        );
    })
    .await;
}

#[tokio::test]
async fn answers_of_two_copies_at_once_count_once() {
    each(async |home| {
        let mut device = home.device("Pixel 9").await;
        device.counter = 1;
        let (one, two) = (home.challenge().await, home.challenge().await);
        let answers = (device.answer(&one.options), device.answer(&two.options));
        let (a, b) = tokio::join!(
            home.sign_in(&one, &answers.0),
            home.sign_in(&two, &answers.1)
        );
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    })
    .await;
}

#[tokio::test]
async fn s52_nobody_touches_or_uses_what_is_somebody_elses() {
    each(async |home| {
        let device = home.device("Pixel 9").await;
        let services = home.services();
        let other = home.world.owner("quay").await;
        let stranger = person(services, &other).await;
        let own = home.only().await;
        let confirmed = Confirmed::for_test(&other);
        let removed = passkeys::remove(services, &stranger, &confirmed, own.id, "", None).await;
        assert!(matches!(removed, Err(ChangeError::NotFound)), "{removed:?}");
        let renamed = passkeys::rename(services, stranger.id, own.id, "mine", None).await;
        assert!(matches!(renamed, Err(ChangeError::NotFound)));
        assert_eq!(home.only().await, own);
        // It confirms nobody else.
        let begun = passkeys::begin_confirming(services, &stranger, "theirs")
            .await
            .unwrap();
        let answer = device.answer(&begun.options);
        let answered = Answered {
            cookie: Some(&begun.cookie),
            answer: &answer,
        };
        let wrong = passkeys::confirm(services, &stranger, "theirs", &answered, None).await;
        assert!(matches!(wrong, Err(PasskeyError::Refused)));
        // One that is there is nobody else's afterwards.
        let theirs = passkeys::begin_adding(services, &stranger, Some(&confirmed), "theirs")
            .await
            .unwrap();
        let mut copy = device;
        let answer = copy.make(&theirs.options);
        let new = New {
            name: "Taken",
            answered: Answered {
                cookie: Some(&theirs.cookie),
                answer: &answer,
            },
            session: "theirs",
            address: None,
        };
        let taken = passkeys::add(services, &stranger, &confirmed, new).await;
        assert!(matches!(taken, Err(AddError::Refused)), "{taken:?}");
    })
    .await;
}

#[tokio::test]
async fn how_somebody_signs_in_is_changed_by_themselves_and_confirmed() {
    each(async |home| {
        let services = home.services();
        let other = home.world.owner("quay").await;
        let (of_other, key) = (Confirmed::for_test(&other), home.key());
        for confirmed in [None, Some(&of_other)] {
            let begun = passkeys::begin_adding(services, &home.person, confirmed, &key).await;
            assert!(matches!(begun, Err(BeginError::NotConfirmed)));
        }
        let mut device = PasskeyDevice::at(ORIGIN);
        let begun = home.begin().await;
        let answer = device.make(&begun.options);
        let new = New {
            name: "Pixel 9",
            answered: Answered {
                cookie: Some(&begun.cookie),
                answer: &answer,
            },
            session: &key,
            address: None,
        };
        let added = passkeys::add(services, &home.person, &of_other, new).await;
        assert!(matches!(added, Err(AddError::NotConfirmed)), "{added:?}");
        home.bring(&begun, &answer, "Pixel 9").await.unwrap();
        let id = home.only().await.id;
        let removed = passkeys::remove(services, &home.person, &of_other, id, &key, None).await;
        assert!(matches!(removed, Err(ChangeError::NotConfirmed)));
        home.only().await;
    })
    .await;
}

#[tokio::test]
async fn a_new_passkey_is_looked_at_as_closely() {
    each(async |home| {
        let changes: [fn(&mut PasskeyDevice); 7] = [
            |device| device.origin = "http://evil.localhost:3000".into(),
            |device| device.domain = "evil.localhost".into(),
            |device| device.verifies = false,
            |device| device.is_present = false,
            |device| device.is_framed = true,
            |device| device.is_copied = true,
            // An algorithm that was not asked for.
            |device| device.algorithm = b"\x38\x2e",
        ];
        for change in changes {
            let mut device = PasskeyDevice::at(ORIGIN);
            change(&mut device);
            let begun = home.begin().await;
            let answer = device.make(&begun.options);
            let added = home.bring(&begun, &answer, "Bad").await;
            assert!(matches!(added, Err(AddError::Refused)), "{added:?}");
        }
        // The challenge of another ceremony, and one that was answered.
        let (begun, other) = (home.begin().await, home.begin().await);
        let mut device = PasskeyDevice::at(ORIGIN);
        let answer = device.make(&begun.options);
        assert!(home.bring(&other, &answer, "Bad").await.is_err());
        home.bring(&begun, &answer, "Good").await.unwrap();
        let mut second = PasskeyDevice::at(ORIGIN);
        let again = second.make(&begun.options);
        assert!(home.bring(&begun, &again, "Again").await.is_err());
        home.only().await;
    })
    .await;
}

#[tokio::test]
async fn an_ip_address_has_no_passkeys() {
    service::testing::on_each_database(async |world| {
        let services = &world.services;
        assert!(!passkeys::is_available(&services.config));
        let begun = passkeys::begin_sign_in(services).await;
        assert!(matches!(begun, Err(BeginError::NoDomain)));
        let owner = world.owner("harbour").await;
        let confirmed = Confirmed::for_test(&owner);
        let person = person(services, &owner).await;
        let begun = passkeys::begin_adding(services, &person, Some(&confirmed), "").await;
        assert!(matches!(begun, Err(BeginError::NoDomain)));
    })
    .await;
}

/// Long and deep answers are refused before much is done with them.
#[tokio::test]
async fn s62_unreadable_answers_cost_little() {
    each(async |home| {
        let deep = format!("{}{}", "[".repeat(7_000), "]".repeat(7_000));
        let long = format!("{{\"rawId\":\"{}\"}}", "a".repeat(16_000));
        for bad in [deep.as_str(), &long, "", "null", "{\"rawId\":\"%\"}"] {
            let begun = home.challenge().await;
            let answer = home.sign_in(&begun, bad).await;
            assert!(matches!(answer, Err(PasskeyError::Refused)));
            let begun = home.begin().await;
            let added = home.bring(&begun, bad, "Bad").await;
            assert!(matches!(added, Err(AddError::Refused)));
        }
    })
    .await;
}

/// Browsers drop a cookie of more than 4,096 bytes, and say nothing.
#[tokio::test]
async fn many_long_names_of_passkeys_fit_into_the_cookie() {
    each(async |home| {
        let mut last = PasskeyDevice::at(ORIGIN);
        for number in 0..10 {
            last = PasskeyDevice::at(ORIGIN);
            last.credential_id = vec![number; 200];
            let begun = home.begin().await;
            let answer = last.make(&begun.options);
            home.bring(&begun, &answer, "Key").await.unwrap();
        }
        let question = home.question().await;
        assert!(question.cookie.expose_secret().len() < 3_000);
        let answer = last.answer(&question.options);
        home.confirm(&question, &answer).await.unwrap();
    })
    .await;
}
