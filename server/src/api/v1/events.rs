//! Events: of a connection newest first, of the tenant oldest first.

use super::{
    answers::{Event, Page, TenantEvent},
    connections::find,
    paging::{PageAfter, Paging},
    paths::AccountPath,
};
use crate::api::{
    Problem,
    bearer::Caller,
    problems::{COMMON, PATH, QUERY, problems},
    query::Query,
};
use axum::{Json, extract::Path, http::StatusCode};
use domain::ids::{AppId, EventId};
use service::{
    apps,
    connections::events::{self, After, EventsError},
};
use std::collections::HashMap;

problems!(TimelineProblems: COMMON, PATH, QUERY);
problems!(EventsProblems: COMMON, QUERY, &[(410, "cursor_unknown")]);

/// What happened to a connection, newest first; `next` leads to older events
#[utoipa::path(
    get, path = "/connections/{app}/{subdomain}/events", operation_id = "listConnectionEvents",
    tag = "events", params(AccountPath, Paging),
    responses((status = 200, body = Page<Event>, description = "A page"), TimelineProblems)
)]
pub async fn of_connection(
    Caller(actor): Caller,
    Path(path): Path<AccountPath>,
    Query((before, limit)): Query<PageAfter<EventId>>,
) -> Result<Json<Page<Event>>, Problem> {
    let (account, _) = find(&actor, &path).await?;
    let more_than_limit = u64::from(limit) + 1;
    let mut entries =
        events::of_connection(&actor, account.row.id, before, more_than_limit).await?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let last = entries.last().filter(|_| more);
    let next = last.map(|entry| entry.id.to_string());
    let items = entries.into_iter().map(Event::from).collect();
    Ok(Json(Page { items, next }))
}

/// What happened in the tenant since an event, oldest first
///
/// `next` is where to continue later, even if there is nothing more now. Without `after`, it
/// is from the first event on.
#[utoipa::path(
    get, path = "/events", operation_id = "listEvents", tag = "events",
    params(Paging),
    responses((status = 200, body = Page<TenantEvent>, description = "A page"), EventsProblems)
)]
pub async fn of_tenant(
    Caller(actor): Caller,
    Query((after, limit)): Query<PageAfter<After>>,
) -> Result<Json<Page<TenantEvent>>, Problem> {
    let page = events::of_tenant(&actor, after, limit.into())
        .await
        .map_err(|error| match error {
            EventsError::CursorUnknown => {
                Problem::new(StatusCode::GONE, "cursor_unknown", error.to_string())
            }
            EventsError::Internal(fault) => fault.into(),
        })?;
    let slugs: HashMap<AppId, _> = apps::list::all(&actor)
        .await?
        .into_iter()
        .map(|row| (row.app.id, row.app.slug))
        .collect();
    let items = page.entries.into_iter().map(|entry| {
        let (app, subdomain) = entry.connection.unzip();
        let slug = app.and_then(|app| slugs.get(&app));
        let subdomain = subdomain.map(|subdomain| subdomain.to_string());
        TenantEvent::new(entry.entry, app, slug.map(ToString::to_string), subdomain)
    });
    Ok(Json(Page {
        items: items.collect(),
        next: page.next.map(|next| next.to_string()),
    }))
}
