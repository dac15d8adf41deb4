//! What the worker does for campaigns: it finds their accounts, sends the links and the
//! reminders, and ends them.

use super::queued::queued;
use crate::{
    accounts::{self, campaign_accounts},
    connections::links::{self, Sender, Wanted},
    core::{error::InternalError, queries, rows::Rows, services::Services},
    entity::{
        campaign::{self, Column, Entity, Model},
        campaign_account, connection,
    },
    mail,
    records::{
        app::{self, App},
        connection::Record,
    },
    tenancy::{TenantScope, Tx},
};
use domain::{
    app_limit::AppLimit,
    campaign::{Audience, Stage},
    event,
    health::Health,
    ids::{CampaignId, TenantId},
    time::{Span, Timestamp},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the worker looks.
const PERIOD: Duration = Duration::from_secs(2);
/// How many campaigns it takes at once.
const CAMPAIGNS: i64 = 20;
/// How many connections one transaction looks at, and how many mails of a campaign wait at
/// most.
const LOOKED_AT: u64 = 500;
const SENT: u64 = 25;
/// How long a campaign is one process's: longer than a part of its work takes.
const TAKEN: Span = Span::minutes(2);
/// How long it waits for mails that are queued to leave.
const QUEUED: Span = Span::seconds(5);
/// How long it rests while its app has a fault or mail is not set up.
const REST: Span = Span::minutes(1);

/// Works for campaigns until told to stop.
pub(crate) async fn run(services: &Services, stop: &CancellationToken) {
    let mut timer = tokio::time::interval(PERIOD);
    while stop.run_until_cancelled(timer.tick()).await.is_some() {
        if let Err(error) = run_due(services).await {
            tracing::error!(%error, "Campaigns could not go on; they are looked at again in a moment");
        }
    }
}

/// Does a part of the work of each campaign that is due, and gives how many there were.
///
/// # Errors
/// [`InternalError`] if the database fails. A fault of one campaign is logged and doesn't
/// stop the others.
pub async fn run_due(services: &Services) -> Result<usize, InternalError> {
    let present = services.expiry_now();
    let due = queries::CAMPAIGNS_DUE.with(&services.db, [present.into(), CAMPAIGNS.into()]);
    let mut campaigns: Vec<(TenantId, CampaignId)> = Vec::new();
    for row in services.db.read().query_all_raw(due).await? {
        campaigns.push((row.try_get("", "tenant_id")?, row.try_get("", "id")?));
    }
    let many = campaigns.len();
    for (tenant, id) in campaigns {
        let scope = TenantScope::new(services, tenant);
        if let Err(error) = part(&scope, id).await {
            tracing::error!(%error, campaign.id = %id, "A campaign could not go on");
        }
    }
    Ok(many)
}

/// Takes the campaign for this process, if it is still due.
async fn take(scope: &TenantScope, id: CampaignId) -> Result<Option<Model>, InternalError> {
    let now = scope.expiry_now();
    let tx = scope.write().await?;
    let taken = tx
        .update::<Entity>()
        .filter(Column::Id.eq(id))
        .filter(Column::EndedAt.is_null())
        .filter(Column::NextAt.lte(now))
        .col_expr(Column::NextAt, Expr::value(now.plus(TAKEN)))
        .exec(&*tx)
        .await?;
    let row = match taken.rows_affected {
        0 => None,
        _ => {
            tx.all::<Entity>()
                .filter(Column::Id.eq(id))
                .row::<Model>(&*tx)
                .await?
        }
    };
    tx.commit().await?;
    Ok(row)
}

async fn part(scope: &TenantScope, id: CampaignId) -> Result<(), InternalError> {
    let Some(row) = take(scope, id).await? else {
        return Ok(());
    };
    let now = scope.expiry_now();
    let tx = scope.write().await?;
    let app = app::find(&tx, &row.app_id.to_string(), &AppLimit::All).await?;
    let next = match app {
        None => None,
        Some(_) if row.ends_at <= now => None,
        Some(app) if row.paused_at.is_some() || app.credentials.fault.is_some() => {
            Some(now.plus(REST).min(row.ends_at))
        }
        Some(_) if !mail::is_set_up(scope) => Some(now.plus(REST).min(row.ends_at)),
        Some(app) => Some(go_on(scope, &tx, &row, &app, now).await?),
    };
    let mut change = tx.update::<Entity>().filter(Column::Id.eq(id));
    change = match next {
        // Somebody may have paused, resumed or ended it meanwhile.
        Some(next) => change
            .filter(Column::NextAt.gt(now))
            .col_expr(Column::NextAt, Expr::value(next)),
        None => change
            .filter(Column::EndedAt.is_null())
            .col_expr(Column::EndedAt, Expr::value(now)),
    };
    change.exec(&*tx).await?;
    tx.commit().await
}

/// Does the next part, and says when there is more to do.
async fn go_on(
    scope: &TenantScope,
    tx: &Tx,
    row: &Model,
    app: &App,
    now: Timestamp,
) -> Result<Timestamp, InternalError> {
    let more = row.walked_at.is_none() && look(tx, row, app, now).await?;
    // What is queued already leaves first: so a pause or an end finds few mails on their
    // way, and a link that somebody sends by hand doesn't wait behind thousands.
    let room = SENT.saturating_sub(queued(tx, row.id, SENT).await?);
    let sent = send(scope, tx, row, app, room, now).await?;
    if more {
        return Ok(now);
    }
    let full = now.plus(QUEUED).min(row.ends_at);
    if sent == room {
        return Ok(full);
    }
    let reminds = row.remind_at.filter(|at| *at <= now).is_some();
    if reminds && remind(scope, tx, row, app, room - sent, now).await? == room - sent {
        return Ok(full);
    }
    let reminder = row.remind_at.filter(|at| *at > now);
    Ok(reminder.unwrap_or(row.ends_at).min(row.ends_at))
}

/// Whether the campaign is for this connection. What an app asks for may have changed a
/// moment ago, and the states of its connections follow (`jobs`), so permissions are
/// compared and not states.
fn is_meant(audience: Audience, app: &App, record: &Record) -> bool {
    match audience {
        Audience::Disconnected => record.health == Health::Disconnected,
        Audience::MissingPermissions => {
            record.health != Health::NotConnected && !record.missing(&app.requested).is_empty()
        }
        Audience::OldPermission => {
            record.health != Health::NotConnected && record.granted.contains("write:all")
        }
        // A job brings them.
        Audience::Chosen => false,
    }
}

/// Looks at the next connections of the app, and takes up those that are meant; `false`
/// after the last.
async fn look(tx: &Tx, row: &Model, app: &App, now: Timestamp) -> Result<bool, InternalError> {
    let mut query = tx
        .all::<connection::Entity>()
        .filter(connection::Column::AppId.eq(row.app_id));
    if let Some(to) = &row.walked_to {
        query = query.filter(connection::Column::Subdomain.gt(to.as_str()));
    }
    let found: Vec<Record> = query
        .order_by_asc(connection::Column::Subdomain)
        .limit(LOOKED_AT)
        .readable(&**tx, "the connections of a campaign's app")
        .await?;
    let meant = found
        .iter()
        .filter(|record| is_meant(row.audience, app, record));
    let meant =
        meant.map(|one| campaign_accounts::waiting(tx, row.id, one.subdomain.clone(), one.id));
    campaign_accounts::add(tx, meant.collect()).await?;
    let more = found.len() as u64 == LOOKED_AT;
    let last = found.last().map(|record| record.subdomain.clone());
    tx.update::<campaign::Entity>()
        .filter(Column::Id.eq(row.id))
        .col_expr(
            Column::WalkedTo,
            Expr::value(last.or(row.walked_to.clone())),
        )
        .col_expr(Column::WalkedAt, Expr::value((!more).then_some(now)))
        .exec(&**tx)
        .await?;
    Ok(more)
}

/// Sends up to `most` of the next links, and gives how many accounts there were.
async fn send(
    scope: &TenantScope,
    tx: &Tx,
    row: &Model,
    app: &App,
    most: u64,
    now: Timestamp,
) -> Result<u64, InternalError> {
    let waiting: Vec<campaign_account::Model> = tx
        .all::<campaign_account::Entity>()
        .filter(campaign_account::Column::CampaignId.eq(row.id))
        .filter(campaign_account::Column::Stage.eq(Stage::Waiting))
        // The others' mails are queued.
        .filter(campaign_account::Column::LinkId.is_null())
        .order_by_asc(campaign_account::Column::Subdomain)
        .first(&**tx, most, "the accounts that wait for a link")
        .await?;
    write_to(scope, tx, row, app, &waiting, now).await?;
    Ok(waiting.len() as u64)
}

/// Reminds up to `most` who haven't approved, and gives how many there were.
async fn remind(
    scope: &TenantScope,
    tx: &Tx,
    row: &Model,
    app: &App,
    most: u64,
    now: Timestamp,
) -> Result<u64, InternalError> {
    let silent: Vec<campaign_account::Model> = tx
        .all::<campaign_account::Entity>()
        .filter(campaign_account::Column::CampaignId.eq(row.id))
        .filter(campaign_account::Column::Stage.is_in(Stage::SILENT))
        .filter(campaign_account::Column::RemindedAt.is_null())
        .order_by_asc(campaign_account::Column::Subdomain)
        .first(&**tx, most, "the accounts to be reminded")
        .await?;
    write_to(scope, tx, row, app, &silent, now).await?;
    Ok(silent.len() as u64)
}

/// Makes a link for each of the accounts, and queues its mail to the first contact.
async fn write_to(
    scope: &TenantScope,
    tx: &Tx,
    row: &Model,
    app: &App,
    all: &[campaign_account::Model],
    now: Timestamp,
) -> Result<(), InternalError> {
    if all.is_empty() {
        return Ok(());
    }
    let customers = accounts::customers(tx, all.iter().map(|one| &one.subdomain)).await?;
    let records: Vec<Record> = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Id.is_in(all.iter().map(|one| one.connection_id)))
        .readable(&**tx, "the connections of a campaign")
        .await?;
    let sender = Sender {
        who: event::Actor::Person {
            name: row.created_by.clone(),
        },
        name: Some(row.created_by.clone()),
        answers_to: row.answers_to.clone(),
    };
    for one in all {
        let record = records.iter().find(|record| record.id == one.connection_id);
        let contact = customers
            .iter()
            .find(|customer| customer.subdomain == one.subdomain)
            .and_then(|customer| customer.contacts.first());
        let mut change = tx
            .update::<campaign_account::Entity>()
            .filter(campaign_account::Column::CampaignId.eq(row.id))
            .filter(campaign_account::Column::Subdomain.eq(one.subdomain.as_str()))
            // It may have been approved meanwhile.
            .filter(campaign_account::Column::Stage.eq(one.stage));
        change = match record.zip(contact) {
            Some((record, contact)) => {
                let wanted = Wanted {
                    expires_at: now.plus(row.link_life),
                    email: Some(contact.email.clone()),
                    language: contact.language,
                    message: row.message.clone(),
                };
                let link = links::make(scope, tx, &sender, app, record, wanted).await?;
                if one.stage != Stage::Waiting {
                    change =
                        change.col_expr(campaign_account::Column::RemindedAt, Expr::value(now));
                }
                change
                    .col_expr(campaign_account::Column::LinkId, Expr::value(link.id))
                    .col_expr(
                        campaign_account::Column::Email,
                        Expr::value(contact.email.clone()),
                    )
            }
            // The contact of somebody who was written to may be gone: no reminder then.
            None if one.stage != Stage::Waiting => {
                change.col_expr(campaign_account::Column::RemindedAt, Expr::value(now))
            }
            None => change.col_expr(
                campaign_account::Column::Stage,
                Expr::value(Stage::NobodyToWriteTo),
            ),
        };
        change.exec(&**tx).await?;
    }
    Ok(())
}
