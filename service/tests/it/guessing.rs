//! security.md 49: guessing passwords is slowed in all processes, and locks nobody out.

use domain::{guessing::FORGOTTEN_AFTER, ids::PersonId, time::Span};
use secrecy::SecretString;
use service::{
    Services,
    people::{
        confirm::{ConfirmError, confirm},
        known_browsers, membership,
        sign_in::{Given, SignInError, sign_in},
    },
    testing::{self, OWNER, PASSWORD},
    worker,
};
use std::net::IpAddr;

const HOME: &str = "198.51.100.7";

/// Somebody at an address, with a browser that is known or not.
struct Attempts<'a> {
    services: &'a Services,
    email: &'a str,
    address: IpAddr,
    browser: Option<SecretString>,
}

impl<'a> Attempts<'a> {
    fn at(services: &'a Services, email: &'a str, address: &str) -> Self {
        Self {
            services,
            email,
            address: address.parse().unwrap(),
            browser: None,
        }
    }

    async fn with(&self, password: &str) -> Result<PersonId, SignInError> {
        let given = Given {
            email: self.email,
            password: &SecretString::from(password),
            address: Some(self.address),
            browser: self.browser.as_ref(),
        };
        sign_in(self.services, &given).await
    }

    async fn wrong(&self) -> SignInError {
        self.with("a wrong guess").await.unwrap_err()
    }

    /// Guesses until the answer is to wait; gives how many guesses were looked at.
    async fn until_slowed(&self, most: usize) -> usize {
        for guess in 0..most {
            if let SignInError::Wait(_) = self.wrong().await {
                return guess;
            }
        }
        most
    }
}

#[tokio::test]
async fn s49_guessing_from_one_network_is_slowed_in_every_process() {
    testing::on_each_database(async |world| {
        world.owner("harbour").await;
        let email = format!("harbour-{OWNER}");
        let other = world.second_process().await;
        let here = Attempts::at(&world.services, &email, "2001:db8:1:2::1");
        let there = Attempts::at(&other, &email, "2001:db8:1:2::ffff");
        for _ in 0..2 {
            assert!(matches!(here.wrong().await, SignInError::Wrong));
            assert!(matches!(there.wrong().await, SignInError::Wrong));
        }
        assert!(matches!(here.wrong().await, SignInError::Wrong));
        // Even the right password isn't looked at now.
        for attempts in [&here, &there] {
            let refused = attempts.with(PASSWORD).await;
            assert!(matches!(refused, Err(SignInError::Wait(_))), "{refused:?}");
        }
        let SignInError::Wait(first) = here.wrong().await else {
            panic!("not slowed");
        };
        assert!(
            first <= Span::seconds(30),
            "asking again makes it no longer"
        );
        world.clock.advance(first);
        assert!(matches!(there.wrong().await, SignInError::Wrong));
        let SignInError::Wait(second) = here.wrong().await else {
            panic!("not slowed");
        };
        assert!(second > first, "each further one waits longer");
        world.clock.advance(second);
        assert!(here.with(PASSWORD).await.is_ok());
        // What failed before is forgotten.
        for _ in 0..5 {
            assert!(matches!(here.wrong().await, SignInError::Wrong));
        }
    })
    .await;
}

#[tokio::test]
async fn s49_guessing_from_everywhere_is_slowed_and_locks_nobody_out() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        world.owner("harbour").await;
        let email = format!("harbour-{OWNER}");
        // The person signed in at home before.
        let mut home = Attempts::at(services, &email, HOME);
        let browser = world.browser();
        let person = home.with(PASSWORD).await.unwrap();
        assert!(
            known_browsers::note(services, person, &browser, None)
                .await
                .unwrap()
        );
        assert!(
            !known_browsers::note(services, person, &browser, None)
                .await
                .unwrap()
        );
        home.browser = Some(browser);

        let mut looked_at = 0;
        for network in 1..=30 {
            let address = format!("203.0.113.{network}");
            let bot = Attempts::at(services, &email, &address);
            match bot.wrong().await {
                SignInError::Wrong => looked_at += 1,
                SignInError::Wait(_) => break,
                SignInError::Internal(error) => panic!("{error}"),
            }
        }
        assert_eq!(looked_at, 20, "of all guesses together");
        let stranger = Attempts::at(services, &email, "192.0.2.1");
        let refused = stranger.with(PASSWORD).await;
        let Err(SignInError::Wait(wait)) = refused else {
            panic!("{refused:?}");
        };
        assert!(wait <= Span::minutes(15));
        assert_eq!(home.with(PASSWORD).await.unwrap(), person, "the victim");
        // Nor does guessing from the same network, at this person and at others.
        let neighbour = Attempts::at(services, &email, HOME);
        assert!(neighbour.until_slowed(60).await < 60);
        for number in 0..60 {
            let email = format!("person{number}@harbour.example");
            let spray = Attempts::at(services, &email, HOME);
            let _ = spray.wrong().await;
        }
        assert!(matches!(neighbour.wrong().await, SignInError::Wait(_)));
        assert_eq!(home.with(PASSWORD).await.unwrap(), person, "at home");
        // But guessing in that browser is slowed as well.
        assert_eq!(home.until_slowed(20).await, 5);

        // A browser that knows another secret is none that is known.
        home.browser = Some(world.browser());
        assert!(matches!(
            home.with(PASSWORD).await,
            Err(SignInError::Wait(_))
        ));
        world.clock.advance(FORGOTTEN_AFTER);
        assert!(stranger.with(PASSWORD).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn s49_trying_many_people_from_one_network_is_slowed() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        world.owner("harbour").await;
        for number in 0..50 {
            let email = format!("person{number}@harbour.example");
            let spray = Attempts::at(services, &email, "203.0.113.9");
            assert!(
                matches!(spray.wrong().await, SignInError::Wrong),
                "{number}"
            );
        }
        let email = format!("harbour-{OWNER}");
        let spray = Attempts::at(services, &email, "203.0.113.9");
        assert!(matches!(spray.wrong().await, SignInError::Wait(_)));
        assert!(
            Attempts::at(services, &email, HOME)
                .with(PASSWORD)
                .await
                .is_ok()
        );
    })
    .await;
}

#[tokio::test]
async fn s49_right_passwords_make_nobody_wait_longer() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        world.owner("harbour").await;
        let owner = format!("harbour-{OWNER}");
        for number in 0..51 {
            let email = format!("person{number}@harbour.example");
            let _ = Attempts::at(services, &email, HOME).wrong().await;
        }
        let office = Attempts::at(services, &owner, HOME);
        let SignInError::Wait(wait) = office.wrong().await else {
            panic!("not slowed");
        };
        world.clock.advance(wait);
        for _ in 0..3 {
            assert!(office.with(PASSWORD).await.is_ok(), "one after the other");
        }
    })
    .await;
}

#[tokio::test]
async fn s49_what_nobody_looked_at_is_no_failure() {
    testing::on_each_database(async |world| {
        world.owner("harbour").await;
        let email = format!("harbour-{OWNER}");
        let beneath = world.beneath().await;
        beneath
            .run("UPDATE people SET password_hash = 'ruined'")
            .await;
        let attempts = Attempts::at(&world.services, &email, HOME);
        for _ in 0..8 {
            let failed = attempts.with(PASSWORD).await;
            assert!(
                matches!(failed, Err(SignInError::Internal(_))),
                "{failed:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn s49_unknown_people_are_slowed_in_the_same_way() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        world.owner("harbour").await;
        let known = format!("harbour-{OWNER}");
        let mut texts = Vec::new();
        for (email, address) in [
            (known.as_str(), "203.0.113.1"),
            ("nobody@harbour.example", "203.0.113.2"),
            ("not an address", "203.0.113.3"),
        ] {
            let attempts = Attempts::at(services, email, address);
            assert_eq!(attempts.until_slowed(20).await, 5, "{email}");
            texts.push(attempts.wrong().await.to_string());
        }
        texts.dedup();
        assert_eq!(texts.len(), 1, "{texts:?}");
    })
    .await;
}

#[tokio::test]
async fn s49_attempts_at_the_same_moment_are_all_counted() {
    testing::on_each_database(async |world| {
        world.owner("harbour").await;
        let email = format!("harbour-{OWNER}");
        let attempts = Attempts::at(&world.services, &email, HOME);
        let all = futures::future::join_all((0..12).map(|_| attempts.wrong())).await;
        let looked_at = all.iter().filter(|one| matches!(one, SignInError::Wrong));
        assert_eq!(looked_at.count(), 5);
    })
    .await;
}

#[tokio::test]
async fn s49_whoever_is_signed_in_is_asked_for_the_password_under_the_same_limits() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let person = owner.person().unwrap();
        let person = membership::person(&world.services, person).await.unwrap();
        let person = person.unwrap();
        let wrong = SecretString::from("a wrong guess");
        for _ in 0..5 {
            let refused = confirm(&world.services, &person, &wrong, None).await;
            assert!(matches!(refused, Err(ConfirmError::WrongPassword)));
        }
        let right = SecretString::from(PASSWORD);
        let refused = confirm(&world.services, &person, &right, None).await;
        assert!(matches!(refused, Err(ConfirmError::Wait(_))));
        world.clock.advance(Span::seconds(30));
        let confirmed = confirm(&world.services, &person, &right, None).await;
        assert!(confirmed.is_ok());
    })
    .await;
}

#[tokio::test]
async fn counts_and_browsers_are_removed_when_they_mean_nothing_any_more() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let email = format!("harbour-{OWNER}");
        Attempts::at(services, &email, HOME).wrong().await;
        let person = owner.person().unwrap();
        known_browsers::note(services, person, &world.browser(), None)
            .await
            .unwrap();
        let beneath = world.beneath().await;
        let rows = async || {
            let failures = beneath
                .number("SELECT count(*) AS n FROM sign_in_failures")
                .await;
            (
                failures,
                beneath
                    .number("SELECT count(*) AS n FROM known_browsers")
                    .await,
            )
        };
        worker::tidy(services).await.unwrap();
        assert_eq!(rows().await, (3, 1));
        world.clock.advance(FORGOTTEN_AFTER);
        worker::tidy(services).await.unwrap();
        assert_eq!(rows().await, (0, 1));
        beneath
            .run("UPDATE known_browsers SET last_seen_at = 0")
            .await;
        worker::tidy(services).await.unwrap();
        assert_eq!(rows().await, (0, 0));
    })
    .await;
}
