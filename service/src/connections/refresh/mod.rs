//! Proving that a connection still works: asking Gorgias for its next token.
//!
//! The access token outlives a deactivation by up to a day, a refresh doesn't;
//! so this is how a lost account is found.

mod attempt;
mod keep;
mod load;
mod prove;
#[cfg(test)]
mod tests;

use super::{
    events,
    flight::Waiting,
    lease::{Lease, PATIENCE},
};
use crate::{
    actor::Actor,
    audit::{self, Action, Entry, Target},
    error::{Fault, Forbidden},
    journal,
    tenant_scope::TenantScope,
    together::Together,
};
pub(super) use attempt::Attempt;
use domain::{
    event::{self, Happening},
    ids::{ConnectionId, TenantId},
    permission::Permission,
    subdomain::Subdomain,
    time::Timestamp,
};
pub(crate) use keep::store_late;
use tokio::time::Instant;

/// What attempts do together: reading what they start from, and storing what they brought.
pub(crate) struct Rounds {
    load: Together<TenantId, ConnectionId, Result<Option<load::Loaded>, Fault>>,
    keep: Together<TenantId, keep::Keep, Result<Verdict, Fault>>,
}

/// Most that are served in a round: others that write don't wait for long.
const ROUND: usize = 64;

impl Default for Rounds {
    fn default() -> Self {
        Self {
            load: Together::new(ROUND),
            keep: Together::new(ROUND),
        }
    }
}

/// What an attempt found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is a new token.
    Fine,
    /// Somebody else checked, renewed or re-authorized it meanwhile; their result stands.
    Superseded,
    /// Gorgias refused, and refused again when asked once more.
    Lost,
    /// Gorgias refuses the app's own credentials.
    AppRefused,
    /// There was no useful answer.
    Unavailable {
        /// What happened, in plain words.
        sentence: String,
        /// When the next attempt is due.
        next: Timestamp,
        /// Whether Gorgias asked us to slow down.
        limited: bool,
    },
    /// There is nothing to renew it with.
    NotRenewable,
    /// There are no tokens.
    NotConnected,
    /// Somebody else is at it right now.
    Busy,
    /// The answer could not have been kept safe, so Gorgias was not asked.
    NoRoom,
}

impl Verdict {
    /// For the timeline and the page, without a full stop.
    pub fn sentence(&self) -> String {
        match self {
            Self::Fine => "it works".into(),
            Self::Superseded => "it was checked just now".into(),
            Self::Lost => "Gorgias refused our access".into(),
            Self::AppRefused => "Gorgias refused our app's own credentials".into(),
            Self::Unavailable { sentence, .. } => sentence.clone(),
            Self::NotRenewable => "it can't renew itself".into(),
            Self::NotConnected => "there is nothing to check, it is not connected".into(),
            Self::Busy => "a check is under way already".into(),
            Self::NoRoom => {
                "it was not checked, since Mooring's disk is full or can't be written".into()
            }
        }
    }
}

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The actor sees no such connection.
    #[error("there is no such connection")]
    NotFound,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Checks a connection now, because somebody asked.
///
/// # Errors
/// [`CheckError::NotFound`] if the actor sees no such connection.
pub async fn check_now(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
) -> Result<Verdict, CheckError> {
    actor.require(Permission::CheckConnections)?;
    let tx = actor.write().await?;
    let Some((app, Some(record))) = super::find(&tx, app, subdomain, actor.only_app).await? else {
        return Err(CheckError::NotFound);
    };
    let mut waiting = Waiting::new(actor, record.id, Instant::now() + PATIENCE);
    let mut lease = Lease::take(actor.services(), &tx, record.id).await?;
    tx.commit().await?;
    let who = actor.as_event_actor();
    let mut verdict = None;
    // Somebody else is at it: what they find is as good as what we would.
    while lease.is_none() && waiting.news().await {
        let tx = actor.read().await?;
        let Some(now) = super::find_record(&tx, app.id, subdomain).await? else {
            return Err(CheckError::NotFound);
        };
        drop(tx);
        if now.last_attempt_at > record.last_attempt_at || now.token_version != record.token_version
        {
            verdict = Some(Verdict::Superseded);
            break;
        }
        lease = Lease::take_if_free(actor.scope(), record.id).await?;
    }
    let verdict = match (verdict, lease) {
        (Some(verdict), _) => verdict,
        (None, Some(lease)) => attempt(actor.scope(), &lease, &who).await?,
        (None, None) => Verdict::Busy,
    };
    let verdict = match verdict {
        Verdict::Fine => prove::token(actor.scope(), record.id, &who).await?,
        other => other,
    };
    let tx = actor.write().await?;
    let happening = Happening::Checked {
        result: verdict.sentence(),
    };
    events::add(actor.services(), &tx, record.id, &who, &happening).await?;
    let target = Target::account(Some(record.id), &app.slug, subdomain);
    let entry = Entry::of(actor, Action::Checked, target).detail(verdict.sentence());
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    Ok(verdict)
}

/// One attempt under a lease, which is given back afterwards.
pub(crate) async fn attempt(
    scope: &TenantScope,
    lease: &Lease,
    who: &event::Actor,
) -> Result<Verdict, Fault> {
    let result = Attempt {
        scope,
        id: lease.connection,
        fence: Some(lease.fence),
        who,
    }
    .run()
    .await;
    if matches!(
        result,
        Ok(Verdict::Fine | Verdict::Lost | Verdict::Unavailable { .. })
    ) {
        // The record was stored, and the lease given back with it.
        return result;
    }
    end(scope, lease, result).await
}

/// Gives a lease back after an attempt, unless its answer could not be stored:
/// nobody, on no machine, must ask past it, so the lease runs out by itself.
pub(super) async fn end<T>(
    scope: &TenantScope,
    lease: &Lease,
    result: Result<T, Fault>,
) -> Result<T, Fault> {
    if result.is_err() && journal::holds_answer(scope, lease.connection) {
        return result;
    }
    let tx = scope.write().await?;
    lease.give_back(scope, &tx).await?;
    tx.commit().await?;
    result
}
