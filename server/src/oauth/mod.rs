//! What Gorgias calls: install and callback of each app. The page with the
//! result is a page like others.

mod callback;
mod cookies;
mod departure;
mod glance;
mod install;

pub use departure::to_gorgias;

use crate::{state::AppState, visitor::Visitor};
use app::{address::Address, form_state::FormState};
use axum::{
    Router,
    http::{Method, Uri, request::Parts},
    response::Response,
    routing::get,
};
use domain::error::AuthorizationProblem;
use url::form_urlencoded;

/// App URL and redirect URI of every app.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(Address::INSTALL.0, get(install::install))
        .route(Address::CALLBACK.0, get(callback::callback))
}

/// The values of a query, each parameter at most once (RFC 6749 3.1).
struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// `None` if one of the names stands there twice.
    fn read(parts: &Parts, names: &[&str]) -> Option<Self> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .filter(|(name, _)| names.contains(&name.as_str()))
            .collect();
        let once = names
            .iter()
            .all(|name| pairs.iter().filter(|(key, _)| key == name).count() <= 1);
        once.then_some(Self(pairs))
    }

    /// A value; empty counts as missing (RFC 6749 3.1).
    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.swap_remove(at).1).filter(|value| !value.is_empty())
    }
}

/// The page that explains a problem, with 400. Nothing of the request's
/// address stands on it.
async fn problem_page(parts: Parts, visitor: &Visitor, problem: &AuthorizationProblem) -> Response {
    let text = [
        ("title", problem.title()),
        ("explanation", problem.explanation()),
        ("remedy", problem.remedy().to_owned()),
    ];
    explain(parts, visitor, text).await
}

async fn explain(mut parts: Parts, visitor: &Visitor, text: [(&str, String); 3]) -> Response {
    parts.method = Method::GET;
    parts.uri = Uri::from_static(Address::PROBLEM.0);
    let form = FormState {
        action: "problem",
        values: text
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        ..FormState::default()
    };
    app::render(parts, visitor.context(Some(form), None)).await
}
