//! `/signin/second`: the second step of a sign-in.

use crate::{
    cookies,
    pages::{Answered, Form, PostedForm, signin},
    redirect::see_other,
};
use app::address::Address;
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, SET_COOKIE},
    },
    response::Response,
};
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    core::{
        config::Config,
        error::FieldError,
        input::{Errors, Field, Input},
    },
    people::factors::{
        CheckError,
        second_step::{self, SecondStepError},
    },
};
use tower_sessions::Session;

pub(super) const FORM: Form = Form::new("second_step", &["next", "with"]);
const PAGE: &str = Address::SECOND_STEP.0;

/// What the person shows beside their password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    code: Field<SecretString>,
    next: Field<String>,
    /// Which question the page asked, to ask it again.
    with: Field<String>,
}

impl Input for Fields {
    type Parsed = (SecretString, String);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        errors.text("with", self.with);
        Some((
            errors.secret("code", self.code),
            errors.text("next", self.next),
        ))
    }
}

/// Removes the note of the sign-in, which has come to its end.
pub(super) fn end(response: &mut Response, config: &Config) {
    if let Some(cookie) = cookies::second_step_end(config) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// Signs the person in whose password was right in this browser, and redirects to the
/// page that they wanted.
pub async fn show(
    session: Session,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let services = posted.visitor.state.services.clone();
    let (code, next) = posted.parse(fields, PAGE, &FORM).await?;
    // The page says that the sign-in has ended.
    let Some(note) = posted.visitor.second_step.clone() else {
        return Ok(see_other(PAGE));
    };
    let headers = &posted.parts.headers;
    let (address, browser) = (
        posted.visitor.address,
        cookies::known_browser(headers, &services.config),
    );
    let given = second_step::Given {
        code: &code,
        address,
        browser: browser.as_ref(),
    };
    let error = match second_step::show(&services, &note, &given).await {
        Ok((person, shown)) => {
            let mut response = signin::arrive(&session, &posted, person, &next).await?;
            second_step::signed_in(&services, person, shown, address).await;
            end(&mut response, &services.config);
            return Ok(response);
        }
        Err(SecondStepError::Ended) => return Ok(see_other(PAGE)),
        Err(SecondStepError::Check(error)) => error,
    };
    let errors = vec![FieldError::new("code", error.to_string())];
    match error {
        CheckError::Wrong => Ok(posted.rerender_with_errors(PAGE, &FORM, errors).await),
        CheckError::Wait(wait) => {
            let mut response = posted.rerender_with_errors(PAGE, &FORM, errors).await;
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            let seconds = HeaderValue::from(wait.rounded_up().whole_seconds());
            response.headers_mut().insert(RETRY_AFTER, seconds);
            Ok(response)
        }
        CheckError::Internal(error) => Err(error.into()),
    }
}
