//! Pauses, resumes and ends campaigns.

use super::CampaignError;
use crate::{
    audit::{self, Action, Entry, Target},
    core::rows::Rows,
    entity::campaign::{Column, Entity, Model},
    records::app::{self, App},
    tenancy::{Actor, Tx},
};
use domain::{ids::CampaignId, permission::Permission, time::Timestamp};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// Stops its mails until it is resumed; `false` if it doesn't run.
///
/// # Errors
/// [`CampaignError`]; nothing is changed then.
pub async fn pause(actor: &Actor, id: CampaignId) -> Result<bool, CampaignError> {
    let now = actor.expiry_now();
    change(actor, id, Action::CampaignPaused, |row| {
        let runs = row.paused_at.is_none();
        runs.then_some((Column::PausedAt, Some(now)))
    })
    .await
}

/// Lets it go on; `false` if it isn't paused.
///
/// # Errors
/// [`CampaignError`]; nothing is changed then.
pub async fn resume(actor: &Actor, id: CampaignId) -> Result<bool, CampaignError> {
    change(actor, id, Action::CampaignResumed, |row| {
        row.paused_at.map(|_| (Column::PausedAt, None))
    })
    .await
}

/// Ends it: no mail leaves any more. Links that were sent go on working. `false` if it
/// was over.
///
/// # Errors
/// [`CampaignError`]; nothing is changed then.
pub async fn end(actor: &Actor, id: CampaignId) -> Result<bool, CampaignError> {
    let now = actor.expiry_now();
    change(actor, id, Action::CampaignEnded, |_| {
        Some((Column::EndedAt, Some(now)))
    })
    .await
}

/// The campaign and its app, as far as the actor may see it.
pub(super) async fn find(
    actor: &Actor,
    tx: &Tx,
    id: CampaignId,
) -> Result<Option<(Model, App)>, CampaignError> {
    let row: Option<Model> = tx
        .all::<Entity>()
        .filter(Column::Id.eq(id))
        .row(&**tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let app = app::find(tx, &row.app_id.to_string(), &actor.apps).await?;
    Ok(app.map(|app| (row, app)))
}

/// Changes a campaign that isn't over, if `to` gives a change.
async fn change(
    actor: &Actor,
    id: CampaignId,
    action: Action,
    to: impl FnOnce(&Model) -> Option<(Column, Option<Timestamp>)>,
) -> Result<bool, CampaignError> {
    actor.require(Permission::SendLinks)?;
    actor.require(Permission::EditCustomers)?;
    let tx = actor.write().await?;
    let (row, app) = find(actor, &tx, id).await?.ok_or(CampaignError::NotFound)?;
    let Some((column, value)) = to(&row).filter(|_| row.ended_at.is_none()) else {
        return Ok(false);
    };
    let changed = tx
        .update::<Entity>()
        .filter(Column::Id.eq(id))
        .filter(Column::EndedAt.is_null())
        .col_expr(column, Expr::value(value))
        // The worker looks at it at once.
        .col_expr(Column::NextAt, Expr::value(actor.expiry_now()))
        .exec(&*tx)
        .await?;
    if changed.rows_affected == 0 {
        return Ok(false);
    }
    let entry = Entry::of(actor, action, Target::app(app.id, &app.slug))
        .detail(format!("campaign={}", row.name));
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    Ok(true)
}
