//! Wrong passwords are counted in the database, for all processes together.
//!
//! An attempt is counted before its password is looked at, and taken back if it
//! was right: a thousand attempts at the same moment are a thousand failures.

use super::sign_in::SignInError;
use crate::{
    core::{
        database::Transaction, digest::digest, error::InternalError, network::Network, rows::Rows,
        services::Services,
    },
    entity::sign_in_failure::{ActiveModel, Column, Entity, Model},
};
use domain::{
    guessing::{Counter, FORGOTTEN_AFTER, Failures},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType, OnConflict},
};
use secrecy::SecretString;
use std::net::IpAddr;

/// An attempt that was counted.
#[must_use]
pub(super) struct Attempt {
    keys: Vec<(Counter, Vec<u8>)>,
}

/// Counts an attempt for this address, known or not. `known_browser` says whether
/// the person with that address signed in with this browser before.
///
/// # Errors
/// [`SignInError::Wait`] says how long to wait; nothing is counted then.
pub(super) async fn begin(
    services: &Services,
    email: &str,
    network: Option<IpAddr>,
    known_browser: bool,
) -> Result<Attempt, SignInError> {
    let now = services.expiry_now();
    let keys = keys(email, network, known_browser);
    let tx = services
        .db
        .begin_write()
        .await
        .map_err(InternalError::from)?;
    let rows = locked(&tx, &keys).await?;
    let failures = |key: &[u8]| {
        let row = rows.iter().find(|row| row.key_hash == key);
        row.map(failures_of).unwrap_or_default()
    };
    let waits = keys.iter();
    let waits = waits.filter_map(|(counter, key)| failures(key).wait(*counter, now));
    if let Some(wait) = waits.max() {
        return Err(SignInError::Wait(wait));
    }
    for (_, key) in &keys {
        store(&tx, key, failures(key).and_one(now)).await?;
    }
    tx.commit().await.map_err(InternalError::from)?;
    Ok(Attempt { keys })
}

impl Attempt {
    /// The password was right, so the attempt was no failure. What failed before
    /// from the same network for the same person is forgotten; the other counters
    /// go on, since somebody else may be guessing.
    pub async fn was_right(self, services: &Services) -> Result<(), InternalError> {
        let tx = services.db.begin_write().await?;
        for row in locked(&tx, &self.keys).await? {
            let own = self.keys.iter().any(|(counter, key)| {
                *counter == Counter::PersonAndNetwork && *key == row.key_hash
            });
            let left = if own {
                Failures::default()
            } else {
                failures_of(&row).without_one()
            };
            store(&tx, &row.key_hash, left).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// What an attempt counts for, in the order in which the rows are locked.
fn keys(email: &str, network: Option<IpAddr>, known_browser: bool) -> Vec<(Counter, Vec<u8>)> {
    // An unknown network is one network: better that than none.
    let network = network.map_or_else(String::new, |ip| Network::from(ip).to_string());
    let hash = |text: String| digest("sign-in failures", &SecretString::from(text));
    let mut keys = vec![
        (
            Counter::PersonAndNetwork,
            hash(format!("person {email} network {network}")),
        ),
        (Counter::Network, hash(format!("network {network}"))),
    ];
    if !known_browser {
        keys.push((Counter::Person, hash(format!("person {email}"))));
    }
    keys.sort_by(|a, b| a.1.cmp(&b.1));
    keys
}

async fn locked(
    tx: &Transaction,
    keys: &[(Counter, Vec<u8>)],
) -> Result<Vec<Model>, InternalError> {
    for (_, key) in keys {
        let row = ActiveModel {
            key_hash: Set(key.clone()),
            failures: Set(0),
            last_at: Set(Timestamp::default()),
        };
        Entity::insert(row)
            .on_conflict(OnConflict::column(Column::KeyHash).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await?;
    }
    let mut rows = Vec::with_capacity(keys.len());
    for (_, key) in keys {
        let row = Entity::find_by_id(key.clone())
            .lock(LockType::NoKeyUpdate)
            .row::<Model>(tx)
            .await?;
        rows.extend(row);
    }
    Ok(rows)
}

async fn store(tx: &Transaction, key: &[u8], failures: Failures) -> Result<(), InternalError> {
    Entity::update_many()
        .col_expr(Column::Failures, Expr::value(i64::from(failures.count)))
        .col_expr(Column::LastAt, Expr::value(failures.last_at))
        .filter(Column::KeyHash.eq(key))
        .exec(tx)
        .await?;
    Ok(())
}

fn failures_of(row: &Model) -> Failures {
    Failures {
        count: u32::try_from(row.failures).unwrap_or(u32::MAX),
        last_at: row.last_at,
    }
}

/// Removes what is forgotten.
pub(crate) async fn sweep(tx: &Transaction, now: Timestamp) -> Result<(), InternalError> {
    Entity::delete_many()
        .filter(Column::LastAt.lte(now.minus(FORGOTTEN_AFTER)))
        .exec(tx)
        .await?;
    Ok(())
}
