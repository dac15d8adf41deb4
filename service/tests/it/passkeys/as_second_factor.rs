//! Passkeys as second factors: what they change for the password, recovery codes, and
//! tenants that ask for a factor.

use super::*;
use domain::factor::{Factor, Factors};
use secrecy::ExposeSecret;
use service::{
    people::{
        confirm::{self, ConfirmError},
        factors::{
            self, FactorChange, authenticator, recovery_codes,
            second_step::{self, SecondStepError},
        },
        membership::Opened,
    },
    tenants::settings::save_second_factor,
    testing::PASSWORD,
};

impl Home {
    /// A new passkey and what adding it gave.
    async fn added(&self, name: &str) -> (PasskeyDevice, Added) {
        let mut device = PasskeyDevice::at(ORIGIN);
        let begun = self.begin().await;
        let answer = device.make(&begun.options);
        let added = self.bring(&begun, &answer, name).await.unwrap();
        (device, added)
    }

    async fn remove(&self, id: PasskeyId) {
        let (confirmed, key) = (self.confirmed(), self.key());
        passkeys::remove(self.services(), &self.person, &confirmed, id, &key, None)
            .await
            .unwrap();
    }

    async fn codes_left(&self) -> u64 {
        recovery_codes::left(self.services(), self.person.id)
            .await
            .unwrap()
    }

    /// The note of a browser in which the password was right, if a second step is due.
    async fn second_step(&self) -> Option<SecretString> {
        second_step::begin(self.services(), self.person.id)
            .await
            .unwrap()
    }
}

fn lines(codes: &SecretString) -> Vec<SecretString> {
    let lines = codes.expose_secret().lines();
    lines.map(SecretString::from).collect()
}

#[tokio::test]
async fn s49_a_password_alone_signs_nobody_in_who_has_a_passkey() {
    each(async |home| {
        let services = home.services();
        assert!(home.second_step().await.is_none());
        let (_, added) = home.added("Pixel 9").await;
        let codes = lines(&added.codes.expect("whoever has none gets recovery codes"));
        assert_eq!((codes.len(), home.codes_left().await), (10, 10));
        let note = home.second_step().await.expect("a second step is due");
        let pending = second_step::pending(services, &note).await.unwrap();
        assert_eq!(
            pending.unwrap().factors,
            Factors::from_iter([Factor::Passkey])
        );
        // Without the device, a recovery code makes it.
        let show = async |code: &SecretString| {
            let given = second_step::Given {
                code,
                address: None,
                browser: None,
            };
            second_step::show(services, &note, &given).await
        };
        let wrong = show(&SecretString::from("123456")).await;
        assert!(matches!(wrong, Err(SecondStepError::Check(_))), "{wrong:?}");
        assert_eq!(show(&codes[0]).await.unwrap().0, home.person.id);
        // It isn't confirmed with less than that either.
        let confirm = async |typed: &SecretString| {
            confirm::confirm(services, &home.person, typed, None).await
        };
        let with_password = confirm(&SecretString::from(PASSWORD)).await;
        assert!(
            matches!(with_password, Err(ConfirmError::WrongCode)),
            "{with_password:?}"
        );
        confirm(&codes[1]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn recovery_codes_come_with_the_first_factor_and_go_with_the_last() {
    each(async |home| {
        let services = home.services();
        home.added("Pixel 9").await;
        let first = home.only().await.id;
        let (_, added) = home.added("Laptop").await;
        assert!(added.codes.is_none(), "those of before go on");
        home.remove(first).await;
        assert_eq!(home.codes_left().await, 10);
        let last = home.only().await.id;
        home.remove(last).await;
        assert_eq!(home.codes_left().await, 0);
        assert!(home.second_step().await.is_none());
        // Beside an app, a passkey neither brings nor takes any.
        home.world.authenticator(&home.owner).await;
        let (_, added) = home.added("Pixel 9").await;
        assert!(added.codes.is_none());
        let both = factors::of_person(services, home.person.id).await.unwrap();
        let expected = [Factor::Authenticator, Factor::Passkey];
        assert_eq!(both, Factors::from_iter(expected));
        let (confirmed, key) = (home.confirmed(), home.key());
        let by = FactorChange {
            address: None,
            session: &key,
        };
        authenticator::switch_off(services, &home.person, &confirmed, by)
            .await
            .unwrap();
        assert_eq!(home.codes_left().await, 10, "the passkey needs them");
        recovery_codes::renew(services, &home.person, &confirmed, by)
            .await
            .unwrap();
    })
    .await;
}

/// Of two at once, one brings the codes: those that were shown are those that work.
#[tokio::test]
async fn two_passkeys_added_at_once_bring_one_set_of_codes() {
    each(async |home| {
        let mut devices = [PasskeyDevice::at(ORIGIN), PasskeyDevice::at(ORIGIN)];
        let (one, two) = (home.begin().await, home.begin().await);
        let answers = [devices[0].make(&one.options), devices[1].make(&two.options)];
        let (first, second) = tokio::join!(
            home.bring(&one, &answers[0], "One"),
            home.bring(&two, &answers[1], "Two"),
        );
        let codes: Vec<_> = [first.unwrap(), second.unwrap()]
            .into_iter()
            .filter_map(|added| added.codes)
            .collect();
        assert_eq!(codes.len(), 1);
        let shown = lines(&codes[0]);
        confirm::confirm(home.services(), &home.person, &shown[0], None)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_passkey_opens_a_tenant_that_asks_for_a_factor() {
    each(async |home| {
        let services = home.services();
        home.added("Pixel 9").await;
        save_second_factor(&home.owner, &home.confirmed(), true)
            .await
            .unwrap();
        let slug = home.owner.tenant_slug.clone();
        let own_way = SignedIn::own_way(home.person.id);
        let opened = async || membership::open(services, own_way, &slug).await.unwrap();
        assert!(matches!(opened().await, Opened::Actor(_)));
        let last = home.only().await.id;
        home.remove(last).await;
        assert!(matches!(opened().await, Opened::NeedsSecondFactor));
    })
    .await;
}
