//! Another name for a saved view, and its end.

use super::{ViewError, list::changeable, named, save::unless_taken, taken};
use crate::{
    core::rows::Rows,
    entity::saved_view::{self, Column},
    tenancy::Actor,
};
use domain::ids::SavedViewId;
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// Gives a view another name.
///
/// # Errors
/// [`ViewError`]; nothing is changed then.
pub async fn rename(actor: &Actor, id: SavedViewId, name: &str) -> Result<(), ViewError> {
    let tx = actor.write().await?;
    changeable(actor, &tx, id).await?;
    let (name, key) = named(name)?;
    let same = tx
        .all::<saved_view::Entity>()
        .filter(Column::NameKey.eq(&key))
        .filter(Column::Id.ne(id));
    if same.any(&*tx).await? {
        return Err(taken(&name));
    }
    let renamed = tx
        .update::<saved_view::Entity>()
        .filter(Column::Id.eq(id))
        .col_expr(Column::Name, Expr::value(name.clone()))
        .col_expr(Column::NameKey, Expr::value(key))
        .exec(&*tx)
        .await;
    renamed.map_err(|error| unless_taken(error, &name))?;
    Ok(tx.commit().await?)
}

/// Removes a view, and gives its name.
///
/// # Errors
/// [`ViewError`]; nothing is removed then.
pub async fn remove(actor: &Actor, id: SavedViewId) -> Result<String, ViewError> {
    let tx = actor.write().await?;
    let view = changeable(actor, &tx, id).await?;
    tx.delete::<saved_view::Entity>()
        .filter(Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(view.name)
}
