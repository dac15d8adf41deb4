//! Has the audit record what is refused to people who are signed in.

use crate::state::AppState;
use axum::{
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use domain::slug::Slug;
use service::people::{SignedIn, refusals};
use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

/// Who sent a request, once that was found out.
#[derive(Clone, Default)]
pub struct Seen(Arc<OnceLock<(SignedIn, Option<IpAddr>)>>);

impl Seen {
    /// Notes who it was.
    pub fn is(&self, signed_in: SignedIn, address: Option<IpAddr>) {
        // Whoever comes first is the sender: a request has one session.
        let _ = self.0.set((signed_in, address));
    }
}

/// After an answer of 403, or of 404 within a tenant, has it recorded.
pub async fn record(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let seen = Seen::default();
    request.extensions_mut().insert(seen.clone());
    let slug = tenant(request.uri().path());
    let route = request.extensions().get::<MatchedPath>();
    let what = route.map(|route| format!("{} {}", request.method(), route.as_str()));
    let response = next.run(request).await;
    let forbidden = response.status() == StatusCode::FORBIDDEN;
    if (forbidden || response.status() == StatusCode::NOT_FOUND)
        && let (Some((signed_in, address)), Some(slug)) = (seen.0.get(), slug)
    {
        let (services, what) = (&state.services, what.unwrap_or_default());
        let noted =
            refusals::refused_request(services, *signed_in, &slug, &what, forbidden, *address);
        if let Err(error) = noted.await {
            tracing::error!(%error, "A refused request could not be recorded");
        }
    }
    response
}

/// The tenant of a path such as `/t/acme/keys`.
fn tenant(path: &str) -> Option<Slug> {
    let mut parts = path.split('/').skip(1);
    parts.next().filter(|first| *first == "t")?;
    parts.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_is_in_the_path() {
        let named = |path| tenant(path).map(|slug| slug.to_string());
        assert_eq!(named("/t/acme").as_deref(), Some("acme"));
        assert_eq!(named("/t/acme/apps/x").as_deref(), Some("acme"));
        assert_eq!(named("/t/"), None);
        assert_eq!(named("/me"), None);
    }
}
