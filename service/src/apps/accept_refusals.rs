//! Vouching for an app's credentials, so that refusals count as what they say.

use super::{fault, form::AppFormError};
use crate::{
    actor::Actor,
    audit::{self, Action, Entry, Target},
    entity::{app, connection},
};
use domain::{ids::AppId, permission::Permission, time::Span};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// How long one's word holds.
const HOLDS: Span = Span::days(1);

/// Ends an incident of many refusals: the credentials are right, the accounts
/// really left. They are asked again at once, and those that Gorgias refuses
/// are Disconnected. Does nothing if there is no such incident.
///
/// # Errors
/// [`AppFormError::NotFound`] and [`AppFormError::Forbidden`].
pub async fn accept(actor: &Actor, id: AppId) -> Result<(), AppFormError> {
    actor.require(Permission::ManageApps)?;
    let tx = actor.write().await?;
    let Some(app) = super::find(&tx, &id.to_string(), actor.only_app).await? else {
        return Err(AppFormError::NotFound);
    };
    let now = actor.now();
    let ended = fault::forget(tx.update::<app::Entity>())
        .filter(app::Column::Id.eq(id.0))
        .filter(app::Column::FaultByRefusals.eq(true))
        .col_expr(
            app::Column::RefusalsAcceptedUntil,
            Expr::value(now.plus(HOLDS).0),
        )
        .exec(&*tx)
        .await?;
    if ended.rows_affected == 0 {
        return Ok(());
    }
    tx.update::<connection::Entity>()
        .filter(connection::Column::AppId.eq(id.0))
        .filter(connection::Column::DueAt.is_not_null())
        .col_expr(connection::Column::DueAt, Expr::value(now.0))
        .exec(&*tx)
        .await?;
    let entry = Entry::of(actor, Action::RefusalsAccepted, Target::app(id, &app.slug));
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}
