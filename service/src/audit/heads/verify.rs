//! Verifies the log of heads, and compares it with the present heads.

use super::{
    PURPOSE, ROW,
    chain::{Heads, unpacked},
    present, sealed_key,
};
use crate::{
    audit::{
        Broken, Damage,
        chain::{Key, same},
    },
    core::{error::InternalError, rows::Rows, services::Services},
    entity::{audit_entry, head_log, head_log_end, tenant},
    tenancy::TenantScope,
};
use domain::{ids::TenantId, time::Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeMap;

/// How many entries are read in one batch.
const BATCH: u64 = 1_000;

/// The result of verifying the log of heads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeadsReport {
    /// How many entries are valid.
    pub good: u64,
    /// The number of the last valid entry.
    pub last: i64,
    /// When it was written.
    pub last_at: Option<Timestamp>,
    /// The first damage of the log itself, if there is any.
    pub broken: Option<Broken>,
    /// Tenants whose audit differs from the log.
    pub tenants: Vec<TenantDamage>,
}

impl HeadsReport {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.broken.is_none() && self.tenants.is_empty()
    }
}

/// A tenant whose audit differs from the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantDamage {
    /// The tenant's short name, or its id if its row is gone.
    pub tenant: String,
    /// What is wrong with its audit.
    pub damage: HeadsDamage,
}

/// Damage to a tenant's audit as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeadsDamage {
    /// The head is missing.
    #[error("all of its audit is gone, which had {0} entries")]
    Gone(i64),
    /// The head is older than the log says.
    #[error("its audit was put back to an earlier state; it had {0} entries")]
    PutBack(i64),
    /// An entry was replaced by another one.
    #[error("its audit was written anew; entry {0} is another one than was there")]
    Rewritten(i64),
}

impl HeadsDamage {
    /// A code for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gone(_) => "gone",
            Self::PutBack(_) => "put_back",
            Self::Rewritten(_) => "rewritten",
        }
    }
}

/// Verifies the log of heads, and each tenant's audit against it.
///
/// # Errors
/// If it couldn't be done; damage is in the report.
pub async fn verify_heads(services: &Services) -> Result<HeadsReport, InternalError> {
    let mut walk = Walk {
        services,
        report: HeadsReport::default(),
        heads: Heads::new(),
        rewritten: BTreeMap::new(),
    };
    walk.report.broken = walk.run().await?;
    if walk.report.broken.is_none() {
        walk.compare().await?;
    }
    Ok(walk.report)
}

struct Walk<'a> {
    services: &'a Services,
    report: HeadsReport,
    /// The heads, from all entries so far.
    heads: Heads,
    /// The numbers of replaced entries.
    rewritten: BTreeMap<TenantId, i64>,
}

impl Walk<'_> {
    /// Verifies all entries.
    async fn run(&mut self) -> Result<Option<Broken>, InternalError> {
        let of_end = |damage| {
            let number = None;
            Ok(Some(Broken { number, damage }))
        };
        let services = self.services;
        let db = services.db.read();
        let end = end(services).await?;
        let Some(sealed) = sealed_key(db).await? else {
            return match end {
                Some(_) => of_end(Damage::KeyMissing),
                None if last_number(services).await? > 0 => of_end(Damage::HeadMissing),
                None => Ok(None),
            };
        };
        let opened = services.vault().open_own(db, PURPOSE, &sealed).await?;
        let Some(key) = opened.map(Key) else {
            return of_end(Damage::KeyMissing);
        };
        let Some(end) = end else {
            return of_end(Damage::HeadMissing);
        };
        if !key.holds_end(&end) {
            return of_end(Damage::HeadChanged);
        }
        let mut mac = end.first_mac;
        self.report.last = end.first;
        while self.report.last < end.count {
            let rows = head_log::Entity::find()
                .filter(head_log::Column::Number.gt(self.report.last))
                .filter(head_log::Column::Number.lte(end.count))
                .order_by_asc(head_log::Column::Number)
                .limit(BATCH)
                .rows(db)
                .await?;
            if let Some(broken) = self.batch(&key, &mut mac, rows).await? {
                return Ok(Some(broken));
            }
        }
        if mac != end.last_mac {
            return of_end(Damage::HeadChanged);
        }
        // In this order, since an entry becomes visible together with its end.
        let last = last_number(services).await?;
        let end = self::end(services).await?.map_or(0, |end| end.count);
        Ok((last > end).then_some(Broken {
            number: Some(end + 1),
            damage: Damage::Surplus,
        }))
    }

    async fn batch(
        &mut self,
        key: &Key,
        mac: &mut Vec<u8>,
        rows: Vec<head_log::Model>,
    ) -> Result<Option<Broken>, InternalError> {
        let at = |number, damage| {
            let number = Some(number);
            Ok(Some(Broken { number, damage }))
        };
        if rows.is_empty() {
            return at(self.report.last + 1, Damage::CutOff);
        }
        let mut noted: BTreeMap<TenantId, BTreeMap<i64, [u8; 32]>> = BTreeMap::new();
        for row in rows {
            let number = self.report.last + 1;
            if row.number != number {
                return at(number, Damage::Missing);
            }
            let Some(of_row) = said(key, mac, &row) else {
                return at(number, Damage::Changed);
            };
            for (tenant, head) in &of_row {
                let of_tenant = noted.entry(*tenant).or_default();
                of_tenant.insert(head.count, head.last_mac);
            }
            if row.whole {
                self.heads = of_row;
            } else {
                self.heads.extend(of_row);
            }
            self.report.good += 1;
            self.report.last = number;
            self.report.last_at = Some(row.at);
            *mac = row.mac;
        }
        for (tenant, noted) in noted {
            self.look_for(tenant, noted).await?;
        }
        Ok(None)
    }

    /// Whether the entries that were a tenant's last are unchanged. A missing
    /// entry is no damage here: it was removed with a record, or the tenant's
    /// own chain shows it.
    async fn look_for(
        &mut self,
        tenant: TenantId,
        noted: BTreeMap<i64, [u8; 32]>,
    ) -> Result<(), InternalError> {
        if self.rewritten.contains_key(&tenant) {
            return Ok(());
        }
        let scope = TenantScope::new(self.services, tenant);
        let tx = scope.read().await?;
        let there: Vec<(i64, Vec<u8>)> = tx
            .all::<audit_entry::Entity>()
            .select_only()
            .column(audit_entry::Column::Number)
            .column(audit_entry::Column::Mac)
            .filter(audit_entry::Column::Number.is_in(noted.keys().copied()))
            .order_by_asc(audit_entry::Column::Number)
            .into_tuple()
            .all(&*tx)
            .await?;
        let other = there
            .into_iter()
            .find(|(number, mac)| noted.get(number).is_some_and(|noted| noted[..] != mac[..]));
        if let Some((number, _)) = other {
            self.rewritten.insert(tenant, number);
        }
        Ok(())
    }

    /// Compares the log's last state with the present heads.
    async fn compare(&mut self) -> Result<(), InternalError> {
        let now = present(self.services, self.services.db.read()).await?;
        for (tenant, noted) in &self.heads {
            let damage = match (now.get(tenant), self.rewritten.get(tenant)) {
                (None, _) => HeadsDamage::Gone(noted.count),
                (Some(head), _) if head.count < noted.count => HeadsDamage::PutBack(noted.count),
                (Some(_), Some(number)) => HeadsDamage::Rewritten(*number),
                (Some(_), None) => continue,
            };
            let tenant = name_of(self.services, *tenant).await?;
            self.report.tenants.push(TenantDamage { tenant, damage });
        }
        Ok(())
    }
}

async fn end(services: &Services) -> Result<Option<head_log_end::Model>, InternalError> {
    let db = services.db.read();
    head_log_end::Entity::find_by_id(ROW).row(db).await
}

/// The heads in an entry, if it is valid after `before`.
fn said(key: &Key, before: &[u8], row: &head_log::Model) -> Option<Heads> {
    same(&row.mac, &key.of_heads(before, row)).then(|| unpacked(&row.heads))?
}

async fn last_number(services: &Services) -> Result<i64, InternalError> {
    let last: Option<head_log::Model> = head_log::Entity::find()
        .order_by_desc(head_log::Column::Number)
        .row(services.db.read())
        .await?;
    Ok(last.map_or(0, |row| row.number))
}

async fn name_of(services: &Services, id: TenantId) -> Result<String, InternalError> {
    // Read as texts: an invalid slug is shown as it is.
    let row: Option<(String, Option<String>)> = tenant::Entity::find_by_id(id)
        .select_only()
        .columns([tenant::Column::Slug, tenant::Column::FormerSlug])
        .into_tuple()
        .one(services.db.read())
        .await?;
    Ok(row.map_or_else(|| id.to_string(), |(slug, former)| former.unwrap_or(slug)))
}
