//! Opens a link, before its tenant is known.

use super::{
    LinkGone, LinkRow, LinkState, OpenError,
    status::{self, LinkStatus},
    tell,
};
use crate::{
    accounts::campaign_accounts,
    core::{digest::digest, error::InternalError, rows::Rows, services::Services},
    entity::{
        connection,
        reconnect_link::{Column, Entity, Model},
    },
    records::{app, connection::Record},
    tenancy::{
        TenantBrand, TenantScope, Tx, brand,
        lookup::{self, Key},
        outbox,
    },
};
use domain::{
    app_limit::AppLimit,
    customer::Language,
    event::{self, Happening},
    health::Health,
    ids::LinkId,
    scope::ScopeSet,
    subdomain::Subdomain,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};
use secrecy::SecretString;

/// What the address of a link shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A link that can be used.
    Usable(Box<PublicLink>),
    /// A link that was approved with, and how its account is now.
    Approved(Box<LinkStatus>),
    /// A link that can't be used, and its language.
    Gone(LinkGone, Option<Language>),
}

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
    /// The link's language.
    pub language: Option<Language>,
}

/// The link's row and its tenant's scope, found by the token.
async fn find(
    services: &Services,
    token: &SecretString,
) -> Result<Option<(TenantScope, Model)>, InternalError> {
    let Some(scope) = lookup::scope_of(services, Key::Link(token)).await? else {
        return Ok(None);
    };
    let tx = scope.read().await?;
    let row = tx
        .all::<Entity>()
        .filter(Column::TokenHash.eq(digest("link", token)))
        .row::<Model>(&*tx)
        .await?;
    drop(tx);
    Ok(row.map(|row| (scope, row)))
}

/// Why a link can't be used at `now`.
fn gone(row: &Model, now: Timestamp) -> Option<LinkGone> {
    match LinkRow::new(row, now).state {
        LinkState::Approved => Some(LinkGone::Used),
        LinkState::Revoked => Some(LinkGone::Revoked),
        LinkState::Expired => Some(LinkGone::Expired),
        LinkState::Sent | LinkState::Opened | LinkState::Started => None,
    }
}

/// The row of a link that can be used, and its tenant's scope.
pub(crate) async fn usable(
    services: &Services,
    token: &SecretString,
) -> Result<(TenantScope, Model), OpenError> {
    let found = find(services, token).await?;
    let (scope, row) = found.ok_or(LinkGone::Unknown)?;
    match gone(&row, services.expiry_now()) {
        Some(gone) => Err(gone.into()),
        None => Ok((scope, row)),
    }
}

/// The row of the link with this id, if it can be used at `now`.
pub(crate) async fn usable_by_id(
    tx: &Tx,
    link: LinkId,
    now: Timestamp,
) -> Result<Model, OpenError> {
    let row: Option<Model> = tx
        .all::<Entity>()
        .filter(Column::Id.eq(link))
        .row(&**tx)
        .await?;
    let row = row.ok_or(LinkGone::Unknown)?;
    match gone(&row, now) {
        Some(gone) => Err(gone.into()),
        None => Ok(row),
    }
}

/// The page of a link. Reading it changes nothing: mail scanners open links, too.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn open(services: &Services, token: &SecretString) -> Result<Opened, InternalError> {
    let Some((scope, row)) = find(services, token).await? else {
        return Ok(Opened::Gone(LinkGone::Unknown, None));
    };
    Ok(match gone(&row, services.expiry_now()) {
        None => Opened::Usable(Box::new(page(services, &scope, row).await?)),
        Some(why) => match status::of_link(&scope, &row).await? {
            Some(status) => Opened::Approved(Box::new(status)),
            None => Opened::Gone(why, row.language),
        },
    })
}

/// The page of a link that can be used.
async fn page(
    services: &Services,
    scope: &TenantScope,
    row: Model,
) -> Result<PublicLink, InternalError> {
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
        health: Health::of(&record.as_asked(&app), services.now()),
        created_by: row.created_by,
        expires_at: row.expires_at,
        language: row.language,
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
        campaign_accounts::link_opened(&tx, connection).await?;
        tell(&tx, connection).await?;
    }
    tx.commit().await
}
