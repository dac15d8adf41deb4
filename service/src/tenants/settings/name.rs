//! The name of a tenant. Its short name stays: it is part of addresses.

use super::{SettingsError, save, value};
use crate::{entity::tenant, people::set_up::is_name, tenancy::Actor};
use domain::permission::Permission;

/// Gives the tenant another name.
///
/// # Errors
/// [`SettingsError`]; nothing is changed then.
pub async fn rename(actor: &Actor, name: &str) -> Result<(), SettingsError> {
    actor.require(Permission::ManageTenant)?;
    let name = name.trim();
    if !is_name(name) {
        let message = "Enter your company's name, with 100 letters at most.";
        return Err(SettingsError::invalid("name", message));
    }
    let detail = format!("name={name}");
    save(actor, &detail, [(tenant::Column::Name, value(name))]).await?;
    Ok(())
}
