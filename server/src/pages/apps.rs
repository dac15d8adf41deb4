//! Apps: add, remove, and the word that their credentials are right. What changes an app
//! is in `app_parts`.

use crate::pages::{Answered, Form, Posted, PostedForm};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    Actor,
    apps::{
        self, App,
        form::{AppForm, AppFormError},
    },
    core::{
        error::FieldError,
        input::{Errors, Field, Input, Repeated},
    },
};

const FIELDS: &[&str] = &[
    "name",
    "slug",
    "client_id",
    "scope",
    "scopes",
    "after_install_url",
    "basic_encoding",
    "pkce",
];
pub(super) const CREATE: Form = Form::new("app_create", FIELDS).kept();
pub(super) const REMOVE: Form = Form::new("app_remove", &["confirm"]).kept();
const REFUSALS: Form = Form::new("app_refusals", &[]);

/// Adds an app.
pub async fn create(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<AppFields>,
) -> Result<Response, Answered> {
    let page = Address::NewApp { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &CREATE).await?;
    posted.first(&page).await?;
    let form = posted.parse(fields, &page, &CREATE).await?;
    match apps::create::create(&actor, &form).await {
        Ok(app) => {
            let page = Address::App {
                tenant: &tenant,
                app: app.slug.as_str(),
            }
            .to_string();
            posted.done(&page, FormOutcome::AppAdded).await
        }
        Err(error) => refused(&posted, &page, &CREATE, error).await,
    }
}

/// Removes an app. Its short name has to be typed, since this can't be undone.
pub async fn remove(
    Path((tenant, app)): Path<(String, String)>,
    PostedForm(posted, fields): PostedForm<Confirmation>,
) -> Result<Response, Answered> {
    let page = Address::AppSettings {
        tenant: &tenant,
        app: &app,
    }
    .to_string();
    let (actor, app) = find(&posted, &tenant, &app, &page, &REMOVE).await?;
    if posted.parse(fields, &page, &REMOVE).await? != app.slug.as_str() {
        let message = format!("Type “{}” to remove the app.", app.slug);
        let errors = vec![FieldError::new("confirm", message)];
        return Ok(posted.rerender_with_errors(&page, &REMOVE, errors).await);
    }
    match apps::remove::remove(&actor, app.id).await {
        Ok(()) => {
            let outcome = FormOutcome::AppRemoved { name: app.name };
            let apps = Address::Apps { tenant: &tenant }.to_string();
            posted.done(&apps, outcome).await
        }
        Err(error) => refused(&posted, &page, &REMOVE, error).await,
    }
}

/// Accepts an operator's word that the app's credentials are right.
pub async fn accept_refusals(
    Path((tenant, app)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = Address::App {
        tenant: &tenant,
        app: &app,
    }
    .to_string();
    let (actor, app) = find(&posted, &tenant, &app, &page, &REFUSALS).await?;
    match apps::accept_refusals::accept(&actor, app.id).await {
        Ok(()) => posted.done(&page, FormOutcome::RefusalsAccepted).await,
        Err(error) => refused(&posted, &page, &REFUSALS, error).await,
    }
}

/// The member who posted the form, and the app. The check whether the form was
/// posted before comes first, since the form itself may have removed the app.
pub(super) async fn find(
    posted: &Posted,
    tenant: &str,
    app: &str,
    page: &str,
    form: &Form,
) -> Result<(Actor, App), Answered> {
    let actor = posted.member(tenant, page, form).await?;
    posted.first(page).await?;
    match posted.looked(apps::list::one(&actor, app).await).await? {
        Some(app) => Ok((actor, app)),
        None => Err(posted.not_found().await.into()),
    }
}

/// The fields of the form for a new app.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AppFields {
    name: Field<String>,
    slug: Field<String>,
    client_id: Field<String>,
    client_secret: Field<SecretString>,
    /// One value for each checkbox.
    scope: Field<Repeated>,
    /// More scopes, in one line.
    scopes: Field<String>,
    after_install_url: Field<String>,
    basic_encoding: Field<String>,
    pkce: Field<String>,
}

impl Input for AppFields {
    type Parsed = AppForm;

    fn parse(self, errors: &mut Errors) -> Option<AppForm> {
        let boxes = errors.optional("scope", self.scope).map(|boxes| boxes.0);
        let typed = errors.optional("scopes", self.scopes);
        Some(AppForm {
            name: errors.text("name", self.name),
            slug: errors.optional("slug", self.slug),
            client_id: errors.text("client_id", self.client_id),
            client_secret: errors.optional("client_secret", self.client_secret),
            scopes: boxes.unwrap_or_default().into_iter().chain(typed).collect(),
            after_install_url: errors.optional("after_install_url", self.after_install_url),
            basic_encoding: errors.optional("basic_encoding", self.basic_encoding),
            pkce: errors.ticked("pkce", self.pkce),
        })
    }
}

/// The name that is typed to confirm an action that can't be undone.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Confirmation {
    confirm: Field<String>,
}

impl Input for Confirmation {
    type Parsed = String;

    fn parse(self, errors: &mut Errors) -> Option<String> {
        let typed = errors.text("confirm", self.confirm);
        Some(typed.trim().to_owned())
    }
}

pub(super) async fn refused(
    posted: &Posted,
    page: &str,
    form: &Form,
    error: AppFormError,
) -> Result<Response, Answered> {
    Ok(match error {
        AppFormError::Forbidden(_) => posted.forbidden(page, form).await,
        AppFormError::NotFound => posted.not_found().await,
        AppFormError::Invalid(errors) => posted.rerender_with_errors(page, form, errors).await,
        AppFormError::Internal(fault) => return Err(fault.into()),
    })
}
