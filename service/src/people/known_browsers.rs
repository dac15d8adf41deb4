//! The browsers in which a person signed in. Guessing by others doesn't hold them
//! up there.

use crate::{
    core::{
        database::Transaction, digest::digest, error::InternalError, rows::Rows, services::Services,
    },
    entity::known_browser::{ActiveModel, Column, Entity, Model},
    people::{
        SignedIn, membership,
        notices::{self, Notice},
    },
};
use domain::{
    ids::PersonId,
    time::{Span, Timestamp},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use secrecy::SecretString;
use std::net::IpAddr;

/// A browser is known for so long after the last sign-in.
pub const KNOWN_FOR: Span = Span::days(365);

/// What names the browser, if the person signed in with it before. The browser's
/// own secret is kept as a digest alone.
pub(super) async fn known(
    services: &Services,
    person: PersonId,
    browser: &SecretString,
) -> Result<Option<String>, InternalError> {
    // Without a tenant's scope: a person's own data belongs to none.
    let row = Entity::find_by_id((person, hash(browser)))
        .row::<Model>(services.db.read())
        .await?;
    let since = services.expiry_now().minus(KNOWN_FOR);
    let row = row.filter(|row| row.last_seen_at > since);
    Ok(row.map(|row| {
        row.browser_hash
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }))
}

/// Notes a sign-in. `true` if the browser is new to this person. If they signed in
/// with others before, they are told of it by mail.
///
/// # Errors
/// If the database failed.
pub async fn note(
    services: &Services,
    person: PersonId,
    browser: &SecretString,
    address: Option<IpAddr>,
) -> Result<bool, InternalError> {
    let known = known(services, person, browser).await?.is_some();
    let row = ActiveModel {
        person_id: Set(person),
        browser_hash: Set(hash(browser)),
        last_seen_at: Set(services.expiry_now()),
    };
    let tx = services.db.begin_write().await?;
    if !known && has_others(&tx, person).await? {
        tell(services, &tx, person, address).await?;
    }
    Entity::insert(row)
        .on_conflict(
            OnConflict::columns([Column::PersonId, Column::BrowserHash])
                .update_column(Column::LastSeenAt)
                .to_owned(),
        )
        .exec_without_returning(&tx)
        .await?;
    tx.commit().await?;
    Ok(!known)
}

async fn has_others(tx: &Transaction, person: PersonId) -> Result<bool, InternalError> {
    Entity::find()
        .filter(Column::PersonId.eq(person))
        .any(tx)
        .await
}

async fn tell(
    services: &Services,
    tx: &Transaction,
    person: PersonId,
    address: Option<IpAddr>,
) -> Result<(), InternalError> {
    let Some(person) = membership::person(services, SignedIn::own_way(person)).await? else {
        return Ok(());
    };
    notices::queue(services, tx, &person, &Notice::NewBrowser, address).await
}

/// Removes those that are not known any more.
pub(crate) async fn sweep(tx: &Transaction, now: Timestamp) -> Result<(), InternalError> {
    Entity::delete_many()
        .filter(Column::LastSeenAt.lte(now.minus(KNOWN_FOR)))
        .exec(tx)
        .await?;
    Ok(())
}

fn hash(browser: &SecretString) -> Vec<u8> {
    digest("known browser", browser)
}
