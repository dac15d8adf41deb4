//! `/api/v1/apps/{app}/secrets`: client secrets in two slots. No answer holds a secret.

use super::{
    answers::{Secrets, Tested},
    apps::find,
    paths::AppPath,
};
use crate::api::{
    Problem,
    bearer::Caller,
    body::Body,
    problems::{BODY, COMMON, PATH, problems},
};
use axum::{Json, extract::Path, http::StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    Actor,
    apps::{
        App,
        secrets::{self, SecretError},
    },
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
};
use utoipa::ToSchema;

problems!(ShowProblems: COMMON, PATH);
problems!(AddProblems: COMMON, PATH, BODY);
problems!(TestProblems: COMMON, PATH, BODY, &[(409, "no_next_secret")]);
problems!(SwitchProblems: COMMON, PATH, &[(409, "no_next_secret"), (409, "not_ready")]);
problems!(RollBackProblems: COMMON, PATH, &[(409, "no_previous_secret")]);
problems!(DiscardProblems: COMMON, PATH, &[(409, "no_next_secret")]);

impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        let detail = error.to_string();
        let conflict = |code| Self::new(StatusCode::CONFLICT, code, detail);
        match error {
            SecretError::Forbidden(forbidden) => forbidden.into(),
            SecretError::NotFound => Self::not_found(),
            SecretError::Invalid(errors) => {
                Self::invalid_fields(errors.into_iter().map(named).collect())
            }
            SecretError::NoNext => conflict("no_next_secret"),
            SecretError::NotReady => conflict("not_ready"),
            SecretError::NoPrevious => conflict("no_previous_secret"),
            SecretError::Internal(fault) => fault.into(),
        }
    }
}

/// The use case uses the field name of the page's form.
fn named(error: FieldError) -> FieldError {
    FieldError::new("client_secret", error.message)
}

/// The next client secret.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({ "client_secret": "next-from-the-partners-portal" }))]
pub struct NewSecret {
    /// From Gorgias' partners' portal; never shown again
    #[schema(value_type = String, required, write_only)]
    #[serde(default)]
    client_secret: Field<SecretString>,
}

impl Input for NewSecret {
    type Parsed = SecretString;

    fn parse(self, errors: &mut Errors) -> Option<SecretString> {
        // Without one, the use case says what is missing.
        Some(errors.secret("client_secret", self.client_secret))
    }
}

/// Which client secret to test.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({ "slot": "in_use" }))]
pub struct Slot {
    /// `next` (if not given) or `in_use`
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    slot: Field<String>,
}

impl Input for Slot {
    /// Whether the slot is `in_use`.
    type Parsed = bool;

    fn parse(self, errors: &mut Errors) -> Option<bool> {
        let next = errors.either("slot", self.slot, ["next", "in_use"]);
        Some(next == Some(false))
    }
}

/// The client secrets of an app, without the secrets
#[utoipa::path(
    get, path = "/apps/{app}/secrets", operation_id = "getSecrets", tag = "client secrets",
    params(AppPath),
    responses((status = 200, body = Secrets, description = "What there is"), ShowProblems)
)]
pub async fn show(
    Caller(actor): Caller,
    Path(path): Path<AppPath>,
) -> Result<Json<Secrets>, Problem> {
    let app = find(&actor, &path.app).await?;
    slots(&actor, &app).await
}

/// Adds the next client secret, to be tested and switched to
#[utoipa::path(
    post, path = "/apps/{app}/secrets", operation_id = "addSecret", tag = "client secrets",
    params(AppPath),
    request_body = NewSecret,
    responses((status = 201, body = Secrets, description = "What there is now"), AddProblems)
)]
pub async fn add(
    Caller(actor): Caller,
    Path(path): Path<AppPath>,
    Body(secret): Body<NewSecret>,
) -> Result<(StatusCode, Json<Secrets>), Problem> {
    let app = find(&actor, &path.app).await?;
    secrets::add::add(&actor, app.id, &secret).await?;
    Ok((StatusCode::CREATED, slots(&actor, &app).await?))
}

/// Tests the next client secret, or the one in use, by renewing one account
#[utoipa::path(
    post, path = "/apps/{app}/secrets/test", operation_id = "testSecret", tag = "client secrets",
    params(AppPath),
    request_body = Option<Slot>,
    responses((status = 200, body = Tested, description = "What the test found"), TestProblems)
)]
pub async fn test(
    Caller(actor): Caller,
    Path(path): Path<AppPath>,
    Body(in_use): Body<Slot>,
) -> Result<Json<Tested>, Problem> {
    let app = find(&actor, &path.app).await?;
    let result = if in_use {
        secrets::test::test_in_use(&actor, app.id).await?
    } else {
        secrets::test::test(&actor, app.id).await?
    };
    Ok(Json(result.into()))
}

/// Puts the next client secret into use
#[utoipa::path(
    post, path = "/apps/{app}/secrets/switch", operation_id = "switchSecret", tag = "client secrets",
    params(AppPath),
    responses((status = 200, body = Secrets, description = "What there is now"), SwitchProblems)
)]
pub async fn switch(
    Caller(actor): Caller,
    Path(path): Path<AppPath>,
) -> Result<Json<Secrets>, Problem> {
    let app = find(&actor, &path.app).await?;
    secrets::switch::switch(&actor, app.id).await?;
    slots(&actor, &app).await
}

/// Goes back to the previous client secret, for 24 hours after a switch
#[utoipa::path(
    post, path = "/apps/{app}/secrets/roll-back", operation_id = "rollBackSecret", tag = "client secrets",
    params(AppPath),
    responses((status = 200, body = Secrets, description = "What there is now"), RollBackProblems)
)]
pub async fn roll_back(
    Caller(actor): Caller,
    Path(path): Path<AppPath>,
) -> Result<Json<Secrets>, Problem> {
    let app = find(&actor, &path.app).await?;
    secrets::roll_back::roll_back(&actor, app.id).await?;
    slots(&actor, &app).await
}

/// Removes the next client secret
#[utoipa::path(
    delete, path = "/apps/{app}/secrets/next", operation_id = "deleteNextSecret", tag = "client secrets",
    params(AppPath),
    responses((status = 204, description = "It is removed"), DiscardProblems)
)]
pub async fn discard(
    Caller(actor): Caller,
    Path(path): Path<AppPath>,
) -> Result<StatusCode, Problem> {
    let app = find(&actor, &path.app).await?;
    secrets::discard::discard(&actor, app.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn slots(actor: &Actor, app: &App) -> Result<Json<Secrets>, Problem> {
    let slots = secrets::show(actor, app.id).await?;
    Ok(Json(slots.into()))
}
