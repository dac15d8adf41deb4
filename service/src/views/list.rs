//! Reading saved views.

use super::{SavedView, ViewError, stored::StoredView};
use crate::{
    core::{
        error::{Forbidden, InternalError},
        rows::Rows,
    },
    entity::{app, saved_view},
    tenancy::{Actor, Tx},
};
use domain::{
    ids::{AppId, SavedViewId},
    permission::Permission,
    slug::Slug,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

/// All saved views that the actor may see, by name: those of the tenant, but for views of
/// apps that aren't theirs.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn all(actor: &Actor) -> Result<Vec<SavedView>, InternalError> {
    let tx = actor.read().await?;
    within(actor, &tx).await
}

async fn within(actor: &Actor, tx: &Tx) -> Result<Vec<SavedView>, InternalError> {
    let rows: Vec<saved_view::Model> = tx
        .all::<saved_view::Entity>()
        .order_by_asc(saved_view::Column::NameKey)
        .limit(super::MOST * 2)
        .readable(&**tx, "the saved views")
        .await?;
    let mut views: Vec<_> = rows.into_iter().map(|row| of(actor, row)).collect();
    if let Some(only) = actor.apps.ids() {
        let theirs: Vec<(AppId, Slug)> = tx
            .all::<app::Entity>()
            .filter(app::Column::Id.is_in(only))
            .select_only()
            .column(app::Column::Id)
            .column(app::Column::Slug)
            .into_tuple()
            .all(&**tx)
            .await?;
        views.retain(|view| {
            let wanted = view.query.app.as_deref();
            wanted.is_none_or(|app| theirs.iter().any(|(_, slug)| slug.as_str() == app))
        });
    }
    Ok(views)
}

/// The saved view with this id.
async fn find(actor: &Actor, tx: &Tx, id: SavedViewId) -> Result<SavedView, ViewError> {
    let views = within(actor, tx).await?;
    let found = views.into_iter().find(|view| view.id == id);
    found.ok_or(ViewError::NotFound)
}

fn of(actor: &Actor, row: saved_view::Model) -> SavedView {
    // What can't be read is the whole list.
    let stored: StoredView = serde_json::from_str(&row.query).unwrap_or_default();
    SavedView {
        may_change: may_change(actor, &row),
        id: row.id,
        name: row.name,
        query: stored.into(),
        created_by: row.created_by_name,
        created_at: row.created_at,
    }
}

/// Whoever made it, while they may save views at all, and who manages views.
fn may_change(actor: &Actor, row: &saved_view::Model) -> bool {
    let own = actor.person() == Some(row.created_by) && actor.may(Permission::EditCustomers);
    own || actor.may(Permission::ManageViews)
}

/// The view, if the actor may change it.
pub(super) async fn changeable(
    actor: &Actor,
    tx: &Tx,
    id: SavedViewId,
) -> Result<SavedView, ViewError> {
    let view = find(actor, tx, id).await?;
    if view.may_change {
        Ok(view)
    } else {
        Err(Forbidden.into())
    }
}
