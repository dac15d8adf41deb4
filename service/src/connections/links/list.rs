//! Looking at links.

use super::LinkRow;
use crate::{
    core::error::InternalError,
    entity::{
        app,
        reconnect_link::{Column, Entity},
    },
    tenancy::Actor,
};
use domain::{ids::ConnectionId, slug::Slug, subdomain::Subdomain};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

/// A link that is on its way, with its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutstandingLink {
    /// The app's name in URLs.
    pub app_slug: Slug,
    /// The app's name.
    pub app_name: String,
    /// The account.
    pub subdomain: Subdomain,
    /// The link.
    pub link: LinkRow,
}

/// An account's links, newest first, at most twenty.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn of_connection(
    actor: &Actor,
    connection: ConnectionId,
) -> Result<Vec<LinkRow>, InternalError> {
    let tx = actor.read().await?;
    let mut query = tx
        .all::<Entity>()
        .filter(Column::ConnectionId.eq(connection));
    if let Some(only) = actor.only_app {
        query = query.filter(Column::AppId.eq(only));
    }
    let rows = query.order_by_desc(Column::Id).limit(20).all(&*tx).await?;
    Ok(rows
        .iter()
        .map(|row| LinkRow::new(row, actor.expiry_now()))
        .collect())
}

/// Links on their way: usable, newest first.
pub(crate) async fn outstanding(
    actor: &Actor,
    limit: u64,
) -> Result<Vec<OutstandingLink>, InternalError> {
    let now = actor.expiry_now();
    let tx = actor.read().await?;
    let mut query = tx.all::<Entity>();
    if let Some(only) = actor.only_app {
        query = query.filter(Column::AppId.eq(only));
    }
    let rows = query
        .filter(Column::ApprovedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(&*tx)
        .await?;
    let apps = tx
        .all::<app::Entity>()
        .filter(app::Column::Id.is_in(rows.iter().map(|r| r.app_id)))
        .all(&*tx)
        .await?;
    rows.iter()
        .map(|row| {
            let bad = |column| InternalError::inconsistent("reconnect_links", column, row.id);
            let app = apps
                .iter()
                .find(|a| a.id == row.app_id)
                .ok_or_else(|| bad("app_id"))?;
            Ok(OutstandingLink {
                app_slug: app.slug.parse().map_err(|_| bad("app_id"))?,
                app_name: app.name.clone(),
                subdomain: row.subdomain.parse().map_err(|_| bad("subdomain"))?,
                link: LinkRow::new(row, now),
            })
        })
        .collect()
}
