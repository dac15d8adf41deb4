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
    records::{app::App, connection::Record, kept_counts},
    tenancy::{Actor, Tx},
};
use domain::{
    campaign::{Stage, Stages},
    health::Health,
    ids::{CampaignId, LinkId},
    permission::Permission,
    subdomain::Subdomain,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, Select};
use std::collections::HashMap;

/// How many accounts of a campaign are at each stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Funnel {
    counts: HashMap<&'static str, u64>,
}

impl Funnel {
    /// With these numbers.
    pub fn of(counts: &[(Stage, u64)]) -> Self {
        let mut funnel = Self::default();
        for (stage, n) in counts {
            funnel.set(*stage, *n);
        }
        funnel
    }

    /// Funnels with the same numbers are equal: a stage without accounts isn't kept.
    fn set(&mut self, stage: Stage, n: u64) {
        if n > 0 {
            self.counts.insert(stage.code(), n);
        }
    }

    /// How many are at this stage.
    pub fn at(&self, stage: Stage) -> u64 {
        self.counts.get(stage.code()).copied().unwrap_or_default()
    }

    /// How many there are in all.
    pub fn chosen(&self) -> u64 {
        Stage::ALL.into_iter().map(|stage| self.at(stage)).sum()
    }

    /// How many are at one of these stages.
    pub fn of_stages(&self, stages: Stages) -> u64 {
        stages.each().iter().map(|stage| self.at(*stage)).sum()
    }

    /// How many mails have left.
    pub fn sent(&self) -> u64 {
        self.at(Stage::Sent) + self.opened()
    }

    /// How many opened it.
    pub fn opened(&self) -> u64 {
        self.at(Stage::Opened) + self.at(Stage::Declined) + self.approved()
    }

    /// Of how many the mail wasn't delivered, or somebody pressed “Cancel”.
    pub fn failed(&self) -> u64 {
        self.at(Stage::NotDelivered) + self.at(Stage::Declined)
    }

    /// How many approved.
    pub fn approved(&self) -> u64 {
        self.at(Stage::Approved)
    }
}

/// A page of the campaigns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignPage {
    /// The campaigns, the newest first.
    pub rows: Vec<Campaign>,
    /// The campaign after which the next page begins.
    pub next: Option<CampaignId>,
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

/// A page of the campaigns of the apps that the actor may see, the newest first.
///
/// # Errors
/// [`CampaignError`].
pub async fn all(
    actor: &Actor,
    after: Option<CampaignId>,
    limit: u64,
) -> Result<CampaignPage, CampaignError> {
    actor.require(Permission::Look)?;
    let apps = crate::apps::list::visible(actor).await?;
    let tx = actor.read().await?;
    let mut query = tx
        .all::<campaign::Entity>()
        .filter(campaign::Column::AppId.is_in(apps.iter().map(|app| app.id)));
    if let Some(after) = after {
        query = query.filter(campaign::Column::Id.lt(after));
    }
    // One more than the page shows whether there is another page.
    let mut rows: Vec<campaign::Model> = query
        .order_by_desc(campaign::Column::Id)
        .first(&*tx, limit + 1, "campaigns")
        .await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().map(|row| row.id).filter(|_| more);
    let ids: Vec<CampaignId> = rows.iter().map(|row| row.id).collect();
    let mut funnels = funnels(&tx, &ids).await?;
    let of_app = |row: campaign::Model| {
        let app = apps.iter().find(|app| app.id == row.app_id)?;
        let funnel = funnels.remove(&row.id).unwrap_or_default();
        Some(Campaign::new(row, app, funnel))
    };
    Ok(CampaignPage {
        rows: rows.into_iter().filter_map(of_app).collect(),
        next,
    })
}

/// One campaign, if the actor may see it.
///
/// # Errors
/// [`CampaignError`].
pub async fn show(actor: &Actor, id: CampaignId) -> Result<Campaign, CampaignError> {
    actor.require(Permission::Look)?;
    let tx = actor.read().await?;
    let (row, app) = find(actor, &tx, id).await?.ok_or(CampaignError::NotFound)?;
    let funnel = funnels(&tx, &[row.id]).await?.remove(&row.id);
    Ok(Campaign::new(row, &app, funnel.unwrap_or_default()))
}

/// The kept counts of these campaigns (ADR 43).
async fn funnels(
    tx: &Tx,
    ids: &[CampaignId],
) -> Result<HashMap<CampaignId, Funnel>, InternalError> {
    let keys = ids.iter().map(|id| (kept_counts::key(id.0), *id));
    let keys: HashMap<String, CampaignId> = keys.collect();
    let counts = kept_counts::of_campaigns(tx, keys.keys().cloned().collect()).await?;
    let mut funnels: HashMap<CampaignId, Funnel> = HashMap::new();
    for (key, stage, n) in counts {
        if let Some(id) = keys.get(&key) {
            funnels.entry(*id).or_default().set(stage, n);
        }
    }
    Ok(funnels)
}

/// A page of the accounts of a campaign, at some stages or at all.
///
/// # Errors
/// [`CampaignError`].
pub async fn people(
    actor: &Actor,
    id: CampaignId,
    stages: Option<Stages>,
    after: Option<&Subdomain>,
    limit: u64,
) -> Result<People, CampaignError> {
    actor.require(Permission::Look)?;
    let tx = actor.read().await?;
    let (_, app) = find(actor, &tx, id).await?.ok_or(CampaignError::NotFound)?;
    let mut all = tx.all::<Entity>().filter(Column::CampaignId.eq(id));
    if let Some(after) = after {
        all = all.filter(Column::Subdomain.gt(after.as_str()));
    }
    // Each stage along the index; their first rows together have the first of all.
    let parts: Vec<Select<Entity>> = match stages {
        Some(stages) => {
            let each = stages.each().iter();
            let part = each.map(|stage| all.clone().filter(Column::Stage.eq(*stage)));
            part.collect()
        }
        None => vec![all],
    };
    let mut rows: Vec<Model> = Vec::new();
    for part in parts {
        let part = part.order_by_asc(Column::Subdomain);
        rows.extend(
            part.first(&*tx, limit + 1, "the accounts of a campaign")
                .await?,
        );
    }
    rows.sort_by(|one, other| one.subdomain.cmp(&other.subdomain));
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
