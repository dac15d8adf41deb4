//! `/invite/{token}`: joining a tenant.

use crate::{
    pages::{Answered, Form, PostedForm},
    redirect::see_other,
    visitor,
};
use app::address::Address;
use axum::{extract::Path, response::Response};
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
    people::{
        self,
        invitations::{self, AcceptError, InvitationError, NewPerson},
    },
};
use tower_sessions::Session;

const FORM: Form = Form::new("invitation", &["name"]);

/// What a new person types. A person who is signed in sends neither.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    name: Field<String>,
    password: Field<SecretString>,
}

impl Input for Fields {
    type Parsed = NewPerson;

    fn parse(self, errors: &mut Errors) -> Option<NewPerson> {
        Some(NewPerson {
            name: errors.text("name", self.name),
            password: errors.secret("password", self.password),
        })
    }
}

/// Lets the person who is signed in join, or makes a new one and signs them in.
pub async fn join(
    Path(token): Path<String>,
    session: Session,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let page = Address::Invitation { token: &token }.to_string();
    let token = SecretString::from(token);
    let services = posted.visitor.state.services.clone();
    let address = posted.visitor.address;
    // A session of single sign-on opens its own tenant, and joins no other.
    let person = posted.visitor.person.as_ref();
    let joined = if let Some(person) = person.filter(|p| p.signed_in.is_own_way()) {
        posted.first(&page).await?;
        invitations::accept_as(&services, &token, person.signed_in, address).await
    } else {
        let new = posted.parse(fields, &page, &FORM).await?;
        match invitations::accept_as_new(&services, &token, new, address).await {
            Ok((person, slug)) => {
                visitor::sign_in(&session, &posted.visitor, &posted.parts.headers, person).await?;
                people::signed_in(&services, person, address).await;
                Ok(slug)
            }
            Err(error) => Err(error),
        }
    };
    let errors = match joined {
        Ok(slug) => {
            let tenant = slug.as_str();
            return Ok(see_other(&Address::Overview { tenant }.to_string()));
        }
        Err(AcceptError::Invitation(InvitationError::Internal(error))) => return Err(error.into()),
        Err(AcceptError::Invalid(errors)) => errors,
        Err(error @ AcceptError::OtherPerson) => vec![FieldError::new("", error.to_string())],
        // The page says why.
        Err(AcceptError::Invitation(_)) => return Ok(see_other(&page)),
    };
    Ok(posted.rerender_with_errors(&page, &FORM, errors).await)
}
