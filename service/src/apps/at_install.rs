//! The data for the page at the install entry, which anybody may open.

use crate::{
    core::{error::InternalError, services::Services},
    people::{SignedIn, membership},
    records::known_apps,
};
use domain::{ids::AppId, permission::Permission};

/// An app whose installation was begun without an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtInstall {
    /// The app's name.
    pub name: String,
    /// Whether the person who is signed in may repair the app's set-up at Gorgias.
    pub managed: bool,
}

/// The app; `None` if there is none with this id.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn at_install(
    services: &Services,
    app: AppId,
    signed_in: Option<SignedIn>,
) -> Result<Option<AtInstall>, InternalError> {
    let Some(known) = known_apps::find(services, app).await? else {
        return Ok(None);
    };
    let (tenant, app) = &*known;
    let membership = match signed_in {
        // Without a tenant's scope: whether this person belongs to the app's tenant.
        Some(signed_in) => membership::of_session(services, *tenant, signed_in).await?,
        None => None,
    };
    Ok(Some(AtInstall {
        name: app.name.clone(),
        managed: membership.is_some_and(|m| m.may(Permission::ManageApps, app.id)),
    }))
}
