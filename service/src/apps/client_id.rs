//! A client ID belongs to one app: two that shared it would share a grant at
//! Gorgias, and each would replace the tokens of the other.
//!
//! Installations from before this rule may hold such pairs, so there is no
//! unique index; what holds is a lock that whoever adds or changes an app takes.

use super::form::AppFormError;
use crate::{
    core::error::FieldError,
    entity::{app, tenant},
    tenancy::{Actor, Tx},
};
use domain::ids::AppId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::LockType};

/// Goes on only if no other app of the tenant has this client ID. Until the
/// transaction ends, nobody else gets an answer for the tenant.
pub(super) async fn must_be_free(
    actor: &Actor,
    tx: &Tx,
    client_id: &str,
    own: Option<AppId>,
) -> Result<(), AppFormError> {
    // Locked before the heads of events and audit, as everywhere.
    tenant::Entity::find_by_id(tx.tenant())
        .lock(LockType::NoKeyUpdate)
        .one(&**tx)
        .await?;
    let others = tx
        .all::<app::Entity>()
        .filter(app::Column::ClientId.eq(client_id))
        .all(&**tx)
        .await?;
    let Some(other) = others.iter().find(|row| own != Some(row.id)) else {
        return Ok(());
    };
    // Who is tied to an app doesn't learn what the others are called.
    let name = match actor.only_app {
        None => format!("The app “{}”", other.name),
        Some(_) => "Another app".to_owned(),
    };
    Err(AppFormError::Invalid(vec![FieldError::new(
        "client_id",
        format!(
            "{name} has this client ID already, and two apps can't share one; paste this app's from Gorgias' partners' portal."
        ),
    )]))
}
