//! The accounts of campaigns: the worker finds them, or a bulk job brings those that somebody
//! chose; their links and approvals say how far they are.

use crate::{
    core::{error::InternalError, rows::Rows},
    entity::{
        campaign::{self, Column},
        campaign_account::{self, ActiveModel},
    },
    tenancy::Tx,
};
use domain::{
    campaign::Stage,
    ids::{AppId, CampaignId, ConnectionId, LinkId},
    subdomain::Subdomain,
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict, Query, SimpleExpr},
};

/// The app of a campaign that isn't over.
pub(crate) async fn app_of_running(
    tx: &Tx,
    campaign: CampaignId,
) -> Result<Option<AppId>, InternalError> {
    let row: Option<campaign::Model> = tx
        .all::<campaign::Entity>()
        .filter(Column::Id.eq(campaign))
        .filter(Column::EndedAt.is_null())
        .row(&**tx)
        .await?;
    Ok(row.map(|row| row.app_id))
}

/// Takes up these connections, unless they are in it; the worker writes to them.
pub(crate) async fn take_up(
    tx: &Tx,
    campaign: CampaignId,
    chosen: Vec<(Subdomain, ConnectionId)>,
    now: Timestamp,
) -> Result<(), InternalError> {
    if chosen.is_empty() {
        return Ok(());
    }
    let rows = chosen.into_iter();
    let rows = rows.map(|(subdomain, connection)| waiting(tx, campaign, subdomain, connection));
    add(tx, rows.collect()).await?;
    tx.update::<campaign::Entity>()
        .filter(Column::Id.eq(campaign))
        .filter(Column::EndedAt.is_null())
        .col_expr(Column::NextAt, Expr::value(now))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// An account whose mail is not sent yet.
pub(crate) fn waiting(
    tx: &Tx,
    campaign: CampaignId,
    subdomain: Subdomain,
    connection: ConnectionId,
) -> ActiveModel {
    ActiveModel {
        tenant_id: Set(tx.tenant()),
        campaign_id: Set(campaign),
        subdomain: Set(subdomain),
        connection_id: Set(connection),
        stage: Set(Stage::Waiting),
        link_id: Set(None),
        email: Set(None),
        sent_at: Set(None),
        reminded_at: Set(None),
    }
}

/// Adds accounts that are not in it.
pub(crate) async fn add(tx: &Tx, accounts: Vec<ActiveModel>) -> Result<(), InternalError> {
    if accounts.is_empty() {
        return Ok(());
    }
    let twice = OnConflict::columns([
        campaign_account::Column::CampaignId,
        campaign_account::Column::Subdomain,
    ])
    .do_nothing()
    .to_owned();
    campaign_account::Entity::insert_many(accounts)
        .on_conflict(twice)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// The first contact of the account is another one: campaigns that found nobody, or whose
/// mail didn't arrive, write to it now.
pub(super) async fn contact_changed(
    tx: &Tx,
    subdomain: &Subdomain,
    now: Timestamp,
) -> Result<(), InternalError> {
    let running = Query::select()
        .column(Column::Id)
        .from(campaign::Entity)
        .and_where(Column::TenantId.eq(tx.tenant()))
        .and_where(Column::EndedAt.is_null())
        .to_owned();
    let found = tx
        .update::<campaign_account::Entity>()
        .filter(campaign_account::Column::CampaignId.in_subquery(running))
        .filter(campaign_account::Column::Subdomain.eq(subdomain.as_str()))
        .filter(
            campaign_account::Column::Stage.is_in([Stage::NobodyToWriteTo, Stage::NotDelivered]),
        )
        .col_expr(campaign_account::Column::Stage, Expr::value(Stage::Waiting))
        .col_expr(
            campaign_account::Column::LinkId,
            Expr::value(Option::<LinkId>::None),
        )
        .exec(&**tx)
        .await?;
    if found.rows_affected == 0 {
        return Ok(());
    }
    let waiting = Query::select()
        .column(campaign_account::Column::CampaignId)
        .from(campaign_account::Entity)
        .and_where(campaign_account::Column::TenantId.eq(tx.tenant()))
        .and_where(campaign_account::Column::Subdomain.eq(subdomain.as_str()))
        .and_where(campaign_account::Column::Stage.eq(Stage::Waiting))
        .to_owned();
    tx.update::<campaign::Entity>()
        .filter(Column::EndedAt.is_null())
        .filter(Column::Id.in_subquery(waiting))
        .col_expr(Column::NextAt, Expr::value(now))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// A link of the connection was opened. It may be before we know that its mail has left.
pub(crate) async fn link_opened(tx: &Tx, connection: ConnectionId) -> Result<(), InternalError> {
    let on_its_way = campaign_account::Column::Stage
        .eq(Stage::Waiting)
        .and(campaign_account::Column::LinkId.is_not_null());
    let from = campaign_account::Column::Stage
        .eq(Stage::Sent)
        .or(on_its_way);
    move_on(tx, connection, from, Stage::Opened).await
}

/// Somebody who opened a link of the connection pressed “Cancel” at Gorgias.
pub(crate) async fn declined(tx: &Tx, connection: ConnectionId) -> Result<(), InternalError> {
    let from = campaign_account::Column::Stage.is_in([Stage::Sent, Stage::Opened]);
    move_on(tx, connection, from, Stage::Declined).await
}

/// A link was withdrawn; if its mail has not left, it never will.
pub(crate) async fn link_withdrawn(
    tx: &Tx,
    connection: ConnectionId,
    link: LinkId,
) -> Result<(), InternalError> {
    let from = campaign_account::Column::Stage
        .eq(Stage::Waiting)
        .and(campaign_account::Column::LinkId.eq(link));
    move_on(tx, connection, from, Stage::NotDelivered).await
}

/// The connection was approved, with whichever link.
pub(crate) async fn approved(tx: &Tx, connection: ConnectionId) -> Result<(), InternalError> {
    let from = campaign_account::Column::Stage.ne(Stage::Approved);
    move_on(tx, connection, from, Stage::Approved).await
}

async fn move_on(
    tx: &Tx,
    connection: ConnectionId,
    from: SimpleExpr,
    to: Stage,
) -> Result<(), InternalError> {
    tx.update::<campaign_account::Entity>()
        .filter(campaign_account::Column::ConnectionId.eq(connection))
        .filter(from)
        .col_expr(campaign_account::Column::Stage, Expr::value(to))
        .exec(&**tx)
        .await?;
    Ok(())
}
