//! Finds the connection of an app to an account.

use super::{
    app::{self, App},
    connection::Record,
};
use crate::{
    core::{error::InternalError, rows::Rows},
    entity::connection,
    tenancy::Tx,
};
use domain::{app_limit::AppLimit, ids::AppId, subdomain::Subdomain};
use sea_orm::{ColumnTrait, QueryFilter};

/// Finds an app, and its connection to the account if there is one, if the
/// actor may see the app.
pub(crate) async fn find_with_app(
    tx: &Tx,
    app: &str,
    subdomain: &Subdomain,
    limit: &AppLimit,
) -> Result<Option<(App, Option<Record>)>, InternalError> {
    let Some(app) = app::find(tx, app, limit).await? else {
        return Ok(None);
    };
    let record = find(tx, app.id, subdomain).await?;
    Ok(Some((app, record)))
}

/// Finds the connection of an app to an account.
pub(crate) async fn find(
    tx: &Tx,
    app: AppId,
    subdomain: &Subdomain,
) -> Result<Option<Record>, InternalError> {
    tx.all::<connection::Entity>()
        .filter(connection::Column::AppId.eq(app))
        .filter(connection::Column::Subdomain.eq(subdomain.as_str()))
        .row(&**tx)
        .await
}
