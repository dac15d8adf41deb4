//! An app as the database holds it, with its types checked.

use super::app_credentials;
use crate::{
    core::{error::InternalError, services::Services},
    entity::app,
    tenancy::{
        TenantScope, Tx,
        lookup::{self, Key},
    },
};
use domain::{
    app_credentials::AppCredentials, basic_encoding::BasicEncoding, ids::AppId, scope::ScopeSet,
    slug::Slug, time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter};
use std::collections::{BTreeSet, HashMap};

/// An app, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// The `client_id` that Gorgias gave it (RFC 6749 2.2).
    pub client_id: String,
    /// The scopes that it asks for now.
    pub requested: ScopeSet,
    /// Where a customer may go on after installing.
    pub after_install_url: Option<String>,
    /// How id and secret enter HTTP Basic.
    pub basic_encoding: BasicEncoding,
    /// Whether PKCE (RFC 7636) is used.
    pub pkce: bool,
    /// What is known of its credentials.
    pub credentials: AppCredentials,
    /// When it was added.
    pub created_at: Timestamp,
}

impl TryFrom<app::Model> for App {
    type Error = InternalError;

    fn try_from(row: app::Model) -> Result<Self, InternalError> {
        let bad = |column| InternalError::inconsistent("apps", column, row.id);
        Ok(Self {
            id: row.id,
            slug: row.slug.parse().map_err(|_| bad("slug"))?,
            client_id: row.client_id.clone(),
            requested: row
                .requested_scopes
                .parse()
                .map_err(|_| bad("requested_scopes"))?,
            after_install_url: row.after_install_url.clone(),
            basic_encoding: row
                .basic_encoding
                .parse()
                .map_err(|_| bad("basic_encoding"))?,
            pkce: row.pkce,
            credentials: app_credentials::of(&row)?,
            created_at: row.created_at,
            name: row.name,
        })
    }
}

/// Finds an app by its slug or id, as far as the actor may see it.
pub(crate) async fn find(
    tx: &Tx,
    reference: &str,
    only: Option<AppId>,
) -> Result<Option<App>, InternalError> {
    let wanted = match reference.parse::<AppId>() {
        Ok(id) => app::Column::Id.eq(id),
        Err(_) => app::Column::Slug.eq(reference),
    };
    let row = tx.all::<app::Entity>().filter(wanted).one(&**tx).await?;
    row.filter(|row| only.is_none_or(|id| id == row.id))
        .map(App::try_from)
        .transpose()
}

/// The rows of those of these apps that there are. One that holds nonsense says
/// so when it is made an [`App`], and spoils no other.
pub(crate) async fn rows(
    tx: &Tx,
    ids: impl Iterator<Item = AppId>,
) -> Result<HashMap<AppId, app::Model>, InternalError> {
    let ids: BTreeSet<AppId> = ids.collect();
    let rows = tx.by_keys::<app::Entity>(app::Column::Id, ids.into_iter().collect());
    let rows = rows.all(&**tx).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Finds an app by id without knowing its tenant: for Gorgias' own calls
/// (install, callback), whose URLs name the app alone.
pub(crate) async fn find_anywhere(
    services: &Services,
    id: AppId,
) -> Result<Option<(TenantScope, App)>, InternalError> {
    let Some(scope) = lookup::scope_of(services, Key::App(id)).await? else {
        return Ok(None);
    };
    let tx = scope.read().await?;
    let app = find(&tx, &id.to_string(), None).await?;
    Ok(app.map(|app| (scope, app)))
}
