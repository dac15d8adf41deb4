//! Keys: begin a rotation.

use crate::pages::{Answered, Form, Posted};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::permission::Permission;
use service::keys::{Begun, KeysError, rotate};

const FORM: Form = Form::new("keys", &[]);

/// Gives the tenant a new data key; the worker does the rest.
pub async fn begin(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let page = Address::Keys { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &FORM).await?;
    let may = Permission::ManageKeys;
    let confirmed = posted.member_confirmed(&actor, may, &page, &FORM).await?;
    posted.first(&page).await?;
    let outcome = match rotate::begin_as(&actor, &confirmed).await {
        Ok(Begun::New) => FormOutcome::RotationBegun,
        Ok(Begun::Resumed) => FormOutcome::RotationResumed,
        Ok(Begun::Nothing) => FormOutcome::RotationNothing,
        Err(KeysError::Forbidden(_)) => return Ok(posted.forbidden(&page, &FORM).await),
        Err(KeysError::NoTenant(_)) => return Ok(posted.not_found().await),
        Err(KeysError::Internal(fault)) => return Err(fault.into()),
    };
    posted.done(&page, outcome).await
}
