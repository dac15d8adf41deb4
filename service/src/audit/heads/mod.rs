//! A chain over the heads of all tenants' chains. A tenant's own chain shows
//! changes to its entries. This one shows if a tenant's whole audit was
//! removed, with key and head, or replaced by an older copy.
//!
//! The worker writes an entry once a minute, with the heads that changed since
//! the previous one; one entry a day holds all of them. The key belongs to the
//! installation and is sealed in its row.

mod chain;
mod verify;
mod write;

pub use verify::{HeadsDamage, HeadsReport, TenantDamage, verify_heads};
pub use write::HeadLog;
pub(crate) use write::{cut, keep_noted};

use crate::{
    core::{error::InternalError, queries, rows::Rows, services::Services},
    entity::installation,
    vault::SealedOwn,
};
use chain::{Head, Heads};
use domain::ids::TenantId;
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult};

/// The purpose of the key; part of its encryption, so it never changes.
const PURPOSE: &str = "audit.heads";
/// The one row of the log's end, and of the installation.
const ROW: i32 = 1;

/// The key as it is stored; `None` if there is no log yet.
async fn sealed_key(db: &impl ConnectionTrait) -> Result<Option<SealedOwn>, InternalError> {
    let row: Option<installation::Model> = installation::Entity::find_by_id(ROW).row(db).await?;
    Ok(row.and_then(|row| {
        Some(SealedOwn {
            data_key: row.head_log_data_key_id?,
            nonce: row.head_log_key_nonce?,
            ciphertext: row.head_log_key?,
        })
    }))
}

/// A head in the query for all tenants.
#[derive(FromQueryResult)]
struct HeadRow {
    tenant_id: TenantId,
    first: i64,
    count: i64,
    last_mac: Vec<u8>,
}

/// The present heads of all tenants.
pub(super) async fn present(
    services: &Services,
    db: &impl ConnectionTrait,
) -> Result<Heads, InternalError> {
    let statement = queries::AUDIT_HEADS.with(&services.db, []);
    let rows = HeadRow::find_by_statement(statement).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let head = Head {
                first: row.first,
                count: row.count,
                // A value that is no MAC was not written by Mooring.
                last_mac: row.last_mac.try_into().unwrap_or_default(),
            };
            (row.tenant_id, head)
        })
        .collect())
}
