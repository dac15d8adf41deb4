//! `/`: on to where somebody most likely wants to be.

use crate::{failure::Failure, pages::see_other, visitor::Visitor};
use axum::response::Response;
use service::people::{membership, set_up};

/// To the set-up, the sign-in, the only tenant, or the list of tenants.
pub async fn home(visitor: Visitor) -> Result<Response, Failure> {
    let services = &visitor.state.services;
    let Some(person) = &visitor.person else {
        let open = set_up::is_open(services).await?;
        return Ok(see_other(if open { "/setup" } else { "/signin" }));
    };
    let tenants = membership::tenants_of(services, person.id).await?;
    Ok(match tenants.as_slice() {
        [only] => see_other(&format!("/t/{}", only.slug)),
        _ => see_other("/t"),
    })
}
