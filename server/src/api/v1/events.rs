//! Timelines: of a connection newest first, of the tenant oldest first.

use super::{
    connections::{AccountPath, find},
    json,
};
use crate::api::{Problem, bearer::Caller, query::Query};
use axum::{Json, extract::Path, http::StatusCode};
use domain::ids::{AppId, EventId};
use serde_json::{Value, json};
use service::{
    apps,
    connections::events::{self, After, EventsError},
};
use std::collections::HashMap;

/// What happened to a connection; `next` leads to what was before.
pub async fn of_connection(
    Caller(actor): Caller,
    Path(path): AccountPath,
    mut query: Query,
) -> Result<Json<Value>, Problem> {
    let before: Option<EventId> = query.parsed("after")?;
    let limit = query.number("limit", 1, 200, 50)?;
    query.end()?;
    let (account, _) = find(&actor, &path).await?;
    let entries =
        events::of_connection(&actor, account.row.id, before, u64::from(limit) + 1).await?;
    let shown = &entries[..entries.len().min(limit as usize)];
    let more = entries.len() > shown.len();
    let next = shown.last().filter(|_| more).map(|entry| entry.id);
    let items: Vec<_> = shown.iter().map(json::event).collect();
    Ok(Json(json!({ "items": items, "next": next })))
}

/// What happened in the tenant since an event. `next` is where to go on later,
/// even if there is nothing more now.
pub async fn of_tenant(Caller(actor): Caller, mut query: Query) -> Result<Json<Value>, Problem> {
    let after: Option<After> = query.parsed("after")?;
    let limit = query.number("limit", 1, 200, 50)?;
    query.end()?;
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
    let next = page.next.map(|next| next.to_string());
    let items: Vec<_> = page
        .entries
        .iter()
        .map(|entry| {
            let mut value = json::event(&entry.entry);
            let (app, subdomain) = entry.connection.clone().unzip();
            value["app"] = json!(app.and_then(|app| slugs.get(&app)));
            value["app_id"] = json!(app);
            value["subdomain"] = json!(subdomain);
            value
        })
        .collect();
    Ok(Json(json!({ "items": items, "next": next })))
}
