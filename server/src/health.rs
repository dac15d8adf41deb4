//! `/healthz` and `/readyz`, for monitoring. They say nothing about tenants.

use crate::state::AppState;
use axum::{Router, extract::State, http::StatusCode, routing::get};
use domain::time::{Span, Timestamp};
use service::{Services, core::database::Readiness};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::timeout;

/// How long an answer is used again: however many requests come, there is one check a second.
const HOLDS: Span = Span::seconds(1);
/// How often the keys are checked. Between two checks, opened keys stay open.
const KEYS: Span = Span::minutes(1);
/// How long a request waits for a check.
const PATIENCE: Duration = Duration::from_secs(2);

/// The routes of both, without sessions.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
}

type Answer = (StatusCode, &'static str);

const READY: Answer = (StatusCode::OK, "ready\n");
const NO_ANSWER: Answer = not_ready("the database does not answer\n");

const fn not_ready(why: &'static str) -> Answer {
    (StatusCode::SERVICE_UNAVAILABLE, why)
}

/// The result of the last check. Clones share it.
#[derive(Clone, Default)]
pub struct Looks(Arc<Inner>);

#[derive(Default)]
struct Inner {
    last: Mutex<Last>,
    /// Held by the request that checks.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Last {
    answer: Option<(Timestamp, Answer)>,
    keys_fit: Option<Timestamp>,
}

/// Whether the database answers and takes writes, its migrations are done and the keys open it.
async fn ready(State(state): State<AppState>) -> Answer {
    let (looks, services) = (&state.looks, &state.services);
    if let Some(answer) = looks.fresh(services) {
        return answer;
    }
    // A task of its own, so that a check of a database that doesn't answer runs to
    // its end, however long the request waits.
    let look = tokio::spawn(looks.clone().look(services.clone()));
    match timeout(PATIENCE, look).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) | Err(_) => NO_ANSWER,
    }
}

impl Looks {
    fn last(&self) -> MutexGuard<'_, Last> {
        self.0.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self, services: &Services) -> Option<Answer> {
        let (at, answer) = self.last().answer?;
        within(services, at, HOLDS).then_some(answer)
    }

    async fn look(self, services: Services) -> Answer {
        let _looking = self.0.looking.lock().await;
        // The request that held the lock before may have brought an answer.
        if let Some(answer) = self.fresh(&services) {
            return answer;
        }
        let answer = self.find(&services).await;
        self.last().answer = Some((services.now(), answer));
        answer
    }

    async fn find(&self, services: &Services) -> Answer {
        match services.db.readiness().await {
            Ok(Readiness::Ready) => (),
            Ok(Readiness::NotMigrated) => {
                return not_ready("the database needs `mooring migrate`\n");
            }
            Ok(Readiness::OnlyReads) => {
                return not_ready("the database only reads: it is not the primary\n");
            }
            Err(error) => {
                tracing::warn!(%error, "The database does not answer");
                return NO_ANSWER;
            }
        }
        let known = self.last().keys_fit;
        if known.is_some_and(|at| within(services, at, KEYS)) {
            return READY;
        }
        match services.vault().probe(services).await {
            Ok(()) => {
                self.last().keys_fit = Some(services.now());
                READY
            }
            Err(error) => {
                tracing::warn!(%error, "The keys do not open the database");
                not_ready("the master keys do not open the database\n")
            }
        }
    }
}

/// Whether a result of that instant is still valid; it isn't if the clock was put back.
fn within(services: &Services, at: Timestamp, span: Span) -> bool {
    (Span(0)..span).contains(&services.now().since(at))
}
