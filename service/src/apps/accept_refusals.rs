//! Confirms an app's credentials after many refusals, so that refusals count again.

use super::form::AppFormError;
use crate::{
    audit::{self, Action, Entry, Target},
    entity::connection,
    records::app_credentials,
    tenancy::Actor,
};
use domain::{ids::AppId, permission::Permission};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// Ends an incident of many refusals: a person says that the credentials are
/// right and the accounts really left. The connections are checked again at
/// once, and those that Gorgias refuses are Disconnected. Does nothing without
/// such an incident.
///
/// # Errors
/// [`AppFormError::NotFound`] and [`AppFormError::Forbidden`].
pub async fn accept(actor: &Actor, id: AppId) -> Result<(), AppFormError> {
    actor.require(Permission::ManageApps)?;
    let tx = actor.write().await?;
    let Some(app) = crate::records::app::find(&tx, &id.to_string(), &actor.apps).await? else {
        return Err(AppFormError::NotFound);
    };
    let now = actor.now();
    let known = app_credentials::locked(&tx, id).await?;
    let Some(vouched_for) = known.and_then(|known| known.vouched_for(now)) else {
        return Ok(());
    };
    app_credentials::write(&tx, id, &vouched_for, now).await?;
    tx.update::<connection::Entity>()
        .filter(connection::Column::AppId.eq(id))
        .filter(connection::Column::DueAt.is_not_null())
        .col_expr(connection::Column::DueAt, Expr::value(now))
        .exec(&*tx)
        .await?;
    let entry = Entry::of(actor, Action::RefusalsAccepted, Target::app(id, &app.slug));
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}
