//! Passkeys: their challenges, and the forms that bring the answers.

use crate::{
    cookies,
    failure::Failure,
    oauth::parameters,
    own_path::own_path,
    pages::{Answered, Form, PostedForm, factors, second_step, signin},
    redirect::see_other,
    visitor::{self, Visitor},
};
use app::{WITH_PASSKEY, address::Address, form_outcome::FormOutcome};
use axum::{
    Json,
    extract::{Path, Request},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use domain::ids::PasskeyId;
use serde::Deserialize;
use service::{
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
    people::passkeys::{
        self, AddError, BeginError, Begun, ChangeError, New, PasskeyError, Purpose,
    },
};
use tower_sessions::Session;

const CONFIRM: Form = Form::new("confirm", &["next"]);
pub(super) const ADD: Form = Form::new("me_passkeys", &["name"]).kept();
const RENAME: Form = Form::new("me_passkey_name", &["id", "name"]);
const REMOVE: Form = Form::new("me_passkeys", &[]);
const ME: &str = Address::ME.0;

const NO_ANSWER: &str = "Your browser brought no passkey. Adding one needs JavaScript, and a browser that has passkeys.";

/// What a challenge is for.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wish {
    #[serde(rename = "for")]
    purpose: Field<String>,
}

impl Input for Wish {
    type Parsed = Purpose;

    fn parse(self, errors: &mut Errors) -> Option<Purpose> {
        Purpose::from_code(&errors.required("for", self.purpose)?)
    }
}

/// A challenge. It is sealed into the browser's cookie, and nothing is stored.
pub async fn challenge(visitor: Visitor, request: Request) -> Result<Response, Failure> {
    let (parts, _) = request.into_parts();
    let Ok(purpose) = parameters::<Wish>(&parts) else {
        return Ok(refused(
            StatusCode::BAD_REQUEST,
            "say what the challenge is for",
        ));
    };
    let services = &visitor.state.services;
    let session = visitor.session_key.as_deref().unwrap_or_default();
    let person = visitor.person.as_ref();
    let person = person.filter(|person| person.signed_in.is_own_way());
    let begun = match (purpose, person) {
        (Purpose::SignIn, _) => passkeys::begin_sign_in(services).await,
        (_, None) => return Ok(refused(StatusCode::UNAUTHORIZED, "sign in first")),
        (Purpose::Confirm, Some(person)) => {
            passkeys::begin_confirming(services, person, session).await
        }
        (Purpose::Add, Some(person)) => {
            let confirmed = visitor.confirmed();
            passkeys::begin_adding(services, person, confirmed.as_ref(), session).await
        }
    };
    match begun {
        Ok(begun) => Ok(begun_with(&visitor, purpose, begun)),
        Err(BeginError::Internal(error)) => Err(error.into()),
        Err(error @ BeginError::NotConfirmed) => {
            Ok(refused(StatusCode::FORBIDDEN, &error.to_string()))
        }
        Err(error) => Ok(refused(StatusCode::CONFLICT, &error.to_string())),
    }
}

fn begun_with(visitor: &Visitor, purpose: Purpose, begun: Begun) -> Response {
    let json = HeaderValue::from_static("application/json");
    let mut response = ([(CONTENT_TYPE, json)], begun.options).into_response();
    let config = &visitor.state.services.config;
    if let Some(cookie) = cookies::keep_challenge(purpose, &begun.cookie, config) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// Why there is no challenge, for the script that asked.
fn refused(status: StatusCode, why: &str) -> Response {
    (status, Json(serde_json::json!({ "error": why }))).into_response()
}

/// An answer, and where to go with it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    answer: Field<String>,
    next: Field<String>,
    /// Which question the page asked, if it was the one of the second step.
    with: Field<String>,
}

/// The parsed fields.
pub struct Given {
    answer: String,
    next: String,
    with: String,
}

impl Input for Fields {
    type Parsed = Given;

    fn parse(self, errors: &mut Errors) -> Option<Given> {
        Some(Given {
            answer: errors.text("answer", self.answer),
            next: errors.text("next", self.next),
            with: errors.text("with", self.with),
        })
    }
}

/// Signs a person in by their passkey: alone, or as the second step.
pub async fn sign_in(
    session: Session,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let given = posted
        .parse(fields, Address::SIGN_IN.0, &signin::FORM)
        .await?;
    let (page, form) = if given.with == WITH_PASSKEY {
        (Address::SECOND_STEP.0, &second_step::FORM)
    } else {
        (Address::SIGN_IN.0, &signin::FORM)
    };
    let services = posted.visitor.state.services.clone();
    let headers = &posted.parts.headers;
    let cookie = cookies::challenge(Purpose::SignIn, headers, &services.config);
    let browser = cookies::known_browser(headers, &services.config);
    let answered = passkeys::Answered {
        cookie: cookie.as_ref(),
        answer: &given.answer,
    };
    let address = posted.visitor.address;
    let signed_in = passkeys::sign_in(&services, &answered, browser.as_ref(), address).await;
    let mut response = match signed_in {
        Ok(person) => {
            let mut response = signin::arrive(&session, &posted, person, &given.next).await?;
            passkeys::signed_in(&services, person, address).await;
            second_step::end(&mut response, &services.config);
            response
        }
        Err(PasskeyError::Internal(error)) => return Err(error.into()),
        Err(error) => {
            let errors = vec![FieldError::new("", error.to_string())];
            let mut response = posted.rerender_with_errors(page, form, errors).await;
            if let PasskeyError::Wait(wait) = error {
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                let seconds = HeaderValue::from(wait.rounded_up().whole_seconds());
                response.headers_mut().insert(RETRY_AFTER, seconds);
            }
            response
        }
    };
    end_challenge(Purpose::SignIn, &mut response, &services.config);
    Ok(response)
}

/// It was used up, whatever came of it.
fn end_challenge(
    purpose: Purpose,
    response: &mut Response,
    config: &service::core::config::Config,
) {
    if let Some(cookie) = cookies::challenge_end(purpose, config) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// Confirms that it is still the person.
pub async fn confirm(
    session: Session,
    PostedForm(mut posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let page = Address::CONFIRM.0;
    let person = posted.person(page, &CONFIRM).await?;
    let given = posted.parse(fields, page, &CONFIRM).await?;
    let services = posted.visitor.state.services.clone();
    let cookie = cookies::challenge(Purpose::Confirm, &posted.parts.headers, &services.config);
    let answered = passkeys::Answered {
        cookie: cookie.as_ref(),
        answer: &given.answer,
    };
    let key = posted.visitor.session_key.clone().unwrap_or_default();
    let address = posted.visitor.address;
    let confirmed = passkeys::confirm(&services, &person, &key, &answered, address).await;
    let mut response = match confirmed {
        Ok(()) => {
            visitor::confirm(&session, &mut posted.visitor).await?;
            see_other(own_path(&given.next))
        }
        Err(PasskeyError::Internal(error)) => return Err(error.into()),
        Err(error) => {
            let errors = vec![FieldError::new("", error.to_string())];
            let mut response = posted.rerender_with_errors(page, &CONFIRM, errors).await;
            if let PasskeyError::Wait(_) = error {
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            }
            response
        }
    };
    end_challenge(Purpose::Confirm, &mut response, &services.config);
    Ok(response)
}

/// A new passkey.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewFields {
    answer: Field<String>,
    name: Field<String>,
}

impl Input for NewFields {
    type Parsed = (String, String);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        Some((
            errors.text("answer", self.answer),
            errors.text("name", self.name),
        ))
    }
}

/// Adds a passkey. This session gets a new id (ASVS 7.2.4), all others end.
pub async fn add(
    session: Session,
    PostedForm(mut posted, fields): PostedForm<NewFields>,
) -> Result<Response, Answered> {
    let person = posted.person(ME, &ADD).await?;
    let confirmed = posted.confirmed(ME, &ADD).await?;
    let (answer, name) = posted.parse(fields, ME, &ADD).await?;
    if answer.is_empty() {
        let error = FieldError::new("", NO_ANSWER);
        return Ok(posted.rerender_with_errors(ME, &ADD, vec![error]).await);
    }
    posted.first(ME).await?;
    let services = posted.visitor.state.services.clone();
    let cookie = cookies::challenge(Purpose::Add, &posted.parts.headers, &services.config);
    let key = posted.visitor.session_key.clone().unwrap_or_default();
    let new = New {
        name: &name,
        answered: passkeys::Answered {
            cookie: cookie.as_ref(),
            answer: &answer,
        },
        session: &key,
        address: posted.visitor.address,
    };
    let mut response = match passkeys::add(&services, &person, &confirmed, new).await {
        Ok(passkeys::Added { ended, codes }) => {
            posted.visitor.renew_session(&session).await?;
            let outcome = FormOutcome::PasskeyAdded { ended };
            match codes {
                Some(codes) => {
                    let part = factors::PART;
                    posted.done_showing(ME, part, outcome, codes).await?
                }
                None => posted.done(ME, outcome).await?,
            }
        }
        Err(AddError::Invalid(errors)) => {
            return Ok(posted.rerender_with_errors(ME, &ADD, errors).await);
        }
        Err(AddError::Internal(error)) => return Err(error.into()),
        Err(error) => {
            let errors = vec![FieldError::new("", error.to_string())];
            posted.rerender_with_errors(ME, &ADD, errors).await
        }
    };
    end_challenge(Purpose::Add, &mut response, &services.config);
    Ok(response)
}

/// Another name for a passkey.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Name {
    id: Field<String>,
    name: Field<String>,
}

impl Input for Name {
    type Parsed = (Option<PasskeyId>, String);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        Some((self.id.parsed(), errors.text("name", self.name)))
    }
}

/// Gives a passkey another name.
pub async fn rename(PostedForm(posted, fields): PostedForm<Name>) -> Result<Response, Answered> {
    let person = posted.person(ME, &RENAME).await?;
    let (id, name) = posted.parse(fields, ME, &RENAME).await?;
    let visitor = &posted.visitor;
    let services = &visitor.state.services;
    let renamed = match id {
        Some(id) => passkeys::rename(services, person.id, id, &name, visitor.address).await,
        None => Err(ChangeError::NotFound),
    };
    match renamed {
        Ok(()) => posted.done(ME, FormOutcome::PasskeyRenamed).await,
        Err(ChangeError::Invalid(errors)) => {
            Ok(posted.rerender_with_errors(ME, &RENAME, errors).await)
        }
        Err(ChangeError::Internal(error)) => Err(error.into()),
        Err(ChangeError::NotFound | ChangeError::NotConfirmed) => Ok(posted.not_found().await),
    }
}

/// Removes a passkey. This session gets a new id (ASVS 7.2.4), all others end.
pub async fn remove(
    Path(id): Path<String>,
    session: Session,
    mut posted: crate::pages::Posted,
) -> Result<Response, Answered> {
    let person = posted.person(ME, &REMOVE).await?;
    let confirmed = posted.confirmed(ME, &REMOVE).await?;
    let Ok(id) = id.parse::<PasskeyId>() else {
        return Ok(posted.not_found().await);
    };
    let services = posted.visitor.state.services.clone();
    let key = posted.visitor.session_key.clone().unwrap_or_default();
    let address = posted.visitor.address;
    match passkeys::remove(&services, &person, &confirmed, id, &key, address).await {
        Ok(ended) => {
            posted.visitor.renew_session(&session).await?;
            let outcome = FormOutcome::PasskeyRemoved { ended };
            posted.done(ME, outcome).await
        }
        Err(ChangeError::Internal(error)) => Err(error.into()),
        Err(_) => Ok(posted.not_found().await),
    }
}
