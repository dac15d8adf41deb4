//! Wrong passwords and codes are counted in the database, for all processes together.
//!
//! An attempt is counted before what was given is looked at, and taken back if it
//! was right: a thousand attempts at the same moment are a thousand failures.

use crate::{
    core::{
        database::Transaction, digest::digest, error::InternalError, network::Network, rows::Rows,
        services::Services,
    },
    entity::sign_in_failure::{ActiveModel, Column, Entity, Model},
};
use domain::{
    guessing::{Counter, FORGOTTEN_AFTER, Failures},
    ids::PersonId,
    time::{Span, Timestamp},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType, OnConflict},
};
use secrecy::SecretString;
use std::net::IpAddr;

/// Where an attempt comes from.
#[derive(Clone, Copy)]
pub(crate) enum Origin<'a> {
    /// A browser that is not known to the person, at this address.
    Stranger(Option<IpAddr>),
    /// A browser that is not known, at this address, which says nobody's address.
    Network(Option<IpAddr>),
    /// A browser in which the person signed in before; its digest or the like.
    Known(&'a str),
}

/// For whom an attempt is counted. What somebody typed never counts as something else.
#[derive(Clone, Copy)]
pub(crate) enum Whose<'a> {
    /// A password of this address, known or not.
    Address(&'a str),
    /// A code of this person.
    Codes(PersonId),
    /// A passkey; of a person, if somebody has it.
    Passkey(Option<PersonId>),
    /// Mails that somebody asks for.
    Mails,
}

impl Whose<'_> {
    fn name(self) -> String {
        match self {
            Self::Address(email) => format!("person {email}"),
            Self::Codes(person) => format!("codes of {person}"),
            Self::Passkey(person) => format!("passkey {person:?}"),
            Self::Mails => "mails".to_owned(),
        }
    }
}

/// An attempt is not to be made now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GuessingError {
    /// There were too many failures; so long until the next attempt.
    #[error("too many failures")]
    Wait(Span),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for GuessingError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// An attempt that was counted.
#[must_use]
pub(super) struct Attempt {
    /// By key: what it was before, and with the attempt.
    counted: Vec<(Key, Failures, Failures)>,
}

type Key = (Counter, Vec<u8>);

/// Counts an attempt.
///
/// # Errors
/// [`GuessingError::Wait`] says how long to wait; nothing is counted then.
pub(super) async fn begin(
    services: &Services,
    whose: Whose<'_>,
    origin: Origin<'_>,
) -> Result<Attempt, GuessingError> {
    let now = services.expiry_now();
    let keys = keys(whose, origin);
    // Whoever has to wait is told so without a transaction that writes.
    let mut seen = Vec::with_capacity(keys.len());
    for (_, key) in &keys {
        let row = Entity::find_by_id(key.clone()).row::<Model>(services.db.read());
        seen.extend(row.await?);
    }
    must_not_wait(&keys, &seen, now)?;
    let tx = services.db.begin_write().await?;
    let rows = locked(&tx, &keys).await?;
    must_not_wait(&keys, &rows, now)?;
    let mut counted = Vec::with_capacity(keys.len());
    for key in keys {
        let before = failures(&rows, &key.1);
        let with = before.and_one(now);
        store(&tx, &key.1, with).await?;
        counted.push((key, before, with));
    }
    tx.commit().await?;
    Ok(Attempt { counted })
}

/// Whether somebody at this address may ask for another mail. Each request counts.
pub(super) async fn may_ask(
    services: &Services,
    address: Option<IpAddr>,
) -> Result<bool, InternalError> {
    let network = address.map_or_else(String::new, |ip| Network::from(ip).to_string());
    match begin(services, Whose::Mails, Origin::Known(&network)).await {
        // It stays counted.
        Ok(_) => Ok(true),
        Err(GuessingError::Wait(_)) => Ok(false),
        Err(GuessingError::Internal(error)) => Err(error),
    }
}

fn must_not_wait(keys: &[Key], rows: &[Model], now: Timestamp) -> Result<(), GuessingError> {
    let waits = keys
        .iter()
        .filter_map(|(counter, key)| failures(rows, key).wait(*counter, now));
    waits
        .max()
        .map_or(Ok(()), |wait| Err(GuessingError::Wait(wait)))
}

fn failures(rows: &[Model], key: &[u8]) -> Failures {
    let row = rows.iter().find(|row| row.key_hash == key);
    row.map_or_else(Failures::default, |row| Failures {
        count: u32::try_from(row.failures).unwrap_or(u32::MAX),
        last_at: row.last_at,
    })
}

impl Attempt {
    /// How many failures there were of this person with the attempt, if it is one: from
    /// anywhere, or in the browser that is known to them.
    pub fn failures(&self) -> u32 {
        let of_person = self
            .counted
            .iter()
            .filter(|((counter, _), ..)| matches!(counter, Counter::Person | Counter::Known));
        of_person.map(|(_, _, with)| with.count).max().unwrap_or(0)
    }

    /// The password was right, so the attempt was no failure. What the person
    /// failed before from here is forgotten; the other counters are as before,
    /// since somebody else may be guessing.
    pub async fn was_right(self, services: &Services) -> Result<(), InternalError> {
        self.take_back(services, |counter| {
            matches!(counter, Counter::PersonAndNetwork | Counter::Known)
        })
        .await
    }

    /// Nobody looked at the password.
    pub async fn was_not_looked_at(self, services: &Services) -> Result<(), InternalError> {
        self.take_back(services, |_| false).await
    }

    async fn take_back(
        self,
        services: &Services,
        forgets: impl Fn(Counter) -> bool,
    ) -> Result<(), InternalError> {
        let keys: Vec<Key> = self.counted.iter().map(|(key, ..)| key.clone()).collect();
        let tx = services.db.begin_write().await?;
        let rows = locked(&tx, &keys).await?;
        for ((counter, key), before, with) in self.counted {
            let left = if forgets(counter) {
                Failures::default()
            } else {
                failures(&rows, &key).without(with, before)
            };
            store(&tx, &key, left).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// What an attempt counts for, in the order in which the rows are locked.
fn keys(whose: Whose<'_>, origin: Origin<'_>) -> Vec<Key> {
    let whose = whose.name();
    let hash = |text: String| digest("sign-in failures", &SecretString::from(text));
    // An unknown network is one network: better that than none.
    let name = |address: Option<IpAddr>| {
        address.map_or_else(String::new, |ip| Network::from(ip).to_string())
    };
    let of_network = |network: &str| (Counter::Network, hash(format!("network {network}")));
    let mut keys = match origin {
        Origin::Network(address) => vec![of_network(&name(address))],
        Origin::Known(browser) => {
            let text = format!("{whose} browser {browser}");
            vec![(Counter::Known, hash(text))]
        }
        Origin::Stranger(address) => {
            let network = name(address);
            let both = format!("{whose} network {network}");
            vec![
                (Counter::PersonAndNetwork, hash(both)),
                of_network(&network),
                (Counter::Person, hash(whose)),
            ]
        }
    };
    keys.sort_by(|a, b| a.1.cmp(&b.1));
    keys
}

async fn locked(tx: &Transaction, keys: &[Key]) -> Result<Vec<Model>, InternalError> {
    for (_, key) in keys {
        let row = ActiveModel {
            key_hash: Set(key.clone()),
            failures: Set(0),
            last_at: Set(Timestamp::default()),
        };
        Entity::insert(row)
            .on_conflict(
                // Changes nothing, but locks a row that is there.
                OnConflict::column(Column::KeyHash)
                    .value(Column::KeyHash, Expr::value(key.clone()))
                    .to_owned(),
            )
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

/// Removes what is forgotten.
pub(crate) async fn sweep(tx: &Transaction, now: Timestamp) -> Result<(), InternalError> {
    Entity::delete_many()
        .filter(Column::LastAt.lte(now.minus(FORGOTTEN_AFTER)))
        .exec(tx)
        .await?;
    Ok(())
}
