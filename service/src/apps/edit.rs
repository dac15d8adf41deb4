//! Changing an app.

use super::{
    client_id,
    form::{AppForm, AppFormError, Checked},
    secrets,
};
use crate::{
    audit::{self, Action, Entry, Target},
    core::{error::InternalError, rows::Rows},
    encryption::Purpose,
    entity::{app, connection},
    records::{
        app::App, app_credentials, connection::Record, known_apps::KnownApps,
        store::store_by_worker,
    },
    tenancy::Actor,
};
use domain::{
    app_limit::AppLimit,
    ids::{AppId, ConnectionId},
    permission::Permission,
};
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, QueryOrder, sea_query::Expr};

/// How many connections are updated in one batch when the scopes change.
const BATCH: u64 = 500;

/// Stores the form over the app. With a new client secret or client id a setup
/// fault is not certain any more, so it is removed and the next check decides.
/// The previous client secret can be put back for a day. When the requested
/// scopes change, the connections' health is updated.
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
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    actor.state::<KnownApps>().forget(id);
    if checked.scopes != before.requested {
        // In a task of its own: the caller may go away before all are done.
        let actor = actor.clone();
        let followed = tokio::spawn(async move { follow_scopes(&actor, id).await });
        followed.await.map_err(InternalError::from)??;
    }
    let tx = actor.read().await?;
    crate::records::app::find(&tx, &id.to_string(), &AppLimit::All)
        .await?
        .ok_or(AppFormError::NotFound)
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

/// Updates the connections' health for the present requested scopes, in
/// batches, so that no other writer waits long.
async fn follow_scopes(actor: &Actor, app: AppId) -> Result<(), InternalError> {
    let mut after = ConnectionId(uuid::Uuid::nil());
    loop {
        let tx = actor.write().await?;
        // Read anew: of two edits at once, the later one counts.
        let Some(requested) = crate::records::app::find(&tx, &app.to_string(), &AppLimit::All)
            .await?
            .map(|a| a.requested)
        else {
            return Ok(());
        };
        let records = tx
            .all::<connection::Entity>()
            .filter(connection::Column::AppId.eq(app))
            .filter(Expr::col(connection::Column::Id).gt(after))
            .order_by_asc(connection::Column::Id)
            .first::<Record>(&*tx, BATCH, "following the scopes of its app")
            .await?;
        let Some(last) = records.last() else {
            return Ok(());
        };
        after = last.id;
        let now = actor.now();
        let changes: Vec<_> = records
            .into_iter()
            .filter(|record| record.missing(&requested).len() != record.missing_scopes)
            .map(|record| record.change(|connection| connection.scopes_requested(&requested, now)))
            .collect();
        // Outdated ones: a refresh came first, and it used the new scopes itself.
        store_by_worker(actor, &tx, &changes).await?;
        tx.commit().await?;
    }
}
