//! `/api/v1/links`: the reconnect links that were made.

use super::{
    answers::{Page, SentLink},
    paging::{PageAfter, Paging},
    paths::LinkPath,
};
use crate::api::{
    Problem,
    bearer::Caller,
    problems::{COMMON, PATH, QUERY, problems},
    query::Query,
};
use axum::{Json, extract::Path, http::StatusCode};
use domain::ids::LinkId;
use service::connections::links::{self, Withdrawal};

problems!(ListProblems: COMMON, QUERY);
problems!(RevokeProblems: COMMON, PATH, &[(409, "link_over")]);

/// The reconnect links, the newest first
#[utoipa::path(
    get, path = "/links", operation_id = "listLinks", tag = "reconnect links",
    params(Paging),
    responses((status = 200, body = Page<SentLink>, description = "A page"), ListProblems)
)]
pub async fn list(
    Caller(actor): Caller,
    Query((after, limit)): Query<PageAfter<LinkId>>,
) -> Result<Json<Page<SentLink>>, Problem> {
    let (links, more) = links::of_tenant(&actor, after, limit.into()).await?;
    let last = links.last().filter(|_| more);
    let next = last.map(|last| last.link.id.to_string());
    let items = links.into_iter().map(SentLink::from).collect();
    Ok(Json(Page { items, next }))
}

/// Withdraws a link: it can't be used any more
#[utoipa::path(
    delete, path = "/links/{id}", operation_id = "revokeLink", tag = "reconnect links",
    params(LinkPath),
    responses((status = 204, description = "It is withdrawn"), RevokeProblems)
)]
pub async fn revoke(
    Caller(actor): Caller,
    Path(path): Path<LinkPath>,
) -> Result<StatusCode, Problem> {
    let id = path.id.parse().map_err(|_| Problem::not_found())?;
    match links::revoke(&actor, id).await? {
        Withdrawal::Done => Ok(StatusCode::NO_CONTENT),
        Withdrawal::Over(state) => Err(Problem::new(
            StatusCode::CONFLICT,
            "link_over",
            format!(
                "the link can't be used any more, its state is {}; nothing was changed",
                state.code()
            ),
        )),
    }
}
