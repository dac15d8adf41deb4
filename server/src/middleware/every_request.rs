//! What surrounds every request, in one layer: each layer that calls the next
//! is boxed anew at each request, and a token read is paid by the microsecond.

use super::{errors, origin, security_headers, text, trace};
use crate::state::AppState;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// What the layer needs to know.
pub struct Surroundings {
    state: AppState,
    /// The origin that forms may come from.
    public_url: String,
    /// Whether browsers come by https.
    https: bool,
}

impl Surroundings {
    /// Of a router with this state.
    pub fn new(state: AppState) -> Arc<Self> {
        let config = &state.services.config;
        Arc::new(Self {
            public_url: config.public_url.clone(),
            https: config.is_https(),
            state,
        })
    }
}

/// Numbers the request, refuses what no handler shall see, explains errors that
/// are neither page nor problem, and adds the security headers.
pub async fn surround(
    State(around): State<Arc<Surroundings>>,
    request: Request,
    next: Next,
) -> Response {
    let state = &around.state;
    trace::number(state, request, async |request| {
        let mut response = errors::explain(state, request, async |request| {
            let refused =
                text::refusal(&request).or_else(|| origin::refusal(&around.public_url, &request));
            match refused {
                Some(response) => response,
                None => next.run(request).await,
            }
        })
        .await;
        security_headers::complete(response.headers_mut(), around.https);
        response
    })
    .await
}
