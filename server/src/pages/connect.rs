//! Accounts that were never connected: connect one oneself, or send a link.

use crate::{
    oauth::to_gorgias,
    pages::{
        Answered, Posted,
        account::{NOT_DAYS, link_options},
        sentence,
    },
};
use axum::{extract::Path, response::Response};
use domain::subdomain::Subdomain;
use service::{
    Actor,
    connections::{
        authorize::{self, BeginError},
        links::{self, LinkError},
    },
    error::FieldError,
};

const SHOWN_AGAIN: [&str; 3] = ["app", "subdomain", "days"];

/// Leads the operator to Gorgias to approve the app on an account.
pub async fn connect(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let (actor, page) = member(&tenant, &posted).await?;
    let subdomain = subdomain(&posted, &page, "connect").await?;
    let begun = authorize::begin_as_operator(&actor, posted.text("app"), &subdomain).await;
    Ok(match begun {
        Ok(begun) => to_gorgias(&posted.parts.headers, actor.services(), &begun),
        Err(BeginError::NotFound) => failed(&posted, &page, "connect", no_app()).await,
        Err(BeginError::Forbidden(_)) => posted.forbidden(&page, "connect").await,
        Err(BeginError::Fault(fault)) => return Err(fault.into()),
        Err(
            error @ (BeginError::Address(_) | BeginError::LinkGone(_) | BeginError::NoAccount(_)),
        ) => {
            let error = FieldError::new("subdomain", sentence(&error.to_string()));
            failed(&posted, &page, "connect", error).await
        }
    })
}

/// Makes a link for an account that was never connected, and shows it this once.
pub async fn send_link(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let (actor, page) = member(&tenant, &posted).await?;
    let subdomain = subdomain(&posted, &page, "new_link").await?;
    let Ok(options) = link_options(&posted) else {
        let error = FieldError::new("days", NOT_DAYS);
        return Ok(failed(&posted, &page, "new_link", error).await);
    };
    let made = links::create(&actor, posted.text("app"), &subdomain, options).await;
    Ok(match made {
        Ok(link) => {
            let notice = format!(
                "The link for {subdomain}.gorgias.com was made and works until {}. Copy it now: it is not shown again.",
                link.expires_at.absolute()
            );
            let values = vec![("subdomain".to_owned(), subdomain.to_string())];
            posted
                .once(&page, "new_link", values, link.url, &notice)
                .await
        }
        Err(LinkError::NotFound) => failed(&posted, &page, "new_link", no_app()).await,
        Err(LinkError::Forbidden(_)) => posted.forbidden(&page, "new_link").await,
        Err(LinkError::Fault(fault)) => return Err(fault.into()),
        Err(LinkError::NoAccount(error)) => {
            let error = FieldError::new("subdomain", sentence(&error.to_string()));
            failed(&posted, &page, "new_link", error).await
        }
        Err(error @ (LinkError::BadLife | LinkError::NoMail)) => {
            let error = FieldError::new("days", sentence(&error.to_string()));
            failed(&posted, &page, "new_link", error).await
        }
    })
}

async fn member(tenant: &str, posted: &Posted) -> Result<(Actor, String), Answered> {
    let page = format!("/t/{tenant}/accounts/connect");
    Ok((posted.member(tenant, &page).await?, page))
}

async fn subdomain(
    posted: &Posted,
    page: &str,
    action: &'static str,
) -> Result<Subdomain, Answered> {
    match Subdomain::from_typed(posted.text("subdomain")).and_then(Subdomain::not_reserved) {
        Ok(subdomain) => Ok(subdomain),
        Err(error) => {
            let error = FieldError::new("subdomain", sentence(&error.to_string()));
            Err(failed(posted, page, action, error).await.into())
        }
    }
}

fn no_app() -> FieldError {
    FieldError::new("app", "Choose one of your apps.")
}

async fn failed(posted: &Posted, page: &str, action: &'static str, error: FieldError) -> Response {
    let values = posted.values(&SHOWN_AGAIN);
    posted.again(page, action, values, vec![error]).await
}
