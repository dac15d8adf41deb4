//! Pages, and the forms on them: one file a page. A form that succeeds is
//! answered with 303, to a page that says what came of it; one that fails with
//! its page again, what was typed in it, and what was wrong.

mod account;
mod answered;
mod api_tokens;
mod app_secrets;
mod apps;
mod claimed_form;
mod connect;
mod erase;
mod form;
mod home;
mod keys;
mod posted;
mod reconnect;
mod reveal;
mod setup;
mod signin;
mod signout;
mod theme;

pub use answered::Answered;
pub use form::Form;
pub(crate) use posted::QUERY;
pub use posted::{Posted, sentence};

use crate::{
    failure::Failure, kept_form::KeptForm, middleware::database_unavailable, state::AppState,
    visitor::Visitor,
};
use app::routes::PATHS;
use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};

/// A path, and what answers a POST to it.
type FormRoute = (&'static str, fn() -> MethodRouter<AppState>);

/// Where forms post to. POST is answered nowhere else but in the machine API, so
/// that tests which ask all of these miss none.
const FORM_ROUTES: [FormRoute; 24] = [
    ("/setup", || post(setup::create_owner)),
    ("/signin", || post(signin::sign_in)),
    ("/signout", || post(signout::sign_out)),
    ("/theme", || post(theme::choose)),
    ("/r/{token}", || post(reconnect::continue_to_gorgias)),
    ("/r/{token}/opened", || post(reconnect::opened)),
    ("/t/{tenant}/accounts/connect", || post(connect::connect)),
    ("/t/{tenant}/accounts/links", || post(connect::send_link)),
    ("/t/{tenant}/accounts/{app}/{subdomain}/check", || {
        post(account::check)
    }),
    ("/t/{tenant}/accounts/{app}/{subdomain}/authorize", || {
        post(account::authorize)
    }),
    ("/t/{tenant}/accounts/{app}/{subdomain}/disconnect", || {
        post(account::disconnect)
    }),
    ("/t/{tenant}/accounts/{app}/{subdomain}/erase", || {
        post(erase::erase)
    }),
    ("/t/{tenant}/accounts/{app}/{subdomain}/links", || {
        post(account::create_link)
    }),
    (
        "/t/{tenant}/accounts/{app}/{subdomain}/links/{id}/revoke",
        || post(account::revoke_link),
    ),
    ("/t/{tenant}/apps/new", || post(apps::create)),
    ("/t/{tenant}/apps/{app}", || post(apps::edit)),
    ("/t/{tenant}/apps/{app}/remove", || post(apps::remove)),
    ("/t/{tenant}/apps/{app}/refusals", || {
        post(apps::accept_refusals)
    }),
    ("/t/{tenant}/apps/{app}/reveal", || post(reveal::show)),
    ("/t/{tenant}/apps/{app}/secret", || post(app_secrets::add)),
    ("/t/{tenant}/apps/{app}/secret/{step}", || {
        post(app_secrets::step)
    }),
    ("/t/{tenant}/api-tokens", || post(api_tokens::create)),
    ("/t/{tenant}/api-tokens/{id}/revoke", || {
        post(api_tokens::revoke)
    }),
    ("/t/{tenant}/keys", || post(keys::begin)),
];

/// The paths to which forms post.
pub fn form_paths() -> impl Iterator<Item = &'static str> {
    FORM_ROUTES.iter().map(|(path, _)| *path)
}

/// Every page and every form.
pub fn routes(state: &AppState) -> Router<AppState> {
    let mut routes = Router::new().route("/", get(home::home));
    for path in PATHS {
        routes = routes.route(path, get(show));
    }
    for (path, form) in FORM_ROUTES {
        routes = routes.route(path, form());
    }
    routes.layer(from_fn_with_state(state.clone(), to_its_end))
}

/// Any page; an address without one gives the page for things that aren't there.
pub async fn show(visitor: Visitor, request: Request) -> Result<Response, Failure> {
    let (parts, _) = request.into_parts();
    let outcome = visitor.outcome(&parts.uri).await?;
    let form = visitor.restored(parts.uri.path()).await?;
    let mut context = visitor.context(form, outcome);
    context.kept = visitor.kept().await?;
    let ended = visitor.had_session && visitor.person.is_none() && context.kept.is_none();
    let here = parts.uri.path().to_owned();
    let mut response = app::render(parts, context).await;
    if ended && response.status() == StatusCode::SEE_OTHER {
        // To the sign-in, which says why.
        let services = &visitor.state.services;
        let kept = KeptForm::page(services, &here);
        if let Some(cookie) = kept.cookie(services).await? {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// The forms of which something is kept while somebody signs in again.
pub(crate) const FORMS: [Form; 7] = [
    account::LINK,
    api_tokens::FORM,
    apps::CREATE,
    apps::EDIT,
    apps::REMOVE,
    connect::CONNECT,
    connect::LINK,
];

/// Works on a form to its end even if the browser goes away: a second click
/// ends the first request, and waits for what came of it.
async fn to_its_end(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    if request.method() == Method::POST {
        // What a session's store meets is told to the task that asks it.
        let answered = database_unavailable::answer_in_place(request, next);
        Ok(state.to_its_end(answered).await?)
    } else {
        Ok(next.run(request).await)
    }
}

/// To an address that was built here: 303, so that the browser comes with GET.
pub fn see_other(address: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(address) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(LOCATION, location);
    response
}
