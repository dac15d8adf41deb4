//! The addresses that Gorgias calls: install and callback of each app. The page
//! with the result is an ordinary page.

mod callback;
pub(crate) mod cookies;
mod departure;
pub(crate) mod glance;
mod install;

pub use departure::to_gorgias;

use crate::{failure::Failure, state::AppState, visitor::Visitor};
use app::{address::Address, context::ShownProblem};
use axum::{
    Router,
    http::{Method, Uri, request::Parts},
    response::Response,
    routing::get,
};
use domain::{error::AuthorizationProblem, ids::AppId};
use service::{
    apps,
    core::{
        error::FieldError,
        input::{self, Input},
    },
};
use url::form_urlencoded;

/// App URL and redirect URI of every app.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(Address::INSTALL.0, get(install::install))
        .route(Address::CALLBACK.0, get(callback::callback))
}

/// Reads query parameters. Unknown ones are ignored (RFC 6749 4.1.2), an empty one
/// counts as missing, and none may be given twice (3.1).
pub(crate) fn parameters<T: Input>(parts: &Parts) -> Result<T::Parsed, Vec<FieldError>> {
    let query = parts.uri.query().unwrap_or_default();
    input::read_known::<T>(input::object(form_urlencoded::parse(query.as_bytes())))
}

/// The page that explains a problem, with 400. It shows nothing of the request's
/// address, but leads to the beginning of an app that is there.
async fn problem_page(
    mut parts: Parts,
    visitor: &Visitor,
    app: AppId,
    problem: &AuthorizationProblem,
) -> Result<Response, Failure> {
    let services = &visitor.state.services;
    let is_there = apps::at_install(services, app, None).await?.is_some();
    parts.method = Method::GET;
    parts.uri = Uri::from_static(Address::PROBLEM.0);
    let mut context = visitor.context(None, None);
    context.problem = Some(ShownProblem::Approval {
        problem: problem.clone(),
        again: is_there.then(|| services.config.install_url(app)),
    });
    Ok(app::render(parts, context).await)
}
