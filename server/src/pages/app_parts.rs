//! The forms of an app's page, one for each part of it. Each changes its own fields and comes
//! back to its part.

use crate::pages::{
    Answered, Form, PostedForm,
    apps::{find, refused},
};
use app::{address::Address, form_outcome::FormOutcome, pages::app_impact};
use axum::{extract::Path, response::Response};
use domain::{campaign::Audience, permission::Permission};
use serde::Deserialize;
use service::{
    apps::{edit, form::AppForm},
    core::input::{Errors, Field, Input, Repeated},
};

pub(super) const CREDENTIALS: Form = Form::new("app_credentials", &["client_id"]).kept();
pub(super) const PERMISSIONS: Form = Form::new("app_permissions", &["scope", "scopes"]).kept();
pub(super) const SETTINGS: Form = Form::new(
    "app_settings",
    &["name", "after_install_url", "basic_encoding", "pkce"],
)
.kept();

/// Changes the client ID.
pub async fn credentials(
    Path((tenant, app)): Path<(String, String)>,
    PostedForm(posted, fields): PostedForm<Credentials>,
) -> Result<Response, Answered> {
    let page = Address::AppCredentials {
        tenant: &tenant,
        app: &app,
    }
    .to_string();
    let (actor, app) = find(&posted, &tenant, &app, &page, &CREDENTIALS).await?;
    let client_id = posted.parse(fields, &page, &CREDENTIALS).await?;
    let (id, now) = (app.id, AppForm::from(app));
    let form = AppForm { client_id, ..now };
    match edit::edit(&actor, id, &form).await {
        Ok(_) => posted.done(&page, FormOutcome::AppSaved).await,
        Err(error) => refused(&posted, &page, &CREDENTIALS, error).await,
    }
}

/// Changes what the app asks for. The page tells first what that means for accounts, and
/// asks what follows.
pub async fn permissions(
    Path((tenant, app)): Path<(String, String)>,
    PostedForm(posted, fields): PostedForm<Permissions>,
) -> Result<Response, Answered> {
    let page = Address::AppPermissions {
        tenant: &tenant,
        app: &app,
    }
    .to_string();
    let (actor, app) = find(&posted, &tenant, &app, &page, &PERMISSIONS).await?;
    let (scopes, then) = posted.parse(fields, &page, &PERMISSIONS).await?;
    let (id, now) = (app.id, AppForm::from(app));
    let form = AppForm { scopes, ..now };
    if then.is_none() && actor.may(Permission::ManageApps) {
        let changes = edit::would_change_accounts(&actor, id, &form).await;
        if posted.looked(changes).await? {
            let nothing_wrong = Vec::new();
            let told = posted.rerender_with_errors(&page, &PERMISSIONS, nothing_wrong);
            return Ok(told.await);
        }
    }
    match edit::edit(&actor, id, &form).await {
        Ok(app) => {
            let page = match then.as_deref() {
                Some(app_impact::CAMPAIGN) => {
                    let new = Address::NewCampaign { tenant: &tenant };
                    let audience = Audience::MissingPermissions.code();
                    format!("{new}?app={}&audience={audience}", app.slug)
                }
                _ => page,
            };
            posted.done(&page, FormOutcome::AppSaved).await
        }
        Err(error) => refused(&posted, &page, &PERMISSIONS, error).await,
    }
}

/// Changes the name, where customers go on to, and how the app talks to Gorgias.
pub async fn settings(
    Path((tenant, app)): Path<(String, String)>,
    PostedForm(posted, fields): PostedForm<Settings>,
) -> Result<Response, Answered> {
    let page = Address::AppSettings {
        tenant: &tenant,
        app: &app,
    }
    .to_string();
    let (actor, app) = find(&posted, &tenant, &app, &page, &SETTINGS).await?;
    let change = posted.parse(fields, &page, &SETTINGS).await?;
    let (id, now) = (app.id, AppForm::from(app));
    let form = AppForm {
        name: change.name,
        after_install_url: change.after_install_url,
        basic_encoding: change.basic_encoding,
        pkce: change.pkce,
        ..now
    };
    match edit::edit(&actor, id, &form).await {
        Ok(_) => posted.done(&page, FormOutcome::AppSaved).await,
        Err(error) => refused(&posted, &page, &SETTINGS, error).await,
    }
}

/// The form of the client ID.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Credentials {
    client_id: Field<String>,
}

impl Input for Credentials {
    type Parsed = String;

    fn parse(self, errors: &mut Errors) -> Option<String> {
        Some(errors.text("client_id", self.client_id))
    }
}

/// The form of the permissions.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Permissions {
    /// One value for each checkbox.
    scope: Field<Repeated>,
    /// More scopes, in one line.
    scopes: Field<String>,
    /// What follows, once it is told what a change of permissions means.
    then: Field<String>,
}

impl Input for Permissions {
    type Parsed = (Vec<String>, Option<String>);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        let boxes = errors.optional("scope", self.scope).map(|boxes| boxes.0);
        let typed = errors.optional("scopes", self.scopes);
        let then = errors.optional(app_impact::THEN, self.then);
        let scopes = boxes.unwrap_or_default().into_iter().chain(typed);
        Some((scopes.collect(), then))
    }
}

/// The form of the settings.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Settings {
    name: Field<String>,
    after_install_url: Field<String>,
    basic_encoding: Field<String>,
    pkce: Field<String>,
}

/// What is to be set.
pub struct Change {
    name: String,
    after_install_url: Option<String>,
    basic_encoding: Option<String>,
    pkce: bool,
}

impl Input for Settings {
    type Parsed = Change;

    fn parse(self, errors: &mut Errors) -> Option<Change> {
        Some(Change {
            name: errors.text("name", self.name),
            after_install_url: errors.optional("after_install_url", self.after_install_url),
            basic_encoding: errors.optional("basic_encoding", self.basic_encoding),
            pkce: errors.ticked("pkce", self.pkce),
        })
    }
}
