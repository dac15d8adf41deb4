//! `/oauth/{app}/callback`: the redirect URI. It ends in a redirect to the page
//! with the result, so that reloading is harmless and nobody sees the code.

use super::{Parameters, problem_page};
use crate::{failure::Failure, pages::see_other, visitor::Visitor};
use axum::{
    extract::{Path, Request},
    response::Response,
};
use domain::{error::AuthorizationProblem, ids::AppId};
use secrecy::SecretString;
use service::connections::complete::{self, Callback, CallbackError};

/// Hands the code in, once.
pub async fn callback(
    Path(app): Path<String>,
    visitor: Visitor,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, _) = request.into_parts();
    let Ok(app) = app.parse::<AppId>() else {
        return Ok(app::render(parts, visitor.context(None)).await);
    };
    let names = ["code", "state", "error", "error_description", "iss"];
    let Some(mut parameters) = Parameters::read(&parts, &names) else {
        return Ok(problem_page(parts, &visitor, &AuthorizationProblem::Malformed).await);
    };
    let answer = match (parameters.take("code"), parameters.take("error")) {
        (Some(code), None) => Some(Ok(SecretString::from(code))),
        (None, Some(error)) => Some(Err(error)),
        _ => None,
    };
    let (Some(state), Some(answer)) = (parameters.take("state"), answer) else {
        return Ok(problem_page(parts, &visitor, &AuthorizationProblem::Malformed).await);
    };
    let Some(browser) = visitor.browser.clone() else {
        return Ok(problem_page(parts, &visitor, &AuthorizationProblem::StateUnknown).await);
    };
    let callback = Callback {
        state: SecretString::from(state),
        answer,
        iss: parameters.take("iss"),
        address: visitor.address,
    };
    let services = visitor.state.services.clone();
    let person = visitor.person.as_ref().map(|person| person.id);
    let work = async move { complete::complete(&services, app, callback, &browser, person).await };
    match visitor.state.to_its_end(work).await? {
        Ok(authorization) => Ok(see_other(&format!("/oauth/{app}/result/{authorization}"))),
        Err(CallbackError::Refused(problem)) => Ok(problem_page(parts, &visitor, &problem).await),
        Err(CallbackError::Fault(fault)) => Err(fault.into()),
    }
}
