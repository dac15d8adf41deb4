//! What the accounts of an app have granted, and what a change of its scopes would mean.
//!
//! All numbers come from the sets that connections have granted (ADR 44), so they cost the
//! same however many connections there are.

mod plan;

pub use plan::{AskedScope, ScopePlan};

use super::{
    list::{self, ListError, ListQuery, Narrow, Sort},
    row::AccountRow,
};
use crate::{
    core::error::{Forbidden, InternalError},
    records::{
        app::{self, App},
        granted_sets,
    },
    tenancy::Actor,
};
use domain::{
    health::Health,
    ids::AppId,
    permission::Permission,
    scope::ScopeSet,
    scope_plan::{Impact, ScopeFilter},
};
use sea_orm::Condition;

/// How many accounts a page has.
pub const A_PAGE: u64 = 25;

/// Which accounts a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PermissionsQuery {
    /// What is typed into the search.
    pub q: String,
    /// Only accounts whose granted scopes are like this.
    pub filter: Option<ScopeFilter>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// The plan of an app, and a page of its connected accounts by name.
#[derive(Debug, Clone)]
pub struct PermissionsPage {
    /// The app.
    pub app: App,
    /// The numbers.
    pub plan: ScopePlan,
    /// The accounts.
    pub rows: Vec<AccountRow>,
    /// The `after` of the next page; `None` on the last page.
    pub next: Option<String>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PermissionsError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The actor sees no such app.
    #[error("there is no such app")]
    NotFound,
    /// `after` is no value that a page gave.
    #[error("“after” doesn't belong to this list; begin again at its first page")]
    BadCursor,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<ListError> for PermissionsError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::BadCursor => Self::BadCursor,
            ListError::Internal(error) => Self::Internal(error),
        }
    }
}

/// The plan of the app with this slug or id, and a page of its accounts.
///
/// # Errors
/// [`PermissionsError`].
pub async fn show(
    actor: &Actor,
    reference: &str,
    wanted: &PermissionsQuery,
) -> Result<PermissionsPage, PermissionsError> {
    actor.require(Permission::Look)?;
    let tx = actor.read().await?;
    let app = app::find(&tx, reference, &actor.apps)
        .await?
        .ok_or(PermissionsError::NotFound)?;
    let sets = granted_sets::of_apps(&tx, [app.id]).await?;
    let plan = ScopePlan::of(&app.requested, &sets);
    let query = ListQuery {
        q: wanted.q.clone(),
        app: Some(app.id.to_string()),
        permissions: wanted.filter,
        sort: Sort::Name,
        after: wanted.after.clone(),
        limit: A_PAGE,
        ..ListQuery::default()
    };
    let narrow = Narrow {
        states: None,
        restrict: Condition::all(),
        among: None,
        connected: true,
    };
    let page = list::page(actor, &tx, std::slice::from_ref(&app), &query, &narrow).await?;
    Ok(PermissionsPage {
        app,
        plan,
        rows: page.rows,
        next: page.next,
    })
}

/// The numbers of this app alone.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn plan(actor: &Actor, app: &App) -> Result<ScopePlan, InternalError> {
    let tx = actor.read().await?;
    let sets = granted_sets::of_apps(&tx, [app.id]).await?;
    Ok(ScopePlan::of(&app.requested, &sets))
}

/// What it would mean for the app's connected accounts if it asked for these scopes instead
/// of the present ones.
///
/// # Errors
/// [`PermissionsError`], but never `BadCursor`.
pub async fn impact(
    actor: &Actor,
    id: AppId,
    after: &ScopeSet,
) -> Result<Impact, PermissionsError> {
    actor.require(Permission::ManageApps)?;
    let tx = actor.read().await?;
    let app = app::find(&tx, &id.to_string(), &actor.apps)
        .await?
        .ok_or(PermissionsError::NotFound)?;
    let mut impact = Impact::default();
    for set in granted_sets::of_apps(&tx, [app.id]).await? {
        for health in Health::ALL {
            let n = set.get(health);
            if n > 0 {
                impact.add(&set.granted, (health, n), (&app.requested, after));
            }
        }
    }
    Ok(impact)
}
