//! Reads apps.

use crate::{
    connections::counts::{self, HealthCounts},
    core::{error::InternalError, rows::Rows},
    entity::app,
    records::app::App,
    tenancy::Actor,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

/// An app with the health of its connections.
#[derive(Debug, Clone)]
pub struct AppRow {
    /// The app.
    pub app: App,
    /// How many connections are in each state.
    pub counts: HealthCounts,
}

/// All apps that the actor may see, sorted by name, in two queries.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn all(actor: &Actor) -> Result<Vec<AppRow>, InternalError> {
    let tx = actor.read().await?;
    let mut query = tx.all::<app::Entity>();
    if let Some(only) = actor.apps.ids() {
        query = query.filter(app::Column::Id.is_in(only));
    }
    let apps: Vec<App> = query
        .order_by_asc(app::Column::Name)
        .order_by_asc(app::Column::Id)
        .readable(&*tx, "the list of apps")
        .await?;
    let mut by_app = counts::by_app(&tx, &apps, actor.now()).await?;
    Ok(apps
        .into_iter()
        .map(|app| {
            let counts = by_app.remove(&app.id).unwrap_or_default();
            AppRow { app, counts }
        })
        .collect())
}

/// All apps that the actor may see, in one query.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn visible(actor: &Actor) -> Result<Vec<App>, InternalError> {
    let tx = actor.read().await?;
    counts::visible_apps(actor, &tx).await
}

/// The app with this slug or id, if the actor may see it.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn one(actor: &Actor, reference: &str) -> Result<Option<App>, InternalError> {
    let tx = actor.read().await?;
    crate::records::app::find(&tx, reference, &actor.apps).await
}
