//! The log of the requests that the simulator got.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use crate::faults::Endpoint;

/// One request, logged when it arrives and completed when it is answered. Secrets
/// in it were made by the simulator; client secrets and access tokens are left out.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct LoggedRequest {
    /// Number of the request, counted from 1.
    pub number: u64,
    /// When it arrived by the simulator's clock, in milliseconds since 1970.
    pub at: i64,
    /// HTTP method.
    pub method: String,
    /// Path below the account, without its query.
    pub path: String,
    /// `Host` header.
    pub host: String,
    /// The account, if the address named one.
    pub account: Option<String>,
    /// The endpoint, if the path is one.
    pub endpoint: Option<Endpoint>,
    /// Parameters of query and form, in order, without `client_secret`.
    pub parameters: Vec<(String, String)>,
    /// `grant_type` of a token request.
    pub grant_type: Option<String>,
    /// Client id from HTTP Basic, the form or the query, as it was sent.
    pub client_id: Option<String>,
    /// Whether it had a secret: HTTP Basic, a bearer token, or `client_secret`.
    pub credentials: bool,
    /// Status of the answer; `None` before the answer and after a reset.
    pub status: Option<u16>,
    /// `error` of the answer, such as `invalid_grant`.
    pub error: Option<String>,
    /// Whether the simulator has finished it.
    pub done: bool,
    /// Whether a fault made the answer.
    pub fault: bool,
}

impl LoggedRequest {
    /// The first value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether this is a refresh.
    pub fn is_refresh(&self) -> bool {
        self.endpoint == Some(Endpoint::Token)
            && self.grant_type.as_deref() == Some("refresh_token")
    }
}

/// The newest requests, up to a limit.
#[derive(Debug)]
pub(crate) struct Log {
    entries: Mutex<Entries>,
    changed: watch::Sender<u64>,
    limit: usize,
}

#[derive(Debug, Default)]
struct Entries {
    kept: VecDeque<LoggedRequest>,
    last: u64,
}

impl Log {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            entries: Mutex::default(),
            changed: watch::Sender::new(0),
            limit,
        }
    }

    /// Stores a request and gives it its number.
    pub(crate) fn arrived(&self, mut request: LoggedRequest) -> u64 {
        let number = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            entries.last += 1;
            request.number = entries.last;
            if entries.kept.len() >= self.limit {
                entries.kept.pop_front();
            }
            entries.kept.push_back(request);
            entries.last
        };
        self.changed.send_modify(|version| *version += 1);
        number
    }

    pub(crate) fn answered(&self, number: u64, change: impl FnOnce(&mut LoggedRequest)) {
        {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            // Numbers in `kept` are consecutive, so the first one gives the position.
            let first = entries.kept.front().map_or(0, |entry| entry.number);
            let position = number
                .checked_sub(first)
                .and_then(|position| usize::try_from(position).ok());
            if let Some(entry) = position.and_then(|at| entries.kept.get_mut(at)) {
                change(entry);
                entry.done = true;
            }
        }
        self.changed.send_modify(|version| *version += 1);
    }

    /// The requests that match, oldest first.
    pub(crate) fn matching(&self, wanted: impl Fn(&LoggedRequest) -> bool) -> Vec<LoggedRequest> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = entries.kept.iter();
        kept.filter(|request| wanted(request)).cloned().collect()
    }

    pub(crate) fn clear(&self) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.kept.clear();
    }

    /// Waits until `count` requests match, at most for `limit`, and returns the matching ones.
    pub(crate) async fn wait_for(
        &self,
        count: usize,
        limit: Duration,
        wanted: impl Fn(&LoggedRequest) -> bool,
    ) -> Vec<LoggedRequest> {
        let mut changed = self.changed.subscribe();
        let deadline = tokio::time::Instant::now() + limit;
        loop {
            changed.borrow_and_update();
            let found = self.matching(&wanted);
            if found.len() >= count
                || tokio::time::timeout_at(deadline, changed.changed())
                    .await
                    .is_err()
            {
                return found;
            }
        }
    }
}
