//! One account: check now, authorize now, send a link, disconnect.

use crate::{
    oauth::to_gorgias,
    pages::{Answered, Posted, see_other, sentence},
};
use axum::{extract::Path, response::Response};
use domain::{subdomain::Subdomain, time::Span};
use service::{
    Actor,
    connections::{
        authorize::{self, BeginError},
        disconnect::{self, DisconnectError},
        links::{self, LinkError, LinkOptions},
        refresh::{self, CheckError},
        show,
    },
    error::FieldError,
};

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
    ) -> Result<Self, Answered> {
        let page = format!("/t/{tenant}/accounts/{app}/{subdomain}");
        let actor = posted.member(&tenant, &page).await?;
        let Ok(subdomain) = subdomain.parse() else {
            return Err(posted.nothing_there().await.into());
        };
        Ok(Self {
            posted,
            actor,
            app,
            subdomain,
            page,
        })
    }

    fn done(&self, code: &str) -> Response {
        see_other(&format!("{}?done={code}", self.page))
    }

    async fn failed(&self, action: &'static str, field: &'static str, message: &str) -> Response {
        let errors = vec![FieldError::new(field, sentence(message))];
        let values = self.posted.values(&["days"]);
        self.posted.again(&self.page, action, values, errors).await
    }
}

/// Proves the connection now. What came of it stands in the timeline.
pub async fn check(Path(path): AccountPath, posted: Posted) -> Result<Response, Answered> {
    let request = Request::read(path, posted).await?;
    let (actor, app, subdomain) = (
        request.actor.clone(),
        request.app.clone(),
        request.subdomain.clone(),
    );
    let state = &request.posted.visitor.state;
    let verdict = state
        .to_its_end(async move { refresh::check_now(&actor, &app, &subdomain).await })
        .await?;
    Ok(match verdict {
        Ok(_) => request.done("checked"),
        Err(CheckError::NotFound) => request.posted.nothing_there().await,
        Err(CheckError::Forbidden(_)) => request.posted.forbidden(&request.page, "check").await,
        Err(CheckError::Fault(fault)) => return Err(fault.into()),
    })
}

/// Leads the operator to Gorgias to approve the app themselves.
pub async fn authorize(Path(path): AccountPath, posted: Posted) -> Result<Response, Answered> {
    let request = Request::read(path, posted).await?;
    let begun = authorize::begin_as_operator(&request.actor, &request.app, &request.subdomain);
    Ok(match begun.await {
        Ok(begun) => {
            let headers = &request.posted.parts.headers;
            to_gorgias(headers, request.actor.services(), &begun)
        }
        Err(BeginError::NotFound) => request.posted.nothing_there().await,
        Err(BeginError::Forbidden(_)) => request.posted.forbidden(&request.page, "authorize").await,
        Err(BeginError::Fault(fault)) => return Err(fault.into()),
        Err(
            error @ (BeginError::Address(_) | BeginError::LinkGone(_) | BeginError::NoAccount(_)),
        ) => request.failed("authorize", "", &error.to_string()).await,
    })
}

/// Makes a reconnect link and shows it this once.
pub async fn create_link(Path(path): AccountPath, posted: Posted) -> Result<Response, Answered> {
    let request = Request::read(path, posted).await?;
    // A link is for an account whose page there is; others begin at “connect”.
    let there = show::show(&request.actor, &request.app, &request.subdomain).await?;
    if there.is_none() {
        return Ok(request.posted.nothing_there().await);
    }
    let Ok(options) = link_options(&request.posted) else {
        return Ok(request.failed("link", "days", NOT_DAYS).await);
    };
    let made = links::create(&request.actor, &request.app, &request.subdomain, options).await;
    Ok(match made {
        Ok(link) => {
            let notice = format!(
                "The link was made and works until {}. Copy it now: it is not shown again.",
                link.expires_at.absolute()
            );
            request
                .posted
                .once(
                    &request.page,
                    "link",
                    request.posted.values(&["days"]),
                    link.url,
                    &notice,
                )
                .await
        }
        Err(LinkError::NotFound) => request.posted.nothing_there().await,
        Err(LinkError::Forbidden(_)) => request.posted.forbidden(&request.page, "link").await,
        Err(LinkError::BadLife) => request.failed("link", "days", NOT_DAYS).await,
        Err(LinkError::Fault(fault)) => return Err(fault.into()),
        Err(error @ (LinkError::NoMail | LinkError::NoAccount(_))) => {
            request.failed("link", "", &error.to_string()).await
        }
    })
}

pub(super) const NOT_DAYS: &str = "Give a number of days from 1 to 30.";

/// How long the form's link shall live; nothing given is fine, nonsense isn't.
pub(super) fn link_options(posted: &Posted) -> Result<LinkOptions, ()> {
    let days = match posted.text("days").trim() {
        "" => None,
        text => match text.parse() {
            Ok(days @ 1..=30) => Some(days),
            _ => return Err(()),
        },
    };
    Ok(LinkOptions {
        expires_in: days.map(Span::days),
        email: None,
    })
}

/// Withdraws a reconnect link.
pub async fn revoke_link(
    Path((tenant, app, subdomain, id)): Path<(String, String, String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let request = Request::read((tenant, app, subdomain), posted).await?;
    let Ok(id) = id.parse() else {
        return Ok(request.posted.nothing_there().await);
    };
    Ok(match links::revoke(&request.actor, id).await {
        Ok(()) => request.done("link_revoked"),
        Err(LinkError::Forbidden(_)) => {
            request.posted.forbidden(&request.page, "link_revoke").await
        }
        Err(LinkError::Fault(fault)) => return Err(fault.into()),
        Err(_) => request.posted.nothing_there().await,
    })
}

/// Revokes the tokens at Gorgias, as far as it answers, and forgets them.
pub async fn disconnect(Path(path): AccountPath, posted: Posted) -> Result<Response, Answered> {
    let request = Request::read(path, posted).await?;
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
        Ok(true) => request.done("disconnected"),
        Ok(false) => request.done("forgotten"),
        Err(DisconnectError::NotFound) => request.posted.nothing_there().await,
        Err(DisconnectError::Forbidden(_)) => {
            request.posted.forbidden(&request.page, "disconnect").await
        }
        Err(DisconnectError::Fault(fault)) => return Err(fault.into()),
    })
}
