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
    code: Field<SecretString>,
    next: Field<String>,
}

impl Input for Fields {
    type Parsed = (SecretString, String);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        // The page asks for one of them; which one counts, the use case decides.
        let code = errors.optional("code", self.code);
        let password = errors.secret("password", self.password);
        Some((code.unwrap_or(password), errors.text("next", self.next)))
    }
}

/// Redirects to the page that the person came from.
pub async fn confirm(
    session: Session,
    PostedForm(mut posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let person = posted.person(PAGE, &FORM).await?;
    let (typed, next) = posted.parse(fields, PAGE, &FORM).await?;
    let (services, address) = (
        posted.visitor.state.services.clone(),
        posted.visitor.address,
    );
    let error = match confirm::confirm(&services, &person, &typed, address).await {
        Ok(()) => {
            visitor::confirm(&session, &mut posted.visitor).await?;
            return Ok(see_other(own_path(&next)));
        }
        Err(error) => error,
    };
    let text = error.to_string();
    let asked = confirm::asked_for(&services, &person).await?;
    let field = if asked.is_empty() { "password" } else { "code" };
    let status = match error {
        ConfirmError::WrongPassword | ConfirmError::WrongCode => StatusCode::UNPROCESSABLE_ENTITY,
        ConfirmError::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
        ConfirmError::Internal(error) => return Err(error.into()),
    };
    let errors = vec![FieldError::new(field, text)];
    let mut response = posted.rerender_with_errors(PAGE, &FORM, errors).await;
    *response.status_mut() = status;
    Ok(response)
}
