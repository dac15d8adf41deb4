//! Reconnect links, for a connection or for an account never connected before.

use super::connections::{AccountPath, find};
use crate::api::{Problem, bearer::Caller, body::Body};
use axum::{Json, extract::Path, http::StatusCode};
use domain::{subdomain::Subdomain, time::Span};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use service::{
    Actor,
    connections::links::{self, LinkError, LinkOptions},
};

/// A link for a connection.
pub async fn for_connection(
    Caller(actor): Caller,
    Path(path): AccountPath,
    mut body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let (_, subdomain) = find(&actor, &path).await?;
    let options = options(&mut body);
    body.end()?;
    create(&actor, &path.0, &subdomain, options).await
}

/// A link for any account of an app.
pub async fn for_any(
    Caller(actor): Caller,
    mut body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let app = body.required("app");
    let subdomain = body.required("subdomain").parse::<Subdomain>();
    let subdomain = subdomain.and_then(Subdomain::not_reserved);
    if let Err(error) = &subdomain {
        body.wrong("subdomain", error.to_string());
    }
    let options = options(&mut body);
    body.end()?;
    let subdomain = subdomain.map_err(|_| Problem::not_found())?;
    create(&actor, &app, &subdomain, options).await
}

fn options(body: &mut Body) -> LinkOptions {
    LinkOptions {
        expires_in: body.number("expires_in").map(Span::seconds),
        email: body.text("email"),
    }
}

async fn create(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
    options: LinkOptions,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let link = links::create(actor, app, subdomain, options)
        .await
        .map_err(problem)?;
    Ok((
        StatusCode::CREATED,
        Json(json!({
            "id": link.id,
            "url": link.url.expose_secret(),
            "expires_at": link.expires_at.rfc3339(),
        })),
    ))
}

fn problem(error: LinkError) -> Problem {
    let unusable = |code, error: &LinkError| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string())
    };
    match error {
        LinkError::NotFound => Problem::not_found(),
        LinkError::Forbidden(forbidden) => forbidden.into(),
        LinkError::BadLife => unusable("invalid_expires_in", &error),
        LinkError::NoMail => unusable("mail_not_set_up", &error),
        LinkError::NoAccount(_) => unusable("reserved_subdomain", &error),
        LinkError::Internal(fault) => fault.into(),
    }
}
