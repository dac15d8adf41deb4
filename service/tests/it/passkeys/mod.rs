//! Passkeys: added, used to sign in and to confirm, renamed, removed.

mod as_second_factor;
mod attacks;
mod signing_in;

use crate::mail::settings;
use domain::ids::{PasskeyId, PersonId};
use secrecy::SecretString;
use service::{
    Actor, Confirmed, Services,
    audit::{self, Filter},
    people::{
        SignedIn,
        membership::{self, PersonSummary},
        passkeys::{self, AddError, Added, Answered, Begun, ChangeError, New},
        refusals, sessions,
    },
    testing::{Backend, PasskeyDevice, World, backends},
};
use simulator::mailbox::Mailbox;
use std::net::{Ipv4Addr, SocketAddr};

const ORIGIN: &str = "http://localhost:3000";

/// An installation with a name, an owner, and the owner's session.
struct Home {
    world: World,
    mailbox: Mailbox,
    owner: Actor,
    person: PersonSummary,
    session: SecretString,
}

impl Home {
    async fn start(backend: &Backend) -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mailbox = Mailbox::start(free).await.unwrap();
        let mail = settings(&mailbox.url(), 100);
        let template = "https://{subdomain}.gorgias.invalid";
        let world = World::configured(backend, template, |config| {
            config.public_url = ORIGIN.into();
            config.mail = Some(mail);
        })
        .await;
        let owner = world.owner("harbour").await;
        let person = person(&world.services, &owner).await;
        let session = SecretString::from("the owner's session");
        keep(&world.services, &session, person.id).await;
        Self {
            world,
            mailbox,
            owner,
            person,
            session,
        }
    }

    fn services(&self) -> &Services {
        &self.world.services
    }

    fn confirmed(&self) -> Confirmed {
        Confirmed::for_test(&self.owner)
    }

    fn key(&self) -> String {
        sessions::key(&self.session)
    }

    async fn begin(&self) -> Begun {
        let (services, key) = (self.services(), self.key());
        passkeys::begin_adding(services, &self.person, Some(&self.confirmed()), &key)
            .await
            .unwrap()
    }

    async fn bring(&self, begun: &Begun, answer: &str, name: &str) -> Result<Added, AddError> {
        let key = self.key();
        let new = New {
            name,
            answered: Answered {
                cookie: Some(&begun.cookie),
                answer,
            },
            session: &key,
            address: Some("192.0.2.7".parse().unwrap()),
        };
        passkeys::add(self.services(), &self.person, &self.confirmed(), new).await
    }

    /// A device with a passkey of the owner.
    async fn device(&self, name: &str) -> PasskeyDevice {
        let mut device = PasskeyDevice::at(ORIGIN);
        let begun = self.begin().await;
        let answer = device.make(&begun.options);
        self.bring(&begun, &answer, name).await.unwrap();
        device
    }

    async fn only(&self) -> passkeys::OwnPasskey {
        let mut own = passkeys::of_person(self.services(), self.person.id)
            .await
            .unwrap();
        assert_eq!(own.len(), 1);
        own.remove(0)
    }

    /// The newest entries of the audit, as codes with their details.
    async fn audit(&self) -> Vec<String> {
        refusals::record(self.services(), true).await.unwrap();
        let page = audit::list(&self.owner, &Filter::default(), None).await;
        let rows = page.unwrap().rows;
        let text = |row: &audit::AuditRow| {
            let text = format!("{} {}", row.action.code(), row.detail);
            text.trim().to_owned()
        };
        rows.iter().map(text).collect()
    }
}

async fn person(services: &Services, actor: &Actor) -> PersonSummary {
    let id = PersonId(actor.who.id());
    membership::person(services, SignedIn::own_way(id))
        .await
        .unwrap()
        .unwrap()
}

async fn keep(services: &Services, session: &SecretString, person: PersonId) {
    let later = services.now().plus(sessions::IDLE);
    let signed_in = Some(SignedIn::own_way(person));
    let kept = sessions::create(services, session, signed_in, "{}", later);
    assert!(kept.await.unwrap());
}

async fn each<F: AsyncFn(Home)>(test: F) {
    for backend in backends() {
        test(Home::start(&backend).await).await;
    }
}

#[tokio::test]
async fn a_passkey_is_added_named_and_removed() {
    each(async |home| {
        let services = home.services();
        let elsewhere = SecretString::from("another session");
        keep(services, &elsewhere, home.person.id).await;
        home.device(" Pixel 9 ").await;
        let added = home.only().await;
        assert_eq!((added.name.as_str(), added.last_used_at), ("Pixel 9", None));
        assert_eq!(added.created_at, services.now());
        // Whoever was signed in elsewhere isn't any more; this session goes on.
        let there = sessions::load(services, &elsewhere).await.unwrap();
        assert!(there.is_none());
        let here = sessions::load(services, &home.session).await.unwrap();
        assert!(here.is_some());
        let id = home.person.id;
        passkeys::rename(services, id, added.id, "My phone", None)
            .await
            .unwrap();
        assert_eq!(home.only().await.name, "My phone");
        keep(services, &elsewhere, id).await;
        let (confirmed, key) = (home.confirmed(), home.key());
        let ended =
            passkeys::remove(services, &home.person, &confirmed, added.id, &key, None).await;
        assert_eq!(ended.unwrap(), 1);
        assert!(passkeys::of_person(services, id).await.unwrap().is_empty());
        assert_eq!(
            home.audit().await[..3],
            [
                "person.passkey_removed",
                "person.passkey_renamed",
                "person.passkey_added"
            ]
        );
        service::mail::send_due(services).await.unwrap();
        let mails = home.mailbox.mails();
        let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(
            subjects,
            [
                "A passkey was added to your account",
                "A passkey was removed from your account"
            ]
        );
        assert!(
            mails[0].text.contains("Passkey: Pixel 9"),
            "{}",
            mails[0].text
        );
        // Setting a new password leaves it where it is.
        assert!(mails[0].text.contains("remove it at"), "{}", mails[0].text);
        assert!(mails[1].text.contains("Passkey: My phone"));
    })
    .await;
}

#[tokio::test]
async fn the_options_ask_for_what_signs_in_alone() {
    each(async |home| {
        let device = home.device("Pixel 9").await;
        let options: serde_json::Value = serde_json::from_str(&home.begin().await.options).unwrap();
        assert_eq!(options["rp"]["id"], "localhost");
        assert_eq!(options["attestation"], "none");
        let selection = &options["authenticatorSelection"];
        assert_eq!(selection["residentKey"], "required");
        assert_eq!(selection["userVerification"], "required");
        assert_eq!(options["user"]["name"], home.person.email);
        // The device that has one is not asked for a second one.
        let excluded = options["excludeCredentials"].as_array().unwrap();
        assert_eq!(excluded.len(), 1);
        let named = excluded[0]["id"].as_str().unwrap();
        assert!(device.answer(&home.begin().await.options).contains(named));
        let begun = passkeys::begin_sign_in(home.services()).await.unwrap();
        let options: serde_json::Value = serde_json::from_str(&begun.options).unwrap();
        assert_eq!(options["rpId"], "localhost");
        assert_eq!(options["userVerification"], "required");
        assert_eq!(options["allowCredentials"], serde_json::json!([]));
    })
    .await;
}

#[tokio::test]
async fn ten_passkeys_are_the_most() {
    each(async |home| {
        let mut eleventh = PasskeyDevice::at(ORIGIN);
        let begun = home.begin().await;
        let answer = eleventh.make(&begun.options);
        for number in 1..=10 {
            home.device(&format!("Key {number}")).await;
        }
        // One that was begun before, and one that is begun now.
        let late = home.bring(&begun, &answer, "Key 11").await;
        assert!(matches!(late, Err(AddError::TooMany)), "{late:?}");
        let (services, key) = (home.services(), home.key());
        let more =
            passkeys::begin_adding(services, &home.person, Some(&home.confirmed()), &key).await;
        assert!(matches!(more, Err(passkeys::BeginError::TooMany)));
    })
    .await;
}

#[tokio::test]
async fn a_bad_name_is_told_before_the_challenge_is_used() {
    each(async |home| {
        let mut device = PasskeyDevice::at(ORIGIN);
        let begun = home.begin().await;
        let answer = device.make(&begun.options);
        for bad in ["", " ", &"x".repeat(61)] {
            match home.bring(&begun, &answer, bad).await {
                Err(AddError::Invalid(errors)) => assert_eq!(errors[0].field, "name"),
                other => panic!("{other:?}"),
            }
        }
        home.bring(&begun, &answer, "Good").await.unwrap();
        let own = home.only().await;
        let bad = passkeys::rename(home.services(), home.person.id, own.id, "", None).await;
        assert!(matches!(bad, Err(ChangeError::Invalid(_))));
        let none = PasskeyId(home.services().new_uuid());
        let gone = passkeys::rename(home.services(), home.person.id, none, "x", None).await;
        assert!(matches!(gone, Err(ChangeError::NotFound)));
    })
    .await;
}
