//! A client ID belongs to one app: two apps with the same one would share a
//! grant at Gorgias, and each would replace the tokens of the other.
//!
//! Installations from before this rule may hold such pairs, so there is no
//! unique index. Instead, every transaction that adds or changes an app takes a
//! lock.

use super::form::AppFormError;
use crate::{
    core::{error::FieldError, rows::Rows},
    entity::{app, tenant},
    tenancy::{Actor, Tx},
};
use domain::ids::AppId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::LockType};

/// Continues only if no other app of the tenant has this client ID. Until the
/// transaction ends, other calls for the tenant wait.
pub(super) async fn must_be_free(
    actor: &Actor,
    tx: &Tx,
    client_id: &str,
    own: Option<AppId>,
) -> Result<(), AppFormError> {
    // Locked before the heads of events and audit, as in all transactions.
    tenant::Entity::find_by_id(tx.tenant())
        .lock(LockType::NoKeyUpdate)
        .any(&**tx)
        .await?;
    let others: Vec<(AppId, String)> = tx
        .all::<app::Entity>()
        .filter(app::Column::ClientId.eq(client_id))
        .select_only()
        .columns([app::Column::Id, app::Column::Name])
        .into_tuple()
        .all(&**tx)
        .await?;
    let Some((_, other)) = others.iter().find(|(id, _)| own != Some(*id)) else {
        return Ok(());
    };
    // Who is tied to an app doesn't learn what the others are called.
    let name = if actor.apps.is_limited() {
        "Another app".to_owned()
    } else {
        format!("The app “{other}”")
    };
    Err(AppFormError::Invalid(vec![FieldError::new(
        "client_id",
        format!(
            "{name} has this client ID already, and two apps can't share one; paste this app's from Gorgias' partners' portal."
        ),
    )]))
}
