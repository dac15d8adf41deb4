//! Erasing an account's connection for good.

use super::{account::Request, apps::Confirmation};
use crate::pages::{Answered, Form, PostedForm};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use service::{
    connections::erase::{self, EraseError},
    core::error::FieldError,
};

const FORM: Form = Form::new("erase", &["confirm"]);

/// Erases the connection. The account's name has to be typed, since this can't be undone.
pub async fn erase(
    Path((tenant, app, subdomain)): Path<(String, String, String)>,
    PostedForm(posted, fields): PostedForm<Confirmation>,
) -> Result<Response, Answered> {
    let page = Address::Erase {
        tenant: &tenant,
        app: &app,
        subdomain: &subdomain,
    }
    .to_string();
    let request = Request::read(
        (tenant.clone(), app.clone(), subdomain.clone()),
        posted,
        &FORM,
    )
    .await?;
    let posted = &request.posted;
    let (actor, app, subdomain) = (
        request.actor.clone(),
        request.app.clone(),
        request.subdomain.clone(),
    );
    if posted.parse(fields, &page, &FORM).await? != subdomain.as_str() {
        let message = format!("Type “{subdomain}” to erase it.");
        let errors = vec![FieldError::new("confirm", message)];
        return Ok(posted.rerender_with_errors(&page, &FORM, errors).await);
    }
    let state = &posted.visitor.state;
    let account = subdomain.to_string();
    let ended = state
        .to_its_end(async move { erase::erase(&actor, &app, &subdomain).await })
        .await?;
    Ok(match ended {
        Ok(()) => {
            let outcome = FormOutcome::AccountErased { account };
            let accounts = Address::Accounts { tenant: &tenant }.to_string();
            posted.done(&accounts, outcome).await?
        }
        Err(EraseError::NotFound) => posted.not_found().await,
        Err(EraseError::Forbidden(_)) => posted.forbidden(&page, &FORM).await,
        Err(EraseError::Internal(fault)) => return Err(fault.into()),
        Err(error @ EraseError::ConnectedAgain) => {
            let errors = vec![FieldError::new("", error.to_string())];
            posted.rerender_with_errors(&page, &FORM, errors).await
        }
    })
}
