//! What follows from the end of a reconnect link's mail: the campaign that sent it goes on
//! from there, and open pages hear of it.

use crate::{
    core::{error::InternalError, live::Change, rows::Rows},
    entity::{
        campaign_account::{Column, Entity},
        connection, reconnect_link,
    },
    tenancy::Tx,
};
use domain::{campaign::Stage, ids::LinkId, time::Timestamp};
use sea_orm::{
    ColumnTrait, QueryFilter,
    sea_query::{Expr, Func},
};

/// The link's mail left, or it never will. A link that was opened meanwhile says more.
pub(super) async fn link_ended(
    tx: &Tx,
    link: LinkId,
    is_sent: bool,
    now: Timestamp,
) -> Result<(), InternalError> {
    let link: Option<reconnect_link::Model> = tx
        .all::<reconnect_link::Entity>()
        .filter(reconnect_link::Column::Id.eq(link))
        .row(&**tx)
        .await?;
    let Some(link) = link else {
        return Ok(());
    };
    let mut of_campaign = tx
        .update::<Entity>()
        // Along its index; there is none of links.
        .filter(Column::ConnectionId.eq(link.connection_id))
        .filter(Column::LinkId.eq(link.id));
    let next = if is_sent {
        let first = Func::coalesce([Expr::col(Column::SentAt), Expr::value(now)]);
        of_campaign = of_campaign.col_expr(Column::SentAt, first.into());
        Stage::Sent
    } else {
        Stage::NotDelivered
    };
    let stage =
        Expr::case(Column::Stage.eq(Stage::Waiting), next).finally(Expr::col(Column::Stage));
    of_campaign
        .col_expr(Column::Stage, stage.into())
        .exec(&**tx)
        .await?;
    let of: Option<connection::Model> = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Id.eq(link.connection_id))
        .row(&**tx)
        .await?;
    if let Some(of) = of {
        tx.tell(Change {
            tenant: tx.tenant(),
            app: Some(of.app_id),
            connection: of.id,
            subdomain: of.subdomain,
            health: of.health,
        });
    }
    Ok(())
}
