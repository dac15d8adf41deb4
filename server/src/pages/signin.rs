//! `/signin`.

use crate::{
    cookies,
    failure::Failure,
    own_path::own_path,
    pages::{Answered, Form, Posted, PostedForm},
    redirect::see_other,
    visitor,
};
use app::address::Address;
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, SET_COOKIE},
    },
    response::Response,
};
use domain::ids::PersonId;
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    core::{
        config::Config,
        error::FieldError,
        input::{Errors, Field, Input},
    },
    people::{
        self,
        factors::second_step,
        known_browsers,
        sign_in::{self, SignInError},
    },
};
use tower_sessions::Session;
use url::form_urlencoded::byte_serialize;

pub(super) const FORM: Form = Form::new("signin", &["email", "next"]);

/// The fields of the sign-in.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    email: Field<String>,
    password: Field<SecretString>,
    next: Field<String>,
}

/// The parsed fields.
pub struct Given {
    email: String,
    password: SecretString,
    next: String,
}

impl Input for Fields {
    type Parsed = Given;

    fn parse(self, errors: &mut Errors) -> Option<Given> {
        Some(Given {
            email: errors.text("email", self.email),
            password: errors.secret("password", self.password),
            next: errors.text("next", self.next),
        })
    }
}

/// Signs a person in and redirects to the page that they wanted.
pub async fn sign_in(
    session: Session,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let services = posted.visitor.state.services.clone();
    let given = posted.parse(fields, Address::SIGN_IN.0, &FORM).await?;
    let headers = &posted.parts.headers;
    let browser = cookies::known_browser(headers, &services.config);
    let attempt = sign_in::Given {
        email: &given.email,
        password: &given.password,
        address: posted.visitor.address,
        browser: browser.as_ref(),
    };
    match sign_in::sign_in(&services, &attempt).await {
        Ok(person) => {
            if let Some(note) = second_step::begin(&services, person).await? {
                return Ok(to_second_step(&note, &given.next, &services.config));
            }
            let response = arrive(&session, &posted, person, &given.next).await?;
            // Once more, now that the session is stored: a factor that was set up
            // meanwhile ended only the sessions that were there.
            session.save().await.map_err(Failure::from)?;
            if let Some(note) = second_step::begin(&services, person).await? {
                session.flush().await.map_err(Failure::from)?;
                return Ok(to_second_step(&note, &given.next, &services.config));
            }
            people::signed_in(&services, person, posted.visitor.address).await;
            Ok(response)
        }
        Err(e @ SignInError::Wrong) => {
            let errors = vec![FieldError::new("", e.to_string())];
            Ok(posted
                .rerender_with_errors(Address::SIGN_IN.0, &FORM, errors)
                .await)
        }
        Err(e @ SignInError::Wait(wait)) => {
            let errors = vec![FieldError::new("", e.to_string())];
            let page = Address::SIGN_IN.0;
            let mut response = posted.rerender_with_errors(page, &FORM, errors).await;
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            let seconds = HeaderValue::from(wait.rounded_up().whole_seconds());
            response.headers_mut().insert(RETRY_AFTER, seconds);
            Ok(response)
        }
        Err(SignInError::Internal(fault)) => Err(fault.into()),
    }
}

/// Redirects to the second step, with the note of who wants to sign in.
fn to_second_step(note: &SecretString, next: &str, config: &Config) -> Response {
    let next: String = byte_serialize(own_path(next).as_bytes()).collect();
    let mut response = see_other(&format!("{}?next={next}", Address::SecondStep));
    let cookie = cookies::second_step(note, config).map(|cookie| (SET_COOKIE, cookie));
    response.headers_mut().extend(cookie);
    response
}

/// Signs in who has shown who they are, and leads to the page that they wanted.
pub(super) async fn arrive(
    session: &Session,
    posted: &Posted,
    person: PersonId,
    next: &str,
) -> Result<Response, Answered> {
    let services = &posted.visitor.state.services;
    let headers = &posted.parts.headers;
    visitor::sign_in(session, &posted.visitor, headers, person).await?;
    let (browser, cookie) = cookies::keep_known_browser(headers, services);
    let address = posted.visitor.address;
    known_browsers::note(services, person, &browser, address).await?;
    let mut response = see_other(own_path(next));
    response
        .headers_mut()
        .extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
    let kept = posted.visitor.kept_form().await?;
    if !kept.is_some_and(|kept| kept.is_of(person)) {
        // The kept values of another person are not for this one.
        posted.forget_kept(&mut response);
    }
    Ok(response)
}
