//! Sends reconnect links to the first contacts of accounts.

use super::next;
use crate::{
    connections::{
        by_account,
        links::{self, Sender, Wanted},
        row::AccountRow,
    },
    core::{error::InternalError, rows::Rows},
    entity::{connection, job},
    jobs::{items::Ended, turn::Stepped},
    records::{app, connection::Record},
    tenancy::{Actor, Tx},
};
use domain::{health_words::NextStep, job::JobReason, subdomain::Subdomain};
use sea_orm::{ColumnTrait, QueryFilter};
use std::collections::HashMap;

/// Sends a link for each connection of the next accounts that an approval helps.
pub(super) async fn send(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
) -> Result<Stepped, InternalError> {
    let (found, mut stepped) = next(actor, tx, job).await?;
    let names = found.iter().map(|(item, _)| item.subdomain.clone());
    let shown = by_account::these(actor, tx, names.collect()).await?;
    let rows: HashMap<Subdomain, Vec<AccountRow>> = shown
        .into_iter()
        .map(|account| (account.customer.subdomain, account.connections))
        .collect();
    for (item, customer) in found {
        let rows = rows.get(&item.subdomain).into_iter().flatten();
        let needed: Vec<_> = rows
            .filter(|row| row.explanation.next == NextStep::SendLink)
            .collect();
        let ended = match customer.contacts.first() {
            _ if needed.is_empty() => Ended::failed(item.subdomain, JobReason::NoLinkNeeded),
            None => Ended::failed(item.subdomain, JobReason::NobodyToWriteTo),
            Some(contact) => {
                for row in needed {
                    let wanted = Wanted {
                        expires_at: actor.expiry_now().plus(actor.link_life),
                        email: Some(contact.email.clone()),
                        language: contact.language,
                        message: None,
                    };
                    one(actor, tx, row, wanted).await?;
                }
                Ended::done(item.subdomain)
            }
        };
        stepped.ended.push(ended);
    }
    Ok(stepped)
}

/// A link for a connection.
async fn one(
    actor: &Actor,
    tx: &Tx,
    row: &AccountRow,
    wanted: Wanted,
) -> Result<(), InternalError> {
    let gone = || InternalError::inconsistent("connections", "id", row.id);
    let app = app::find(tx, row.app_slug.as_str(), &actor.apps)
        .await?
        .ok_or_else(gone)?;
    let record = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Id.eq(row.id))
        .row::<Record>(&**tx)
        .await?
        .ok_or_else(gone)?;
    links::make(actor, tx, &Sender::of(actor), &app, &record, wanted).await?;
    Ok(())
}
