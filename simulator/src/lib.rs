//! Simulates Gorgias in tests, in the demo and in drills.
//!
//! It serves any number of accounts and implements what is known of Gorgias'
//! OAuth2. For each account and at run time, a test can choose what isn't known,
//! and every kind of failure.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use simulator::{Endpoint, Fault, Simulator, SimulatorConfig};
//! let simulator = Simulator::start(SimulatorConfig::default()).await?;
//! simulator.register_app("id", "secret", &["http://127.0.0.1:3000/oauth/x/callback"]);
//! let acme = simulator.account("acme");
//! acme.fail_once(Endpoint::Token, Fault::server_error());
//! // … the product refreshes …
//! assert_eq!(simulator.refreshes("acme").len(), 1);
//! # Ok(()) }
//! ```

mod account;
mod address;
mod api;
mod authorize;
mod behaviour;
mod bulk;
mod clock;
mod consent;
mod control;
mod faults;
mod issue;
mod jwt;
mod log;
pub mod mailbox;
mod misbehave;
mod packing;
mod page;
mod panel;
pub mod provider;
mod server;
mod state;
mod token;
pub mod transit;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;

pub use account::AccountHandle;
pub use authorize::AuthorizeError;
pub use behaviour::{Behaviour, CallbackIss, Consent, ExpiresIn, IdToken, Packing, Rotation, User};
pub use faults::{Endpoint, Fault, FaultKind, FaultPlan, RetryAfter};
pub use issue::Granted;
pub use log::LoggedRequest;
pub use state::{App, BasicEncoding};

use mailbox::Mailbox;
use state::{Shared, State};

/// How a simulator is started.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Template with `{subdomain}` once, in host or path; by default
    /// `http://{listen}/a/{subdomain}`.
    pub url_template: Option<String>,
    /// Whether accounts that were not made before get 404 and HTML.
    pub strict_accounts: bool,
    /// How long an authorization code lives.
    pub code_lifetime: Duration,
    /// The behaviour of new accounts.
    pub behaviour: Behaviour,
    /// How many requests the log keeps; older ones are dropped.
    pub log_limit: usize,
    /// Where a mail server listens whose mails are shown at `/mailbox`; none by default.
    pub mail: Option<SocketAddr>,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            url_template: None,
            strict_accounts: false,
            code_lifetime: Duration::from_secs(60),
            behaviour: Behaviour::default(),
            log_limit: 200_000,
            mail: None,
        }
    }
}

/// A running simulator; it stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    base_url: String,
    mailbox: Option<Mailbox>,
    task: JoinHandle<()>,
}

/// The longest wait of [`Simulator::wait_for`].
const WAIT: Duration = Duration::from_secs(60);

impl Simulator {
    /// Binds the address and serves on a task of the current runtime.
    ///
    /// # Errors
    /// The address can't be bound, or the template doesn't hold `{subdomain}` once.
    pub async fn start(config: SimulatorConfig) -> io::Result<Self> {
        let listener = listen(config.listen)?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let template = config
            .url_template
            .unwrap_or_else(|| format!("{base_url}/a/{{subdomain}}"));
        let address = address::Address::parse(&template).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{template} is no address with {{subdomain}} in it once"),
            )
        })?;
        let clock = Arc::new(clock::Clock::default());
        let mailbox = match config.mail {
            Some(listen) => Some(Mailbox::start_with(listen, Arc::clone(&clock)).await?),
            None => None,
        };
        let shared = Arc::new(Shared {
            address,
            strict_accounts: config.strict_accounts,
            clock,
            log: log::Log::new(config.log_limit.max(1)),
            in_flight: bulk::InFlight::default(),
            mails: mailbox.as_ref().map(Mailbox::store),
            state: Mutex::new(State::new(config.behaviour, config.code_lifetime)),
        });
        let task = tokio::spawn(server::serve(listener, Arc::clone(&shared)));
        Ok(Self {
            shared,
            base_url,
            mailbox,
            task,
        })
    }

    /// The value for `MOORING_GORGIAS_URL`, with `{subdomain}` in it.
    pub fn url_template(&self) -> &str {
        self.shared.address.template()
    }

    /// `http://127.0.0.1:{port}`; the panel and the control API are below it.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The mailbox, if it was asked for.
    pub fn mailbox(&self) -> Option<&Mailbox> {
        self.mailbox.as_ref()
    }

    /// The issuer of an account.
    pub fn issuer(&self, subdomain: &str) -> String {
        self.shared.address.issuer(subdomain)
    }

    /// Registers an app, or changes the one with this client id.
    pub fn register_app(&self, client_id: &str, client_secret: &str, redirect_uris: &[&str]) {
        self.register(App {
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            redirect_uris: redirect_uris.iter().map(|&uri| uri.to_owned()).collect(),
            install_url: None,
            basic_encoding: BasicEncoding::Raw,
        });
    }

    /// Registers an app with all its options.
    pub fn register(&self, app: App) {
        let mut state = self.shared.state();
        state.apps.insert(app.client_id.clone(), app);
    }

    /// Gives an app another secret; the old one is refused from now on. Returns
    /// whether the app exists.
    pub fn rotate_secret(&self, client_id: &str, client_secret: &str) -> bool {
        let mut state = self.shared.state();
        let app = state.apps.get_mut(client_id);
        app.map(|app| client_secret.clone_into(&mut app.client_secret))
            .is_some()
    }

    /// Refuses an app's client secret, as if it had been replaced, or takes it again.
    pub fn refuse_client(&self, client_id: &str, refuse: bool) {
        let mut state = self.shared.state();
        if refuse {
            state.refused_clients.insert(client_id.to_owned());
        } else {
            state.refused_clients.remove(client_id);
        }
    }

    /// The account of this name; it is made if it doesn't exist.
    pub fn account(&self, subdomain: &str) -> AccountHandle {
        self.shared.state().account(subdomain);
        AccountHandle {
            shared: Arc::clone(&self.shared),
            subdomain: subdomain.to_owned(),
        }
    }

    /// See [`AccountHandle::deactivate`].
    pub fn deactivate(&self, subdomain: &str) {
        self.account(subdomain).deactivate();
    }

    /// See [`AccountHandle::reactivate`].
    pub fn reactivate(&self, subdomain: &str) {
        self.account(subdomain).reactivate();
    }

    /// Sets the fault of an endpoint for every account without a fault of its own
    /// there; `None` removes it.
    pub fn fail_everywhere(&self, endpoint: Endpoint, fault: Option<Fault>) {
        let mut state = self.shared.state();
        match fault {
            Some(fault) => state.everywhere.insert(endpoint, fault),
            None => state.everywhere.remove(&endpoint),
        };
    }

    /// Sets the behaviour of accounts that are made from now on.
    pub fn default_behaviour(&self, behaviour: Behaviour) {
        self.shared.state().defaults = behaviour;
    }

    /// Sets how long authorization codes live.
    pub fn code_lifetime(&self, lifetime: Duration) {
        self.shared.state().code_lifetime = lifetime;
    }

    /// Moves the simulator's time forward.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// Sets the simulator's time to this second since 1970; it goes on from there.
    pub fn set_time(&self, unix_seconds: i64) {
        self.shared.clock.set(unix_seconds);
    }

    /// Stops the simulator's time at this second since 1970; [`Simulator::advance`]
    /// still moves it.
    pub fn freeze_time(&self, unix_seconds: i64) {
        self.shared.clock.freeze(unix_seconds);
    }

    /// The simulator's time, in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.shared.clock.now()
    }

    /// Approves without a browser, like "Approve" on the consent page: returns the
    /// callback address with `code` and `state`, or with `error` if the behaviour
    /// says so.
    ///
    /// # Errors
    /// The consent page would show an error instead.
    pub fn approve(&self, authorize_url: &str) -> Result<String, AuthorizeError> {
        self.decide(authorize_url, authorize::Decision::Approve)
    }

    /// Refuses, like "Refuse" on the consent page: the callback has `error=access_denied`.
    ///
    /// # Errors
    /// Like [`Simulator::approve`].
    pub fn refuse(&self, authorize_url: &str) -> Result<String, AuthorizeError> {
        self.decide(authorize_url, authorize::Decision::Refuse)
    }

    fn decide(
        &self,
        authorize_url: &str,
        decision: authorize::Decision,
    ) -> Result<String, AuthorizeError> {
        let (subdomain, parameters) = authorize::parse_url(&self.shared, authorize_url)?;
        let request = authorize::Request::read(&self.shared, &parameters)?;
        authorize::callback(&self.shared, &subdomain, &request, decision)
    }

    /// All requests except those to the control API, oldest first.
    pub fn log(&self) -> Vec<LoggedRequest> {
        self.shared.log.matching(|_| true)
    }

    /// Deletes the requests so far.
    pub fn clear_log(&self) {
        self.shared.log.clear();
    }

    /// The requests to an endpoint of an account.
    pub fn requests(&self, subdomain: &str, endpoint: Endpoint) -> Vec<LoggedRequest> {
        let wanted = |entry: &LoggedRequest| is_at(entry, subdomain, endpoint);
        self.shared.log.matching(wanted)
    }

    /// The requests to an account's host that had a secret, to any path.
    pub fn with_credentials(&self, subdomain: &str) -> Vec<LoggedRequest> {
        let wanted = |entry: &LoggedRequest| {
            entry.account.as_deref() == Some(subdomain) && entry.credentials
        };
        self.shared.log.matching(wanted)
    }

    /// The token requests of an account, codes and refreshes.
    pub fn token_requests(&self, subdomain: &str) -> Vec<LoggedRequest> {
        self.requests(subdomain, Endpoint::Token)
    }

    /// The refreshes of an account.
    pub fn refreshes(&self, subdomain: &str) -> Vec<LoggedRequest> {
        let mut log = self.token_requests(subdomain);
        log.retain(LoggedRequest::is_refresh);
        log
    }

    /// The number of refreshes of each account.
    pub fn refreshes_by_account(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.shared.log.matching(LoggedRequest::is_refresh) {
            *counts
                .entry(request.account.unwrap_or_default())
                .or_default() += 1;
        }
        counts
    }

    /// Waits until `count` requests have arrived at the endpoint (answered or not),
    /// at most for a minute, and returns the ones that have arrived.
    pub async fn wait_for(
        &self,
        subdomain: &str,
        endpoint: Endpoint,
        count: usize,
    ) -> Vec<LoggedRequest> {
        let wanted = |entry: &LoggedRequest| is_at(entry, subdomain, endpoint);
        self.shared.log.wait_for(count, WAIT, wanted).await
    }

    /// Like [`Simulator::wait_for`], for any requests.
    pub async fn wait_until(
        &self,
        count: usize,
        wanted: impl Fn(&LoggedRequest) -> bool,
    ) -> Vec<LoggedRequest> {
        self.shared.log.wait_for(count, WAIT, wanted).await
    }

    /// Serves until the task ends, which happens only if it is stopped.
    pub async fn run(mut self) {
        let _ = (&mut self.task).await;
    }
}

/// Hundreds of connections may come before one is accepted.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(1024)
}

fn is_at(entry: &LoggedRequest, subdomain: &str, endpoint: Endpoint) -> bool {
    entry.account.as_deref() == Some(subdomain) && entry.endpoint == Some(endpoint)
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}
