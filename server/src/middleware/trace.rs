//! One span for each request. It names the route, never the address: addresses hold
//! codes, states and tokens of links.

use super::client_address;
use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderValue, header::HeaderName},
    response::Response,
};
use tracing::Instrument;

use crate::state::AppState;

/// The header with the request's number.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The audit records each token read that succeeds; a line in the log for each as
/// well would cost more than the read itself.
const COUNTED: &str = "/api/v1/connections/{app}/{subdomain}/token";

/// Gives a number to the request, and to all that is logged during it.
pub async fn number(
    state: &AppState,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let services = &state.services;
    let id = services.new_uuid().to_string();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", MatchedPath::as_str);
    let address = client_address::find(
        request.extensions(),
        request.headers(),
        &state.options.trusted_proxies,
    );
    let counted = route == COUNTED;
    let span = tracing::info_span!(
        "request",
        request.id = id,
        http.method = %request.method(),
        http.route = route,
        client.address = address.map(tracing::field::display),
    );
    let started = services.now();
    async {
        let mut response = next(request).await;
        let status = response.status();
        let millis = services.now().since(started).0 / 1_000;
        if counted && status.is_success() {
            tracing::debug!(
                http.status = status.as_u16(),
                duration.ms = millis,
                "answered"
            );
        } else {
            tracing::info!(
                http.status = status.as_u16(),
                duration.ms = millis,
                "answered"
            );
        }
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}
