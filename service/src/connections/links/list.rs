//! Reads links.

use super::{LinkError, LinkRow};
use crate::{
    connections::counts::visible_apps,
    core::{error::InternalError, rows::Rows},
    entity::reconnect_link::{Column, Entity, Model},
    mail,
    records::app::App,
    tenancy::{Actor, Tx},
};
use domain::{
    ids::{ConnectionId, LinkId},
    permission::Permission,
    slug::Slug,
    subdomain::Subdomain,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, Select};

/// A link, with its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLink {
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
    let mut query = newest_first(&tx, connection);
    if let Some(only) = actor.apps.ids() {
        query = query.filter(Column::AppId.is_in(only));
    }
    let rows: Vec<Model> = query.first(&*tx, 20, "the links of an account").await?;
    let mailed = rows.iter().filter(|row| row.email.is_some());
    let mut mails = mail::progress(&tx, mailed.map(|row| row.id.0).collect()).await?;
    let link = |row: &Model| LinkRow {
        mail: mails.remove(&row.id.0),
        ..LinkRow::new(row, actor.expiry_now())
    };
    Ok(rows.iter().map(link).collect())
}

/// Along the index of connections: without statistics, SQLite would take the tenant's,
/// which is in the same order, and read all of its links.
fn newest_first(tx: &Tx, connection: ConnectionId) -> Select<Entity> {
    tx.by_keys::<Entity>(Column::ConnectionId, vec![connection])
        .order_by_desc(Column::Id)
}

/// Links of the apps that the actor may see, the newest first, from after `after` on; and
/// whether more follow.
///
/// # Errors
/// [`LinkError`].
pub async fn of_tenant(
    actor: &Actor,
    after: Option<LinkId>,
    limit: u64,
) -> Result<(Vec<AccountLink>, bool), LinkError> {
    actor.require(Permission::SendLinks)?;
    let tx = actor.read().await?;
    let apps = visible_apps(actor, &tx).await?;
    let mut query = tx.all::<Entity>();
    if actor.apps.ids().is_some() {
        query = query.filter(Column::AppId.is_in(apps.iter().map(|app| app.id)));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    let mut rows: Vec<Model> = query
        .order_by_desc(Column::Id)
        .first(&*tx, limit + 1, "the links of a tenant")
        .await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let now = actor.expiry_now();
    Ok((of_apps(rows, &apps, now), more))
}

fn of_apps(rows: Vec<Model>, apps: &[App], now: Timestamp) -> Vec<AccountLink> {
    let of_app = |row: Model| {
        let app = apps.iter().find(|app| app.id == row.app_id)?;
        Some(AccountLink {
            app_slug: app.slug.clone(),
            app_name: app.name.clone(),
            link: LinkRow::new(&row, now),
            subdomain: row.subdomain,
        })
    };
    rows.into_iter().filter_map(of_app).collect()
}

fn usable(tx: &Tx, apps: &[App], now: Timestamp) -> Select<Entity> {
    tx.all::<Entity>()
        .filter(Column::AppId.is_in(apps.iter().map(|app| app.id)))
        .filter(Column::ApprovedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .order_by_desc(Column::ExpiresAt)
}

/// The links of these apps that are usable at `now`, those first that are so longest. Along
/// an index in which nothing is passed over, however many links were used or expired.
pub(crate) async fn outstanding(
    tx: &Tx,
    apps: &[App],
    now: Timestamp,
    limit: u64,
) -> Result<Vec<AccountLink>, InternalError> {
    let rows: Vec<Model> = usable(tx, apps, now)
        .first(&**tx, limit, "the links on their way")
        .await?;
    Ok(of_apps(rows, apps, now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{
        World, on_each_database,
        plan::{plan, prefer_indexes},
    };

    /// SQLite has no statistics, as in all installations.
    #[tokio::test]
    async fn an_accounts_links_are_read_without_those_of_others() {
        let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
        let owner = world.owner("acme").await;
        let tx = owner.read().await.unwrap();
        let connection = ConnectionId(world.services.new_id());
        let plan = plan(&tx, newest_first(&tx, connection)).await;
        assert!(plan.contains("(connection_id=?)"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }

    /// However many links were used or expired before.
    #[tokio::test]
    async fn usable_links_are_found_in_their_order() {
        on_each_database(async |world| {
            let owner = world.owner("acme").await;
            let app = world.app(&owner, "returns").await;
            let tx = owner.read().await.unwrap();
            prefer_indexes(&tx).await;
            let plan = plan(&tx, usable(&tx, &[app], world.clock_now())).await;
            assert!(plan.contains("reconnect_links_open"), "{plan}");
            assert!(
                !plan.contains("TEMP B-TREE") && !plan.contains("Sort"),
                "{plan}"
            );
        })
        .await;
    }
}
