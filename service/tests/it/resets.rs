//! A new password by a link: mailed, once, for half an hour; and the mails to a
//! person about how they sign in.

use crate::mail::{Mailing, each};
use domain::time::Span;
use secrecy::{ExposeSecret, SecretString};
use service::{
    audit::{self, Filter},
    people::{
        FieldError, known_browsers, me, membership,
        resets::{self, LIFE, ResetError},
    },
    testing::{self, OWNER, PASSWORD, World},
};

const NEW: &str = "lantern biscuit otter";

fn email() -> String {
    format!("harbour-{OWNER}")
}

/// The token of the newest link in the mailbox.
fn token(m: &Mailing) -> SecretString {
    let mails = m.mailbox.mails();
    let link = mails.last().unwrap().link("http://127.0.0.1:3000/reset/");
    SecretString::from(link.unwrap().rsplit('/').next().unwrap())
}

async fn ask(m: &Mailing, email: &str) {
    let address = Some("192.0.2.7".parse().unwrap());
    resets::ask(&m.world.services, email, address)
        .await
        .unwrap();
    m.send().await;
}

async fn set(world: &World, token: &SecretString, new: &str) -> Result<(), ResetError> {
    resets::set(&world.services, token, &new.into(), None)
        .await
        .map(drop)
}

async fn sign_in(world: &World, password: &str) -> bool {
    testing::sign_in(&world.services, &email(), &password.into())
        .await
        .is_ok()
}

#[tokio::test]
async fn a_mailed_link_sets_a_new_password_once() {
    each(async |m| {
        ask(&m, &email().to_uppercase()).await;
        let mails = m.mailbox.mails();
        assert_eq!(mails[0].to.1, email());
        assert!(
            mails[0].text.contains("Asked from: 192.0.2.7"),
            "{}",
            mails[0].text
        );
        let token = token(&m);
        assert_eq!(
            resets::open(&m.world.services, &token).await.unwrap(),
            email()
        );
        assert!(
            sign_in(&m.world, PASSWORD).await,
            "the old one works until then"
        );
        set(&m.world, &token, NEW).await.unwrap();
        assert!(sign_in(&m.world, NEW).await && !sign_in(&m.world, PASSWORD).await);
        let again = set(&m.world, &token, "another otter lantern").await;
        assert!(matches!(again, Err(ResetError::Ended)));
        let gone = resets::open(&m.world.services, &token).await;
        assert!(matches!(gone, Err(ResetError::Ended)));
        // The person is told, and it is recorded.
        m.send().await;
        assert_eq!(m.mailbox.mails()[1].subject, "Your password was set anew");
        let entries = audit::list(&m.owner, &Filter::default(), None)
            .await
            .unwrap();
        assert_eq!(entries.rows[0].action.code(), "person.password_reset");
    })
    .await;
}

/// security.md 49: whoever asks learns nothing, whatever they type.
#[tokio::test]
async fn s49_nobody_learns_who_is_known() {
    each(async |m| {
        for stranger in ["nobody@x.example", "", "no address", "a\u{0}b@x.example"] {
            ask(&m, stranger).await;
        }
        assert_eq!(m.mailbox.mails(), []);
    })
    .await;
}

#[tokio::test]
async fn a_link_ends_after_half_an_hour_and_with_the_next_one() {
    each(async |m| {
        ask(&m, &email()).await;
        let first = token(&m);
        ask(&m, &email()).await;
        let second = token(&m);
        let ended = set(&m.world, &first, NEW).await;
        assert!(matches!(ended, Err(ResetError::Ended)), "replaced");
        m.world.clock.advance(LIFE);
        let ended = set(&m.world, &second, NEW).await;
        assert!(matches!(ended, Err(ResetError::Ended)), "too late");
        assert!(sign_in(&m.world, PASSWORD).await);
    })
    .await;
}

#[tokio::test]
async fn of_two_at_once_one_sets_the_password() {
    each(async |m| {
        ask(&m, &email()).await;
        let token = token(&m);
        let (a, b) = tokio::join!(
            set(&m.world, &token, NEW),
            set(&m.world, &token, "another otter lantern")
        );
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    })
    .await;
}

/// Asked twice at the same moment, one link works and one mail comes.
#[tokio::test]
async fn two_requests_at_once_leave_one_link() {
    each(async |m| {
        let services = &m.world.services;
        let email = email();
        let ask = || resets::ask(services, &email, None);
        let (a, b) = tokio::join!(ask(), ask());
        a.unwrap();
        b.unwrap();
        m.send().await;
        assert_eq!(m.mailbox.mails().len(), 1);
        set(&m.world, &token(&m), NEW).await.unwrap();
        assert!(
            m.world
                .texts("SELECT 'left' FROM password_resets")
                .await
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_weak_password_keeps_the_link() {
    each(async |m| {
        ask(&m, &email()).await;
        let token = token(&m);
        for weak in ["short", "correct horse", "harbour harbour"] {
            let refused = set(&m.world, &token, weak).await;
            let Err(ResetError::Invalid(errors)) = refused else {
                panic!("{weak}");
            };
            let [FieldError { field, .. }] = &errors[..] else {
                panic!("{errors:?}");
            };
            assert_eq!(field, "password");
        }
        set(&m.world, &token, NEW).await.unwrap();
    })
    .await;
}

/// security.md 49: nobody's mailbox is filled, from many networks either; and a
/// network that asks for many is slowed.
#[tokio::test]
async fn s49_a_person_gets_few_mails_and_a_network_asks_for_few() {
    each(async |m| {
        for network in 1..=10 {
            let address = Some(format!("203.0.113.{network}").parse().unwrap());
            resets::ask(&m.world.services, &email(), address)
                .await
                .unwrap();
            m.send().await;
        }
        assert_eq!(m.mailbox.mails().len(), 3);
        m.world.clock.advance(Span::hours(1));
        ask(&m, &email()).await;
        assert_eq!(m.mailbox.mails().len(), 4, "an hour later");

        let pier = m.world.owner("pier").await;
        for _ in 0..20 {
            ask(&m, "nobody@x.example").await;
        }
        ask(&m, &format!("pier-{OWNER}")).await;
        assert_eq!(
            m.mailbox.mails().len(),
            4,
            "{:?}: that network asked too often",
            pier.person()
        );
    })
    .await;
}

/// A changed password ends a link that was mailed before: whoever holds it must
/// not take the change back.
#[tokio::test]
async fn a_changed_password_ends_links_and_is_told() {
    each(async |m| {
        ask(&m, &email()).await;
        let token = token(&m);
        let services = &m.world.services;
        let person = m.owner.person().unwrap();
        let person = membership::person(services, person).await.unwrap().unwrap();
        let change = me::NewPassword {
            current: &PASSWORD.into(),
            new: &NEW.into(),
            address: Some("192.0.2.9".parse().unwrap()),
            session: "",
        };
        me::change_password(services, &person, change)
            .await
            .unwrap();
        let ended = set(&m.world, &token, "another otter lantern").await;
        assert!(matches!(ended, Err(ResetError::Ended)));
        m.send().await;
        let mails = m.mailbox.mails();
        assert_eq!(mails[1].subject, "Your password was changed");
        assert!(mails[1].text.contains("Network address: 192.0.2.9"));
    })
    .await;
}

/// ASVS 6.3.5: of a sign-in with a browser that is new, but not of the first one.
#[tokio::test]
async fn a_person_hears_of_a_sign_in_with_a_new_browser() {
    each(async |m| {
        let services = &m.world.services;
        let person = m.owner.person().unwrap();
        let (first, second) = (m.world.browser(), m.world.browser());
        for browser in [&first, &first, &second, &second, &first] {
            known_browsers::note(services, person, browser, None)
                .await
                .unwrap();
        }
        m.send().await;
        let mails = m.mailbox.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].subject, "New sign-in to your account");
    })
    .await;
}

#[tokio::test]
async fn without_mail_the_command_line_makes_the_link() {
    testing::on_each_database(async |world| {
        world.owner("harbour").await;
        let services = &world.services;
        resets::ask(services, &email(), None).await.unwrap();
        assert!(
            resets::link(services, "nobody@x.example")
                .await
                .unwrap()
                .is_none()
        );
        let link = resets::link(services, &email()).await.unwrap().unwrap();
        let token = link.url.expose_secret().rsplit('/').next().unwrap().into();
        set(&world, &token, NEW).await.unwrap();
        assert!(sign_in(&world, NEW).await);
    })
    .await;
}
