//! `/healthz` and `/readyz`: for whoever watches the process. They tell nothing of a tenant.

use crate::state::AppState;
use axum::{Router, extract::State, http::StatusCode, routing::get};

/// Both, without sessions.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
}

/// Whether the database answers, its migrations are done and the keys open it.
async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    let services = &state.services;
    match services.db.is_ready().await {
        Ok(true) => (),
        Ok(false) => {
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database needs `mooring migrate`\n",
            );
        }
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            );
        }
    }
    match services.vault.probe(services).await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "the keys do not open the database");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the master keys do not open the database\n",
            )
        }
    }
}
