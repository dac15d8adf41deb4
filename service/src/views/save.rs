//! Saving a view.

use super::{MOST, ViewError, named, refused, stored::StoredView, taken};
use crate::{
    connections::by_account::AccountsQuery,
    core::{
        error::{Forbidden, InternalError},
        rows::Rows,
    },
    entity::saved_view::{self, ActiveModel, Column},
    records::app,
    tenancy::{Actor, Who},
};
use domain::{ids::SavedViewId, permission::Permission};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, SqlErr};

/// The longest search that is saved, in letters.
const LONGEST_SEARCH: usize = 200;

/// Saves what the list shows under a name, for everybody in the tenant.
///
/// # Errors
/// [`ViewError`]; nothing is stored then.
pub async fn save(
    actor: &Actor,
    name: &str,
    query: &AccountsQuery,
) -> Result<SavedViewId, ViewError> {
    actor.require(Permission::EditCustomers)?;
    let Who::Person {
        id: person,
        name: who,
        ..
    } = &actor.who
    else {
        return Err(Forbidden.into());
    };
    let (name, key) = named(name)?;
    if query.q.chars().count() > LONGEST_SEARCH {
        return Err(refused(format!(
            "The search is too long to be saved: at most {LONGEST_SEARCH} letters."
        )));
    }
    let tx = actor.write().await?;
    let mut query = query.clone();
    if let Some(wanted) = &query.app {
        let Some(app) = app::find(&tx, wanted, &actor.apps).await? else {
            return Err(refused("The app of this list isn’t there any more."));
        };
        query.app = Some(app.slug.to_string());
    }
    if tx.all::<saved_view::Entity>().count(&*tx).await? >= MOST {
        return Err(refused(format!(
            "There are {MOST} saved views, which is the most. Remove one that nobody needs, then save this one."
        )));
    }
    let same = tx
        .all::<saved_view::Entity>()
        .filter(Column::NameKey.eq(&key));
    if same.any(&*tx).await? {
        return Err(taken(&name));
    }
    let id: SavedViewId = actor.new_id();
    let stored = serde_json::to_string(&StoredView::from(&query))
        .map_err(|_| InternalError::inconsistent("saved_views", "query", id))?;
    let row = ActiveModel {
        id: Set(id),
        tenant_id: Set(tx.tenant()),
        name: Set(name.clone()),
        name_key: Set(key),
        query: Set(stored),
        created_by: Set(*person),
        created_by_name: Set(who.clone()),
        created_at: Set(actor.now()),
    };
    let added = saved_view::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await;
    added.map_err(|error| unless_taken(error, &name))?;
    tx.commit().await?;
    Ok(id)
}

/// Somebody else took the name at the same moment.
pub(super) fn unless_taken(error: sea_orm::DbErr, name: &str) -> ViewError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => taken(name),
        _ => error.into(),
    }
}
