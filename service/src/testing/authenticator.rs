//! An authenticator app for tests.

use super::World;
use crate::{
    core::services::Services,
    people::{
        factors::{FactorChange, authenticator},
        membership::{self, PersonSummary},
    },
    tenancy::{Actor, Confirmed},
};
use domain::totp::{AuthenticatorKey, PERIOD, Step};
use secrecy::{ExposeSecret, SecretString};

/// An app with the key of a person.
pub struct App {
    services: Services,
    key: AuthenticatorKey,
}

impl App {
    /// The app of somebody who typed this key into it.
    pub fn new(services: &Services, key: &str) -> Self {
        Self {
            services: services.clone(),
            key: AuthenticatorKey::parse(key).unwrap(),
        }
    }

    /// The code that it shows.
    pub fn code(&self) -> SecretString {
        self.code_in(0)
    }

    /// The code that it shows so many periods later, or earlier.
    pub fn code_in(&self, periods: i64) -> SecretString {
        let step = Step::at(self.services.now());
        self.key.code(Step(step.0 + periods)).into()
    }
}

/// Who is signed in as an actor, as pages know them.
pub async fn person_of(services: &Services, actor: &Actor) -> PersonSummary {
    let id = actor.person().unwrap();
    membership::person(services, id).await.unwrap().unwrap()
}

impl World {
    /// Sets up an app for a person; gives it, and their recovery codes. The period in
    /// which that was done is over, so its next code can be used.
    pub async fn authenticator(&self, actor: &Actor) -> (App, Vec<SecretString>) {
        let services = &self.services;
        let person = person_of(services, actor).await;
        let confirmed = Confirmed::for_test(actor);
        authenticator::begin(services, &person, &confirmed)
            .await
            .unwrap();
        let set_up = authenticator::under_way(services, &person, &confirmed)
            .await
            .unwrap();
        let app = App::new(services, set_up.key.expose_secret());
        let by = FactorChange {
            address: None,
            session: "",
        };
        let code = app.code();
        let codes =
            authenticator::finish(services, &person, &confirmed, code.expose_secret(), by).await;
        let codes = codes.unwrap();
        self.clock.advance(PERIOD);
        let codes = codes.expose_secret().lines().map(SecretString::from);
        (app, codes.collect())
    }
}
