//! Signing in and confirming with a passkey.

use super::*;
use domain::{
    factor::{Factor, Factors},
    time::Span,
};
use service::{
    people::{factors::recovery_codes, known_browsers, passkeys::PasskeyError, resets},
    worker,
};

impl Home {
    /// Brings an answer to a challenge of the sign-in.
    pub(super) async fn sign_in(
        &self,
        begun: &Begun,
        answer: &str,
    ) -> Result<PersonId, PasskeyError> {
        let answered = Answered {
            cookie: Some(&begun.cookie),
            answer,
        };
        let address = Some("192.0.2.7".parse().unwrap());
        passkeys::sign_in(self.services(), &answered, None, address).await
    }

    pub(super) async fn challenge(&self) -> Begun {
        passkeys::begin_sign_in(self.services()).await.unwrap()
    }

    pub(super) async fn confirm(&self, begun: &Begun, answer: &str) -> Result<(), PasskeyError> {
        let answered = Answered {
            cookie: Some(&begun.cookie),
            answer,
        };
        let (services, key) = (self.services(), self.key());
        passkeys::confirm(services, &self.person, &key, &answered, None).await
    }

    pub(super) async fn question(&self) -> Begun {
        passkeys::begin_confirming(self.services(), &self.person, &self.key())
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_passkey_signs_in_alone_and_counts() {
    each(async |home| {
        let mut device = home.device("Pixel 9").await;
        for counter in [0, 1, 7] {
            device.counter = counter;
            home.world.clock.advance(Span::minutes(1));
            let begun = home.challenge().await;
            let person = home.sign_in(&begun, &device.answer(&begun.options)).await;
            assert_eq!(person.unwrap(), home.person.id);
            let used = home.only().await.last_used_at;
            assert_eq!(used, Some(home.services().now()));
        }
    })
    .await;
}

#[tokio::test]
async fn a_passkey_confirms_that_it_is_still_them() {
    each(async |home| {
        let device = home.device("Pixel 9").await;
        let begun = home.question().await;
        home.confirm(&begun, &device.answer(&begun.options))
            .await
            .unwrap();
        assert_eq!(home.audit().await[0], "person.confirmed passkey");
    })
    .await;
}

/// security.md 49: whoever brings wrong answers is slowed, and a browser that is
/// known to the person is not.
#[tokio::test]
async fn s49_wrong_answers_are_slowed_by_network() {
    each(async |home| {
        let device = home.device("Pixel 9").await;
        let browser = home.world.browser();
        let services = home.services();
        known_browsers::note(services, home.person.id, &browser, None)
            .await
            .unwrap();
        let mut wrong = 0;
        loop {
            let begun = home.challenge().await;
            match home.sign_in(&begun, "{}").await {
                Err(PasskeyError::Refused) => wrong += 1,
                Err(PasskeyError::Wait(_)) => break,
                other => panic!("{other:?}"),
            }
            assert!(wrong <= 50, "never slowed");
        }
        assert_eq!(wrong, 50);
        let begun = home.challenge().await;
        let right = device.answer(&begun.options);
        let waits = home.sign_in(&begun, &right).await;
        assert!(matches!(waits, Err(PasskeyError::Wait(_))), "{waits:?}");
        let answered = Answered {
            cookie: Some(&begun.cookie),
            answer: &right,
        };
        let address = Some("192.0.2.7".parse().unwrap());
        let known = passkeys::sign_in(services, &answered, Some(&browser), address).await;
        assert_eq!(known.unwrap(), home.person.id);
    })
    .await;
}

#[tokio::test]
async fn used_challenges_go_when_they_could_not_come_again() {
    each(async |home| {
        home.device("Pixel 9").await;
        let used = "SELECT 'used' FROM used_challenges";
        assert_eq!(home.world.texts(used).await.len(), 1);
        home.world.clock.advance(Span::minutes(11));
        worker::tidy(home.services()).await.unwrap();
        assert_eq!(home.world.texts(used).await.len(), 0);
    })
    .await;
}

/// Whoever has a lost device doesn't come in with its passkey any more.
#[tokio::test]
async fn a_reset_on_the_command_line_takes_passkeys_off() {
    each(async |home| {
        let device = home.device("Pixel 9").await;
        let link = resets::link(home.services(), &home.person.email).await;
        let link = link.unwrap().unwrap();
        assert_eq!(link.taken_off, Factors::from_iter([Factor::Passkey]));
        let person = home.person.id;
        let left = recovery_codes::left(home.services(), person).await.unwrap();
        assert_eq!(left, 0);
        let begun = home.challenge().await;
        let refused = home.sign_in(&begun, &device.answer(&begun.options)).await;
        assert!(matches!(refused, Err(PasskeyError::Refused)), "{refused:?}");
        let kept = sessions::load(home.services(), &home.session).await;
        assert!(kept.unwrap().is_none(), "sessions end");
    })
    .await;
}
