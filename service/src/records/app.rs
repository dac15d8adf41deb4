//! An app from its row, with its types checked.

use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::app,
    tenancy::{
        TenantScope, Tx,
        lookup::{self, Key},
    },
};
use domain::{
    app_credentials::AppCredentials, app_limit::AppLimit, basic_encoding::BasicEncoding,
    ids::AppId, scope::ScopeSet, slug::Slug, subdomain::Subdomain, time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter};
use std::collections::{BTreeSet, HashMap};
use url::Url;

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
    /// The scopes that it requests now.
    pub requested: ScopeSet,
    /// The address where a customer continues after installing.
    pub after_install_url: Option<String>,
    /// How id and secret are encoded for HTTP Basic authentication.
    pub basic_encoding: BasicEncoding,
    /// Whether PKCE (RFC 7636) is used.
    pub pkce: bool,
    /// The state of its credentials.
    pub credentials: AppCredentials,
    /// When it was added.
    pub created_at: Timestamp,
}

impl App {
    /// The address where the account's person continues, if there is one.
    pub(crate) fn welcome_url(&self, subdomain: &Subdomain) -> Option<String> {
        with_account(self.after_install_url.as_deref()?, subdomain)
    }
}

fn with_account(url: &str, subdomain: &Subdomain) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    url.query_pairs_mut()
        .append_pair("account", subdomain.as_str());
    Some(url.into())
}

impl TryFrom<app::Model> for App {
    type Error = InternalError;

    fn try_from(row: app::Model) -> Result<Self, InternalError> {
        Ok(Self {
            id: row.id,
            credentials: (&row).try_into()?,
            slug: row.slug,
            name: row.name,
            client_id: row.client_id,
            requested: row.requested_scopes,
            after_install_url: row.after_install_url,
            basic_encoding: row.basic_encoding,
            pkce: row.pkce,
            created_at: row.created_at,
        })
    }
}

/// Finds an app by its slug or id, if the actor may see it.
pub(crate) async fn find(
    tx: &Tx,
    reference: &str,
    limit: &AppLimit,
) -> Result<Option<App>, InternalError> {
    let wanted = match reference.parse::<AppId>() {
        Ok(id) => app::Column::Id.eq(id),
        Err(_) => app::Column::Slug.eq(reference),
    };
    let app = tx.all::<app::Entity>().filter(wanted);
    let app: Option<App> = app.row(&**tx).await?;
    Ok(app.filter(|app| limit.includes(app.id)))
}

/// The apps with these ids; missing ones are left out.
pub(crate) async fn by_id(
    tx: &Tx,
    ids: impl Iterator<Item = AppId>,
) -> Result<HashMap<AppId, Result<App, InternalError>>, InternalError> {
    let ids: BTreeSet<AppId> = ids.collect();
    let rows = tx.by_keys::<app::Entity>(app::Column::Id, ids.into_iter().collect());
    rows.by_key(&**tx, app::Column::Id).await
}

/// Finds an app by id without knowing its tenant: for requests from Gorgias
/// (install, callback), whose URLs name only the app.
pub(crate) async fn find_anywhere(
    services: &Services,
    id: AppId,
) -> Result<Option<(TenantScope, App)>, InternalError> {
    let Some(scope) = lookup::scope_of(services, Key::App(id)).await? else {
        return Ok(None);
    };
    let tx = scope.read().await?;
    let app = find(&tx, &id.to_string(), &AppLimit::All).await?;
    Ok(app.map(|app| (scope, app)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_joins_what_the_address_has() {
        let acme = "acme".parse().unwrap();
        assert_eq!(
            with_account("https://a.example/x?y=1", &acme).unwrap(),
            "https://a.example/x?y=1&account=acme"
        );
    }
}
