//! `/signout`.

use crate::{cookies, failure::Failure, pages::see_other, state::AppState, visitor::Visitor};
use axum::{extract::State, http::header::SET_COOKIE, response::Response};
use service::audit;
use tower_sessions::Session;

/// Ends the session in the database, and so everywhere.
pub async fn sign_out(
    State(state): State<AppState>,
    visitor: Visitor,
    session: Session,
) -> Result<Response, Failure> {
    session.flush().await?;
    if let Some(person) = &visitor.person {
        audit::signed_out(&state.services, person.id, visitor.address).await;
    }
    let mut response = see_other("/signin");
    let config = &state.services.config;
    let ends = [cookies::session_end(config), cookies::kept_form_end(config)];
    for cookie in ends.into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
