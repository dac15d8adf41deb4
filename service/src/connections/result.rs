//! The outcome of an authorization, for the result page.

use crate::{
    connections::links::{self, OpenError},
    core::{digest::digest, error::InternalError, rows::Rows, services::Services},
    entity::{authorization, tenant},
    records::{app, find},
    tenancy::{
        TenantBrand, Tx, brand,
        lookup::{self, Key},
    },
};
use domain::{
    app_limit::AppLimit,
    customer::Language,
    error::AuthorizationProblem,
    health::Health,
    ids::{AppId, AuthorizationId},
    scope::{Comparison, ScopeSet},
    slug::Slug,
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// The longest time of an exchange, with all its work.
const LONGEST_EXCHANGE: Span = Span::minutes(2);

/// The outcome; stored as JSON with the authorization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Tokens were stored.
    Approved {
        /// The person who approved, if Gorgias gave the name.
        by: Option<String>,
        /// The granted scopes.
        granted: ScopeSet,
        /// Whether the account was connected for the first time.
        first: bool,
    },
    /// Another request of the browser is exchanging the code; never stored.
    UnderWay,
    /// Nothing was changed.
    Failed {
        /// The reason.
        #[serde(flatten)]
        problem: AuthorizationProblem,
    },
}

/// The data of the result page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationResult {
    /// The app.
    pub app_name: String,
    /// The brand of the app's publisher.
    pub brand: TenantBrand,
    /// The account.
    pub subdomain: Subdomain,
    /// The app's own address with `?account=`, if the operator set one.
    pub after_install_url: Option<String>,
    /// The outcome.
    pub outcome: Outcome,
    /// The present health of the connection, as the dashboard shows it; `None`
    /// if there is none.
    pub health: Option<Health>,
    /// Whether the app doesn't request the scope `offline`, which keeps it connected.
    pub lacks_offline: bool,
    /// When the access expires, if that is known.
    pub access_expires_at: Option<Timestamp>,
    /// The requested scopes compared with the granted ones; empty if it failed.
    pub comparison: Comparison,
    /// Where the same person can begin again.
    pub again: Again,
    /// The language that the person chose, or that of the link.
    pub language: Option<Language>,
}

/// Where an authorization that failed can be begun again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// At the install entry, where it was begun.
    Install(String),
    /// With the link that it was begun with.
    Link,
    /// At the account's page, by the colleague who began it.
    Account {
        /// The tenant.
        tenant: Slug,
        /// The app.
        app: Slug,
    },
    /// Nowhere: the link can't be used any more.
    Nowhere,
}

impl AuthorizationResult {
    /// Whether a colleague began it, and no customer.
    pub fn is_for_colleague(&self) -> bool {
        matches!(self.again, Again::Account { .. })
    }
}

/// The result, only for the browser that brought the authorization back.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn show(
    services: &Services,
    app: AppId,
    authorization: AuthorizationId,
    browser: &SecretString,
) -> Result<Option<AuthorizationResult>, InternalError> {
    // The id and the browser's cookie together prove that it may see the result.
    let Some(scope) = lookup::scope_of(services, Key::Authorization(authorization)).await? else {
        return Ok(None);
    };
    let tx = scope.read().await?;
    let row = tx
        .all::<authorization::Entity>()
        .filter(authorization::Column::Id.eq(authorization))
        .filter(authorization::Column::AppId.eq(app))
        .filter(authorization::Column::BrowserHash.eq(digest("browser", browser)))
        .row::<authorization::Model>(&*tx)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let bad = |column| InternalError::inconsistent("authorizations", column, row.id);
    let outcome = match (&row.outcome, row.consumed_at) {
        (Some(outcome), _) => serde_json::from_str(outcome).map_err(|_| bad("outcome"))?,
        (None, None) => return Ok(None),
        (None, Some(at)) if services.expiry_now().since(at) < LONGEST_EXCHANGE => Outcome::UnderWay,
        // The request that exchanged the code did not finish.
        (None, Some(_)) => Outcome::Failed {
            problem: AuthorizationProblem::Unavailable,
        },
    };
    let Some(app) = app::find(&tx, &app.to_string(), &AppLimit::All).await? else {
        return Ok(None);
    };
    let requested = if row.requested_scopes.is_empty() {
        // They were too long for the cookie, so they were the app's own scopes.
        app.requested.clone()
    } else {
        row.requested_scopes
    };
    let record = find::find(&tx, app.id, &row.subdomain).await?;
    let brand = brand::of(&tx).await?;
    let condition = record.as_ref().map(|record| record.as_asked(&app));
    let comparison = match &outcome {
        Outcome::Approved { granted, .. } => ScopeSet::compare(&requested, granted),
        Outcome::UnderWay | Outcome::Failed { .. } => Comparison::default(),
    };
    let again = match (row.origin.as_str(), row.link_id) {
        ("operator", _) => Again::Account {
            tenant: tenant_slug(&tx).await?,
            app: app.slug.clone(),
        },
        ("link", Some(link)) => match links::usable_by_id(&tx, link, services.expiry_now()).await {
            Ok(_) => Again::Link,
            Err(OpenError::Gone(_)) => Again::Nowhere,
            Err(OpenError::Internal(error)) => return Err(error),
        },
        _ => {
            let install = services.config.install_url(app.id);
            Again::Install(format!("{install}?account={}", row.subdomain))
        }
    };
    Ok(Some(AuthorizationResult {
        after_install_url: app.welcome_url(&row.subdomain),
        health: condition.map(|condition| Health::of(&condition, services.now())),
        lacks_offline: !app.requested.contains("offline"),
        access_expires_at: record.and_then(|record| record.access_expires_at),
        app_name: app.name,
        brand,
        subdomain: row.subdomain,
        outcome,
        comparison,
        again,
        language: row.language,
    }))
}

async fn tenant_slug(tx: &Tx) -> Result<Slug, InternalError> {
    let row = tenant::Entity::find_by_id(tx.tenant())
        .row::<tenant::Model>(&**tx)
        .await?
        .ok_or_else(|| InternalError::inconsistent("tenants", "id", tx.tenant()))?;
    Ok(row.slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_survive_storage() {
        for outcome in [
            Outcome::Approved {
                by: Some("Ann".into()),
                granted: "openid".parse().unwrap(),
                first: true,
            },
            Outcome::Failed {
                problem: AuthorizationProblem::Refused {
                    code: "access_denied".into(),
                },
            },
            Outcome::Failed {
                problem: AuthorizationProblem::BadAnswer,
            },
        ] {
            let text = serde_json::to_string(&outcome).unwrap();
            assert_eq!(serde_json::from_str::<Outcome>(&text).unwrap(), outcome);
        }
    }
}
