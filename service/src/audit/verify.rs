//! Verifies a chain from its beginning to its head.

use super::{chain::Key, record::key};
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::{audit_entry, audit_head, tenant},
    tenancy::TenantScope,
};
use domain::{ids::TenantId, slug::Slug, time::Timestamp};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};

/// How many entries are read in one batch.
const BATCH: u64 = 1_000;

/// The result of verifying a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The tenant's short name.
    pub tenant: String,
    /// How many entries are valid.
    pub good: u64,
    /// In how many of them the personal fields are erased.
    pub erased: u64,
    /// The number of the last valid entry.
    pub last: i64,
    /// When it was written.
    pub last_at: Option<Timestamp>,
    /// The first damage, if there is any.
    pub broken: Option<Broken>,
}

/// Where a chain is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{damage}")]
pub struct Broken {
    /// The number of the entry; `None` for the head.
    pub number: Option<i64>,
    /// The damage.
    pub damage: Damage,
}

/// The damage to an entry or the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A field was changed, or the entry was moved.
    #[error("the entry was changed or moved")]
    Changed,
    /// This entry is missing, but there are later ones.
    #[error("the entry is missing, and later ones are there")]
    Missing,
    /// This entry and all later ones are missing.
    #[error("the entry and all that came after it are missing")]
    CutOff,
    /// The head doesn't count this entry.
    #[error("the entry stands behind the end that the head names")]
    Surplus,
    /// The head was changed.
    #[error("the head was changed")]
    HeadChanged,
    /// There are entries or a key, but no head.
    #[error("the head is missing")]
    HeadMissing,
    /// There is a head, but no key.
    #[error("the key is missing or was changed")]
    KeyMissing,
    /// The chain doesn't begin where the records of removed entries say.
    #[error(
        "the records of what was removed and the head don't agree on where the chain begins: \
         entries were removed by somebody else, or an earlier state was put back"
    )]
    Unrecorded,
}

impl Damage {
    /// A code for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::CutOff => "cut_off",
            Self::Surplus => "surplus",
            Self::HeadChanged => "head_changed",
            Self::HeadMissing => "head_missing",
            Self::KeyMissing => "key_missing",
            Self::Unrecorded => "unrecorded",
        }
    }
}

/// Why nothing was verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// There is no such tenant.
    #[error("there is no tenant “{0}”; correct --tenant")]
    NoTenant(Slug),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Verifies the chain of one tenant, or of all tenants. Under the short name of a
/// tenant that was erased, its chain is found as well.
///
/// # Errors
/// [`VerifyError`] if it couldn't be done; a broken chain is in the report.
pub async fn verify(services: &Services, only: Option<&Slug>) -> Result<Vec<Report>, VerifyError> {
    // Without a tenant's scope: whoever runs this has the database and the keys.
    let mut query = tenant::Entity::find().order_by_asc(tenant::Column::Slug);
    if let Some(slug) = only {
        let named = Condition::any()
            .add(tenant::Column::Slug.eq(slug.as_str()))
            .add(tenant::Column::FormerSlug.eq(slug.as_str()));
        query = query.filter(named);
    }
    // Read as texts: an invalid slug doesn't prevent verifying a chain.
    let tenants: Vec<(TenantId, String, Option<String>)> = query
        .select_only()
        .columns([
            tenant::Column::Id,
            tenant::Column::Slug,
            tenant::Column::FormerSlug,
        ])
        .into_tuple()
        .all(services.db.read())
        .await
        .map_err(InternalError::from)?;
    if let (Some(slug), true) = (only, tenants.is_empty()) {
        return Err(VerifyError::NoTenant(slug.clone()));
    }
    let mut reports = Vec::new();
    for (tenant, slug, former_slug) in tenants {
        let mut walk = Walk {
            scope: TenantScope::new(services, tenant),
            report: Report {
                tenant: former_slug.unwrap_or(slug),
                good: 0,
                erased: 0,
                last: 0,
                last_at: None,
                broken: None,
            },
        };
        walk.report.broken = walk.run().await?;
        reports.push(walk.report);
    }
    Ok(reports)
}

struct Walk {
    scope: TenantScope,
    report: Report,
}

impl Walk {
    async fn run(&mut self) -> Result<Option<Broken>, InternalError> {
        let of_head = |damage| {
            Ok(Some(Broken {
                number: None,
                damage,
            }))
        };
        let (key, head) = self.key_and_head().await?;
        let (key, head) = match (key, head) {
            (Some(key), Some(head)) => (key, head),
            (None, Some(_)) => return of_head(Damage::KeyMissing),
            (Some(_), None) => return of_head(Damage::HeadMissing),
            (None, None) => {
                return match self.after(0, 1).await?.first() {
                    Some(_) => of_head(Damage::HeadMissing),
                    None => Ok(None),
                };
            }
        };
        if !key.holds_head(&head) {
            return of_head(Damage::HeadChanged);
        }
        self.report.last = head.first;
        let mut mac = head.first_mac;
        let mut promised = head.count;
        loop {
            // Entries become visible together with the head that counts them.
            // So all entries that an earlier head counts must be there by now.
            if let Some(broken) = self.walk(&key, &mut mac).await? {
                return Ok(Some(broken));
            }
            let at = |number, damage| {
                Ok(Some(Broken {
                    number: Some(number),
                    damage,
                }))
            };
            if self.report.last < promised {
                return at(self.report.last + 1, Damage::CutOff);
            }
            let (_, Some(head)) = self.key_and_head().await? else {
                return of_head(Damage::HeadMissing);
            };
            if !key.holds_head(&head) {
                return of_head(Damage::HeadChanged);
            }
            if head.count < self.report.last {
                return at(head.count + 1, Damage::Surplus);
            }
            if head.count == self.report.last {
                return if head.last_mac != mac {
                    of_head(Damage::HeadChanged)
                } else if self.is_recorded().await? {
                    Ok(None)
                } else {
                    of_head(Damage::Unrecorded)
                };
            }
            promised = head.count;
        }
    }

    /// Continues after the last valid entry until there are no more.
    async fn walk(
        &mut self,
        key: &Key,
        mac: &mut Vec<u8>,
    ) -> Result<Option<Broken>, InternalError> {
        loop {
            let rows = self.after(self.report.last, BATCH).await?;
            if rows.is_empty() {
                return Ok(None);
            }
            for row in rows {
                let number = self.report.last + 1;
                let damage = if row.number != number {
                    Some(Damage::Missing)
                } else if !key.holds(mac, &row) {
                    Some(Damage::Changed)
                } else {
                    None
                };
                if let Some(damage) = damage {
                    let number = Some(number);
                    return Ok(Some(Broken { number, damage }));
                }
                self.report.good += 1;
                self.report.erased += u64::from(row.salt.is_none());
                self.report.last = number;
                self.report.last_at = Some(row.at);
                *mac = row.mac;
            }
        }
    }

    async fn key_and_head(
        &self,
    ) -> Result<(Option<Key>, Option<audit_head::Model>), InternalError> {
        let tx = self.scope.read().await?;
        let head = tx.all::<audit_head::Entity>().row(&*tx).await?;
        Ok((key(&self.scope, &tx).await?, head))
    }

    /// Whether the chain begins where the last record of removed entries says.
    async fn is_recorded(&self) -> Result<bool, InternalError> {
        // In one statement, since entries may be removed right now.
        let sql = "SELECT h.first AS first, coalesce((SELECT max(r.through) FROM audit_removals r \
            WHERE r.tenant_id = h.tenant_id), 0) AS through FROM audit_heads h WHERE h.tenant_id = $1";
        let tx = self.scope.read().await?;
        let tenant = self.scope.tenant().into();
        let statement = Statement::from_sql_and_values(self.scope.db.backend(), sql, [tenant]);
        let Some(row) = tx.query_one_raw(statement).await? else {
            return Ok(false);
        };
        Ok(row.try_get::<i64>("", "first")? == row.try_get::<i64>("", "through")?)
    }

    async fn after(
        &self,
        number: i64,
        limit: u64,
    ) -> Result<Vec<audit_entry::Model>, InternalError> {
        let tx = self.scope.read().await?;
        tx.all::<audit_entry::Entity>()
            .filter(audit_entry::Column::Number.gt(number))
            .order_by_asc(audit_entry::Column::Number)
            .limit(limit)
            .rows(&*tx)
            .await
    }
}
