//! The file of an export: CSV of any length, read page by page as it is sent.

use super::{Job, JobError, items, visible};
use crate::{
    audit::{self, Action, Entry, Target, csv::line},
    core::{error::InternalError, rows::Rows},
    entity::{job, job_item},
    tenancy::Actor,
};
use domain::{
    ids::JobId,
    job::{ItemState, JobAction},
    permission::Permission,
    subdomain::Subdomain,
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

/// How many accounts are read at once.
const AT_ONCE: u64 = 500;

/// The last line of a file that is not whole.
const CUT: &str = "The file was cut by an error: more accounts are missing. Download it again.";

/// A file on its way.
pub struct JobFile {
    actor: Actor,
    id: JobId,
    after: Option<Subdomain>,
    begun: bool,
    over: bool,
}

/// Begins the download of an export's file, and records it: without an entry there is none.
///
/// # Errors
/// [`JobError::Refused`] if the job is at work, or its file was removed after a day.
pub async fn file(actor: &Actor, id: JobId) -> Result<JobFile, JobError> {
    actor.require(Permission::EditCustomers)?;
    let tx = actor.write().await?;
    let row: Option<job::Model> = tx
        .all::<job::Entity>()
        .filter(job::Column::Id.eq(id))
        .filter(visible(actor))
        .filter(job::Column::Action.eq(JobAction::Export))
        .row(&*tx)
        .await?;
    let job = Job::try_from(row.ok_or(JobError::NotFound)?)?;
    let now = actor.expiry_now();
    if job.file_until().is_none_or(|until| until <= now) {
        return Err(JobError::Refused(
            "There is no file: the job is at work, nothing came of it, or it ended more than a day ago. Start the export again.",
        ));
    }
    let target = Target::job(id, JobAction::Export);
    let entry = Entry::of(actor, Action::JobFileTaken, target);
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    Ok(JobFile {
        actor: actor.clone(),
        id,
        after: None,
        begun: false,
        over: false,
    })
}

impl JobFile {
    /// The next part; `None` after the last one.
    pub async fn next(&mut self) -> Option<String> {
        if self.over {
            return None;
        }
        let mut text = String::new();
        if !self.begun {
            // Spreadsheets take a file for UTF-8 if it begins so.
            text.push('\u{feff}');
            text.push_str(&line(super::actions::HEADER));
            self.begun = true;
        }
        match self.rows().await {
            Ok(rows) => {
                for row in &rows {
                    text.push_str(row.note.as_deref().unwrap_or_default());
                }
                self.over = (rows.len() as u64) < AT_ONCE;
                self.after = rows.into_iter().last().map(|row| row.subdomain);
            }
            Err(error) => {
                tracing::error!(%error, job.id = %self.id, "The file of a bulk job was cut");
                text.push_str(&line([CUT]));
                self.over = true;
            }
        }
        Some(text)
    }

    async fn rows(&self) -> Result<Vec<job_item::Model>, InternalError> {
        let tx = self.actor.read().await?;
        let mut query = items::in_state(&tx, self.id, ItemState::Done, None);
        if let Some(after) = &self.after {
            query = query.filter(job_item::Column::Subdomain.gt(after.as_str()));
        }
        query.limit(AT_ONCE).rows(&*tx).await
    }
}
