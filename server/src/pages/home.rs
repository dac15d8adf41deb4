//! `/`: redirects to the most useful page.

use crate::{failure::Failure, redirect::see_other, visitor::Visitor};
use app::address::Address;
use axum::response::Response;
use service::people::{membership, set_up};

/// Redirects to the set-up, the sign-in, the only tenant, or the list of tenants.
pub async fn home(visitor: Visitor) -> Result<Response, Failure> {
    let services = &visitor.state.services;
    let Some(person) = &visitor.person else {
        let open = set_up::is_open(services).await?;
        let to = if open {
            Address::Setup
        } else {
            Address::SignIn
        };
        return Ok(see_other(&to.to_string()));
    };
    let tenants = membership::tenants_of(services, person.signed_in).await?;
    let to = match tenants.as_slice() {
        [only] => Address::Overview {
            tenant: only.slug.as_str(),
        },
        _ => Address::Tenants,
    };
    Ok(see_other(&to.to_string()))
}
