//! The simulator's state: apps, accounts, grants, codes, tokens.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::address::Address;
use crate::behaviour::{Behaviour, Rotation};
use crate::bulk::InFlight;
use crate::clock::Clock;
use crate::faults::{Endpoint, Fault};
use crate::jwt;
use crate::log::Log;
use crate::mailbox;

/// An app as it is registered in the partners' portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: String,
    /// Redirect URIs, compared as text.
    pub redirect_uris: Vec<String>,
    /// The App URL, to which `?account={subdomain}` is added. By default, it is the
    /// first redirect URI with `/install` instead of `/callback`.
    #[serde(default)]
    pub install_url: Option<String>,
    /// How client id and secret must be encoded in HTTP Basic.
    #[serde(default)]
    pub basic_encoding: BasicEncoding,
}

/// How client id and secret must be encoded in HTTP Basic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BasicEncoding {
    /// Unchanged (`curl -u`).
    #[default]
    Raw,
    /// Form-encoded first (RFC 6749 section 2.3.1).
    Form,
    /// Either.
    Either,
}

/// Everything that connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) address: Address,
    pub(crate) strict_accounts: bool,
    pub(crate) clock: Arc<Clock>,
    pub(crate) log: Log,
    pub(crate) in_flight: InFlight,
    pub(crate) mails: Option<Arc<mailbox::Store>>,
    pub(crate) state: Mutex<State>,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) apps: BTreeMap<String, App>,
    /// The client ids whose secret is refused, as if it had been replaced.
    pub(crate) refused_clients: BTreeSet<String>,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) defaults: Behaviour,
    pub(crate) everywhere: BTreeMap<Endpoint, Fault>,
    pub(crate) code_lifetime: Duration,
    last_grant: u64,
}

impl State {
    pub(crate) fn new(defaults: Behaviour, code_lifetime: Duration) -> Self {
        Self {
            apps: BTreeMap::new(),
            refused_clients: BTreeSet::new(),
            accounts: BTreeMap::new(),
            defaults,
            everywhere: BTreeMap::new(),
            code_lifetime,
            last_grant: 0,
        }
    }

    /// The account of this name; it is made if it doesn't exist.
    pub(crate) fn account(&mut self, subdomain: &str) -> &mut Account {
        let defaults = &self.defaults;
        self.accounts
            .entry(subdomain.to_owned())
            .or_insert_with(|| Account::new(defaults.clone()))
    }

    /// The next grant's number. It is part of the grant's refresh tokens, so that
    /// they lead to the grant.
    pub(crate) fn next_grant(&mut self) -> u64 {
        self.last_grant += 1;
        self.last_grant
    }
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) behaviour: Behaviour,
    pub(crate) active: bool,
    pub(crate) grants: BTreeMap<u64, Grant>,
    pub(crate) codes: HashMap<String, Code>,
    pub(crate) access: HashMap<String, Access>,
    pub(crate) holds: BTreeMap<Endpoint, watch::Sender<bool>>,
    /// Holds that apply only to earlier requests.
    pub(crate) parked: Vec<(Endpoint, watch::Sender<bool>)>,
    /// The times, in milliseconds, of the API calls that count for the rate limit.
    pub(crate) calls: VecDeque<i64>,
}

impl Account {
    fn new(behaviour: Behaviour) -> Self {
        Self {
            behaviour,
            active: true,
            grants: BTreeMap::new(),
            codes: HashMap::new(),
            access: HashMap::new(),
            holds: BTreeMap::new(),
            parked: Vec::new(),
            calls: VecDeque::new(),
        }
    }

    /// Deactivates the app on the helpdesk: refresh tokens and codes end, access
    /// tokens work until they expire.
    pub(crate) fn deactivate(&mut self) {
        self.active = false;
        self.codes.clear();
        for grant in self.grants.values_mut() {
            grant.end(End::Deactivated);
        }
    }

    /// Activates the app again; with `revive`, old refresh tokens work again, too.
    pub(crate) fn reactivate(&mut self, revive: bool) {
        self.active = true;
        if revive {
            for grant in self.grants.values_mut() {
                if grant.ended == Some(End::Deactivated) {
                    grant.ended = None;
                }
            }
        }
    }

    /// Stores an access token, and sometimes removes expired ones, so that memory
    /// doesn't grow in a long run.
    pub(crate) fn remember_access(&mut self, token: String, access: Access, now: i64) {
        if self.access.len() % 256 == 255 {
            self.access.retain(|_, access| access.expires_at > now);
        }
        self.access.insert(token, access);
    }
}

/// Why a grant no longer works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    Deactivated,
    Revoked,
    CodeReused,
    TokenReused,
    Superseded,
}

/// The grant of one approval.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) ended: Option<End>,
    /// Newest last; older ones with the millisecond at which they were replaced.
    pub(crate) refresh_tokens: VecDeque<(String, Option<i64>)>,
}

/// How many replaced refresh tokens are kept, to distinguish reuse from an unknown token.
const REMEMBERED: usize = 16;

impl Grant {
    pub(crate) fn new(client_id: &str, scope: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            scope: scope.to_owned(),
            ended: None,
            refresh_tokens: VecDeque::new(),
        }
    }

    pub(crate) fn end(&mut self, why: End) {
        self.ended.get_or_insert(why);
    }

    /// Makes a refresh token and replaces the one before.
    pub(crate) fn new_refresh_token(&mut self, grant: u64, now_ms: i64) -> String {
        let token = format!("rt_{grant}_{}", jwt::random_text());
        if let Some(last) = self.refresh_tokens.back_mut() {
            last.1.get_or_insert(now_ms);
        }
        if self.refresh_tokens.len() >= REMEMBERED {
            self.refresh_tokens.pop_front();
        }
        self.refresh_tokens.push_back((token.clone(), None));
        token
    }

    /// Whether this refresh token may be used now; ends the grant if its use is a
    /// sign of theft.
    pub(crate) fn admits(&mut self, token: &str, rotation: Rotation, now_ms: i64) -> bool {
        let Some(replaced) = self
            .refresh_tokens
            .iter()
            .find(|(known, _)| known == token)
            .map(|(_, replaced)| *replaced)
        else {
            return false;
        };
        if self.ended.is_some() {
            return false;
        }
        match (replaced, rotation) {
            (None, _) => true,
            (Some(at), Rotation::Grace(seconds)) => {
                let grace = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
                now_ms <= at.saturating_add(grace)
            }
            (Some(_), Rotation::FamilyKill) => {
                self.end(End::TokenReused);
                false
            }
            (Some(_), Rotation::Off | Rotation::On) => false,
        }
    }
}

/// The number of the grant that a refresh token belongs to.
pub(crate) fn grant_number(refresh_token: &str) -> Option<u64> {
    refresh_token
        .strip_prefix("rt_")?
        .split('_')
        .next()?
        .parse()
        .ok()
}

/// An authorization code.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<(String, String)>,
    pub(crate) issued_ms: i64,
    /// The grant that it was exchanged for.
    pub(crate) used: Option<u64>,
}

/// An access token.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub(crate) grant: u64,
    pub(crate) scope: String,
    pub(crate) expires_at: i64,
}
