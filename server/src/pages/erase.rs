//! Erasing an account's connection for good.

use super::account::Request;
use crate::pages::{Answered, Posted, see_other, sentence};
use axum::{extract::Path, response::Response};
use service::{
    connections::erase::{self, EraseError},
    error::FieldError,
};

/// Erases it, if the account's name was typed: nothing undoes that.
pub async fn erase(
    Path((tenant, app, subdomain)): Path<(String, String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let request = Request::read((tenant.clone(), app, subdomain), posted).await?;
    let page = format!("{}/erase", request.page);
    let posted = &request.posted;
    let (actor, app, subdomain) = (
        request.actor.clone(),
        request.app.clone(),
        request.subdomain.clone(),
    );
    if posted.text("confirm").trim() != subdomain.as_str() {
        let message = format!("Type “{subdomain}” to erase it.");
        let errors = vec![FieldError::new("confirm", message)];
        let values = posted.values(&["confirm"]);
        return Ok(posted.again(&page, "erase", values, errors).await);
    }
    let state = &posted.visitor.state;
    let ended = state
        .to_its_end(async move { erase::erase(&actor, &app, &subdomain).await })
        .await?;
    Ok(match ended {
        Ok(()) => see_other(&format!("/t/{tenant}/accounts")),
        Err(EraseError::NotFound) => posted.nothing_there().await,
        Err(EraseError::Forbidden(_)) => posted.forbidden(&page, "erase").await,
        Err(EraseError::Fault(fault)) => return Err(fault.into()),
        Err(error @ EraseError::ConnectedAgain) => {
            let errors = vec![FieldError::new("", sentence(&error.to_string()))];
            posted.again(&page, "erase", Vec::new(), errors).await
        }
    })
}
