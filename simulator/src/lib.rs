//! Stands in for Gorgias in tests, in the demo and in drills.
//!
//! It serves any number of accounts, does what is known of Gorgias' OAuth2, and lets a test
//! choose per account and at run time everything that isn't known, and every way to fail.
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
mod misbehave;
mod packing;
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

use state::{Shared, State};

/// How a simulator is started.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Template with `{subdomain}` once, in host or path; by default
    /// `http://{listen}/a/{subdomain}`.
    pub url_template: Option<String>,
    /// Whether accounts that nobody made are answered with 404 and HTML.
    pub strict_accounts: bool,
    /// How long an authorization code lives.
    pub code_lifetime: Duration,
    /// What new accounts do.
    pub behaviour: Behaviour,
    /// Requests that are kept in the log; older ones are dropped.
    pub log_limit: usize,
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
        }
    }
}

/// A running simulator; it stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    base_url: String,
    task: JoinHandle<()>,
}

/// Longest wait of [`Simulator::wait_for`].
const WAIT: Duration = Duration::from_secs(60);

impl Simulator {
    /// Binds and serves on a task of the current runtime.
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
        let shared = Arc::new(Shared {
            address,
            strict_accounts: config.strict_accounts,
            clock: clock::Clock::default(),
            log: log::Log::new(config.log_limit.max(1)),
            in_flight: bulk::InFlight::default(),
            state: Mutex::new(State::new(config.behaviour, config.code_lifetime)),
        });
        let task = tokio::spawn(server::serve(listener, Arc::clone(&shared)));
        Ok(Self {
            shared,
            base_url,
            task,
        })
    }

    /// What `MOORING_GORGIAS_URL` must be, with `{subdomain}` in it.
    pub fn url_template(&self) -> &str {
        self.shared.address.template()
    }

    /// `http://127.0.0.1:{port}`, below which the control API is.
    pub fn base_url(&self) -> &str {
        &self.base_url
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

    /// Registers an app with everything that can be said of one.
    pub fn register(&self, app: App) {
        let mut state = self.shared.state();
        state.apps.insert(app.client_id.clone(), app);
    }

    /// Gives an app another secret; the old one is refused from now on. Answers whether
    /// there is such an app.
    pub fn rotate_secret(&self, client_id: &str, client_secret: &str) -> bool {
        let mut state = self.shared.state();
        let app = state.apps.get_mut(client_id);
        app.map(|app| client_secret.clone_into(&mut app.client_secret))
            .is_some()
    }

    /// The account of that name, made if there is none.
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

    /// Lets an endpoint fail for every account that has no fault of its own there; `None`
    /// heals it.
    pub fn fail_everywhere(&self, endpoint: Endpoint, fault: Option<Fault>) {
        let mut state = self.shared.state();
        match fault {
            Some(fault) => state.everywhere.insert(endpoint, fault),
            None => state.everywhere.remove(&endpoint),
        };
    }

    /// What accounts do that are made from now on.
    pub fn default_behaviour(&self, behaviour: Behaviour) {
        self.shared.state().defaults = behaviour;
    }

    /// How long authorization codes live.
    pub fn code_lifetime(&self, lifetime: Duration) {
        self.shared.state().code_lifetime = lifetime;
    }

    /// Moves the simulator's time forward.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// Makes the simulator's now this second since 1970; time goes on from there.
    pub fn set_time(&self, unix_seconds: i64) {
        self.shared.clock.set(unix_seconds);
    }

    /// Stops the simulator's time at this second since 1970; [`Simulator::advance`] still
    /// moves it.
    pub fn freeze_time(&self, unix_seconds: i64) {
        self.shared.clock.freeze(unix_seconds);
    }

    /// The simulator's now, in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.shared.clock.now()
    }

    /// Does what "Approve" on the consent page does, without a browser: gives the callback
    /// address with `code` and `state`, or with `error` where the behaviour says so.
    ///
    /// # Errors
    /// The consent page would show an error instead.
    pub fn approve(&self, authorize_url: &str) -> Result<String, AuthorizeError> {
        self.decide(authorize_url, authorize::Decision::Approve)
    }

    /// Does what "Refuse" on the consent page does: the callback has `error=access_denied`.
    ///
    /// # Errors
    /// As [`Simulator::approve`].
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

    /// Every request but those to the control API, oldest first.
    pub fn log(&self) -> Vec<LoggedRequest> {
        self.shared.log.matching(|_| true)
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        self.shared.log.clear();
    }

    /// The requests to an endpoint of an account.
    pub fn requests(&self, subdomain: &str, endpoint: Endpoint) -> Vec<LoggedRequest> {
        let wanted = |entry: &LoggedRequest| is_at(entry, subdomain, endpoint);
        self.shared.log.matching(wanted)
    }

    /// The requests to an account's host that carried a secret, to whatever path.
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

    /// How often each account was asked for a refresh.
    pub fn refreshes_by_account(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.shared.log.matching(LoggedRequest::is_refresh) {
            *counts
                .entry(request.account.unwrap_or_default())
                .or_default() += 1;
        }
        counts
    }

    /// Waits until `count` requests have arrived at the endpoint (answered or not), at most
    /// a minute, and gives those that have.
    pub async fn wait_for(
        &self,
        subdomain: &str,
        endpoint: Endpoint,
        count: usize,
    ) -> Vec<LoggedRequest> {
        let wanted = |entry: &LoggedRequest| is_at(entry, subdomain, endpoint);
        self.shared.log.wait_for(count, WAIT, wanted).await
    }

    /// As [`Simulator::wait_for`], for any requests.
    pub async fn wait_until(
        &self,
        count: usize,
        wanted: impl Fn(&LoggedRequest) -> bool,
    ) -> Vec<LoggedRequest> {
        self.shared.log.wait_for(count, WAIT, wanted).await
    }

    /// Serves until the task ends, which it does only if it is stopped.
    pub async fn run(mut self) {
        let _ = (&mut self.task).await;
    }
}

/// Connections may come by the hundred before one is accepted.
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
