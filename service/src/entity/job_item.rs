//! Rows of `job_items`: the accounts of jobs.

use super::prelude::*;
use domain::job::ItemState;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: JobId,
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subdomain: Subdomain,
    pub state: ItemState,
    /// The code of why it failed; empty if it did not.
    pub reason: String,
    /// What was there before, by the job's action.
    pub before: Option<String>,
    /// What came of it: a line of the file, or a sentence.
    pub note: Option<String>,
    pub changed: bool,
    /// When it was asked or ended.
    pub at: Option<Timestamp>,
}

entity!(of tenant);
