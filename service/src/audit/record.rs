//! Adding entries to a tenant's chain.

use super::{
    Entry,
    chain::{BEGINNING, FORMAT, Key, personal},
};
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    encryption::Purpose,
    entity::{audit_entry, audit_head, tenant},
    tenancy::Tx,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};
use std::collections::HashSet;

/// Adds an entry, in the transaction of its change. Call it last: it locks the
/// chain's head until the transaction ends.
///
/// # Errors
/// [`InternalError`] if it can't be written or the head was tampered with; the
/// change must not be kept then.
pub(crate) async fn record(
    services: &Services,
    tx: &Tx,
    entry: &Entry,
) -> Result<(), InternalError> {
    record_all(services, tx, std::slice::from_ref(entry)).await?;
    Ok(())
}

/// Adds entries like [`record`], and gives for each whether it was added: an
/// entry whose `once` is in the chain already is left out.
pub(crate) async fn record_all(
    services: &Services,
    tx: &Tx,
    entries: &[Entry],
) -> Result<Vec<bool>, InternalError> {
    // The head of the events is always locked before the audit's.
    tx.write_events().await?;
    let (key, mut head) = lock(services, tx).await?;
    let mut seen = already_there(tx, entries).await?;
    let mut rows = Vec::with_capacity(entries.len());
    let mut added = Vec::with_capacity(entries.len());
    for entry in entries {
        let new = entry.once.as_ref().is_none_or(|o| seen.insert(o.clone()));
        added.push(new);
        if !new {
            continue;
        }
        let row = row(services, &key, &head, entry);
        head.count = row.number;
        head.last_mac.clone_from(&row.mac);
        rows.push(audit_entry::ActiveModel::from(row).reset_all());
    }
    if rows.is_empty() {
        return Ok(added);
    }
    // Both databases allow a limited number of values in a statement.
    for some in rows.chunks(500) {
        audit_entry::Entity::insert_many(some.to_vec())
            .exec_without_returning(&**tx)
            .await?;
    }
    tx.update::<audit_head::Entity>()
        .col_expr(audit_head::Column::Count, Expr::value(head.count))
        .col_expr(audit_head::Column::Seal, Expr::value(key.head(&head)))
        .col_expr(audit_head::Column::LastMac, Expr::value(head.last_mac))
        .exec(&**tx)
        .await?;
    Ok(added)
}

fn row(
    services: &Services,
    key: &Key,
    head: &audit_head::Model,
    entry: &Entry,
) -> audit_entry::Model {
    let mut salt = [0; 32];
    services.random.fill(&mut salt);
    let mut row = audit_entry::Model {
        tenant_id: head.tenant_id,
        number: head.count + 1,
        format: FORMAT,
        at: services.now(),
        actor_kind: entry.by.code().to_owned(),
        actor_id: entry.by.id(),
        action: entry.action.code().to_owned(),
        target_kind: entry.target.kind.to_owned(),
        target_id: entry.target.id,
        target: entry.target.name.clone(),
        outcome: entry.outcome.code().to_owned(),
        detail: entry.detail.clone(),
        repeats: entry.repeats,
        once: entry.once.clone(),
        actor_name: entry.by.name(),
        actor_email: entry.by.email(),
        address: entry.address.map(|address| address.to_string()),
        salt: Some(salt.to_vec()),
        personal: Vec::new(),
        erasure: None,
        mac: Vec::new(),
    };
    row.personal = personal(&salt, &row);
    row.mac = key.entry(&head.last_mac, &row);
    row
}

/// Whether an entry with this `once` exists.
pub(crate) async fn is_recorded(tx: &Tx, once: &str) -> Result<bool, InternalError> {
    tx.all::<audit_entry::Entity>()
        .filter(audit_entry::Column::Once.eq(once))
        .any(&**tx)
        .await
}

async fn already_there(tx: &Tx, entries: &[Entry]) -> Result<HashSet<String>, InternalError> {
    let asked: Vec<_> = entries.iter().filter_map(|e| e.once.clone()).collect();
    if asked.is_empty() {
        return Ok(HashSet::new());
    }
    let there: Vec<String> = tx
        .all::<audit_entry::Entity>()
        .select_only()
        .column(audit_entry::Column::Once)
        .filter(audit_entry::Column::Once.is_in(asked))
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(there.into_iter().collect())
}

/// The head, locked until the transaction ends, and the key. Both are made with
/// the tenant's first entry.
pub(super) async fn lock(
    services: &Services,
    tx: &Tx,
) -> Result<(Key, audit_head::Model), InternalError> {
    let find = || tx.all::<audit_head::Entity>().lock_exclusive().row(&**tx);
    let head = match find().await? {
        Some(head) => head,
        None => {
            // Of two concurrent first entries, one begins the chain. The tenant
            // is always locked before the head.
            tenant::Entity::find_by_id(tx.tenant())
                .lock(LockType::NoKeyUpdate)
                .any(&**tx)
                .await?;
            match find().await? {
                Some(head) => head,
                None => return begin(services, tx).await,
            }
        }
    };
    let key = key(services, tx)
        .await?
        .filter(|key| key.holds_head(&head))
        // Continuing would hide that the head was changed.
        .ok_or(InternalError::AuditDamaged)?;
    Ok((key, head))
}

async fn begin(services: &Services, tx: &Tx) -> Result<(Key, audit_head::Model), InternalError> {
    if key(services, tx).await?.is_some() {
        // There was a chain, and its head was removed.
        return Err(InternalError::AuditDamaged);
    }
    let key = Key::generate(&*services.random);
    let owner = tx.tenant().0;
    services
        .vault()
        .seal(services, tx, Purpose::AuditKey, owner, &key.0)
        .await?;
    let mut head = audit_head::Model {
        tenant_id: tx.tenant(),
        first: 0,
        first_mac: BEGINNING.to_vec(),
        count: 0,
        last_mac: BEGINNING.to_vec(),
        seal: Vec::new(),
    };
    head.seal = key.head(&head);
    let insert = audit_head::ActiveModel::from(head.clone()).reset_all();
    audit_head::Entity::insert(insert)
        .exec_without_returning(&**tx)
        .await?;
    Ok((key, head))
}

/// The tenant's key; `None` if there is no chain yet.
pub(super) async fn key(services: &Services, tx: &Tx) -> Result<Option<Key>, InternalError> {
    let owner = tx.tenant().0;
    let key = services.vault().open(tx, Purpose::AuditKey, owner).await?;
    Ok(key.map(Key))
}
