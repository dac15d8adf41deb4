//! The overview: accounts that need a person, and whether the worker is alive.

use super::{
    by_account::{self, AccountsQuery, ListedAccount, LookedAfter, States},
    counts::{self, HealthCounts},
    links::{self, AccountLink},
    list::ListError,
};
use crate::{
    core::{error::InternalError, expiry, rows::Rows, services::Services},
    engine::load,
    entity::{connection, heartbeat},
    records::app::App,
    tenancy::{Actor, Tx},
};
use domain::{
    health::Health,
    ids::ConnectionId,
    time::{Span, Timestamp},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

/// How many accounts the “need you” list names; a link leads to all of them.
const NAMED: u64 = 20;

/// The state of the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerBeat {
    /// When the last heartbeat was; `None` if never.
    pub last: Option<Timestamp>,
    /// How many of the tenant's connections are overdue for a check, at most
    /// [`counts::BOUND`].
    pub overdue: u64,
}

/// All that the overview shows.
#[derive(Debug, Clone)]
pub struct Overview {
    /// How many connections are in which state.
    pub counts: HealthCounts,
    /// The most urgent accounts that need a person, at most twenty.
    pub need: Vec<ListedAccount>,
    /// The apps.
    pub apps: Vec<App>,
    /// Links that can still be used.
    pub links: Vec<AccountLink>,
    /// The state of the worker.
    pub worker: WorkerBeat,
    /// The share of the rate that the checks of the whole installation need, in
    /// percent, if it is too high.
    pub too_high: Option<u64>,
    /// How far the clock is ahead of the last heartbeat, if that is too much.
    pub clock_ahead: Option<Span>,
}

/// The overview of the actor's tenant; `whose` narrows the list of what needs a person to
/// accounts that somebody looks after.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn overview(
    actor: &Actor,
    whose: Option<LookedAfter>,
) -> Result<Overview, InternalError> {
    let query = AccountsQuery {
        states: States::NeedSomeone,
        owner: whose,
        limit: NAMED,
        ..Default::default()
    };
    let tx = actor.read().await?;
    let apps = counts::visible_apps(actor, &tx).await?;
    let mut need = needing(actor, &tx, &apps, query).await?;
    let left = NAMED.saturating_sub(need.len() as u64);
    if left > 0 && whose.is_none() {
        need.extend(by_account::refused_long(actor, &tx, &apps, left).await?);
    }
    by_account::add_open_links(actor, &tx, &mut need).await?;
    let counts = counts::sum(&tx, &apps, actor.now()).await?;
    let links = links::outstanding(&tx, &apps, actor.expiry_now(), 10).await?;
    drop(tx);
    let worker = worker_beat(actor).await?;
    let too_high = load::known_too_high(actor).await?;
    let clock_ahead = expiry::look(actor).await?.doubt;
    Ok(Overview {
        counts,
        need,
        apps,
        links,
        worker,
        too_high,
        clock_ahead,
    })
}

/// The accounts that need somebody, the most urgent first. All accounts of an app that has a
/// fault do, and may be more than are named: so there are those of the other apps alone, from
/// a list for each of them.
async fn needing(
    actor: &Actor,
    tx: &Tx,
    apps: &[App],
    query: AccountsQuery,
) -> Result<Vec<ListedAccount>, InternalError> {
    let has_fault = |app: &&App| app.credentials.fault.is_some();
    let mut queries = vec![query.clone()];
    if apps.iter().any(|app| has_fault(&app)) {
        let others = apps.iter().filter(|app| !has_fault(app));
        let of_app = |app: &App| AccountsQuery {
            app: Some(app.slug.to_string()),
            ..query.clone()
        };
        queries = others.map(of_app).collect();
    }
    let are_merged = queries.len() > 1;
    let mut need: Vec<ListedAccount> = Vec::new();
    for query in queries {
        let page =
            by_account::of_apps(actor, tx, apps, &query)
                .await
                .map_err(|error| match error {
                    ListError::Internal(fault) => fault,
                    ListError::BadCursor => {
                        InternalError::inconsistent("connections", "cursor", "first page")
                    }
                })?;
        for account in page.rows {
            let subdomain = &account.customer.subdomain;
            if need
                .iter()
                .all(|known| known.customer.subdomain != *subdomain)
            {
                need.push(account);
            }
        }
    }
    let severity = |account: &ListedAccount| {
        let leading = account.connections.first();
        leading.map(|row| row.health.severity())
    };
    if are_merged {
        need.sort_by_key(severity);
    }
    need.truncate(NAMED as usize);
    Ok(need)
}

/// When the worker was heard of last; `None` if never.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn last_beat(services: &Services) -> Result<Option<Timestamp>, InternalError> {
    let row = heartbeat::Entity::find_by_id("worker")
        .row::<heartbeat::Model>(services.db.read())
        .await?;
    Ok(row.map(|row| row.at))
}

/// Whether the worker is alive.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn worker_beat(actor: &Actor) -> Result<WorkerBeat, InternalError> {
    let last = last_beat(actor).await?;
    let tx = actor.read().await?;
    let mut overdue = tx
        .all::<connection::Entity>()
        .filter(super::query::own_health_is(Health::Unchecked, actor.now()));
    if let Some(only) = actor.apps.ids() {
        overdue = overdue.filter(connection::Column::AppId.is_in(only));
    }
    let overdue = overdue
        .select_only()
        .column(connection::Column::Id)
        .limit(counts::BOUND)
        .into_tuple::<ConnectionId>()
        .all(&*tx)
        .await?
        .len() as u64;
    Ok(WorkerBeat { last, overdue })
}
