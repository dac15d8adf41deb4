//! A chain over the heads of all tenants' chains. What becomes of entries shows
//! in their own chain; that all of a tenant's audit is gone, with key and head,
//! or was put back to an older copy as a whole, shows here.
//!
//! The worker writes an entry once a minute, with the heads that have moved on
//! since the one before; one entry a day holds all of them. The key is the
//! installation's, sealed in its row.

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

/// What the key is for; part of its encryption, so it never changes.
const PURPOSE: &str = "audit.heads";
/// The one row of the log's end, and of the installation.
const ROW: i32 = 1;

/// The key as it is stored, if the log was begun.
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

/// A head as all tenants' are read.
#[derive(FromQueryResult)]
struct HeadRow {
    tenant_id: TenantId,
    first: i64,
    count: i64,
    last_mac: Vec<u8>,
}

/// The heads as they are now, of all tenants.
async fn present(services: &Services, db: &impl ConnectionTrait) -> Result<Heads, InternalError> {
    let statement = queries::AUDIT_HEADS.with(&services.db, []);
    let rows = HeadRow::find_by_statement(statement).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let head = Head {
                first: row.first,
                count: row.count,
                // One that isn't a MAC is no head that was written here.
                last_mac: row.last_mac.try_into().unwrap_or_default(),
            };
            (row.tenant_id, head)
        })
        .collect())
}
