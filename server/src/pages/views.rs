//! Saved views of the accounts list, and the columns that a person chooses for themselves.

use crate::pages::{Answered, Form, Posted, PostedForm};
use app::{accounts_filter, address::Address, form_outcome::FormOutcome, pages::accounts_views};
use axum::{extract::Path, response::Response};
use serde::Deserialize;
use service::{
    connections::by_account::AccountsQuery,
    core::input::{Errors, Field, Input},
    views::{self, ViewError},
};
use url::form_urlencoded;

const SAVE: Form = Form::new(accounts_views::FORM, &["view"]);
const RENAME: Form = Form::new("view_rename", &["id", "view"]);
const REMOVE: Form = Form::new("view_remove", &[]);
const COLUMNS: Form = Form::new("columns", &[]);

/// The form that saves a view.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewView {
    view: Field<String>,
    /// The query of the list's address.
    filter: Field<String>,
}

impl Input for NewView {
    type Parsed = (String, AccountsQuery);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        let filter = errors.text("filter", self.filter);
        let query = accounts_filter::read(form_urlencoded::parse(filter.as_bytes()));
        let query = AccountsQuery {
            after: None,
            ..query
        };
        Some((errors.text("view", self.view), query))
    }
}

/// The form that gives another name.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewName {
    view: Field<String>,
    /// The view, for the page that shows the form again.
    id: Field<String>,
}

impl Input for NewName {
    type Parsed = String;

    fn parse(self, errors: &mut Errors) -> Option<String> {
        errors.text("id", self.id);
        Some(errors.text("view", self.view))
    }
}

/// Saves what the list shows.
pub async fn save(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<NewView>,
) -> Result<Response, Answered> {
    let list = Address::Accounts { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &list, &SAVE).await?;
    posted.first(&list).await?;
    let (name, query) = posted.parse(fields, &list, &SAVE).await?;
    let page = accounts_filter::href(&list, &query);
    match views::save(&actor, &name, &query).await {
        Ok(_) => {
            let name = name.trim().to_owned();
            posted.done(&page, FormOutcome::ViewSaved { name }).await
        }
        Err(error) => refused(&posted, &page, &SAVE, error).await,
    }
}

/// Gives a view another name.
pub async fn rename(
    Path((tenant, id)): Path<(String, String)>,
    PostedForm(posted, fields): PostedForm<NewName>,
) -> Result<Response, Answered> {
    let page = Address::Views { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &RENAME).await?;
    posted.first(&page).await?;
    let Ok(id) = id.parse() else {
        return Ok(posted.not_found().await);
    };
    let name = posted.parse(fields, &page, &RENAME).await?;
    match views::rename(&actor, id, &name).await {
        Ok(()) => {
            let name = name.trim().to_owned();
            posted.done(&page, FormOutcome::ViewSaved { name }).await
        }
        Err(error) => refused(&posted, &page, &RENAME, error).await,
    }
}

/// Removes a view.
pub async fn remove(
    Path((tenant, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = Address::Views { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &REMOVE).await?;
    posted.first(&page).await?;
    let Ok(id) = id.parse() else {
        return Ok(posted.not_found().await);
    };
    match views::remove(&actor, id).await {
        Ok(name) => posted.done(&page, FormOutcome::ViewRemoved { name }).await,
        Err(error) => refused(&posted, &page, &REMOVE, error).await,
    }
}

/// Chooses columns for whoever is signed in.
pub async fn columns(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<accounts_filter::Parameters>,
) -> Result<Response, Answered> {
    let list = Address::Accounts { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &list, &COLUMNS).await?;
    let mut query = posted.parse(fields, &list, &COLUMNS).await?;
    views::choose_columns(&actor, query.columns.take()).await?;
    let page = accounts_filter::href(&list, &query);
    posted.done(&page, FormOutcome::ColumnsChosen).await
}

async fn refused(
    posted: &Posted,
    page: &str,
    form: &Form,
    error: ViewError,
) -> Result<Response, Answered> {
    Ok(match error {
        ViewError::Forbidden(_) => posted.forbidden(page, form).await,
        ViewError::NotFound => posted.not_found().await,
        ViewError::Invalid(errors) => posted.rerender_with_errors(page, form, errors).await,
        ViewError::Internal(fault) => return Err(fault.into()),
    })
}
