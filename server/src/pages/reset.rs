//! `/reset`: a new password for somebody who can't sign in.

use crate::{
    pages::{Answered, Form, PostedForm},
    redirect::see_other,
};
use app::address::Address;
use axum::{extract::Path, response::Response};
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    core::input::{Errors, Field, Input},
    people::resets::{self, ResetError},
};

const ASK: Form = Form::new("reset_ask", &["email"]);
const SET: Form = Form::new("reset", &[]);

/// Who forgot their password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Who {
    email: Field<String>,
}

impl Input for Who {
    type Parsed = String;

    fn parse(self, errors: &mut Errors) -> Option<String> {
        Some(errors.text("email", self.email))
    }
}

/// Mails a link, if there is such a person. The answer is made before anybody is
/// looked up, so neither it nor its time tells.
pub async fn ask(PostedForm(posted, fields): PostedForm<Who>) -> Result<Response, Answered> {
    let page = Address::RESET_ASK.0;
    let email = posted.parse(fields, page, &ASK).await?;
    let room = resets::room()?;
    let state = &posted.visitor.state;
    let (services, address) = (state.services.clone(), posted.visitor.address);
    state.options.tasks.spawn(async move {
        let _room = room;
        if let Err(error) = resets::ask(&services, &email, address).await {
            tracing::error!(%error, "A link for a new password could not be mailed");
        }
    });
    Ok(see_other(Address::RESET_SENT.0))
}

/// The new password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewPassword {
    password: Field<SecretString>,
}

impl Input for NewPassword {
    type Parsed = SecretString;

    fn parse(self, errors: &mut Errors) -> Option<SecretString> {
        Some(errors.secret("password", self.password))
    }
}

/// Sets the password and leads to the sign-in, which asks for the second factor
/// as well.
pub async fn set(
    Path(token): Path<String>,
    PostedForm(posted, fields): PostedForm<NewPassword>,
) -> Result<Response, Answered> {
    let page = Address::Reset { token: &token }.to_string();
    let password = posted.parse(fields, &page, &SET).await?;
    let token = SecretString::from(token);
    let services = &posted.visitor.state.services;
    match resets::set(services, &token, &password, posted.visitor.address).await {
        Ok(_) => Ok(see_other(Address::SIGN_IN.0)),
        Err(ResetError::Invalid(errors)) => {
            Ok(posted.rerender_with_errors(&page, &SET, errors).await)
        }
        // The page says why.
        Err(ResetError::Ended) => Ok(see_other(&page)),
        Err(ResetError::Internal(error)) => Err(error.into()),
    }
}
