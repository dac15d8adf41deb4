//! Whether everybody needs a second factor to open the tenant.

use super::{SettingsError, save, value};
use crate::{
    core::{error::InternalError, rows::Rows},
    entity::{person, tenant},
    people::factors,
    tenancy::{Actor, Confirmed},
};
use domain::{ids::PersonId, permission::Permission};
use sea_orm::EntityTrait;

/// Asks everybody for a second factor, or nobody. Whoever has none is led to set one up
/// and opens the tenant afterwards; whom single sign-on brings is the provider's matter.
///
/// # Errors
/// [`SettingsError`]; nothing is changed then. The field `second_factor` is in it if
/// whoever asks has none: they would be the first to be kept out.
pub async fn save_second_factor(
    actor: &Actor,
    confirmed: &Confirmed,
    asked: bool,
) -> Result<(), SettingsError> {
    actor.require(Permission::ManageTenant)?;
    actor.require_confirmed(confirmed)?;
    if asked
        && let Some(id) = actor.person()
        && needs_one(actor, id).await?
    {
        return Err(SettingsError::invalid(
            "second_factor",
            "Set up a second factor of your own first, on your account’s page.",
        ));
    }
    let detail = format!(
        "second_factor={}",
        if asked { "everybody" } else { "nobody" }
    );
    let columns = [(tenant::Column::SecondFactor, value(asked))];
    save(actor, &detail, columns).await?;
    Ok(())
}

/// Whether the person comes in their own way and has no factor.
async fn needs_one(actor: &Actor, id: PersonId) -> Result<bool, InternalError> {
    // Without a tenant's scope: a person's own data belongs to none.
    let person = person::Entity::find_by_id(id)
        .row::<person::Model>(actor.db.read())
        .await?;
    let own_way = person.is_some_and(|person| person.sso_tenant_id.is_none());
    Ok(own_way && factors::of_person(actor, id).await?.is_empty())
}
