//! `/api/v1/apps`

use super::{
    answers::{App, Apps},
    app_bodies::{AppChange, Change, NewApp},
    paths::AppPath,
};
use crate::api::{
    Problem,
    bearer::Caller,
    body::Body,
    problems::{BODY, COMMON, PATH, problems},
};
use axum::{Json, extract::Path, http::StatusCode};
use domain::permission::Permission;
use service::{
    Actor,
    apps::{
        self,
        form::{AppForm, AppFormError},
    },
    core::error::FieldError,
};

problems!(ListProblems: COMMON);
problems!(CreateProblems: COMMON, BODY);
problems!(AppProblems: COMMON, PATH);
problems!(EditProblems: COMMON, PATH, BODY);

impl From<AppFormError> for Problem {
    fn from(error: AppFormError) -> Self {
        match error {
            AppFormError::Forbidden(forbidden) => forbidden.into(),
            AppFormError::NotFound => Self::not_found(),
            AppFormError::Invalid(errors) => Self::invalid_fields(errors),
            AppFormError::Internal(fault) => fault.into(),
        }
    }
}

/// All apps that the token may see
#[utoipa::path(
    get, path = "/apps", operation_id = "listApps", tag = "apps",
    responses((status = 200, body = Apps, description = "The apps"), ListProblems)
)]
pub async fn list(Caller(actor): Caller) -> Result<Json<Apps>, Problem> {
    actor.require(Permission::Look)?;
    let rows = apps::list::all(&actor).await?.into_iter();
    let items = rows.map(|row| App::new(row.app, &actor.config)).collect();
    Ok(Json(Apps { items }))
}

/// Adds an app
#[utoipa::path(
    post, path = "/apps", operation_id = "createApp", tag = "apps",
    request_body = NewApp,
    responses((status = 201, body = App, description = "The app, without its secret"), CreateProblems)
)]
pub async fn create(
    Caller(actor): Caller,
    Body(form): Body<NewApp>,
) -> Result<(StatusCode, Json<App>), Problem> {
    let app = apps::create::create(&actor, &form).await?;
    Ok((StatusCode::CREATED, Json(App::new(app, &actor.config))))
}

/// One app
#[utoipa::path(
    get, path = "/apps/{app}", operation_id = "getApp", tag = "apps",
    params(AppPath),
    responses((status = 200, body = App, description = "The app"), AppProblems)
)]
pub async fn show(Caller(actor): Caller, Path(path): Path<AppPath>) -> Result<Json<App>, Problem> {
    let app = find(&actor, &path.app).await?;
    Ok(Json(App::new(app, &actor.config)))
}

/// Changes what the body names and leaves the rest
#[utoipa::path(
    patch, path = "/apps/{app}", operation_id = "changeApp", tag = "apps",
    params(AppPath),
    request_body = AppChange,
    responses((status = 200, body = App, description = "The app as it is now"), EditProblems)
)]
pub async fn edit(
    Caller(actor): Caller,
    Path(path): Path<AppPath>,
    Body(change): Body<AppChange>,
) -> Result<Json<App>, Problem> {
    let app = find(&actor, &path.app).await?;
    let id = app.id;
    let form = changed(app, change)?;
    let app = apps::edit::edit(&actor, id, &form).await?;
    Ok(Json(App::new(app, &actor.config)))
}

fn changed(app: apps::App, change: Change) -> Result<AppForm, Problem> {
    if change.slug.is_some_and(|slug| slug != app.slug.as_str()) {
        let message = "The short name stands in addresses and can't be changed.";
        let errors = vec![FieldError::new("slug", message)];
        return Err(Problem::invalid_fields(errors));
    }
    let now = AppForm::from(app);
    Ok(AppForm {
        name: change.name.unwrap_or(now.name),
        slug: None,
        client_id: change.client_id.unwrap_or(now.client_id),
        client_secret: change.client_secret,
        scopes: change.scopes.unwrap_or(now.scopes),
        after_install_url: change.after_install_url.unwrap_or(now.after_install_url),
        basic_encoding: change.basic_encoding.or(now.basic_encoding),
        pkce: change.pkce.unwrap_or(now.pkce),
    })
}

/// Removes an app with its secret, its connections and their tokens
#[utoipa::path(
    delete, path = "/apps/{app}", operation_id = "deleteApp", tag = "apps",
    params(AppPath),
    responses((status = 204, description = "It is removed"), AppProblems)
)]
pub async fn remove(
    Caller(actor): Caller,
    Path(path): Path<AppPath>,
) -> Result<StatusCode, Problem> {
    let app = find(&actor, &path.app).await?;
    apps::remove::remove(&actor, app.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn find(actor: &Actor, app: &str) -> Result<apps::App, Problem> {
    actor.require(Permission::Look)?;
    apps::list::one(actor, app)
        .await?
        .ok_or_else(Problem::not_found)
}
