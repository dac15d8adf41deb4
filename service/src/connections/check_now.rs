//! Checks a connection because a person or a backend asked.

use crate::{
    audit::{self, Action, Entry, Target},
    core::error::{Forbidden, InternalError},
    engine::{
        lease::{Lease, PATIENCE, Waited},
        refresh::{self, Verdict, prove},
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
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Checks a connection now, because a person or a backend asked.
///
/// # Errors
/// [`CheckError::NotFound`] if the actor sees no such connection.
pub async fn check_now(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
) -> Result<Verdict, CheckError> {
    actor.require(Permission::CheckConnections)?;
    let tx = actor.read().await?;
    let Some((app, Some(record))) = find::find_with_app(&tx, app, subdomain, &actor.apps).await?
    else {
        return Err(CheckError::NotFound);
    };
    drop(tx);
    let who = actor.as_event_actor();
    // If another attempt is under way, its result counts.
    let look = || async {
        let tx = actor.read().await?;
        let now = find::find(&tx, app.id, subdomain).await?;
        let now = now.ok_or(CheckError::NotFound)?;
        let checked = now.last_attempt_at > record.last_attempt_at
            || now.token_version != record.token_version;
        Ok::<_, CheckError>(checked.then_some(Verdict::Superseded))
    };
    let deadline = Instant::now() + PATIENCE;
    let verdict = match Lease::wait(actor.scope(), record.id, deadline, look).await? {
        Waited::Taken(lease) => refresh::attempt(actor.scope(), &lease, &who).await?,
        Waited::Found(verdict) => verdict,
        Waited::Late => Verdict::Busy,
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
