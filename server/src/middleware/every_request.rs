//! What is done for every request, in one layer: each layer that calls the next is
//! boxed again for each request, and token reads have to be fast.

use super::{errors, origin, security_headers, text, trace};
use crate::state::AppState;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// The data of the layer.
pub struct Surroundings {
    state: AppState,
    /// The origin that forms may come from.
    public_url: String,
    /// Whether browsers use https.
    https: bool,
}

impl Surroundings {
    /// For a router with this state.
    pub fn new(state: AppState) -> Arc<Self> {
        let config = &state.services.config;
        Arc::new(Self {
            public_url: config.public_url.clone(),
            https: config.is_https(),
            state,
        })
    }
}

/// Numbers the request, refuses what no handler may see, explains errors that are
/// neither a page nor a problem, and adds the security headers.
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
