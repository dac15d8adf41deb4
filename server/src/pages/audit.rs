//! The audit as a file.

use crate::pages::{Answered, Form, Posted};
use app::{
    address::Address,
    audit_filter::{Parameters, Query},
};
use axum::{
    body::Body,
    extract::Path,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use service::{
    audit::{self, Export, ListAuditError},
    core::input,
};
use std::convert::Infallible;
use url::form_urlencoded;

const EXPORT: Form = Form::new("audit_export", &[]);

/// Sends the entries that the address's filters name, part by part: the next one is
/// read when the browser has taken the one before.
pub async fn export(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let page = Address::Audit { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &EXPORT).await?;
    let query = posted.parts.uri.query().unwrap_or_default();
    let fields = form_urlencoded::parse(query.as_bytes());
    let (parameters, _) = input::raw::<Parameters>(input::object(fields));
    let query = Query::from(parameters.unwrap_or_default());
    let export = match audit::export(&actor, &query.filter(actor.zone)).await {
        Ok(export) => export,
        Err(ListAuditError::Forbidden(_)) => return Ok(posted.forbidden(&page, &EXPORT).await),
        Err(ListAuditError::Internal(fault)) => return Err(fault.into()),
    };
    let name = format!("attachment; filename=\"audit-{}.csv\"", actor.tenant_slug);
    let about = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let parts = futures::stream::unfold(export, |mut export: Export| async {
        let part = export.next().await?;
        Some((Ok::<_, Infallible>(part), export))
    });
    Ok((about, Body::from_stream(parts)).into_response())
}
