//! `/signin`.

use crate::{
    own_path::own_path,
    pages::{Answered, Form, PostedForm},
    redirect::see_other,
    visitor,
};
use app::address::Address;
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
    people::{
        self,
        sign_in::{self, SignInError},
    },
};
use tower_sessions::Session;

const FORM: Form = Form::new("signin", &["email", "next"]);

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
    match sign_in::sign_in(&services, &given.email, &given.password).await {
        Ok(person) => {
            visitor::sign_in(&session, person, services.expiry_now()).await?;
            people::signed_in(&services, person, posted.visitor.address).await;
            let mut response = see_other(own_path(&given.next));
            let kept = posted.visitor.kept_form().await?;
            if !kept.is_some_and(|kept| kept.is_of(person)) {
                // The kept values of another person are not for this one.
                posted.forget_kept(&mut response);
            }
            Ok(response)
        }
        Err(e @ SignInError::Wrong) => {
            let errors = vec![FieldError::new("", e.to_string())];
            Ok(posted
                .rerender_with_errors(Address::SIGN_IN.0, &FORM, errors)
                .await)
        }
        Err(SignInError::Internal(fault)) => Err(fault.into()),
    }
}
