//! Changing an app.

use super::{
    client_id,
    form::{AppForm, AppFormError, Checked},
    rejudge, secrets,
};
use crate::{
    audit::{self, Action, Entry, Target},
    core::error::InternalError,
    encryption::Purpose,
    entity::{app, connection},
    records::{app::App, app_credentials, granted_sets, known_apps::KnownApps},
    tenancy::Actor,
};
use domain::{app_limit::AppLimit, ids::AppId, permission::Permission};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// How many parts of an app's connections are judged at once when its scopes change: all of
/// them in most apps. The worker goes on with the rest.
const AT_ONCE: usize = 2;

/// Stores the form over the app. With a new client secret or client id a setup
/// fault is not certain any more, so it is removed and the next check decides.
/// The previous client secret can be put back for a day. When the requested
/// scopes change, the connections are judged anew: the first at once, the rest by the
/// worker.
///
/// # Errors
/// [`AppFormError`]; nothing is stored then.
pub async fn edit(actor: &Actor, id: AppId, form: &AppForm) -> Result<App, AppFormError> {
    actor.require(Permission::ManageApps)?;
    let tx = actor.write().await?;
    let Some(before) = crate::records::app::find(&tx, &id.to_string(), &actor.apps).await? else {
        return Err(AppFormError::NotFound);
    };
    let checked = form
        .check(Some(&before.slug))
        .map_err(AppFormError::Invalid)?;
    if checked.client_id != before.client_id {
        client_id::must_be_free(actor, &tx, &checked.client_id, Some(id)).await?;
    }
    let credentials_changed = checked.client_secret.is_some()
        || checked.client_id != before.client_id
        || checked.basic_encoding != before.basic_encoding;
    let entry = Entry::of(actor, Action::AppEdited, Target::app(id, &before.slug))
        .detail(changed(&before, &checked));
    let client_id_stays = checked.client_id == before.client_id;
    let now = actor.now();
    tx.update::<app::Entity>()
        .filter(app::Column::Id.eq(id))
        .col_expr(app::Column::Name, Expr::value(checked.name))
        .col_expr(app::Column::ClientId, Expr::value(checked.client_id))
        .col_expr(
            app::Column::RequestedScopes,
            Expr::value(checked.scopes.to_string()),
        )
        .col_expr(
            app::Column::AfterInstallUrl,
            Expr::value(checked.after_install_url),
        )
        .col_expr(
            app::Column::BasicEncoding,
            Expr::value(checked.basic_encoding),
        )
        .col_expr(app::Column::Pkce, Expr::value(checked.pkce))
        .col_expr(app::Column::UpdatedAt, Expr::value(now))
        .exec(&*tx)
        .await?;
    if credentials_changed && let Some(known) = app_credentials::locked(&tx, id).await? {
        app_credentials::write(&tx, id, &known.replaced(now), now).await?;
    }
    if let Some(secret) = &checked.client_secret {
        if client_id_stays {
            secrets::keep_previous(actor, &tx, id).await?;
        }
        actor
            .vault()
            .seal(
                actor.services(),
                &tx,
                Purpose::AppClientSecret,
                id.0,
                secret,
            )
            .await?;
    }
    if credentials_changed && before.credentials.fault.is_some() {
        // Check the new credentials soon, not at the next interval.
        tx.update::<connection::Entity>()
            .filter(connection::Column::AppId.eq(id))
            .filter(connection::Column::DueAt.is_not_null())
            .col_expr(connection::Column::DueAt, Expr::value(now))
            .exec(&*tx)
            .await?;
    }
    let asks_for_others = checked.scopes != before.requested;
    if asks_for_others {
        rejudge::begin(actor, &tx, id).await?;
    }
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    actor.state::<KnownApps>().forget(id);
    if asks_for_others {
        rejudge::turn(actor, id, AT_ONCE).await?;
    }
    let tx = actor.read().await?;
    crate::records::app::find(&tx, &id.to_string(), &AppLimit::All)
        .await?
        .ok_or(AppFormError::NotFound)
}

/// Whether the form would change what connected accounts are asked for. A form that can't be
/// stored changes nothing; [`edit`] says why.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn would_change_accounts(
    actor: &Actor,
    id: AppId,
    form: &AppForm,
) -> Result<bool, InternalError> {
    let tx = actor.read().await?;
    let Some(before) = crate::records::app::find(&tx, &id.to_string(), &actor.apps).await? else {
        return Ok(false);
    };
    let checked = form.check(Some(&before.slug));
    if !checked.is_ok_and(|checked| checked.scopes != before.requested) {
        return Ok(false);
    }
    let sets = granted_sets::of_apps(&tx, [id]).await?;
    Ok(sets.iter().any(|set| set.granted.is_connected()))
}

/// The names of the fields that change, never their values.
fn changed(before: &App, after: &Checked) -> String {
    let fields = [
        ("name", before.name != after.name),
        ("client_id", before.client_id != after.client_id),
        ("client_secret", after.client_secret.is_some()),
        ("scopes", before.requested != after.scopes),
        (
            "after_install_url",
            before.after_install_url != after.after_install_url,
        ),
        (
            "basic_encoding",
            before.basic_encoding != after.basic_encoding,
        ),
        ("pkce", before.pkce != after.pkce),
    ];
    let changed: Vec<_> = fields.iter().filter(|(_, yes)| *yes).map(|f| f.0).collect();
    changed.join(", ")
}
