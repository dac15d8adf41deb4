//! How many mails of a campaign wait.

use crate::{
    core::error::InternalError,
    entity::{campaign_account, mail, reconnect_link},
    tenancy::Tx,
};
use domain::ids::CampaignId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, ExprTrait,
    sea_query::{Expr, Query},
};

/// How many mails of the campaign wait to be sent, counted up to `most`. Those of others
/// don't count: they may be held back for days.
pub(super) async fn queued(tx: &Tx, campaign: CampaignId, most: u64) -> Result<u64, InternalError> {
    let of_mail = |column| (mail::Entity, column);
    let of_link = |column| (reconnect_link::Entity, column);
    let of_account = |column| (campaign_account::Entity, column);
    let is_sent_by = Expr::col(of_account(campaign_account::Column::LinkId))
        .equals(of_link(reconnect_link::Column::Id));
    // Along its index; there is none of links.
    let is_of_connection = Expr::col(of_account(campaign_account::Column::ConnectionId))
        .equals(of_link(reconnect_link::Column::ConnectionId));
    let query = Query::select()
        .expr(Expr::val(1))
        .from(mail::Entity)
        .inner_join(
            reconnect_link::Entity,
            Expr::col(of_link(reconnect_link::Column::Id)).equals(of_mail(mail::Column::About)),
        )
        .inner_join(campaign_account::Entity, is_sent_by.and(is_of_connection))
        .and_where(mail::Column::TenantId.eq(tx.tenant()))
        .and_where(mail::Column::DueAt.is_not_null())
        .and_where(campaign_account::Column::CampaignId.eq(campaign))
        .limit(most)
        .to_owned();
    Ok(tx.query_all(&query).await?.len() as u64)
}
