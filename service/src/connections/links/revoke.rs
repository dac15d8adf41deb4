//! Withdraws links.

use super::{LinkError, LinkRow, LinkState, tell};
use crate::{
    accounts::campaign_accounts,
    audit::{self, Action, Entry, Target},
    core::rows::Rows,
    entity::reconnect_link::{Column, Entity, Model},
    mail::{self, MailKind},
    records::app,
    tenancy::{Actor, Tx, outbox},
};
use domain::{app_limit::AppLimit, event::Happening, ids::LinkId, permission::Permission};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// The result of a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// The link can't be used any more.
    Done,
    /// The link could not be used before either; it stays as it is.
    Over(LinkState),
}

/// Withdraws a link. A used, expired or withdrawn link stays as it is.
///
/// # Errors
/// [`LinkError::NotFound`] if the actor sees no such link.
pub async fn revoke(actor: &Actor, link: LinkId) -> Result<Withdrawal, LinkError> {
    actor.require(Permission::SendLinks)?;
    let tx = actor.write().await?;
    let row = find(actor, &tx, link).await?;
    let state = LinkRow::new(&row, actor.expiry_now()).state;
    if matches!(
        state,
        LinkState::Approved | LinkState::Revoked | LinkState::Expired
    ) {
        return Ok(Withdrawal::Over(state));
    }
    let withdrawn = tx
        .update::<Entity>()
        .filter(Column::Id.eq(link))
        .filter(Column::ApprovedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .col_expr(Column::RevokedAt, Expr::value(actor.now()))
        .exec(&*tx)
        .await?;
    if withdrawn.rows_affected == 0 {
        // It was used or withdrawn since it was read.
        let row = find(actor, &tx, link).await?;
        return Ok(Withdrawal::Over(
            LinkRow::new(&row, actor.expiry_now()).state,
        ));
    }
    mail::withdraw(&tx, MailKind::ReconnectLink, link.0).await?;
    let connection = row.connection_id;
    campaign_accounts::link_withdrawn(&tx, connection, link).await?;
    outbox::add(
        actor.services(),
        &tx,
        connection,
        &actor.as_event_actor(),
        &Happening::LinkRevoked,
    )?;
    tell(&tx, connection).await?;
    let app = app::find(&tx, &row.app_id.to_string(), &AppLimit::All)
        .await?
        .ok_or(LinkError::NotFound)?;
    let target = Target::account(Some(connection), &app.slug, &row.subdomain);
    let entry = Entry::of(actor, Action::LinkRevoked, target).detail(format!("link={link}"));
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    Ok(Withdrawal::Done)
}

async fn find(actor: &Actor, tx: &Tx, link: LinkId) -> Result<Model, LinkError> {
    let mut query = tx.all::<Entity>().filter(Column::Id.eq(link));
    if let Some(only) = actor.apps.ids() {
        query = query.filter(Column::AppId.is_in(only));
    }
    query.row(&**tx).await?.ok_or(LinkError::NotFound)
}
