//! One account: check now, authorize now, send a link, disconnect.

use crate::{
    oauth::to_gorgias,
    pages::{Answered, Form, Posted, PostedForm},
};
use app::{
    address::Address,
    form_outcome::{FormOutcome, LinkOver},
};
use axum::{extract::Path, response::Response};
use domain::{customer::NotALanguage, subdomain::Subdomain, time::Span};
use serde::Deserialize;
use service::{
    Actor,
    connections::{
        authorize::{self, BeginError},
        check_now::{self, CheckError},
        disconnect::{self, DisconnectError, Disconnected},
        links::{self, LinkError, LinkOptions, LinkState, NewLink, Withdrawal},
        show,
    },
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
};

const CHECK: Form = Form::new("check", &[]);
const AUTHORIZE: Form = Form::new("authorize", &[]);
pub(super) const LINK: Form = Form::new("link", &["days", "email", "language", "message"]).kept();
const WITHDRAW: Form = Form::new("link_revoke", &[]);
const DISCONNECT: Form = Form::new("disconnect", &[]);

type AccountPath = Path<(String, String, String)>;

/// A member's request about one account, and the page that it was sent from.
pub(super) struct Request {
    pub posted: Posted,
    pub actor: Actor,
    pub app: String,
    pub subdomain: Subdomain,
    pub page: String,
}

impl Request {
    pub async fn read(
        (tenant, app, subdomain): (String, String, String),
        posted: Posted,
        form: &Form,
    ) -> Result<Self, Answered> {
        let page = Address::Account {
            tenant: &tenant,
            app: &app,
            subdomain: &subdomain,
        }
        .to_string();
        let actor = posted.member(&tenant, &page, form).await?;
        posted.first(&page).await?;
        let Ok(subdomain) = subdomain.parse() else {
            return Err(posted.not_found().await.into());
        };
        Ok(Self {
            posted,
            actor,
            app,
            subdomain,
            page,
        })
    }

    /// Whether the app is, or was, connected to the account.
    pub(super) async fn is_there(&self) -> Result<bool, Answered> {
        let found = show::show(&self.actor, &self.app, &self.subdomain).await?;
        Ok(found.is_some())
    }

    pub(super) async fn done(&self, outcome: FormOutcome) -> Result<Response, Answered> {
        self.posted.done(&self.page, outcome).await
    }

    async fn failed(&self, form: &Form, field: &'static str, message: &str) -> Response {
        let errors = vec![FieldError::new(field, message)];
        self.posted
            .rerender_with_errors(&self.page, form, errors)
            .await
    }

    pub(super) async fn forbidden(&self, form: &Form) -> Response {
        self.posted.forbidden(&self.page, form).await
    }
}

/// Checks the connection now. The timeline shows the result.
pub async fn check(Path(path): AccountPath, posted: Posted) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &CHECK).await?;
    let (actor, app, subdomain) = (
        request.actor.clone(),
        request.app.clone(),
        request.subdomain.clone(),
    );
    let state = &request.posted.visitor.state;
    let verdict = state
        .to_its_end(async move { check_now::check_now(&actor, &app, &subdomain).await })
        .await?;
    Ok(match verdict {
        Ok(_) => request.done(FormOutcome::Checked).await?,
        Err(CheckError::NotFound) => request.posted.not_found().await,
        Err(CheckError::Forbidden(_)) => request.forbidden(&CHECK).await,
        Err(CheckError::Internal(fault)) => return Err(fault.into()),
    })
}

/// Sends the operator to Gorgias to approve the app.
pub async fn authorize(Path(path): AccountPath, posted: Posted) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &AUTHORIZE).await?;
    let begun = authorize::begin_as_operator(&request.actor, &request.app, &request.subdomain);
    Ok(match begun.await {
        Ok(begun) => {
            let headers = &request.posted.parts.headers;
            to_gorgias(headers, request.actor.services(), &begun)
        }
        Err(BeginError::NotFound) => request.posted.not_found().await,
        Err(BeginError::Forbidden(_)) => request.forbidden(&AUTHORIZE).await,
        Err(BeginError::Internal(fault)) => return Err(fault.into()),
        Err(
            error @ (BeginError::Address(_) | BeginError::LinkGone(_) | BeginError::NoAccount(_)),
        ) => request.failed(&AUTHORIZE, "", &error.to_string()).await,
    })
}

/// Makes a reconnect link, which the page shows for two minutes.
pub async fn create_link(
    Path(path): AccountPath,
    PostedForm(posted, fields): PostedForm<LinkFields>,
) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &LINK).await?;
    // This link is for an account that has a page; others begin at “connect”.
    if !request.is_there().await? {
        return Ok(request.posted.not_found().await);
    }
    let posted = &request.posted;
    let options = posted.parse(fields, &request.page, &LINK).await?;
    let made = links::create(&request.actor, &request.app, &request.subdomain, options).await;
    Ok(match made {
        Ok(NewLink {
            mailed_to: Some(email),
            ..
        }) => {
            let account = request.subdomain.to_string();
            let outcome = FormOutcome::LinkMailed { account, email };
            posted.done(&request.page, outcome).await?
        }
        Ok(link) => {
            let outcome = FormOutcome::LinkMade {
                account: request.subdomain.to_string(),
                until: link.expires_at,
            };
            posted
                .done_showing(&request.page, "#link", outcome, link.url)
                .await?
        }
        Err(LinkError::NotFound) => request.posted.not_found().await,
        Err(LinkError::Forbidden(_)) => request.forbidden(&LINK).await,
        Err(LinkError::BadLife) => request.failed(&LINK, "days", NOT_DAYS).await,
        Err(LinkError::Internal(fault)) => return Err(fault.into()),
        Err(error @ (LinkError::NoMail | LinkError::NotAnAddress)) => {
            request.failed(&LINK, "email", &error.to_string()).await
        }
        Err(error @ LinkError::Message(_)) => {
            request.failed(&LINK, "message", &error.to_string()).await
        }
        Err(error @ LinkError::NoAccount(_)) => request.failed(&LINK, "", &error.to_string()).await,
    })
}

const NOT_DAYS: &str = "Give a number of days from 1 to 30.";

/// The fields of the form for a link.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LinkFields {
    days: Field<String>,
    email: Field<String>,
    how: Field<String>,
    language: Field<String>,
    message: Field<String>,
}

impl Input for LinkFields {
    type Parsed = LinkOptions;

    fn parse(self, errors: &mut Errors) -> Option<LinkOptions> {
        Some(link_options(
            errors,
            self.days,
            self.email,
            self.how,
            self.language,
            self.message,
        ))
    }
}

/// The options of the form's link.
pub(super) fn link_options(
    errors: &mut Errors,
    days: Field<String>,
    email: Field<String>,
    how: Field<String>,
    language: Field<String>,
    message: Field<String>,
) -> LinkOptions {
    let by_mail = errors.either("how", how, ["mail", "copy"]) == Some(true);
    let email = errors.text("email", email);
    if by_mail && email.trim().is_empty() {
        errors.add("email", "Enter an address, or make a link to copy.");
    }
    let days = match errors.text("days", days).trim() {
        "" => None,
        text => {
            let days = text.parse().ok().filter(|days| (1..=30).contains(days));
            if days.is_none() {
                errors.add("days", NOT_DAYS);
            }
            days
        }
    };
    LinkOptions {
        expires_in: days.map(Span::days),
        email: by_mail.then_some(email),
        message: errors.optional("message", message),
        language: match errors.text("language", language).as_str() {
            "" => None,
            code => code
                .parse()
                .map_err(|error: NotALanguage| errors.add("language", error.to_string()))
                .ok(),
        },
    }
}

/// Withdraws a reconnect link.
pub async fn revoke_link(
    Path((tenant, app, subdomain, id)): Path<(String, String, String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let request = Request::read((tenant, app, subdomain), posted, &WITHDRAW).await?;
    let Ok(id) = id.parse() else {
        return Ok(request.posted.not_found().await);
    };
    Ok(match links::revoke(&request.actor, id).await {
        Ok(Withdrawal::Done) => request.done(FormOutcome::LinkWithdrawn).await?,
        Ok(Withdrawal::Over(state)) => {
            let why = match state {
                LinkState::Approved => LinkOver::Used,
                LinkState::Expired => LinkOver::Expired,
                _ => LinkOver::Withdrawn,
            };
            request.done(FormOutcome::LinkOverBefore { why }).await?
        }
        Err(LinkError::Forbidden(_)) => request.forbidden(&WITHDRAW).await,
        Err(LinkError::Internal(fault)) => return Err(fault.into()),
        Err(_) => request.posted.not_found().await,
    })
}

/// Revokes the tokens at Gorgias, if it answers, and deletes them.
pub async fn disconnect(Path(path): AccountPath, posted: Posted) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &DISCONNECT).await?;
    let (actor, app, subdomain) = (
        request.actor.clone(),
        request.app.clone(),
        request.subdomain.clone(),
    );
    let state = &request.posted.visitor.state;
    let ended = state
        .to_its_end(async move { disconnect::disconnect(&actor, &app, &subdomain).await })
        .await?;
    Ok(match ended {
        Ok(Disconnected::Now { confirmed }) => {
            request
                .done(FormOutcome::Disconnected { confirmed })
                .await?
        }
        Ok(Disconnected::Before { by, at }) => {
            let outcome = FormOutcome::DisconnectedBefore { by, at };
            request.done(outcome).await?
        }
        Ok(Disconnected::Never) => request.done(FormOutcome::NeverConnected).await?,
        Err(DisconnectError::NotFound) => request.posted.not_found().await,
        Err(DisconnectError::Forbidden(_)) => request.forbidden(&DISCONNECT).await,
        Err(DisconnectError::Internal(fault)) => return Err(fault.into()),
    })
}
