//! `/signout`.

use crate::{cookies, failure::Failure, pages::Posted, redirect::see_other};
use app::address::Address;
use axum::{http::header::SET_COOKIE, response::Response};
use service::people;
use tower_sessions::Session;

/// Ends the session in the database, and so for every process.
pub async fn sign_out(session: Session, posted: Posted) -> Result<Response, Failure> {
    let visitor = &posted.visitor;
    let services = &visitor.state.services;
    session.flush().await?;
    if let Some(person) = &visitor.person {
        people::signed_out(services, person.signed_in, visitor.address).await;
    }
    let mut response = see_other(&Address::SignIn.to_string());
    let config = &services.config;
    let ends = [cookies::session_end(config), cookies::kept_form_end(config)];
    for cookie in ends.into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
