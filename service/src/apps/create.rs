//! Adding an app.

use super::{
    client_id,
    form::{AppForm, AppFormError},
};
use crate::{
    audit::{self, Action, Entry, Target},
    core::error::FieldError,
    encryption::Purpose,
    entity::app,
    records::app::App,
    tenancy::Actor,
};
use domain::{permission::Permission, slug::Slug};
use sea_orm::{ActiveModelTrait, EntityTrait, SqlErr};

/// Adds an app; its client secret is stored sealed.
///
/// # Errors
/// [`AppFormError`]; nothing is stored then.
pub async fn create(actor: &Actor, form: &AppForm) -> Result<App, AppFormError> {
    actor.require(Permission::AddApps)?;
    let checked = form.check(None).map_err(AppFormError::Invalid)?;
    let tx = actor.write().await?;
    client_id::must_be_free(actor, &tx, &checked.client_id, None).await?;
    let now = actor.now();
    let row = app::Model {
        id: actor.new_id(),
        tenant_id: tx.tenant(),
        slug: checked.slug,
        name: checked.name,
        client_id: checked.client_id,
        requested_scopes: checked.scopes,
        after_install_url: checked.after_install_url,
        basic_encoding: checked.basic_encoding,
        pkce: checked.pkce,
        fault_since: None,
        probe_at: None,
        created_at: now,
        updated_at: now,
        next_secret_added_at: None,
        next_secret_added_by: None,
        next_secret_tested_at: None,
        next_secret_result: None,
        previous_secret_until: None,
        refused_in_a_row: 0,
        refused_since: None,
        fault_by_refusals: false,
        client_refused_at: None,
        client_refused_by: None,
        refusals_accepted_until: None,
        exchange_refused_at: None,
        exchange_refused_by: None,
        fault_ended_at: None,
    };
    let insert = app::ActiveModel::from(row.clone()).reset_all();
    let inserted = app::Entity::insert(insert)
        .exec_without_returning(&*tx)
        .await;
    if let Err(error) = inserted {
        return Err(match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => taken(form, &row.slug),
            _ => error.into(),
        });
    }
    if let Some(secret) = &checked.client_secret {
        actor
            .vault()
            .seal(
                actor.services(),
                &tx,
                Purpose::AppClientSecret,
                row.id.0,
                secret,
            )
            .await?;
    }
    let app = App::try_from(row)?;
    let target = Target::app(app.id, &app.slug);
    audit::record(actor, &tx, &Entry::of(actor, Action::AppCreated, target)).await?;
    tx.commit().await?;
    Ok(app)
}

/// The short name belongs to another app; the error names the field that it came from.
fn taken(form: &AppForm, slug: &Slug) -> AppFormError {
    let typed = form.slug.as_deref().is_some_and(|s| !s.trim().is_empty());
    let message = format!("Another app already has the short name “{slug}”; choose another one.");
    let field = if typed { "slug" } else { "name" };
    AppFormError::Invalid(vec![FieldError::new(field, message)])
}
