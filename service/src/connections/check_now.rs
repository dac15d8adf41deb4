//! Checking a connection because somebody asked.

use crate::{
    audit::{self, Action, Entry, Target},
    core::error::{Forbidden, InternalError},
    engine::{
        lease::{Lease, PATIENCE},
        refresh::{self, Verdict, prove},
        single_flight::Waiting,
    },
    records::find,
    tenancy::{Actor, outbox},
};
use domain::{event::Happening, permission::Permission, subdomain::Subdomain};
use tokio::time::Instant;

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
    Internal(#[from] InternalError),
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
    let Some((app, Some(record))) =
        find::find_with_app(&tx, app, subdomain, actor.only_app).await?
    else {
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
        let Some(now) = find::find(&tx, app.id, subdomain).await? else {
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
        (None, Some(lease)) => refresh::attempt(actor.scope(), &lease, &who).await?,
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
    outbox::add(actor.services(), &tx, record.id, &who, &happening)?;
    let target = Target::account(Some(record.id), &app.slug, subdomain);
    let entry = Entry::of(actor, Action::Checked, target).detail(verdict.sentence());
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    Ok(verdict)
}
