//! All routes and layers. Tests use the same router.

use crate::{
    api, brand, cookies, health, live,
    middleware::{
        database_unavailable,
        every_request::{self, Surroundings},
        panic,
    },
    oauth, pages,
    session_store::DatabaseSessions,
    state::{AppState, RouterOptions},
};
use axum::{
    Router,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
};
use service::Services;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer,
};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

pub use crate::pages::form_paths;

/// The size limit of a request's body, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// All routes of Mooring.
pub fn router(services: Services, options: RouterOptions) -> Router {
    let https = services.config.is_https();
    let site = options.site.routes();
    let answer_time = options.bounds.answer;
    let state = AppState::new(services.clone(), options);

    // Session cookies are read only here.
    let sessions = SessionManagerLayer::new(DatabaseSessions::new(services.clone()))
        .with_name(cookies::session_name(&services.config))
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        // The database decides how long a session lives.
        .with_expiry(Expiry::OnSessionEnd);
    let browsers = Router::new()
        .merge(pages::routes(&state))
        .merge(oauth::routes())
        .merge(live::routes())
        .fallback(pages::show)
        .layer(sessions)
        // Around the session layer, which answers its own failures with a bare 500.
        .layer(from_fn(database_unavailable::answer_in_place));

    Router::new()
        .merge(site)
        .merge(health::routes())
        .merge(brand::routes())
        .nest("/api/v1", api::routes(&state))
        .merge(browsers)
        .with_state(state.clone())
        // One stack: layers that are added one by one are boxed one by one, for each request.
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(
                    Surroundings::new(state),
                    every_request::surround,
                ))
                .layer(CatchPanicLayer::custom(panic::answer))
                .layer(TimeoutLayer::with_status_code(
                    StatusCode::SERVICE_UNAVAILABLE,
                    answer_time,
                ))
                .layer(RequestBodyLimitLayer::new(BODY_LIMIT)),
        )
}
