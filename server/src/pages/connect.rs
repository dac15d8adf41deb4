//! Accounts that were never connected: connect one oneself, or send a link.

use crate::{
    oauth::to_gorgias,
    pages::{
        Answered, Form, Posted,
        account::{NOT_DAYS, link_options},
        sentence,
    },
};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::subdomain::Subdomain;
use service::{
    Actor,
    connections::{
        authorize::{self, BeginError},
        links::{self, LinkError},
    },
    core::error::FieldError,
};

const FIELDS: &[&str] = &["app", "subdomain", "days"];
pub(super) const CONNECT: Form = Form::new("connect", FIELDS).kept();
pub(super) const LINK: Form = Form::new("new_link", FIELDS).kept();

/// Leads the operator to Gorgias to approve the app on an account.
pub async fn connect(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let (actor, page) = member(&tenant, &posted, &CONNECT).await?;
    let subdomain = subdomain(&posted, &page, &CONNECT).await?;
    let begun = authorize::begin_as_operator(&actor, posted.text("app"), &subdomain).await;
    Ok(match begun {
        Ok(begun) => to_gorgias(&posted.parts.headers, actor.services(), &begun),
        Err(BeginError::NotFound) => failed(&posted, &page, &CONNECT, no_app()).await,
        Err(BeginError::Forbidden(_)) => posted.forbidden(&page, &CONNECT).await,
        Err(BeginError::Internal(fault)) => return Err(fault.into()),
        Err(
            error @ (BeginError::Address(_) | BeginError::LinkGone(_) | BeginError::NoAccount(_)),
        ) => {
            let error = FieldError::new("subdomain", sentence(&error.to_string()));
            failed(&posted, &page, &CONNECT, error).await
        }
    })
}

/// Makes a link for an account that was never connected, which the page shows for two minutes.
pub async fn send_link(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let (actor, page) = member(&tenant, &posted, &LINK).await?;
    posted.first(&page).await?;
    let subdomain = subdomain(&posted, &page, &LINK).await?;
    let Ok(options) = link_options(&posted) else {
        let error = FieldError::new("days", NOT_DAYS);
        return Ok(failed(&posted, &page, &LINK, error).await);
    };
    let made = links::create(&actor, posted.text("app"), &subdomain, options).await;
    Ok(match made {
        Ok(link) => {
            let outcome = FormOutcome::LinkMade {
                account: subdomain.to_string(),
                until: link.expires_at,
            };
            posted
                .done_showing(&page, "#link", outcome, link.url)
                .await?
        }
        Err(LinkError::NotFound) => failed(&posted, &page, &LINK, no_app()).await,
        Err(LinkError::Forbidden(_)) => posted.forbidden(&page, &LINK).await,
        Err(LinkError::Internal(fault)) => return Err(fault.into()),
        Err(LinkError::NoAccount(error)) => {
            let error = FieldError::new("subdomain", sentence(&error.to_string()));
            failed(&posted, &page, &LINK, error).await
        }
        Err(error @ (LinkError::BadLife | LinkError::NoMail)) => {
            let error = FieldError::new("days", sentence(&error.to_string()));
            failed(&posted, &page, &LINK, error).await
        }
    })
}

async fn member(tenant: &str, posted: &Posted, form: &Form) -> Result<(Actor, String), Answered> {
    let page = Address::Connect { tenant }.to_string();
    Ok((posted.member(tenant, &page, form).await?, page))
}

async fn subdomain(posted: &Posted, page: &str, form: &Form) -> Result<Subdomain, Answered> {
    match Subdomain::from_typed(posted.text("subdomain")).and_then(Subdomain::not_reserved) {
        Ok(subdomain) => Ok(subdomain),
        Err(error) => {
            let error = FieldError::new("subdomain", sentence(&error.to_string()));
            Err(failed(posted, page, form, error).await.into())
        }
    }
}

fn no_app() -> FieldError {
    FieldError::new("app", "Choose one of your apps.")
}

async fn failed(posted: &Posted, page: &str, form: &Form, error: FieldError) -> Response {
    posted.rerender_with_errors(page, form, vec![error]).await
}
