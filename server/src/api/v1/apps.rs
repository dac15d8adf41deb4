//! `/api/v1/apps`

use super::json;
use crate::api::{Problem, bearer::Caller, body::Body};
use axum::{Json, extract::Path, http::StatusCode, response::IntoResponse};
use domain::permission::Permission;
use serde_json::{Value, json};
use service::apps::{
    self, App,
    form::{AppForm, AppFormError},
};

impl From<AppFormError> for Problem {
    fn from(error: AppFormError) -> Self {
        match error {
            AppFormError::Forbidden(forbidden) => forbidden.into(),
            AppFormError::NotFound => Self::not_found(),
            AppFormError::Invalid(errors) => Self::invalid(errors),
            AppFormError::Internal(fault) => fault.into(),
        }
    }
}

/// All apps that the token may see.
pub async fn list(Caller(actor): Caller) -> Result<Json<Value>, Problem> {
    actor.require(Permission::Look)?;
    let rows = apps::list::all(&actor).await?;
    let items: Vec<_> = rows
        .iter()
        .map(|row| json::app(&row.app, &actor.config))
        .collect();
    Ok(Json(json!({ "items": items })))
}

/// Adds an app.
pub async fn create(Caller(actor): Caller, mut body: Body) -> Result<impl IntoResponse, Problem> {
    let form = AppForm {
        name: body.required("name"),
        slug: body.text("slug"),
        client_id: body.required("client_id"),
        client_secret: body.secret("client_secret"),
        scopes: body.texts("scopes").unwrap_or_default(),
        after_install_url: body.text("after_install_url"),
        basic_encoding: body.text("basic_encoding"),
        pkce: pkce(&mut body, false),
    };
    body.end()?;
    let app = apps::create::create(&actor, &form).await?;
    Ok((StatusCode::CREATED, Json(json::app(&app, &actor.config))))
}

/// One app.
pub async fn show(Caller(actor): Caller, Path(app): Path<String>) -> Result<Json<Value>, Problem> {
    let app = find(&actor, &app).await?;
    Ok(Json(json::app(&app, &actor.config)))
}

/// Changes what the body names and leaves the rest.
pub async fn edit(
    Caller(actor): Caller,
    Path(app): Path<String>,
    mut body: Body,
) -> Result<Json<Value>, Problem> {
    let app = find(&actor, &app).await?;
    if let Some(slug) = body.text("slug")
        && slug != app.slug.as_str()
    {
        body.wrong(
            "slug",
            "The short name stands in addresses and can't be changed.",
        );
    }
    let form = AppForm {
        name: body.text("name").unwrap_or(app.name),
        slug: None,
        client_id: body.text("client_id").unwrap_or(app.client_id),
        client_secret: body.secret("client_secret"),
        scopes: body
            .texts("scopes")
            .unwrap_or_else(|| vec![app.requested.to_string()]),
        after_install_url: if body.has("after_install_url") {
            body.text("after_install_url")
        } else {
            app.after_install_url
        },
        basic_encoding: body
            .text("basic_encoding")
            .or_else(|| Some(app.basic_encoding.code().to_owned())),
        pkce: pkce(&mut body, app.pkce),
    };
    body.end()?;
    let app = apps::edit::edit(&actor, app.id, &form).await?;
    Ok(Json(json::app(&app, &actor.config)))
}

/// Removes an app with its connections.
pub async fn remove(Caller(actor): Caller, Path(app): Path<String>) -> Result<StatusCode, Problem> {
    let app = find(&actor, &app).await?;
    apps::remove::remove(&actor, app.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn find(actor: &service::Actor, app: &str) -> Result<App, Problem> {
    actor.require(Permission::Look)?;
    apps::list::one(actor, app)
        .await?
        .ok_or_else(Problem::not_found)
}

fn pkce(body: &mut Body, or: bool) -> bool {
    match body.text("pkce").as_deref() {
        None => or,
        Some("on") => true,
        Some("off") => false,
        Some(_) => {
            body.wrong("pkce", "Give “on” or “off”.");
            or
        }
    }
}
