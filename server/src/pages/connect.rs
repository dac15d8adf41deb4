//! Accounts that were never connected: connect one, or send a link.

use crate::{
    oauth::to_gorgias,
    pages::{Answered, Form, Posted, PostedForm, account::link_options},
};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::subdomain::Subdomain;
use serde::Deserialize;
use service::{
    Actor,
    connections::{
        authorize::{self, BeginError},
        links::{self, LinkError, LinkOptions, NewLink},
    },
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
};

const FIELDS: &[&str] = &["app", "subdomain", "days", "email", "language"];
pub(super) const CONNECT: Form = Form::new("connect", FIELDS).kept();
pub(super) const LINK: Form = Form::new("new_link", FIELDS).kept();

/// The fields of the form for an account.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    app: Field<String>,
    subdomain: Field<String>,
    days: Field<String>,
    email: Field<String>,
    how: Field<String>,
    language: Field<String>,
}

/// The parsed fields.
pub struct Wanted {
    app: String,
    subdomain: Subdomain,
    link: LinkOptions,
}

impl Input for Fields {
    type Parsed = Wanted;

    fn parse(self, errors: &mut Errors) -> Option<Wanted> {
        let app = errors.text("app", self.app);
        let typed = errors.text("subdomain", self.subdomain);
        let subdomain = Subdomain::from_typed(&typed)
            .and_then(Subdomain::not_reserved)
            .map_err(|error| errors.add("subdomain", error.to_string()));
        let link = link_options(
            errors,
            self.days,
            self.email,
            self.how,
            self.language,
            Field::Missing,
        );
        Some(Wanted {
            app,
            subdomain: subdomain.ok()?,
            link,
        })
    }
}

/// Sends the operator to Gorgias to approve the app for an account.
pub async fn connect(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let (actor, page) = member(&tenant, &posted, &CONNECT).await?;
    let wanted = posted.parse(fields, &page, &CONNECT).await?;
    let begun = authorize::begin_as_operator(&actor, &wanted.app, &wanted.subdomain).await;
    Ok(match begun {
        Ok(begun) => to_gorgias(&posted.parts.headers, actor.services(), &begun),
        Err(BeginError::NotFound) => failed(&posted, &page, &CONNECT, no_app()).await,
        Err(BeginError::Forbidden(_)) => posted.forbidden(&page, &CONNECT).await,
        Err(BeginError::Internal(fault)) => return Err(fault.into()),
        Err(
            error @ (BeginError::Address(_) | BeginError::LinkGone(_) | BeginError::NoAccount(_)),
        ) => {
            let error = FieldError::new("subdomain", error.to_string());
            failed(&posted, &page, &CONNECT, error).await
        }
    })
}

/// Makes a link for an account that was never connected, which the page shows for two minutes.
pub async fn send_link(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let (actor, page) = member(&tenant, &posted, &LINK).await?;
    posted.first(&page).await?;
    let wanted = posted.parse(fields, &page, &LINK).await?;
    let made = links::create(&actor, &wanted.app, &wanted.subdomain, wanted.link).await;
    Ok(match made {
        Ok(NewLink {
            mailed_to: Some(email),
            ..
        }) => {
            let account = wanted.subdomain.to_string();
            let outcome = FormOutcome::LinkMailed { account, email };
            posted.done(&page, outcome).await?
        }
        Ok(link) => {
            let outcome = FormOutcome::LinkMade {
                account: wanted.subdomain.to_string(),
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
            let error = FieldError::new("subdomain", error.to_string());
            failed(&posted, &page, &LINK, error).await
        }
        Err(error @ (LinkError::NotAnAddress | LinkError::NoMail)) => {
            let error = FieldError::new("email", error.to_string());
            failed(&posted, &page, &LINK, error).await
        }
        Err(error @ LinkError::Message(_)) => {
            let error = FieldError::new("", error.to_string());
            failed(&posted, &page, &LINK, error).await
        }
        Err(error @ LinkError::BadLife) => {
            let error = FieldError::new("days", error.to_string());
            failed(&posted, &page, &LINK, error).await
        }
    })
}

async fn member(tenant: &str, posted: &Posted, form: &Form) -> Result<(Actor, String), Answered> {
    let page = Address::Connect { tenant }.to_string();
    Ok((posted.member(tenant, &page, form).await?, page))
}

fn no_app() -> FieldError {
    FieldError::new("app", "Choose one of your apps.")
}

async fn failed(posted: &Posted, page: &str, form: &Form, error: FieldError) -> Response {
    posted.rerender_with_errors(page, form, vec![error]).await
}
