//! Opens a link, before its tenant is known.

use super::{LinkGone, LinkRow, LinkState, OpenError, tell};
use crate::{
    core::{digest::digest, error::InternalError, rows::Rows, services::Services},
    entity::{
        connection,
        reconnect_link::{Column, Entity, Model},
    },
    records::{app, connection::Record},
    tenancy::{
        TenantBrand, TenantScope, brand,
        lookup::{self, Key},
        outbox,
    },
};
use domain::{
    app_limit::AppLimit,
    event::{self, Happening},
    health::Health,
    scope::ScopeSet,
    subdomain::Subdomain,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};
use secrecy::SecretString;

/// What the customer's admin sees on a link's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicLink {
    /// The publisher of the app.
    pub tenant_name: String,
    /// The publisher's brand.
    pub brand: TenantBrand,
    /// The app.
    pub app_name: String,
    /// The account.
    pub subdomain: Subdomain,
    /// The scopes that will be requested.
    pub requested: ScopeSet,
    /// The scopes granted so far.
    pub granted: ScopeSet,
    /// The state of the connection.
    pub health: Health,
    /// Who made the link.
    pub created_by: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// The link's row and its tenant's scope, found by the token.
pub(crate) async fn usable(
    services: &Services,
    token: &SecretString,
) -> Result<(TenantScope, Model), OpenError> {
    let scope = lookup::scope_of(services, Key::Link(token)).await?;
    let scope = scope.ok_or(LinkGone::Unknown)?;
    let tx = scope.read().await?;
    let row = tx
        .all::<Entity>()
        .filter(Column::TokenHash.eq(digest("link", token)))
        .row::<Model>(&*tx)
        .await?
        .ok_or(LinkGone::Unknown)?;
    drop(tx);
    match LinkRow::new(&row, services.expiry_now()).state {
        LinkState::Approved => Err(LinkGone::Used.into()),
        LinkState::Revoked => Err(LinkGone::Revoked.into()),
        LinkState::Expired => Err(LinkGone::Expired.into()),
        LinkState::Sent | LinkState::Opened | LinkState::Started => Ok((scope, row)),
    }
}

/// The page of a link. Reading it changes nothing: mail scanners open links, too.
///
/// # Errors
/// [`OpenError`].
pub async fn open(services: &Services, token: &SecretString) -> Result<PublicLink, OpenError> {
    let (scope, row) = usable(services, token).await?;
    let bad = |column| InternalError::inconsistent("reconnect_links", column, row.id);
    let tx = scope.read().await?;
    let brand = brand::of(&tx).await?;
    let app = app::find(&tx, &row.app_id.to_string(), &AppLimit::All)
        .await?
        .ok_or_else(|| bad("app_id"))?;
    let record = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Id.eq(row.connection_id))
        .row::<Record>(&*tx)
        .await?
        .ok_or_else(|| bad("connection_id"))?;
    Ok(PublicLink {
        tenant_name: brand.name.clone(),
        brand,
        app_name: app.name.clone(),
        subdomain: record.subdomain.clone(),
        requested: app.requested.clone(),
        granted: record.granted.clone(),
        health: Health::of(
            &record.condition(app.credentials.rejected_since()),
            services.now(),
        ),
        created_by: row.created_by,
        expires_at: row.expires_at,
    })
}

/// Records the first opening of a usable link.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn mark_opened(services: &Services, token: &SecretString) -> Result<(), InternalError> {
    let (scope, row) = match usable(services, token).await {
        Ok(found) => found,
        Err(OpenError::Gone(_)) => return Ok(()),
        Err(OpenError::Internal(error)) => return Err(error),
    };
    if row.opened_at.is_some() {
        return Ok(());
    }
    let tx = scope.write().await?;
    let first = tx
        .update::<Entity>()
        .filter(Column::Id.eq(row.id))
        .filter(Column::OpenedAt.is_null())
        .col_expr(Column::OpenedAt, Expr::value(services.now()))
        .exec(&*tx)
        .await?;
    if first.rows_affected == 1 {
        let connection = row.connection_id;
        outbox::add(
            services,
            &tx,
            connection,
            &event::Actor::Customer { name: None },
            &Happening::LinkOpened,
        )?;
        tell(&tx, connection).await?;
    }
    tx.commit().await
}
