//! Single sign-on, against a simulated provider.

mod attacks;
mod links;
mod providers;
mod settings;
mod sign_in;

use crate::members::{joined, new};
use domain::{ids::PersonId, role::Role};
use secrecy::SecretString;
use service::{
    Actor, Confirmed,
    people::{SignedIn, membership},
    sso::{self, Answer, BeginError, Begun, CompleteError, Ended, Refusal, SsoForm},
    testing::{World, backends},
};
use simulator::provider::{CLIENT_ID, CLIENT_SECRET, Provider};
use std::time::Duration;
use url::Url;

/// One installation, one tenant with single sign-on, and its provider.
pub struct Sso {
    pub world: World,
    pub provider: Provider,
    pub owner: Actor,
}

/// The settings for a provider: operators by their group, nobody else.
pub fn form(provider: &Provider) -> SsoForm {
    SsoForm {
        issuer: provider.issuer().to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: Some(SecretString::from(CLIENT_SECRET)),
        groups: vec![
            ("ops".to_owned(), Role::Operator),
            ("support".to_owned(), Role::Success),
            ("heads".to_owned(), Role::Owner),
        ],
        ..SsoForm::default()
    }
}

/// With `time` as the longest that a provider may take.
pub async fn each_within<F: AsyncFn(Sso)>(time: Duration, test: F) {
    for backend in backends() {
        let provider = Provider::start().await.unwrap();
        let template = "https://{subdomain}.gorgias.invalid";
        let world = World::configured(&backend, template, |config| {
            config.outbound.limits.time = time;
        });
        let world = world.await;
        let owner = world.owner("harbour").await;
        let confirmed = Confirmed::for_test(&owner);
        sso::save(&owner, &confirmed, &form(&provider))
            .await
            .unwrap();
        provider.is("priya", "priya@parcelwise.example", &["ops"]);
        test(Sso {
            world,
            provider,
            owner,
        })
        .await;
    }
}

pub async fn each<F: AsyncFn(Sso)>(test: F) {
    each_within(Duration::from_secs(10), test).await;
}

/// What a browser brings back from a provider.
pub fn answer(callback: &str, cookie: Option<SecretString>, signed_in: Option<SignedIn>) -> Answer {
    let url = Url::parse(callback).unwrap();
    let value = |name: &str| {
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    };
    Answer {
        state: SecretString::from(value("state").unwrap()),
        code: match value("code") {
            Some(code) => Ok(SecretString::from(code)),
            None => Err(value("error").unwrap_or_default()),
        },
        issuer: value("iss"),
        cookie,
        address: None,
        signed_in,
    }
}

/// Whoever the provider has signs in to the tenant of this member.
pub async fn sign_in(member: &Actor, provider: &Provider) -> Result<SignedIn, Refusal> {
    let (services, slug) = (member.services(), &member.tenant_slug);
    let begun = sso::begin(services, slug, "/t/harbour/accounts").await;
    let begun = begun.map_err(|error| match error {
        BeginError::Provider(error) => Refusal::Provider(error),
        error => panic!("{error}"),
    })?;
    let callback = provider.sign_in(begun.url.as_str());
    let answer = answer(&callback, Some(begun.cookie.value), None);
    let ended = sso::complete(services, slug, answer).await;
    match ended.map_err(|error| error.why)? {
        Ended::SignedIn { signed_in, .. } => Ok(signed_in),
        other => panic!("{other:?}"),
    }
}

impl Sso {
    /// Whoever the provider has signs in.
    pub async fn sign_in(&self) -> Result<SignedIn, Refusal> {
        sign_in(&self.owner, &self.provider).await
    }

    pub async fn complete(&self, answer: Answer) -> Result<Ended, Refusal> {
        let slug = &self.owner.tenant_slug;
        let ended = sso::complete(&self.world.services, slug, answer).await;
        ended.map_err(|CompleteError { why, .. }| why)
    }

    /// The tenant as a session opens it.
    pub async fn opened(&self, signed_in: SignedIn) -> Option<Actor> {
        let (services, slug) = (&self.world.services, &self.owner.tenant_slug);
        membership::actor(services, signed_in, slug).await.unwrap()
    }

    /// A member with a password.
    pub async fn member(&self, email: &str, role: Role) -> Actor {
        joined(&self.world, &self.owner, new(email, role)).await
    }

    /// Begins to link, right after confirming.
    pub async fn begin_link(&self, signed_in: SignedIn) -> Result<Begun, BeginError> {
        let services = &self.world.services;
        let now = services.expiry_now();
        let confirmed = Confirmed::lately(services, signed_in.person(), now).unwrap();
        sso::begin_link(services, signed_in, &confirmed, &self.owner.tenant_slug).await
    }

    /// Links whoever the provider has to a member.
    pub async fn link(&self, person: PersonId) -> Result<Ended, Refusal> {
        let own = SignedIn::own_way(person);
        let begun = self.begin_link(own).await.unwrap();
        let callback = self.provider.sign_in(begun.url.as_str());
        self.complete(answer(&callback, Some(begun.cookie.value), Some(own)))
            .await
    }

    /// Changes the settings.
    pub async fn change(&self, change: impl FnOnce(&mut SsoForm)) -> Result<(), sso::ChangeError> {
        let mut form = form(&self.provider);
        change(&mut form);
        sso::save(&self.owner, &Confirmed::for_test(&self.owner), &form).await
    }

    /// How many rows of people there are.
    pub async fn people(&self) -> i64 {
        let beneath = self.world.beneath().await;
        beneath.number("SELECT count(*) AS n FROM people").await
    }
}
