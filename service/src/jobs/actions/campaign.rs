//! Takes accounts up in a campaign.

use super::next;
use crate::{
    accounts::campaign_accounts,
    connections::{by_account, row::AccountRow},
    core::error::InternalError,
    entity::job,
    jobs::{items::Ended, turn::Stepped},
    tenancy::{Actor, Tx},
};
use domain::{
    health::Health, health_words::NextStep, ids::CampaignId, job::JobReason, subdomain::Subdomain,
};
use std::collections::HashMap;

/// Takes up those of the next accounts that an approval of the campaign's app helps.
pub(super) async fn add(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
    campaign: CampaignId,
) -> Result<Stepped, InternalError> {
    let (found, mut stepped) = next(actor, tx, job).await?;
    let app = campaign_accounts::app_of_running(tx, campaign).await?;
    let names = found.iter().map(|(item, _)| item.subdomain.clone());
    let shown = by_account::these(actor, tx, names.collect()).await?;
    let rows: HashMap<Subdomain, Vec<AccountRow>> = shown
        .into_iter()
        .map(|account| (account.customer.subdomain, account.connections))
        .collect();
    let mut taken = Vec::new();
    for (item, _) in found {
        let mut rows = rows.get(&item.subdomain).into_iter().flatten();
        let row = rows.find(|row| Some(row.app_id) == app);
        let ended = match row {
            _ if app.is_none() => Ended::failed(item.subdomain, JobReason::CampaignOver),
            None => Ended::failed(item.subdomain, JobReason::NotAtApp),
            Some(row) if is_helped(row) => {
                taken.push((item.subdomain.clone(), row.id));
                Ended::done(item.subdomain)
            }
            Some(_) => Ended::failed(item.subdomain, JobReason::NoLinkNeeded),
        };
        stepped.ended.push(ended);
    }
    campaign_accounts::take_up(tx, campaign, taken, actor.expiry_now()).await?;
    Ok(stepped)
}

/// Whether an approval gets the account on: it needs one, or it granted `write:all`.
fn is_helped(row: &AccountRow) -> bool {
    row.explanation.next == NextStep::SendLink
        || row.own_health == Health::Limited
        || row.granted.contains("write:all")
}
