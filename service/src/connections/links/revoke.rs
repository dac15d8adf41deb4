//! Withdrawing a link.

use super::{LinkError, LinkRow, LinkState, tell};
use crate::{
    actor::Actor,
    apps,
    audit::{self, Action, Entry, Target},
    connections::events,
    entity::reconnect_link::{Column, Entity},
    error::Fault,
};
use domain::{
    event::Happening,
    ids::{ConnectionId, LinkId},
    permission::Permission,
};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// What became of a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// The link can't be used any more.
    Done,
    /// It could not be used any more before, and stays as it is.
    Over(LinkState),
}

/// Withdraws a link. One that is used, expired or withdrawn stays as it is.
///
/// # Errors
/// [`LinkError::NotFound`] if the actor sees no such link.
pub async fn revoke(actor: &Actor, link: LinkId) -> Result<Withdrawal, LinkError> {
    actor.require(Permission::SendLinks)?;
    let tx = actor.write().await?;
    let mut query = tx.all::<Entity>().filter(Column::Id.eq(link.0));
    if let Some(only) = actor.only_app {
        query = query.filter(Column::AppId.eq(only.0));
    }
    let row = query.one(&*tx).await?.ok_or(LinkError::NotFound)?;
    let state = LinkRow::new(&row, actor.now()).state;
    if matches!(
        state,
        LinkState::Approved | LinkState::Revoked | LinkState::Expired
    ) {
        return Ok(Withdrawal::Over(state));
    }
    tx.update::<Entity>()
        .filter(Column::Id.eq(link.0))
        .col_expr(Column::RevokedAt, Expr::value(actor.now().0))
        .exec(&*tx)
        .await?;
    let connection = ConnectionId(row.connection_id);
    events::add(
        actor.services(),
        &tx,
        connection,
        &actor.as_event_actor(),
        &Happening::LinkRevoked,
    )
    .await?;
    tell(&tx, connection).await?;
    let app = apps::find(&tx, &row.app_id.to_string(), None)
        .await?
        .ok_or(LinkError::NotFound)?;
    let subdomain = row
        .subdomain
        .parse()
        .map_err(|_| Fault::inconsistent("reconnect_links", "subdomain", row.id))?;
    let target = Target::account(Some(connection), &app.slug, &subdomain);
    let entry = Entry::of(actor, Action::LinkRevoked, target).detail(format!("link={link}"));
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    Ok(Withdrawal::Done)
}
