//! Disconnects an account on purpose.

use crate::{
    audit::{self, Action, Entry, Target},
    core::error::{Forbidden, InternalError},
    encryption::Purpose,
    engine::{
        lease::{Lease, PATIENCE, Waited},
        replay,
    },
    records::store::Stored,
    tenancy::Actor,
};
use domain::{
    health::{Absence, Standing},
    permission::Permission,
    subdomain::Subdomain,
    time::Timestamp,
};
use gorgias::ClientCredentials;
use tokio::time::Instant;

/// Why nothing was disconnected.
#[derive(Debug, thiserror::Error)]
pub enum DisconnectError {
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

/// Since when an account has no tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disconnected {
    /// Just now.
    Now {
        /// Whether Gorgias confirmed that the tokens are revoked.
        confirmed: bool,
    },
    /// It was disconnected before; nothing was changed.
    Before {
        /// Who disconnected it.
        by: String,
        /// When it was disconnected.
        at: Timestamp,
    },
    /// It was never connected; nothing was changed.
    Never,
}

/// Revokes the tokens at Gorgias, if it answers, and removes them here in any case.
///
/// # Errors
/// [`DisconnectError::NotFound`] if the actor sees no such connection.
pub async fn disconnect(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
) -> Result<Disconnected, DisconnectError> {
    actor.require(Permission::Disconnect)?;
    let tx = actor.read().await?;
    let Some((_, Some(record))) =
        crate::records::find::find_with_app(&tx, app, subdomain, &actor.apps).await?
    else {
        return Err(DisconnectError::NotFound);
    };
    drop(tx);
    // A concurrent refresh would store a new token that nobody revokes.
    let look = || async { Ok::<_, InternalError>(None::<()>) };
    let waited = Lease::wait(actor.scope(), record.id, Instant::now() + PATIENCE, look).await?;
    let done = async {
        // Neither may a token stay that waits in the journal.
        replay::replay_connection(actor.services(), record.id).await?;
        revoke_and_forget(actor, app, subdomain).await
    }
    .await;
    if let Waited::Taken(lease) = waited {
        lease.give_back(actor.scope()).await?;
    }
    done
}

async fn revoke_and_forget(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
) -> Result<Disconnected, DisconnectError> {
    let revoked = revoke_upstream(actor, app, subdomain).await?;
    loop {
        let tx = actor.write().await?;
        let Some((found, Some(record))) =
            crate::records::find::find_with_app(&tx, app, subdomain, &actor.apps).await?
        else {
            return Err(DisconnectError::NotFound);
        };
        match &record.standing {
            Standing::NotConnected(Absence::OnPurpose { by, at }) => {
                let (by, at) = (by.clone(), *at);
                return Ok(Disconnected::Before { by, at });
            }
            Standing::NotConnected(Absence::NeverFinished) => return Ok(Disconnected::Never),
            Standing::Connected | Standing::Lost { .. } => (),
        }
        let who = actor.as_event_actor();
        let id = record.id;
        let (by, now) = (who.label(), actor.now());
        let changed = record.change(|connection| connection.disconnected(by, revoked, now));
        if changed.store(actor.services(), &tx, &who).await? == Stored::Outdated {
            // A refresh came in between; its tokens must be removed, too.
            continue;
        }
        let purposes = [
            Purpose::ConnectionAccessToken,
            Purpose::ConnectionRefreshToken,
        ];
        actor.vault().forget(&tx, id.0, &purposes).await?;
        let target = Target::account(Some(id), &found.slug, subdomain);
        let entry = Entry::of(actor, Action::Disconnected, target).detail(if revoked {
            "revoked at Gorgias"
        } else {
            "not confirmed by Gorgias"
        });
        audit::record(actor, &tx, &entry).await?;
        tx.commit().await?;
        return Ok(Disconnected::Now { confirmed: revoked });
    }
}

async fn revoke_upstream(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
) -> Result<bool, DisconnectError> {
    let tx = actor.read().await?;
    let Some((app, Some(record))) =
        crate::records::find::find_with_app(&tx, app, subdomain, &actor.apps).await?
    else {
        return Err(DisconnectError::NotFound);
    };
    let vault = actor.vault();
    let refresh = vault
        .open(&tx, Purpose::ConnectionRefreshToken, record.id.0)
        .await?;
    let secret = vault.open(&tx, Purpose::AppClientSecret, app.id.0).await?;
    drop(tx);
    let (Some(token), Some(client_secret)) = (refresh, secret) else {
        return Ok(false);
    };
    let client = ClientCredentials {
        client_id: app.client_id,
        client_secret,
        encoding: app.basic_encoding,
    };
    match actor.gorgias.revoke(&client, subdomain, &token).await {
        Ok(()) => Ok(true),
        Err(error) => {
            tracing::warn!(upstream.error = error.code(), account = %subdomain, "Gorgias did not confirm a revocation");
            Ok(false)
        }
    }
}
