//! Rows of `jobs`: one action on many accounts.

use super::prelude::*;
use domain::job::{JobAction, JobState};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    pub tenant_id: TenantId,
    /// Who started it; empty if the person was removed for good.
    pub person_id: Option<PersonId>,
    /// The apps that they might touch then.
    pub apps: AppLimit,
    pub action: JobAction,
    pub value: String,
    /// The job that this one tries again, or takes back.
    pub of_job: Option<JobId>,
    /// How its accounts were chosen, as JSON.
    pub selection: String,
    /// Where choosing them goes on; empty when all are chosen.
    pub place: Option<String>,
    pub state: JobState,
    pub total: i64,
    pub done: i64,
    pub failed: i64,
    pub changed: i64,
    /// How many failed for which reason, as JSON.
    pub reasons: String,
    pub created_at: Timestamp,
    pub begun_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub due_at: Option<Timestamp>,
    pub fence: i64,
}

entity!(of tenant);
