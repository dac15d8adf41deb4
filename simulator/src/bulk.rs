//! Very many accounts at once, and the log as numbers. Measurements use this: one
//! request for each account, or the log as JSON, would take longer than what is
//! measured.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Query, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::address::is_subdomain;
use crate::log::LoggedRequest;
use crate::state::{Grant, Shared};

/// The length of the window in which requests are counted for the peak, in milliseconds.
const WINDOW_MS: i64 = 1000;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_control/bulk/accounts", post(accounts))
        .route("/_control/bulk/refreshes", get(refreshes))
}

/// The accounts `{prefix}0`, `{prefix}1`, … Each gets a grant of this app.
#[derive(Deserialize)]
struct Wanted {
    prefix: String,
    count: u64,
    client_id: String,
    scope: String,
}

/// Makes accounts whose refresh tokens the caller can compute: `rt_{first_grant +
/// n}_{prefix}{n}`.
async fn accounts(Extract(shared): Extract<Arc<Shared>>, Json(wanted): Json<Wanted>) -> Response {
    if !is_subdomain(&format!("{}0", wanted.prefix)) {
        let error = format!("{}0 is no name of an account", wanted.prefix);
        return (
            StatusCode::UNPROCESSABLE_ENTITY,
            Json(json!({"error": error})),
        )
            .into_response();
    }
    let mut state = shared.state();
    let mut first = None;
    for n in 0..wanted.count {
        let number = state.next_grant();
        first.get_or_insert(number);
        let subdomain = format!("{}{n}", wanted.prefix);
        let mut grant = Grant::new(&wanted.client_id, &wanted.scope);
        let token = format!("rt_{number}_{subdomain}");
        grant.refresh_tokens.push_back((token, None));
        state.account(&subdomain).grants.insert(number, grant);
    }
    Json(json!({"first_grant": first})).into_response()
}

/// How many requests are being answered, and the highest such number since the log was cleared.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl InFlight {
    /// Counts a request until the returned value is dropped.
    pub(crate) fn enter(&self) -> Request<'_> {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        Request(self)
    }

    /// Begins a new count of the highest number.
    pub(crate) fn clear(&self) {
        let now = self.now.load(Ordering::Relaxed);
        self.most.store(now, Ordering::Relaxed);
    }
}

/// A request that is being answered.
pub(crate) struct Request<'a>(&'a InFlight);

impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The refreshes of the log as numbers.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Figures {
    /// How many refreshes there were.
    count: usize,
    /// How many accounts they belong to.
    accounts: usize,
    /// The most refreshes of one account.
    most: usize,
    /// How many were not answered with 200.
    refused: usize,
    /// When the first and the last one arrived, in milliseconds since 1970.
    first_at: Option<i64>,
    last_at: Option<i64>,
    /// The most within one second.
    peak: usize,
    /// The most requests of any kind that were answered at the same time since the
    /// log was cleared.
    at_once: usize,
}

/// Which requests of the log to count.
#[derive(Deserialize)]
struct Since {
    /// Requests from this millisecond since 1970 on.
    #[serde(default)]
    since: i64,
}

async fn refreshes(
    Extract(shared): Extract<Arc<Shared>>,
    Query(Since { since }): Query<Since>,
) -> Json<Figures> {
    let found = shared
        .log
        .matching(|entry| entry.at >= since && entry.is_refresh());
    Json(Figures {
        at_once: shared.in_flight.most.load(Ordering::Relaxed),
        ..figures(&found)
    })
}

fn figures(requests: &[LoggedRequest]) -> Figures {
    let mut of_each: HashMap<&str, usize> = HashMap::new();
    for request in requests {
        *of_each
            .entry(request.account.as_deref().unwrap_or_default())
            .or_default() += 1;
    }
    let mut peak = 0;
    let mut begin = 0;
    // The log is in the order of arrival.
    for (end, request) in requests.iter().enumerate() {
        while request.at - requests[begin].at >= WINDOW_MS {
            begin += 1;
        }
        peak = peak.max(end + 1 - begin);
    }
    Figures {
        count: requests.len(),
        accounts: of_each.len(),
        most: of_each.values().copied().max().unwrap_or_default(),
        refused: requests.iter().filter(|r| r.status != Some(200)).count(),
        first_at: requests.first().map(|request| request.at),
        last_at: requests.last().map(|request| request.at),
        peak,
        at_once: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Simulator, SimulatorConfig};

    fn at(at: i64, account: &str) -> LoggedRequest {
        LoggedRequest {
            number: 0,
            at,
            method: "POST".into(),
            path: "/oauth/token".into(),
            host: String::new(),
            account: Some(account.into()),
            endpoint: None,
            parameters: Vec::new(),
            grant_type: None,
            client_id: None,
            credentials: false,
            status: Some(200),
            error: None,
            done: true,
            fault: false,
        }
    }

    #[test]
    fn the_peak_is_of_any_second_and_not_of_the_clocks_seconds() {
        let log = [900, 950, 1899, 1900, 2500].map(|ms| at(ms, "a"));
        let figures = figures(&log);
        assert_eq!((figures.count, figures.peak), (5, 3));
        assert_eq!((figures.first_at, figures.last_at), (Some(900), Some(2500)));
    }

    #[test]
    fn one_account_asked_twice_shows() {
        let mut log = ["a", "b", "a"].map(|account| at(0, account));
        log[1].status = Some(400);
        let figures = figures(&log);
        assert_eq!((figures.accounts, figures.most, figures.refused), (2, 2, 1));
    }

    #[test]
    fn the_most_at_once_is_remembered_until_cleared() {
        let in_flight = InFlight::default();
        let most = || in_flight.most.load(Ordering::Relaxed);
        let first = in_flight.enter();
        drop([in_flight.enter(), in_flight.enter()]);
        assert_eq!(most(), 3);
        in_flight.clear();
        assert_eq!(most(), 1);
        drop(first);
        in_flight.clear();
        assert_eq!(most(), 0);
    }

    #[tokio::test]
    async fn accounts_made_at_once_refresh_with_the_tokens_foretold() {
        let simulator = Simulator::start(SimulatorConfig::default()).await.unwrap();
        simulator.register_app("id", "secret", &["http://127.0.0.1:3000/callback"]);
        // So that the first grant below doesn't have the number 1.
        simulator.account("other").grant("id", "offline");
        let client = reqwest::Client::new();
        let control = format!("{}/_control/bulk", simulator.base_url());
        let made: serde_json::Value = client
            .post(format!("{control}/accounts"))
            .json(&json!({"prefix": "bulk-", "count": 3, "client_id": "id", "scope": "offline"}))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let first = made["first_grant"].as_u64().unwrap();
        for n in 0..3 {
            let token = format!("rt_{}_bulk-{n}", first + n);
            let answer = client
                .post(format!(
                    "{}/oauth/token",
                    simulator.issuer(&format!("bulk-{n}"))
                ))
                .basic_auth("id", Some("secret"))
                .form(&[("grant_type", "refresh_token"), ("refresh_token", &token)])
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 200, "{token}");
        }
        let figures: serde_json::Value = client
            .get(format!("{control}/refreshes"))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(figures["count"], 3);
        assert_eq!(figures["accounts"], 3);
        assert_eq!(figures["most"], 1);
        assert_eq!(figures["refused"], 0);
        assert_eq!(figures["at_once"], 1);
    }
}
