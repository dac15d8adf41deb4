//! `/oauth/{app}/callback`: the redirect URI. It answers with a redirect to the
//! page with the result, so that reloading is harmless and the code is never shown.

use super::{cookies as authorizations, glance, parameters, problem_page};
use crate::{cookies, failure::Failure, redirect::see_other, visitor::Visitor};
use app::address::Address;
use axum::{
    extract::{Path, Request},
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, SET_COOKIE},
    },
    response::Response,
};
use domain::{error::AuthorizationProblem, ids::AppId};
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    connections::complete::{self, Callback, CallbackError},
    core::input::{Errors, Field, Input},
};

/// The parameters that Gorgias adds to the redirect URI (RFC 6749 4.1.2, RFC 9207).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    code: Field<SecretString>,
    state: Field<SecretString>,
    error: Field<String>,
    /// Not used, but it may not be given twice either.
    error_description: Field<String>,
    iss: Field<String>,
}

/// The parsed parameters.
struct Answer {
    state: SecretString,
    /// The code, or the code of the error.
    answer: Result<SecretString, String>,
    iss: Option<String>,
}

impl Input for Parameters {
    type Parsed = Answer;

    fn parse(self, errors: &mut Errors) -> Option<Answer> {
        errors.optional("error_description", self.error_description);
        let code = errors.optional("code", self.code);
        let error = errors.optional("error", self.error);
        let answer = match (code, error) {
            (Some(code), None) => Ok(code),
            (None, Some(error)) => Err(error),
            _ => return None,
        };
        Some(Answer {
            state: errors.required("state", self.state)?,
            answer,
            iss: errors.optional("iss", self.iss),
        })
    }
}

/// Hands the code in, once.
pub async fn callback(
    Path(app): Path<String>,
    visitor: Visitor,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, _) = request.into_parts();
    if let Some(answer) = glance::answer(&parts.method, &parts.headers) {
        return Ok(answer);
    }
    let Ok(app) = app.parse::<AppId>() else {
        return Ok(app::render(parts, visitor.context(None, None)).await);
    };
    let Ok(Answer { state, answer, iss }) = parameters::<Parameters>(&parts) else {
        return problem_page(parts, &visitor, app, &AuthorizationProblem::Malformed).await;
    };
    let services = visitor.state.services.clone();
    let sealed = authorizations::find(&parts.headers, &services.config, &state);
    if sealed.is_none() && visitor.browser.is_none() {
        let problem = AuthorizationProblem::StateUnknown;
        complete::note_refused(&services, app, &problem, visitor.address).await?;
        return problem_page(parts, &visitor, app, &problem).await;
    }
    let (browser, new_browser) = cookies::browser_or_new(&parts.headers, &services);
    let callback = Callback {
        state: state.clone(),
        answer,
        iss,
        sealed,
        browser,
        address: visitor.address,
    };
    let person = visitor.person.as_ref().map(|person| person.signed_in);
    let work = async move { complete::complete(&services, app, callback, person).await };
    match visitor.state.to_its_end(work).await? {
        Ok(authorization) => {
            let result = Address::Result {
                app: &app.to_string(),
                authorization: &authorization.to_string(),
            };
            let mut response = see_other(&result.to_string());
            let config = &visitor.state.services.config;
            for cookie in authorizations::end_of(config, &state)
                .into_iter()
                .chain(new_browser)
            {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(CallbackError::Refused(problem)) => {
            let services = &visitor.state.services;
            complete::note_refused(services, app, &problem, visitor.address).await?;
            let mut response = problem_page(parts, &visitor, app, &problem).await?;
            if problem == AuthorizationProblem::Busy {
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                let wait = HeaderValue::from_static("600");
                response.headers_mut().insert(RETRY_AFTER, wait);
            }
            Ok(response)
        }
        Err(CallbackError::Internal(fault)) => Err(fault.into()),
    }
}
