//! The data of one account's page.

use super::{counts, others, row::AccountRow};
use crate::{
    core::{error::InternalError, rows::Rows},
    encryption::Purpose,
    entity::{connection, credential},
    records::{app::App, connection::Record},
    tenancy::Actor,
};
use domain::{
    health::Condition,
    scope::{Comparison, ScopeSet},
    subdomain::Subdomain,
    time::Timestamp,
    zone::Zone,
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;

/// A connection with all the data of its page.
#[derive(Debug, Clone)]
pub struct Account {
    /// The data that lists show.
    pub row: AccountRow,
    /// Its app.
    pub app: App,
    /// All that decides its health.
    pub condition: Condition,
    /// The requested scopes compared with the granted ones.
    pub comparison: Comparison,
    /// Why the last attempt failed, in plain words, if it did.
    pub failure: Option<String>,
    /// Name of the person who approved it, if Gorgias gave it.
    pub approved_by_name: Option<String>,
    /// E-mail address of the person who approved it, if Gorgias gave it.
    pub approved_by_email: Option<String>,
    /// When it was first offered or connected.
    pub created_at: Timestamp,
    /// When the access token was stored; `None` if there is none.
    pub access_token_stored: Option<Timestamp>,
    /// When the refresh token was stored; `None` if there is none.
    pub refresh_token_stored: Option<Timestamp>,
}

/// The connection of an app to an account, if the actor may see it: three queries, and one or two
/// more while Gorgias refuses it.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn show(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
) -> Result<Option<Account>, InternalError> {
    let tx = actor.read().await?;
    let Some((app, Some(record))) =
        crate::records::find::find_with_app(&tx, app, subdomain, &actor.apps).await?
    else {
        return Ok(None);
    };
    // Names and times only: the page can't reach a ciphertext.
    let stored: Vec<(String, i64)> = tx
        .all::<credential::Entity>()
        .filter(credential::Column::OwnerId.eq(record.id))
        .select_only()
        .column(credential::Column::Purpose)
        .column(credential::Column::UpdatedAt)
        .into_tuple()
        .all(&*tx)
        .await?;
    let stored_at = |purpose: Purpose| {
        stored
            .iter()
            .find(|(code, _)| code == purpose.code())
            .map(|(_, at)| Timestamp(*at))
    };
    let (access_token_stored, refresh_token_stored) = (
        stored_at(Purpose::ConnectionAccessToken),
        stored_at(Purpose::ConnectionRefreshToken),
    );
    let alone = others::that_work(&tx, std::iter::once(&record)).await?;
    Ok(Some(assemble(
        &record,
        app,
        alone.contains(&record.id),
        (actor.now(), actor.zone),
        access_token_stored,
        refresh_token_stored,
    )))
}

/// All connections of an account that the actor may see, by the names of their apps.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn of_account(
    actor: &Actor,
    subdomain: &Subdomain,
) -> Result<Vec<AccountRow>, InternalError> {
    let mut all = of_accounts(actor, std::slice::from_ref(subdomain)).await?;
    Ok(all.remove(subdomain).unwrap_or_default())
}

/// The same of several accounts, with one query for the connections of all of them.
/// Accounts without any are missing.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn of_accounts(
    actor: &Actor,
    subdomains: &[Subdomain],
) -> Result<HashMap<Subdomain, Vec<AccountRow>>, InternalError> {
    let tx = actor.read().await?;
    let mut apps = counts::visible_apps(actor, &tx).await?;
    apps.sort_by_key(|app| (app.name.to_lowercase(), app.id));
    let names = subdomains.iter().map(Subdomain::as_str);
    let records: Vec<Record> = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Subdomain.is_in(names))
        .filter(connection::Column::AppId.is_in(apps.iter().map(|app| app.id)))
        .readable(&*tx, "the connections of accounts")
        .await?;
    let alone = others::that_work(&tx, records.iter()).await?;
    let mut of_account: HashMap<Subdomain, Vec<AccountRow>> = HashMap::new();
    for app in &apps {
        for record in records.iter().filter(|record| record.app == app.id) {
            let others_work = alone.contains(&record.id);
            let row = AccountRow::new(record, app, others_work, (actor.now(), actor.zone));
            let account = record.subdomain.clone();
            of_account.entry(account).or_default().push(row);
        }
    }
    Ok(of_account)
}

fn assemble(
    record: &Record,
    app: App,
    others_work: bool,
    seen: (Timestamp, Zone),
    access: Option<Timestamp>,
    refresh: Option<Timestamp>,
) -> Account {
    Account {
        row: AccountRow::new(record, &app, others_work, seen),
        condition: record.as_asked(&app),
        comparison: if record.has_been_connected() && !record.scopes_unknown {
            ScopeSet::compare(&app.requested, &record.granted)
        } else {
            Comparison::default()
        },
        failure: record.failure.clone(),
        approved_by_name: record.approved_by_name.clone(),
        approved_by_email: record.approved_by_email.clone(),
        created_at: record.created_at,
        access_token_stored: access,
        refresh_token_stored: refresh,
        app,
    }
}
