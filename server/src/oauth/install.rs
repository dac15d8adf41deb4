//! `/oauth/{app}/install?account={subdomain}`: “Connect app” in the helpdesk
//! sends the customer's browser here, and it goes on to Gorgias at once.

use super::{Parameters, explain};
use crate::{cookies, failure::Failure, pages::to_gorgias, visitor::Visitor};
use axum::{
    extract::{Path, Request},
    response::Response,
};
use domain::subdomain::Subdomain;
use service::connections::authorize::{self, BeginError};

/// Begins an authorization; no connection is made before it is approved.
pub async fn install(
    Path(app): Path<String>,
    visitor: Visitor,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, _) = request.into_parts();
    let services = &visitor.state.services;
    let account = Parameters::read(&parts, &["account"])
        .and_then(|mut parameters| parameters.take("account"))
        .and_then(|account| account.parse::<Subdomain>().ok());
    let Ok(app) = app.parse() else {
        return Ok(app::render(parts, visitor.context(None)).await);
    };
    let Some(account) = account else {
        let text = [
            ("title", "Which Gorgias account is it?".to_owned()),
            (
                "explanation",
                "Gorgias names the account in the address that leads here, and this address names \
                 none that can be one. Nothing was changed."
                    .to_owned(),
            ),
            (
                "remedy",
                "Open the app in Gorgias and press “Connect app” there.".to_owned(),
            ),
        ];
        return Ok(explain(parts, &visitor, text).await);
    };
    let (browser, cookie) = cookies::browser_or_new(&parts.headers, services);
    match authorize::begin_install(services, app, &account, &browser).await {
        Ok(url) => Ok(to_gorgias(&url, cookie)),
        Err(BeginError::Fault(fault)) => Err(fault.into()),
        Err(BeginError::Address(error)) => Err(error.into()),
        Err(BeginError::NotFound | BeginError::Forbidden(_) | BeginError::LinkGone(_)) => {
            Ok(app::render(parts, visitor.context(None)).await)
        }
    }
}
