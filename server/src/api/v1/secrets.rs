//! `/api/v1/apps/{app}/secrets`: client secrets in two slots. None of the
//! answers holds a secret.

use super::{apps::find, json};
use crate::api::{Problem, bearer::Caller, body::Body};
use axum::{Json, extract::Path, http::StatusCode, response::IntoResponse};
use serde_json::{Value, json};
use service::{
    Actor,
    apps::{
        App,
        secrets::{self, SecretError},
    },
    core::error::FieldError,
};

impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        let detail = error.to_string();
        let conflict = |code| Self::new(StatusCode::CONFLICT, code, detail);
        match error {
            SecretError::Forbidden(forbidden) => forbidden.into(),
            SecretError::NotFound => Self::not_found(),
            SecretError::Invalid(errors) => Self::invalid(errors.into_iter().map(named).collect()),
            SecretError::NoNext => conflict("no_next_secret"),
            SecretError::NotReady => conflict("not_ready"),
            SecretError::NoPrevious => conflict("no_previous_secret"),
            SecretError::Internal(fault) => fault.into(),
        }
    }
}

/// The page's form calls the field otherwise.
fn named(error: FieldError) -> FieldError {
    FieldError::new("client_secret", error.message)
}

/// What there is.
pub async fn show(Caller(actor): Caller, Path(app): Path<String>) -> Result<Json<Value>, Problem> {
    let app = find(&actor, &app).await?;
    slots(&actor, &app).await
}

/// Adds one to be tested and switched to.
pub async fn add(
    Caller(actor): Caller,
    Path(app): Path<String>,
    mut body: Body,
) -> Result<impl IntoResponse, Problem> {
    let app = find(&actor, &app).await?;
    let secret = body.secret("client_secret").unwrap_or_default();
    body.end()?;
    secrets::add::add(&actor, app.id, &secret).await?;
    Ok((StatusCode::CREATED, slots(&actor, &app).await?))
}

/// Tests the next one, or the one in use.
pub async fn test(
    Caller(actor): Caller,
    Path(app): Path<String>,
    mut body: Body,
) -> Result<Json<Value>, Problem> {
    let app = find(&actor, &app).await?;
    let slot = body.text("slot");
    let in_use = match slot.as_deref() {
        None | Some("next") => false,
        Some("in_use") => true,
        Some(_) => {
            body.wrong("slot", "Give “next” or “in_use”.");
            false
        }
    };
    body.end()?;
    let result = if in_use {
        secrets::test::test_in_use(&actor, app.id).await?
    } else {
        secrets::test::test(&actor, app.id).await?
    };
    Ok(Json(json!({ "result": result.code() })))
}

/// Puts the next one into use.
pub async fn switch(
    Caller(actor): Caller,
    Path(app): Path<String>,
) -> Result<Json<Value>, Problem> {
    let app = find(&actor, &app).await?;
    secrets::switch::switch(&actor, app.id).await?;
    slots(&actor, &app).await
}

/// Goes back to the one before.
pub async fn roll_back(
    Caller(actor): Caller,
    Path(app): Path<String>,
) -> Result<Json<Value>, Problem> {
    let app = find(&actor, &app).await?;
    secrets::roll_back::roll_back(&actor, app.id).await?;
    slots(&actor, &app).await
}

/// Removes the next one.
pub async fn discard(
    Caller(actor): Caller,
    Path(app): Path<String>,
) -> Result<StatusCode, Problem> {
    let app = find(&actor, &app).await?;
    secrets::discard::discard(&actor, app.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn slots(actor: &Actor, app: &App) -> Result<Json<Value>, Problem> {
    let slots = secrets::show(actor, app.id).await?;
    Ok(Json(json::secrets(&slots)))
}
