//! Health over weeks: of a tenant, of an app, and of one connection (ADR 39).

use super::{counts, events, row::AccountRow};
use crate::{
    core::error::InternalError,
    entity::tenant,
    records::{app::App, health_days},
    tenancy::Actor,
};
use domain::{
    account_days::{AccountDays, Known, StateChange},
    event::Happening,
    health_days::{Days, HealthDays},
    ids::AppId,
    time::{Span, Timestamp},
};
use sea_orm::{EntityTrait, QuerySelect};

/// How many of a connection's newest events are read; of what is older, nothing is said.
const EVENTS: u64 = 1_000;

/// The history of all apps that the actor may see.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantHistory {
    /// All of them together.
    pub all: HealthDays,
    /// Each app that had connections, by name.
    pub apps: Vec<AppHistory>,
}

/// The history of one app.
#[derive(Debug, Clone, PartialEq)]
pub struct AppHistory {
    /// The app.
    pub id: AppId,
    /// Its name for people.
    pub name: String,
    /// Its history.
    pub history: HealthDays,
}

/// The history of the actor's tenant over the days until now, in two queries: of apps that
/// the actor may not see, nothing is in it.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn of_tenant(actor: &Actor, days: Days) -> Result<TenantHistory, InternalError> {
    let tx = actor.read().await?;
    let mut apps: Vec<App> = counts::visible_apps(actor, &tx).await?;
    apps.sort_by_key(|app| (app.name.to_lowercase(), app.id));
    let kept = health_days::read(&tx, None, days, actor.now()).await?;
    let apps: Vec<AppHistory> = apps
        .into_iter()
        .filter_map(|app| {
            let sums = kept.get(&app.id)?;
            Some(AppHistory {
                id: app.id,
                name: app.name,
                history: HealthDays::of_app(sums, days, actor.now()),
            })
        })
        .filter(|app| !app.history.is_empty())
        .collect();
    Ok(TenantHistory {
        all: HealthDays::sum(apps.iter().map(|app| &app.history)),
        apps,
    })
}

/// The history of an app over the days until now; empty for an app that the actor may not
/// see.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn of_app(actor: &Actor, app: AppId, days: Days) -> Result<HealthDays, InternalError> {
    if !actor.apps.includes(app) {
        return Ok(HealthDays::of_app(&[], days, actor.now()));
    }
    let tx = actor.read().await?;
    let kept = health_days::read(&tx, Some(app), days, actor.now()).await?;
    let sums = kept.get(&app).map(Vec::as_slice).unwrap_or_default();
    Ok(HealthDays::of_app(sums, days, actor.now()))
}

/// The history of a connection that the actor sees, over the days until now, from its
/// newest events. `made` is when it was first offered or connected.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn of_connection(
    actor: &Actor,
    row: &AccountRow,
    made: Timestamp,
    days: Days,
) -> Result<AccountDays, InternalError> {
    let now = actor.now();
    let read = events::of_connection(actor, row.id, None, EVENTS).await?;
    let oldest = match read.last() {
        Some(entry) if read.len() as u64 == EVENTS => entry.at,
        _ => made,
    };
    let changes: Vec<StateChange> = read
        .into_iter()
        .rev()
        .filter_map(|entry| match entry.happening {
            Happening::HealthChanged { from, to, cause } => Some(StateChange {
                at: entry.at,
                from,
                to,
                cause,
            }),
            _ => None,
        })
        .collect();
    let kept: Option<Option<Span>> = tenant::Entity::find_by_id(actor.tenant())
        .select_only()
        .column(tenant::Column::EventsKept)
        .into_tuple()
        .one(actor.db.read())
        .await?;
    let from = match kept.flatten() {
        Some(kept) => oldest.max(now.minus(kept)),
        None => oldest,
    };
    let app = of_app(actor, row.app_id, days).await?;
    let known = Known {
        from,
        now: row.own_health,
        stored: row.stored_health,
        faults: &app.faults,
    };
    let history = AccountDays::of(&changes, known, days, now);
    Ok(history.or_known(&row.history))
}
