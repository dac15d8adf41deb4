//! `/me`: name, password, sessions.

use crate::pages::{Answered, Form, Posted, PostedForm};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    core::input::{Errors, Field, Input},
    people::me::{self, MeError, NewPassword},
};
use tower_sessions::Session;

const NAME: Form = Form::new("me_name", &["name"]);
const PASSWORD: Form = Form::new("me_password", &[]);
const SESSIONS: Form = Form::new("me_sessions", &[]);
const PAGE: &str = Address::ME.0;

/// The person's name.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Name {
    name: Field<String>,
}

impl Input for Name {
    type Parsed = String;

    fn parse(self, errors: &mut Errors) -> Option<String> {
        Some(errors.text("name", self.name))
    }
}

/// The password until now, and the new one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Passwords {
    password: Field<SecretString>,
    new_password: Field<SecretString>,
}

impl Input for Passwords {
    type Parsed = (SecretString, SecretString);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        Some((
            errors.secret("password", self.password),
            errors.secret("new_password", self.new_password),
        ))
    }
}

/// Gives the person another name.
pub async fn rename(PostedForm(posted, fields): PostedForm<Name>) -> Result<Response, Answered> {
    let person = posted.person(PAGE, &NAME).await?;
    let name = posted.parse(fields, PAGE, &NAME).await?;
    let visitor = &posted.visitor;
    match me::rename(&visitor.state.services, person.id, &name, visitor.address).await {
        Ok(()) => posted.done(PAGE, FormOutcome::NameSaved).await,
        Err(MeError::Invalid(errors)) => Ok(posted.rerender_with_errors(PAGE, &NAME, errors).await),
        Err(MeError::Internal(error)) => Err(error.into()),
    }
}

/// Changes the password. This session gets a new id (ASVS 7.2.4), all others end.
pub async fn change_password(
    session: Session,
    PostedForm(mut posted, fields): PostedForm<Passwords>,
) -> Result<Response, Answered> {
    let person = posted.person(PAGE, &PASSWORD).await?;
    let (current, new) = posted.parse(fields, PAGE, &PASSWORD).await?;
    let change = NewPassword {
        current: &current,
        new: &new,
        address: posted.visitor.address,
        session: posted.visitor.session_key.as_deref().unwrap_or_default(),
    };
    let services = posted.visitor.state.services.clone();
    match me::change_password(&services, &person, change).await {
        Ok(ended) => {
            posted.visitor.renew_session(&session).await?;
            posted
                .done(PAGE, FormOutcome::PasswordChanged { ended })
                .await
        }
        Err(MeError::Invalid(errors)) => {
            Ok(posted.rerender_with_errors(PAGE, &PASSWORD, errors).await)
        }
        Err(MeError::Internal(error)) => Err(error.into()),
    }
}

/// Ends one session.
pub async fn end_session(Path(key): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let person = posted.person(PAGE, &SESSIONS).await?;
    let visitor = &posted.visitor;
    me::end_session(&visitor.state.services, person.id, &key, visitor.address).await?;
    posted.done(PAGE, FormOutcome::SessionEnded).await
}

/// Ends all sessions but this one.
pub async fn end_other_sessions(posted: Posted) -> Result<Response, Answered> {
    let person = posted.person(PAGE, &SESSIONS).await?;
    let visitor = &posted.visitor;
    let keep = visitor.session_key.as_deref().unwrap_or_default();
    let services = &visitor.state.services;
    let ended = me::end_other_sessions(services, person.id, keep, visitor.address).await?;
    posted
        .done(PAGE, FormOutcome::OtherSessionsEnded { ended })
        .await
}
