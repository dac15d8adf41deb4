//! Reads campaigns.

use super::{Campaign, CampaignError, control::find};
use crate::{
    accounts::{self, Customer},
    core::{error::InternalError, rows::Rows},
    entity::{
        campaign,
        campaign_account::{Column, Entity, Model},
        connection,
    },
    mail::{self, MailProgress},
    records::{app::App, connection::Record},
    tenancy::{Actor, Tx},
};
use domain::{
    campaign::Stage,
    health::Health,
    ids::{CampaignId, LinkId},
    permission::Permission,
    subdomain::Subdomain,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use std::collections::HashMap;

/// The most campaigns that the list shows, the newest.
const LISTED: u64 = 50;
/// Up to how many accounts of a stage are counted.
const BOUND: u64 = 10_000;

/// How many accounts of a campaign are at each stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Funnel {
    counts: HashMap<&'static str, u64>,
}

impl Funnel {
    /// With these numbers.
    pub fn of(counts: &[(Stage, u64)]) -> Self {
        let counts = counts.iter().map(|(stage, n)| (stage.code(), *n));
        Self {
            counts: counts.collect(),
        }
    }

    /// How many are at this stage, at most 10,000.
    pub fn at(&self, stage: Stage) -> u64 {
        self.counts.get(stage.code()).copied().unwrap_or_default()
    }

    /// How many there are in all.
    pub fn chosen(&self) -> u64 {
        Stage::ALL.into_iter().map(|stage| self.at(stage)).sum()
    }

    /// How many were sent a link.
    pub fn sent(&self) -> u64 {
        self.at(Stage::Sent) + self.opened()
    }

    /// How many opened it.
    pub fn opened(&self) -> u64 {
        self.at(Stage::Opened) + self.approved()
    }

    /// How many approved.
    pub fn approved(&self) -> u64 {
        self.at(Stage::Approved)
    }

    /// Whether there are more than were counted.
    pub fn is_cut(&self) -> bool {
        self.counts.values().any(|n| *n >= BOUND)
    }
}

/// An account of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignAccount {
    /// The customer.
    pub customer: Customer,
    /// How far it is.
    pub stage: Stage,
    /// The health that its connection is stored with.
    pub health: Option<Health>,
    /// To whom its newest mail went.
    pub email: Option<String>,
    /// When the first mail went.
    pub sent_at: Option<Timestamp>,
    /// When the reminder went.
    pub reminded_at: Option<Timestamp>,
    /// How far its newest mail is.
    pub mail: Option<MailProgress>,
}

/// A page of the accounts of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// The accounts, by subdomain.
    pub rows: Vec<CampaignAccount>,
    /// The account after which the next page begins.
    pub next: Option<Subdomain>,
}

/// The newest campaigns of the apps that the actor may see.
///
/// # Errors
/// [`CampaignError`], also for a role that may not see customers.
pub async fn all(actor: &Actor) -> Result<Vec<Campaign>, CampaignError> {
    actor.require(Permission::SendLinks)?;
    let apps = crate::apps::list::visible(actor).await?;
    let tx = actor.read().await?;
    let rows: Vec<campaign::Model> = tx
        .all::<campaign::Entity>()
        .filter(campaign::Column::AppId.is_in(apps.iter().map(|app| app.id)))
        .order_by_desc(campaign::Column::Id)
        .first(&*tx, LISTED, "campaigns")
        .await?;
    let mut campaigns = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(app) = apps.iter().find(|app| app.id == row.app_id) {
            let funnel = funnel(&tx, row.id).await?;
            campaigns.push(Campaign::new(row, app, funnel));
        }
    }
    Ok(campaigns)
}

/// One campaign, if the actor may see it.
///
/// # Errors
/// [`CampaignError`].
pub async fn show(actor: &Actor, id: CampaignId) -> Result<Campaign, CampaignError> {
    actor.require(Permission::SendLinks)?;
    let tx = actor.read().await?;
    let (row, app) = find(actor, &tx, id).await?.ok_or(CampaignError::NotFound)?;
    let funnel = funnel(&tx, row.id).await?;
    Ok(Campaign::new(row, &app, funnel))
}

/// The accounts at a stage, along an index; few rows, since the others are only counted.
fn at(tx: &Tx, id: CampaignId, stage: Stage) -> Select<Entity> {
    tx.all::<Entity>()
        .filter(Column::CampaignId.eq(id))
        .filter(Column::Stage.eq(stage))
}

async fn funnel(tx: &Tx, id: CampaignId) -> Result<Funnel, InternalError> {
    let mut counts = Vec::with_capacity(Stage::ALL.len());
    for stage in Stage::ALL {
        let some: Vec<Subdomain> = at(tx, id, stage)
            .select_only()
            .column(Column::Subdomain)
            .limit(BOUND)
            .into_tuple()
            .all(&**tx)
            .await?;
        counts.push((stage, some.len() as u64));
    }
    Ok(Funnel::of(&counts))
}

/// A page of the accounts of a campaign, at one stage or at all.
///
/// # Errors
/// [`CampaignError`].
pub async fn people(
    actor: &Actor,
    id: CampaignId,
    stage: Option<Stage>,
    after: Option<&Subdomain>,
    limit: u64,
) -> Result<People, CampaignError> {
    actor.require(Permission::SendLinks)?;
    let tx = actor.read().await?;
    let (_, app) = find(actor, &tx, id).await?.ok_or(CampaignError::NotFound)?;
    let mut query = match stage {
        Some(stage) => at(&tx, id, stage),
        None => tx.all::<Entity>().filter(Column::CampaignId.eq(id)),
    };
    if let Some(after) = after {
        query = query.filter(Column::Subdomain.gt(after.as_str()));
    }
    let mut rows: Vec<Model> = query
        .order_by_asc(Column::Subdomain)
        .first(&*tx, limit + 1, "the accounts of a campaign")
        .await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| row.subdomain.clone());
    let rows = with_parts(&tx, &app, rows).await?;
    Ok(People { rows, next })
}

async fn with_parts(
    tx: &Tx,
    app: &App,
    rows: Vec<Model>,
) -> Result<Vec<CampaignAccount>, InternalError> {
    let subdomains = rows.iter().map(|row| &row.subdomain);
    let customers = accounts::customers(tx, subdomains.clone()).await?;
    let records: Vec<Record> = tx
        .all::<connection::Entity>()
        .filter(connection::Column::AppId.eq(app.id))
        .filter(connection::Column::Subdomain.is_in(subdomains.map(Subdomain::as_str)))
        .readable(&**tx, "the connections of a campaign")
        .await?;
    let links = rows.iter().filter_map(|row| row.link_id);
    let mut mails = mail::progress(tx, links.map(|id: LinkId| id.0).collect()).await?;
    let mut of_customers: HashMap<Subdomain, Customer> = customers
        .into_iter()
        .map(|customer| (customer.subdomain.clone(), customer))
        .collect();
    let account = |row: Model| {
        let record = records
            .iter()
            .find(|record| record.subdomain == row.subdomain);
        Some(CampaignAccount {
            customer: of_customers.remove(&row.subdomain)?,
            stage: row.stage,
            health: record.map(|record| record.health),
            email: row.email,
            sent_at: row.sent_at,
            reminded_at: row.reminded_at,
            mail: row.link_id.and_then(|id| mails.remove(&id.0)),
        })
    };
    Ok(rows.into_iter().filter_map(account).collect())
}
