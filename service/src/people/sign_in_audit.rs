//! Records signing in and out. At that time no tenant is chosen, so it is
//! recorded in each tenant of the person, since the session opens all of them.

use crate::{
    audit::{Action, By, Entry, Target, record},
    core::{error::InternalError, services::Services},
    people::membership,
    tenancy::TenantScope,
};
use domain::ids::PersonId;
use std::net::IpAddr;

/// Records a sign-in. If that fails, the error is logged and the person is
/// signed in all the same: changes and secrets need entries of their own.
pub async fn signed_in(services: &Services, person: PersonId, address: Option<IpAddr>) {
    note(services, person, address, Action::SignedIn).await;
}

/// Records a sign-out, like [`signed_in`].
pub async fn signed_out(services: &Services, person: PersonId, address: Option<IpAddr>) {
    note(services, person, address, Action::SignedOut).await;
}

/// Records what a person did in each tenant of theirs; a failure is logged.
pub(super) async fn note(
    services: &Services,
    id: PersonId,
    address: Option<IpAddr>,
    action: Action,
) {
    if let Err(error) = try_note(services, id, address, action).await {
        tracing::error!(%error, person.id = %id, audit.action = action.code(), "An entry of the audit could not be written");
    }
}

async fn try_note(
    services: &Services,
    id: PersonId,
    address: Option<IpAddr>,
    action: Action,
) -> Result<(), InternalError> {
    let Some(person) = membership::person(services, id).await? else {
        return Ok(());
    };
    let by = By::Person {
        id,
        name: person.name,
        email: person.email,
    };
    let entry = Entry::new(by, action, Target::tenant()).at(address);
    for tenant in membership::tenant_ids(services, id).await? {
        let tx = TenantScope::new(services, tenant).write().await?;
        record(services, &tx, &entry).await?;
        tx.commit().await?;
    }
    Ok(())
}
