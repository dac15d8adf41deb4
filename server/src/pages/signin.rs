//! `/signin`.

use crate::{
    failure::Failure,
    own_path::own_path,
    pages::{Form, Posted},
    redirect::see_other,
    visitor,
};
use app::address::Address;
use axum::response::Response;
use service::{
    core::error::FieldError,
    people::{
        self,
        sign_in::{self, SignInError},
    },
};
use tower_sessions::Session;

const FORM: Form = Form::new("signin", &["email", "next"]);

/// Signs somebody in and leads back to where they were going.
pub async fn sign_in(session: Session, posted: Posted) -> Result<Response, Failure> {
    let services = posted.visitor.state.services.clone();
    let result =
        sign_in::sign_in(&services, posted.text("email"), &posted.secret("password")).await;
    match result {
        Ok(person) => {
            visitor::sign_in(&session, person, services.expiry_now()).await?;
            people::signed_in(&services, person, posted.visitor.address).await;
            let mut response = see_other(own_path(posted.text("next")));
            let kept = posted.visitor.kept_form().await?;
            if !kept.is_some_and(|kept| kept.is_of(person)) {
                // What somebody else typed here is not for this person.
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
