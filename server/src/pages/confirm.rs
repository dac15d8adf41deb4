//! `/confirm`: asks a person who is signed in whether it is still them.

use crate::{
    own_path::own_path,
    pages::{Answered, Form, PostedForm},
    redirect::see_other,
    visitor,
};
use app::address::Address;
use axum::{http::StatusCode, response::Response};
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
    people::confirm::{self, ConfirmError},
};
use tower_sessions::Session;

const FORM: Form = Form::new("confirm", &["next"]);
const PAGE: &str = Address::CONFIRM.0;

/// What the person shows once more.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    password: Field<SecretString>,
    next: Field<String>,
}

impl Input for Fields {
    type Parsed = (SecretString, String);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        Some((
            errors.secret("password", self.password),
            errors.text("next", self.next),
        ))
    }
}

/// Redirects to the page that the person came from.
pub async fn confirm(
    session: Session,
    PostedForm(mut posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let person = posted.person(PAGE, &FORM).await?;
    let (password, next) = posted.parse(fields, PAGE, &FORM).await?;
    let (services, address) = (
        posted.visitor.state.services.clone(),
        posted.visitor.address,
    );
    let error = match confirm::confirm(&services, &person, &password, address).await {
        Ok(()) => {
            visitor::confirm(&session, &mut posted.visitor).await?;
            return Ok(see_other(own_path(&next)));
        }
        Err(error) => error,
    };
    let text = error.to_string();
    let status = match error {
        ConfirmError::WrongPassword | ConfirmError::WrongCode => StatusCode::UNPROCESSABLE_ENTITY,
        ConfirmError::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
        ConfirmError::Internal(error) => return Err(error.into()),
    };
    let errors = vec![FieldError::new("password", text)];
    let mut response = posted.rerender_with_errors(PAGE, &FORM, errors).await;
    *response.status_mut() = status;
    Ok(response)
}
