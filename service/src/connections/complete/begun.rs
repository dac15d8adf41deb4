//! Finds the authorization that a callback belongs to.

use super::callback::{Callback, CallbackError};
use crate::{
    connections::authorize::{Facts, Origin},
    core::{digest::digest, error::InternalError, rows::Rows, services::Services},
    encryption::Purpose,
    entity::authorization::{Column, Entity, Model},
    people::{SignedIn, membership},
    records::app::{self, App},
    tenancy::{
        TenantScope,
        lookup::{self, Key},
    },
};
use domain::{
    app_limit::AppLimit,
    error::AuthorizationProblem,
    ids::{AppId, AuthorizationId},
    permission::Permission,
};
use gorgias::ClientCredentials;
use sea_orm::{ColumnTrait, QueryFilter};

/// What was found for a state.
pub(super) enum Found {
    /// The authorization came back before, in this browser.
    Ended(AuthorizationId),
    /// The authorization is under way.
    Begun(Box<Begun>),
}

/// An authorization that comes back for the first time. Tenant, account and
/// everything else come from its facts; nothing comes from the request.
pub(super) struct Begun {
    pub facts: Facts,
    pub scope: TenantScope,
    /// Its row, if the previous version stored it at the beginning.
    pub stored: Option<AuthorizationId>,
}

/// Finds the authorization of the state: its row if it came back before (or if
/// the previous version stored it at the beginning), else the browser's cookie.
pub(super) async fn find(
    services: &Services,
    app: AppId,
    callback: &Callback,
) -> Result<Found, CallbackError> {
    let unknown = || CallbackError::Refused(AuthorizationProblem::StateUnknown);
    let sealed = match &callback.sealed {
        Some(value) => Facts::open(services, app, &callback.state, value).await?,
        None => None,
    };
    if let Some((scope, row)) = stored(services, callback).await? {
        let here = row.browser_hash == digest("browser", &callback.browser);
        if !here || row.app_id != app {
            return Err(unknown());
        }
        let id = row.id;
        if row.consumed_at.is_some() {
            return Ok(Found::Ended(id));
        }
        if row.expires_at <= services.expiry_now() {
            return Err(unknown());
        }
        return Ok(Found::Begun(Box::new(Begun {
            facts: Facts::of_row(&row, &callback.browser)?,
            scope,
            stored: Some(id),
        })));
    }
    let facts = sealed.ok_or_else(unknown)?;
    Ok(Found::Begun(Box::new(Begun {
        scope: TenantScope::new(services, facts.tenant),
        facts,
        stored: None,
    })))
}

async fn stored(
    services: &Services,
    callback: &Callback,
) -> Result<Option<(TenantScope, Model)>, InternalError> {
    let Some(scope) = lookup::scope_of(services, Key::State(&callback.state)).await? else {
        return Ok(None);
    };
    let tx = scope.read().await?;
    let row: Option<Model> = tx
        .all::<Entity>()
        .filter(Column::StateHash.eq(digest("state", &callback.state)))
        .row(&*tx)
        .await?;
    drop(tx);
    Ok(row.map(|row| (scope, row)))
}

impl Begun {
    /// Whether the person who began it is unknown.
    pub fn is_anonymous(&self) -> bool {
        self.facts.origin == Origin::Install
    }

    /// Only the operator who began it may complete it, and only with the
    /// permission: the role may have changed in the meantime. For all other
    /// origins it doesn't matter who is signed in.
    pub async fn person_is_right(&self, signed_in: Option<SignedIn>) -> Result<(), CallbackError> {
        let Some(person) = self.facts.origin.person() else {
            return Ok(());
        };
        let Some(signed_in) = signed_in.filter(|signed_in| signed_in.person() == person) else {
            return Err(AuthorizationProblem::OtherPerson.into());
        };
        let membership = membership::of_session(&self.scope, self.facts.tenant, signed_in).await?;
        if membership.is_some_and(|m| m.may(Permission::Authorize, self.facts.app)) {
            Ok(())
        } else {
            Err(AuthorizationProblem::RoleGone.into())
        }
    }

    /// The app and its credentials.
    pub async fn app(&self) -> Result<(App, ClientCredentials), CallbackError> {
        let tx = self.scope.read().await.map_err(CallbackError::Internal)?;
        if !lookup::is_there(&tx).await? {
            return Err(AuthorizationProblem::StateUnknown.into());
        }
        let id = self.facts.app.0;
        let app = app::find(&tx, &id.to_string(), &AppLimit::All)
            .await?
            .ok_or(AuthorizationProblem::StateUnknown)?;
        let secret = self
            .scope
            .vault()
            .open(&tx, Purpose::AppClientSecret, id)
            .await?;
        let client_secret =
            secret.ok_or_else(|| InternalError::inconsistent("apps", "client_secret", id))?;
        let client = ClientCredentials {
            client_id: app.client_id.clone(),
            client_secret,
            encoding: app.basic_encoding,
        };
        Ok((app, client))
    }
}
