//! Vouching for an app's credentials, so that refusals count as what they say.

use super::form::AppFormError;
use crate::{
    audit::{self, Action, Entry, Target},
    entity::connection,
    records::app_credentials,
    tenancy::Actor,
};
use domain::{ids::AppId, permission::Permission};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// Ends an incident of many refusals: the credentials are right, the accounts
/// really left. They are asked again at once, and those that Gorgias refuses
/// are Disconnected. Does nothing if there is no such incident.
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
    app_credentials::write(&tx, id, &vouched_for).await?;
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
