//! Records signing in and out. At that time no tenant is chosen, so it is
//! recorded in each tenant of the person, since the session opens all of them.

use crate::{
    audit::{Action, By, Entry, Target, record},
    core::{error::InternalError, services::Services},
    people::{SignedIn, membership},
    tenancy::TenantScope,
};
use domain::ids::{PasskeyId, PersonId};
use std::net::IpAddr;

/// Records a sign-in. If that fails, the error is logged and the person is
/// signed in all the same: changes and secrets need entries of their own.
pub async fn signed_in(services: &Services, person: PersonId, address: Option<IpAddr>) {
    note(services, person, address, Action::SignedIn).await;
}

/// Records a sign-out, like [`signed_in`].
pub async fn signed_out(
    services: &Services,
    signed_in: impl Into<SignedIn>,
    address: Option<IpAddr>,
) {
    note_by(services, signed_in.into(), address, Action::SignedOut).await;
}

/// Records what a person did in each tenant of theirs; a failure is logged.
pub(super) async fn note(
    services: &Services,
    id: PersonId,
    address: Option<IpAddr>,
    action: Action,
) {
    note_detail(services, id, address, action, "").await;
}

/// The same, with a detail.
pub(super) async fn note_detail(
    services: &Services,
    id: PersonId,
    address: Option<IpAddr>,
    action: Action,
    detail: &str,
) {
    let entry = move |by| Entry::new(by, action, Target::tenant()).detail(detail);
    note_entry(services, SignedIn::own_way(id), address, action, entry).await;
}

/// Records in each tenant of a person what they tried, and why it was refused.
pub(super) async fn note_refused(
    services: &Services,
    id: PersonId,
    address: Option<IpAddr>,
    action: Action,
    why: &str,
) {
    let entry = move |by| {
        let entry = Entry::new(by, action, Target::tenant());
        entry.detail(why).refused()
    };
    note_entry(services, SignedIn::own_way(id), address, action, entry).await;
}

/// Records what a person did with a passkey of theirs.
pub(super) async fn note_passkey(
    services: &Services,
    id: PersonId,
    passkey: PasskeyId,
    address: Option<IpAddr>,
    action: Action,
) {
    let entry = move |by| Entry::new(by, action, Target::passkey(passkey));
    note_entry(services, SignedIn::own_way(id), address, action, entry).await;
}

/// Records it in each tenant that the session opens.
pub(crate) async fn note_by(
    services: &Services,
    signed_in: SignedIn,
    address: Option<IpAddr>,
    action: Action,
) {
    let entry = move |by| Entry::new(by, action, Target::tenant());
    note_entry(services, signed_in, address, action, entry).await;
}

async fn note_entry(
    services: &Services,
    signed_in: SignedIn,
    address: Option<IpAddr>,
    action: Action,
    entry: impl FnOnce(By) -> Entry,
) {
    let id = signed_in.person();
    if let Err(error) = try_note(services, signed_in, address, entry).await {
        tracing::error!(%error, person.id = %id, audit.action = action.code(), "An entry of the audit could not be written");
    }
}

async fn try_note(
    services: &Services,
    signed_in: SignedIn,
    address: Option<IpAddr>,
    entry: impl FnOnce(By) -> Entry,
) -> Result<(), InternalError> {
    let Some(person) = membership::person(services, signed_in).await? else {
        return Ok(());
    };
    let by = By::Person {
        id: person.id,
        name: person.name,
        email: person.email,
    };
    let entry = entry(by).at(address);
    let tenants = membership::tenant_ids(services, person.id).await?;
    for tenant in tenants.into_iter().filter(|t| signed_in.reaches(*t)) {
        let tx = TenantScope::new(services, tenant).write().await?;
        record(services, &tx, &entry).await?;
        tx.commit().await?;
    }
    Ok(())
}
