//! `/setup`: the first owner.

use crate::{
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
        SignedIn, membership,
        set_up::{self, NewOwner, SetUpError},
    },
};
use tower_sessions::Session;

const FORM: Form = Form::new("setup", &["tenant_name", "tenant_slug", "name", "email"]);

/// The fields of the form for the first owner.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    token: Field<SecretString>,
    tenant_name: Field<String>,
    tenant_slug: Field<String>,
    name: Field<String>,
    email: Field<String>,
    password: Field<SecretString>,
}

impl Input for Fields {
    /// The set-up token, and the owner.
    type Parsed = (SecretString, NewOwner);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        let token = errors.secret("token", self.token);
        let owner = NewOwner {
            tenant_name: errors.text("tenant_name", self.tenant_name),
            tenant_slug: errors.text("tenant_slug", self.tenant_slug),
            name: errors.text("name", self.name),
            email: errors.text("email", self.email),
            password: errors.secret("password", self.password),
        };
        Some((token, owner))
    }
}

/// Makes the first owner and signs them in.
pub async fn create_owner(
    session: Session,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let services = posted.visitor.state.services.clone();
    let (token, owner) = posted.parse(fields, Address::SETUP.0, &FORM).await?;
    let made = set_up::create_owner(&services, &token, owner).await;
    let errors = match made {
        Ok(person) => {
            visitor::sign_in(&session, &posted.visitor, &posted.parts.headers, person).await?;
            let tenants = membership::tenants_of(&services, SignedIn::own_way(person)).await?;
            let to = tenants.first().map_or(Address::Tenants, |tenant| {
                let tenant = tenant.slug.as_str();
                Address::Overview { tenant }
            });
            return Ok(see_other(&to.to_string()));
        }
        // Posted a second time: `/` leads to the tenant, or to the sign-in.
        Err(SetUpError::Done) => return Ok(see_other(Address::HOME.0)),
        Err(e @ SetUpError::WrongToken) => {
            vec![FieldError::new("token", e.to_string())]
        }
        Err(SetUpError::Invalid(errors)) => errors,
        Err(SetUpError::Internal(fault)) => return Err(fault.into()),
    };
    Ok(posted
        .rerender_with_errors(Address::SETUP.0, &FORM, errors)
        .await)
}
