//! Steps that recur: an app registered at the simulator, an account connected.

use domain::{
    error::AuthorizationProblem,
    ids::{AuthorizationId, PersonId},
    subdomain::Subdomain,
    time::Span,
};
use secrecy::SecretString;
use service::{
    Actor,
    apps::{App, form::AppForm},
    connections::{
        authorize,
        check_now::check_now,
        complete::{self, Callback, CallbackError},
        result::{self, Outcome},
        show::{self, Account},
    },
    core::config::Config,
    engine::refresh::Verdict,
    testing::{self, Backend, World},
};
use simulator::{Simulator, SimulatorConfig};
use url::Url;

/// A world with a tenant `harbour`, its app `returns`, and the simulator.
pub struct Flow {
    pub world: World,
    pub sim: Simulator,
    pub owner: Actor,
    pub app: App,
    pub browser: SecretString,
}

/// Runs a test on each database, with a simulator of its own for each.
pub async fn each<F: AsyncFn(Flow)>(test: F) {
    for backend in testing::backends() {
        test(Flow::start(&backend, |_| ()).await).await;
    }
}

/// As [`each`], with other settings than the defaults.
pub async fn each_with<F: AsyncFn(Flow)>(configure: impl Fn(&mut Config), test: F) {
    for backend in testing::backends() {
        test(Flow::start(&backend, &configure).await).await;
    }
}

/// The subdomain of a text.
pub fn sub(name: &str) -> Subdomain {
    name.parse().unwrap()
}

/// An authorization under way: where Gorgias asks, and the cookie that the browser keeps.
pub type Begun = authorize::Begun;

/// What a callback URL holds.
pub fn callback(url: &str) -> Callback {
    let url = Url::parse(url).unwrap();
    let get = |name: &str| {
        url.query_pairs()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.into_owned())
    };
    Callback {
        state: get("state").unwrap().into(),
        answer: get("code")
            .map(Into::into)
            .ok_or_else(|| get("error").unwrap_or_default()),
        iss: get("iss"),
        sealed: None,
        browser: SecretString::default(),
        address: None,
    }
}

impl Flow {
    /// A world on a database of its own, with a simulator of its own.
    pub async fn start(backend: &Backend, configure: impl FnOnce(&mut Config)) -> Self {
        let sim = Simulator::start(SimulatorConfig::default()).await.unwrap();
        let world = World::configured(backend, sim.url_template(), configure).await;
        let owner = world.owner("harbour").await;
        let app = world.app(&owner, "returns").await;
        let redirect = world.services.config.redirect_uri(app.id);
        sim.register_app("returns-id", "returns-secret", &[&redirect]);
        let browser = world.browser();
        Self {
            world,
            sim,
            owner,
            app,
            browser,
        }
    }

    /// Lets time pass, here and at Gorgias.
    pub fn advance(&self, span: Span) {
        self.world.clock.advance(span);
        self.sim
            .advance(std::time::Duration::from_micros(span.0.unsigned_abs()));
    }

    /// Begins at the install entry.
    pub async fn begun(&self, account: &str) -> Begun {
        authorize::begin_install(&self.world.services, self.app.id, &sub(account))
            .await
            .unwrap()
    }

    /// Begins as the owner.
    pub async fn begun_by_owner(&self, account: &str) -> Begun {
        authorize::begin_as_operator(&self.owner, "returns", &sub(account))
            .await
            .unwrap()
    }

    /// What the browser that began it brings back to this address.
    pub fn back(&self, begun: &Begun, url: &str) -> Callback {
        Callback {
            sealed: Some(begun.cookie.value.clone()),
            browser: self.browser.clone(),
            ..callback(url)
        }
    }

    /// What comes back once the admin has approved.
    pub fn approve(&self, begun: &Begun) -> Callback {
        self.back(begun, &self.sim.approve(begun.url.as_str()).unwrap())
    }

    /// What comes back once the admin has refused.
    pub fn refuse(&self, begun: &Begun) -> Callback {
        self.back(begun, &self.sim.refuse(begun.url.as_str()).unwrap())
    }

    /// What comes back with a code that Gorgias never gave.
    pub fn made_up(&self, begun: &Begun) -> Callback {
        let (_, state) = begun.url.query_pairs().find(|(k, _)| k == "state").unwrap();
        self.back(begun, &format!("http://a/?code=made-up&state={state}"))
    }

    /// Begins at the install entry and approves at the simulator.
    pub async fn approved(&self, account: &str) -> Callback {
        self.approve(&self.begun(account).await)
    }

    /// Brings a callback back.
    pub async fn complete(
        &self,
        callback: Callback,
    ) -> Result<AuthorizationId, AuthorizationProblem> {
        self.complete_as(callback, None).await
    }

    /// Brings a callback back as somebody signed in.
    pub async fn complete_as(
        &self,
        callback: Callback,
        person: Option<PersonId>,
    ) -> Result<AuthorizationId, AuthorizationProblem> {
        match complete::complete(
            &self.world.services,
            self.app.id,
            callback,
            person.map(Into::into),
        )
        .await
        {
            Ok(id) => Ok(id),
            Err(CallbackError::Refused(problem)) => Err(problem),
            Err(CallbackError::Internal(fault)) => panic!("{fault}"),
        }
    }

    /// How an authorization ended.
    pub async fn outcome(&self, id: AuthorizationId) -> Outcome {
        result::show(&self.world.services, self.app.id, id, &self.browser)
            .await
            .unwrap()
            .unwrap()
            .outcome
    }

    /// Brings a callback back and tells how it ended.
    pub async fn ends(&self, callback: Callback) -> Outcome {
        let id = self.complete(callback).await.unwrap();
        self.outcome(id).await
    }

    /// Connects an account.
    pub async fn connect(&self, account: &str) {
        let outcome = self.ends(self.approved(account).await).await;
        assert!(matches!(outcome, Outcome::Approved { .. }), "{outcome:?}");
    }

    /// A further app of the owner, which the simulator knows.
    pub async fn another_app(&self, slug: &str) -> App {
        let app = self.world.app(&self.owner, slug).await;
        let redirect = self.world.services.config.redirect_uri(app.id);
        let (id, secret) = (format!("{slug}-id"), format!("{slug}-secret"));
        self.sim.register_app(&id, &secret, &[&redirect]);
        app
    }

    /// Connects an account to an app; whether it was approved.
    pub async fn connect_to(&self, app: &App, account: &str) -> bool {
        let services = &self.world.services;
        let begun = authorize::begin_install(services, app.id, &sub(account)).await;
        let callback = self.approve(&begun.unwrap());
        let id = complete::complete(services, app.id, callback, None).await;
        let result = result::show(services, app.id, id.unwrap(), &self.browser).await;
        matches!(result.unwrap().unwrap().outcome, Outcome::Approved { .. })
    }

    /// Has Gorgias refuse the app's credentials, as this account sees it, until
    /// that is confirmed.
    pub async fn app_refused(&self, account: &str) {
        let account = sub(account);
        let check = async || check_now(&self.owner, "returns", &account).await.unwrap();
        let first = check().await;
        assert!(matches!(first, Verdict::Unavailable { .. }), "{first:?}");
        self.advance(Span::minutes(5));
        assert_eq!(check().await, Verdict::AppRefused);
    }

    /// The app's form as it would be stored again.
    pub fn form(&self) -> AppForm {
        AppForm {
            name: self.app.name.clone(),
            client_id: self.app.client_id.clone(),
            scopes: self.app.requested.iter().map(ToString::to_string).collect(),
            ..AppForm::default()
        }
    }

    /// The account's page.
    pub async fn account(&self, account: &str) -> Account {
        show::show(&self.owner, "returns", &sub(account))
            .await
            .unwrap()
            .unwrap()
    }

    /// The codes of the account's timeline, oldest first.
    pub async fn timeline(&self, account: &str) -> Vec<&'static str> {
        let id = self.account(account).await.row.id;
        let mut entries = service::connections::events::of_connection(&self.owner, id, None, 100)
            .await
            .unwrap();
        entries.reverse();
        entries.iter().map(|e| e.happening.code()).collect()
    }
}
