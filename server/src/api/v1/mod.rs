//! The first version of the machine API, one file a thing.

mod apps;
mod connections;
mod events;
mod json;
mod reconnect_links;
mod secrets;
mod token;

use crate::state::AppState;
use axum::{
    Router,
    routing::{delete, get, post},
};

/// Its addresses, relative to `/api/v1`.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/apps", get(apps::list).post(apps::create))
        .route(
            "/apps/{app}",
            get(apps::show).patch(apps::edit).delete(apps::remove),
        )
        .route("/apps/{app}/secrets", get(secrets::show).post(secrets::add))
        .route("/apps/{app}/secrets/next", delete(secrets::discard))
        .route("/apps/{app}/secrets/test", post(secrets::test))
        .route("/apps/{app}/secrets/switch", post(secrets::switch))
        .route("/apps/{app}/secrets/roll-back", post(secrets::roll_back))
        .route("/connections", get(connections::list))
        .route(
            "/connections/{app}/{subdomain}",
            get(connections::show).delete(connections::disconnect),
        )
        .route("/connections/{app}/{subdomain}/token", get(token::read))
        .route(
            "/connections/{app}/{subdomain}/refresh",
            post(connections::refresh),
        )
        .route(
            "/connections/{app}/{subdomain}/reconnect-links",
            post(reconnect_links::for_connection),
        )
        .route(
            "/connections/{app}/{subdomain}/events",
            get(events::of_connection),
        )
        .route("/reconnect-links", post(reconnect_links::for_any))
        .route("/events", get(events::of_tenant))
}
