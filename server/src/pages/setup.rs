//! `/setup`: the first owner.

use crate::{
    failure::Failure,
    pages::{Form, Posted, sentence},
    redirect::see_other,
    visitor,
};
use app::address::Address;
use axum::response::Response;
use service::{
    core::error::FieldError,
    people::{
        membership,
        set_up::{self, NewOwner, SetUpError},
    },
};
use tower_sessions::Session;

const FORM: Form = Form::new("setup", &["tenant_name", "tenant_slug", "name", "email"]);

/// Makes the first owner and signs them in.
pub async fn create_owner(session: Session, posted: Posted) -> Result<Response, Failure> {
    let services = posted.visitor.state.services.clone();
    let form = NewOwner {
        tenant_name: posted.text("tenant_name").to_owned(),
        tenant_slug: posted.text("tenant_slug").to_owned(),
        name: posted.text("name").to_owned(),
        email: posted.text("email").to_owned(),
        password: posted.secret("password"),
    };
    let made = set_up::create_owner(&services, &posted.secret("token"), form).await;
    let errors = match made {
        Ok(person) => {
            visitor::sign_in(&session, person, services.expiry_now()).await?;
            let tenants = membership::tenants_of(&services, person).await?;
            let to = tenants.first().map_or(Address::Tenants, |tenant| {
                let tenant = tenant.slug.as_str();
                Address::Overview { tenant }
            });
            return Ok(see_other(&to.to_string()));
        }
        // Sent a second time: on to where the first led, or to the sign-in.
        Err(SetUpError::Done) => return Ok(see_other(Address::HOME.0)),
        Err(e @ SetUpError::WrongToken) => {
            vec![FieldError::new("token", sentence(&e.to_string()))]
        }
        Err(SetUpError::Invalid(errors)) => errors,
        Err(SetUpError::Internal(fault)) => return Err(fault.into()),
    };
    Ok(posted
        .rerender_with_errors(Address::SETUP.0, &FORM, errors)
        .await)
}
