//! The audit as CSV, of any length: a page of it is read when the one before was
//! taken, so that no more than a page is in memory.

use super::{
    Action, AuditRow, Entry, Filter, ListAuditError, Target, condition::Conditions, csv::line,
    list::some, record,
};
use crate::{core::error::InternalError, tenancy::Actor};
use domain::permission::Permission;

/// How many entries are read at once.
const AT_ONCE: u64 = 500;

const HEADER: [&str; 13] = [
    "number",
    "at",
    "sentence",
    "outcome",
    "action",
    "who",
    "kind of actor",
    "e-mail address",
    "network address",
    "target",
    "kind of target",
    "detail",
    "more of the same",
];

/// The last line of an export that is not whole.
const CUT: &str = "The export was cut by an error: older entries are missing. Export again.";

/// An export under way.
pub struct Export {
    actor: Actor,
    conditions: Conditions,
    after: Option<i64>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Begins,
    GoesOn,
    IsOver,
}

/// Begins an export, newest first, and records it: without an entry there is none.
///
/// # Errors
/// See [`ListAuditError`].
pub async fn export(actor: &Actor, filter: &Filter) -> Result<Export, ListAuditError> {
    actor.require(Permission::ReadAudit)?;
    Ok(begin(actor, filter).await?)
}

async fn begin(actor: &Actor, filter: &Filter) -> Result<Export, InternalError> {
    let tx = actor.write().await?;
    let conditions = Conditions::of(&tx, filter).await?;
    let entry = Entry::of(actor, Action::AuditExported, Target::tenant());
    record(actor, &tx, &entry).await?;
    tx.commit().await?;
    Ok(Export {
        actor: actor.clone(),
        conditions,
        after: None,
        state: State::Begins,
    })
}

impl Export {
    /// The next part of the file; `None` after the last one.
    pub async fn next(&mut self) -> Option<String> {
        if self.state == State::IsOver {
            return None;
        }
        let mut text = String::new();
        if self.state == State::Begins {
            // Spreadsheets take a file for UTF-8 if it begins so.
            text.push('\u{feff}');
            text.push_str(&line(HEADER));
        }
        match self.rows().await {
            Ok(rows) => {
                for row in &rows {
                    text.push_str(&row_line(row));
                }
                self.after = rows.last().map(|row| row.number);
                self.state = if (rows.len() as u64) < AT_ONCE {
                    State::IsOver
                } else {
                    State::GoesOn
                };
            }
            Err(error) => {
                tracing::error!(%error, tenant.id = %self.actor.tenant(), "An export of the audit was cut");
                text.push_str(&line([CUT]));
                self.state = State::IsOver;
            }
        }
        Some(text)
    }

    async fn rows(&self) -> Result<Vec<AuditRow>, InternalError> {
        let tx = self.actor.read().await?;
        some(&tx, &self.conditions, self.after, AT_ONCE).await
    }
}

fn row_line(row: &AuditRow) -> String {
    let (number, repeats) = (row.number.to_string(), row.repeats.to_string());
    let target = row.target_name.as_deref().unwrap_or(&row.target);
    line([
        number.as_str(),
        &row.at.rfc3339(),
        &row.sentence().to_string(),
        row.outcome.code(),
        row.action.code(),
        row.actor_name.as_deref().unwrap_or_default(),
        &row.actor_kind,
        row.actor_email.as_deref().unwrap_or_default(),
        row.address.as_deref().unwrap_or_default(),
        target,
        &row.target_kind,
        &row.detail,
        &repeats,
    ])
}
