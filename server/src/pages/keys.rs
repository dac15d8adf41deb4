//! Keys: begin a rotation.

use crate::pages::{Answered, Posted, see_other};
use axum::{extract::Path, response::Response};
use service::{
    keys::{KeysError, rotate},
    vault::Begun,
};

/// Gives the tenant a new data key; the worker does the rest.
pub async fn begin(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let page = format!("/t/{tenant}/keys");
    let actor = posted.member(&tenant, &page).await?;
    let done = match rotate::begin_as(&actor).await {
        Ok(Begun::New) => "rotation_begun",
        Ok(Begun::Resumed) => "rotation_resumed",
        Ok(Begun::Nothing) => "rotation_nothing",
        Err(KeysError::Forbidden(_)) => return Ok(posted.forbidden(&page, "keys").await),
        Err(KeysError::NoTenant(_)) => return Ok(posted.nothing_there().await),
        Err(KeysError::Fault(fault)) => return Err(fault.into()),
    };
    Ok(see_other(&format!("{page}?done={done}")))
}
