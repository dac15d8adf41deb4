//! What Gorgias granted, kept: first in the journal, then in the database.

use super::{
    Verdict,
    attempt::{Attempt, Held},
};
use crate::{
    apps::fault,
    connections::{
        events,
        record::{Record, Stored},
        store_tokens,
    },
    error::Fault,
    gorgias::Grant,
    journal::{Answer, Bound},
    tenant_scope::TenantScope,
};
use domain::{health::Standing, scope::ScopeSet, token};
use std::time::Duration;

/// How long to wait before a write is tried again.
const WRITE_AGAIN: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(500),
    Duration::from_secs(2),
];

/// How often, if the journal has it: that tries it again by itself.
const IF_SAFE: usize = 1;

impl Attempt<'_> {
    /// Keeps a grant. From the moment that the journal has it, it is not lost
    /// whatever happens to this process or the database.
    ///
    /// # Errors
    /// [`Fault`] if the database fails; the answer then stays in the journal,
    /// and is stored when it can be.
    pub async fn keep_surely(&self, held: Held, grant: Grant) -> Result<Verdict, Fault> {
        let answer = Answer {
            bound: Bound {
                tenant: self.scope.tenant(),
                connection: self.id,
                version: held.record.token_version,
            },
            at: self.scope.now(),
            in_use: held.in_use,
            who: self.who.clone(),
            grant,
        };
        let noted = held.place.note(self.scope, &answer).await;
        let again = if noted.is_safe() {
            IF_SAFE
        } else {
            WRITE_AGAIN.len()
        };
        let mut result = self.keep(&held.record, &answer).await;
        // A deadlock, a busy pool.
        for pause in WRITE_AGAIN.iter().take(again) {
            let Err(Fault::Database(error)) = &result else {
                break;
            };
            tracing::warn!(%error, connection.id = %self.id, "A new token could not be stored; trying again");
            tokio::time::sleep(*pause).await;
            result = self.keep(&held.record, &answer).await;
        }
        if result.is_ok() {
            noted.clear().await;
        }
        result
    }

    /// Stores an answer over the record that it was asked for with.
    async fn keep(&self, record: &Record, answer: &Answer) -> Result<Verdict, Fault> {
        let services = self.scope.services();
        let (grant, at) = (&answer.grant, answer.at);
        let tx = self.scope.write().await?;
        // The app may have been edited while Gorgias answered.
        let app = self.app(&tx, record).await?;
        let mut record = record.clone();
        let version = answer.bound.version;
        let cause = if record.failures > 0 {
            "Gorgias is answering again"
        } else {
            ""
        };
        record.proven(at);
        record.token_version = version + 1;
        record.renewable = true;
        record.access_expires_at = Some(token::expires_at(at, grant.jwt_exp, grant.expires_in));
        record.schedule(services, at);
        if let Some(granted) = &grant.scope {
            events::scopes_changed(services, &tx, record.id, self.who, &record.granted, granted)
                .await?;
            record.granted = granted.clone();
        }
        record.missing_scopes = ScopeSet::compare(&app.requested, &record.granted)
            .missing
            .len();
        if record
            .store(services, &tx, version, self.who, cause)
            .await?
            == Stored::Outdated
        {
            return Ok(Verdict::Superseded);
        }
        store_tokens(services, &tx, record.id, grant, false).await?;
        tx.commit().await?;
        if answer.in_use {
            fault::clear(self.scope, &app).await?;
        }
        Ok(Verdict::Fine)
    }
}

/// Stores an answer that waited in the journal; `false` if the connection has
/// newer tokens by now, was disconnected on purpose, or is gone.
pub(crate) async fn store_late(scope: &TenantScope, answer: &Answer) -> Result<bool, Fault> {
    let attempt = Attempt {
        scope,
        id: answer.bound.connection,
        fence: None,
        who: &answer.who,
    };
    let tx = scope.read().await?;
    let record = attempt.record(&tx).await?;
    drop(tx);
    match record {
        Some(record)
            if record.token_version == answer.bound.version
                && !matches!(record.standing, Standing::NotConnected(_)) =>
        {
            Ok(attempt.keep(&record, answer).await? == Verdict::Fine)
        }
        _ => Ok(false),
    }
}
