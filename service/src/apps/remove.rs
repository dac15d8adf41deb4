//! Removing an app with all its connections.

use super::form::AppFormError;
use crate::{
    audit::{self, Action, Entry, Target},
    entity::{app, connection, credential},
    records::known_apps::KnownApps,
    tenancy::Actor,
};
use domain::{ids::AppId, permission::Permission};
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait};

/// Removes the app, its client secret, its connections, their tokens and
/// timelines. Customers' grants at Gorgias stay until the customers remove them
/// there.
///
/// # Errors
/// [`AppFormError::NotFound`] and [`AppFormError::Forbidden`].
pub async fn remove(actor: &Actor, id: AppId) -> Result<(), AppFormError> {
    actor.require(Permission::ManageApps)?;
    let tx = actor.write().await?;
    let Some(app) = crate::records::app::find(&tx, &id.to_string(), &actor.apps).await? else {
        return Err(AppFormError::NotFound);
    };
    let connections = tx
        .all::<connection::Entity>()
        .filter(connection::Column::AppId.eq(id))
        .select_only()
        .column(connection::Column::Id)
        .into_query();
    tx.delete::<credential::Entity>()
        .filter(
            credential::Column::OwnerId
                .eq(id)
                .or(credential::Column::OwnerId.in_subquery(connections)),
        )
        .exec(&*tx)
        .await?;
    tx.delete::<app::Entity>()
        .filter(app::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    let target = Target::app(id, &app.slug);
    audit::record(actor, &tx, &Entry::of(actor, Action::AppRemoved, target)).await?;
    tx.commit().await?;
    actor.state::<KnownApps>().forget(id);
    Ok(())
}
