//! A person's second factor, on `/me` and `/me/authenticator`.

use crate::{
    pages::{Answered, Form, Posted, PostedForm},
    redirect::see_other,
};
use app::{address::Address, form_outcome::FormOutcome};
use axum::response::Response;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use service::{
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
    people::factors::{FactorChange, FactorError, authenticator, recovery_codes},
};
use tower_sessions::Session;

const SET_UP: Form = Form::new("authenticator", &[]);
const FACTOR: Form = Form::new("me_factor", &[]);
const SET_UP_PAGE: &str = Address::AUTHENTICATOR.0;
const ME: &str = Address::ME.0;
/// The part of [`ME`] that shows it.
pub(super) const PART: &str = "#second-factor";

/// The code that shows that the app has the key.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Code {
    code: Field<SecretString>,
}

impl Input for Code {
    type Parsed = SecretString;

    fn parse(self, errors: &mut Errors) -> Option<SecretString> {
        Some(errors.secret("code", self.code))
    }
}

/// Where the change comes from.
fn change(posted: &Posted) -> FactorChange<'_> {
    FactorChange {
        address: posted.visitor.address,
        session: posted.visitor.session_key.as_deref().unwrap_or_default(),
    }
}

/// Begins a set-up, which its page goes on with.
pub async fn begin(posted: Posted) -> Result<Response, Answered> {
    let person = posted.person(SET_UP_PAGE, &SET_UP).await?;
    let confirmed = posted.confirmed(SET_UP_PAGE, &SET_UP).await?;
    let services = &posted.visitor.state.services;
    match authenticator::begin(services, &person, &confirmed).await {
        Ok(()) => Ok(see_other(SET_UP_PAGE)),
        Err(error) => failed(&posted, SET_UP_PAGE, &SET_UP, error).await,
    }
}

/// Switches the app on. This session gets a new id (ASVS 7.2.4), all others end. The
/// new id comes first: of two clicks, the second one finds no session, and makes no
/// codes that nobody sees.
pub async fn finish(
    session: Session,
    PostedForm(mut posted, fields): PostedForm<Code>,
) -> Result<Response, Answered> {
    let person = posted.person(SET_UP_PAGE, &SET_UP).await?;
    let code = posted.parse(fields, SET_UP_PAGE, &SET_UP).await?;
    let confirmed = posted.confirmed(SET_UP_PAGE, &SET_UP).await?;
    let services = posted.visitor.state.services.clone();
    posted.visitor.renew_session(&session).await?;
    let (typed, by) = (code.expose_secret(), change(&posted));
    match authenticator::finish(&services, &person, &confirmed, typed, by).await {
        Ok(codes) => {
            let outcome = FormOutcome::AuthenticatorOn;
            posted.done_showing(ME, PART, outcome, codes).await
        }
        Err(error) => failed(&posted, SET_UP_PAGE, &SET_UP, error).await,
    }
}

/// Switches the app off, likewise.
pub async fn switch_off(session: Session, mut posted: Posted) -> Result<Response, Answered> {
    let person = posted.person(ME, &FACTOR).await?;
    let confirmed = posted.confirmed(ME, &FACTOR).await?;
    let services = posted.visitor.state.services.clone();
    posted.visitor.renew_session(&session).await?;
    let by = change(&posted);
    match authenticator::switch_off(&services, &person, &confirmed, by).await {
        Ok(()) => posted.done(ME, FormOutcome::AuthenticatorOff).await,
        Err(error) => failed(&posted, ME, &FACTOR, error).await,
    }
}

/// Makes new recovery codes, likewise.
pub async fn renew_codes(session: Session, mut posted: Posted) -> Result<Response, Answered> {
    let person = posted.person(ME, &FACTOR).await?;
    let confirmed = posted.confirmed(ME, &FACTOR).await?;
    let services = posted.visitor.state.services.clone();
    posted.visitor.renew_session(&session).await?;
    let by = change(&posted);
    match recovery_codes::renew(&services, &person, &confirmed, by).await {
        Ok(codes) => {
            let outcome = FormOutcome::RecoveryCodesMade;
            posted.done_showing(ME, PART, outcome, codes).await
        }
        Err(error) => failed(&posted, ME, &FACTOR, error).await,
    }
}

async fn failed(
    posted: &Posted,
    page: &str,
    form: &Form,
    error: FactorError,
) -> Result<Response, Answered> {
    let text = error.to_string();
    let errors = match error {
        FactorError::Invalid(errors) => errors,
        FactorError::NotConfirmed | FactorError::SetUpEnded | FactorError::NoFactor => {
            vec![FieldError::new("", text)]
        }
        FactorError::Internal(error) => return Err(error.into()),
    };
    Ok(posted.rerender_with_errors(page, form, errors).await)
}
