//! Gives out an access token that works now.

mod fast_path;

use crate::{
    api_tokens::TooMany,
    audit::{self, Action, By, Entry, Target},
    core::error::{Forbidden, InternalError},
    encryption::Purpose,
    engine::{
        lease::{Lease, Waited},
        refresh,
        single_flight::{Failed, Leader, Outcome, Role},
    },
    records::{app::App, connection::Record},
    tenancy::Actor,
};
use domain::{
    event,
    health::{Condition, Health, LossCause, Standing},
    ids::ConnectionId,
    permission::Permission,
    scope::ScopeSet,
    slug::Slug,
    subdomain::Subdomain,
    time::{Span, Timestamp},
    token::{from_the_future, latest_due},
};
pub use fast_path::fast_path;
use secrecy::SecretString;
use std::{net::IpAddr, time::Duration};
use tokio::time::Instant;

/// How long a reader waits for another task's refresh.
const PATIENCE: Duration = Duration::from_secs(12);
const LATE: TokenError = TokenError::Unavailable {
    retry_after: Span::seconds(5),
};
/// The pause before Gorgias is asked again, after it gave less life than requested.
const AGAIN_AFTER: Span = Span::minutes(1);
/// During this time a new token counts as having its full life. So a reader who
/// asks for exactly that life gets it, and two readers in a row don't both ask
/// Gorgias.
const AS_NEW: Span = Span::seconds(1);

/// A token with at least the requested life.
#[derive(Debug)]
pub struct ServedToken {
    /// The token.
    pub access_token: SecretString,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Its scopes.
    pub scope: ScopeSet,
    /// The scopes that the app requests now and the account did not grant.
    pub missing: ScopeSet,
    /// The health of the connection: a living token is served even if the health is bad.
    pub health: Health,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The actor sees no such connection.
    #[error("there is no such connection")]
    NotFound,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Gorgias refused our access, or it has expired.
    #[error("Gorgias refused our access; the customer has to approve the app again")]
    Disconnected,
    /// Gorgias refuses the app's credentials.
    #[error(
        "Gorgias refuses the app's own credentials; an operator has to check its client id and client secret"
    )]
    SetupFault,
    /// There never were tokens, or a person disconnected the account.
    #[error("the account is not connected; the customer has to approve the app")]
    NotConnected,
    /// Gorgias gives tokens a shorter life than requested.
    #[error("Gorgias gave the last token {} seconds of life; ask for at most that with min_ttl", available.whole_seconds())]
    LifeTooShort {
        /// The life that a token has.
        available: Span,
        /// When Gorgias may be asked for more again.
        retry_after: Span,
    },
    /// Gorgias gave no useful answer, and no stored token lives that long.
    #[error("Gorgias gave no token just now, and none with that much life is held")]
    Unavailable {
        /// How long to wait.
        retry_after: Span,
    },
    /// The API token asks too often.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The read can't be recorded, and a token is not given out without a record.
    #[error(
        "the audit can't be written just now, so no token is handed out; ask again, and have an operator look at the server's log"
    )]
    AuditUnavailable,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// An access token with at least `min_ttl` of life: the stored one, or a new one.
///
/// # Errors
/// [`TokenError`] says why there is no token with that much life.
pub async fn read(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
    min_ttl: Span,
) -> Result<ServedToken, TokenError> {
    actor.require(Permission::ReadTokens)?;
    let (connection, slug, token) = obtain(actor, app, subdomain, min_ttl).await?;
    audit::reads::note(actor, actor.who.id(), connection, || {
        let by = By::from(&actor.who);
        entry(by, actor.address, connection, &slug, subdomain)
    })
    .await
    .map_err(|_| TokenError::AuditUnavailable)?;
    Ok(token)
}

/// The entry of the audit for a read.
fn entry(
    by: By,
    address: Option<IpAddr>,
    connection: ConnectionId,
    app: impl ToString,
    subdomain: &Subdomain,
) -> Entry {
    let target = Target::account(Some(connection), app, subdomain);
    Entry::new(by, Action::TokenRead, target).at(address)
}

/// A token with the facts for its entry of the audit; they must stay together.
type Obtained = (ConnectionId, Slug, ServedToken);

async fn obtain(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
    min_ttl: Span,
) -> Result<Obtained, TokenError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (_, record, token) = look(actor, app, subdomain, min_ttl).await?;
        if let Some(token) = token {
            return Ok(token);
        }
        match Leader::join(actor, record.id) {
            Role::Leads(flight) => {
                let led = lead(actor, &record, min_ttl, deadline).await;
                if let Err(TokenError::Internal(fault)) = &led {
                    flight.fail(fault);
                }
                return led;
            }
            Role::Follows(flight) => match flight.outcome(deadline).await {
                Outcome::Over => (),
                Outcome::Failed(Failed::Database) => {
                    return Err(InternalError::DatabaseUnavailable.into());
                }
                Outcome::Failed(Failed::Inside) => return Err(InternalError::Awaited.into()),
                Outcome::Late => return Err(LATE),
            },
        }
    }
}

/// Makes the refresh that the readers of this process wait for.
async fn lead(
    actor: &Actor,
    record: &Record,
    min_ttl: Span,
    deadline: Instant,
) -> Result<Obtained, TokenError> {
    let (app, subdomain) = (record.app.to_string(), &record.subdomain);
    let look = || look(actor, &app, subdomain, min_ttl);
    let token = || async { Ok::<_, TokenError>(look().await?.2) };
    // Looks the first time, too: the previous leader may have stored a token a moment ago.
    let lease = match Lease::wait(actor.scope(), record.id, deadline, token).await? {
        Waited::Taken(lease) => lease,
        Waited::Found(token) => return Ok(token),
        Waited::Late => return Err(LATE),
    };
    refresh::attempt(actor.scope(), &lease, &event::Actor::Worker).await?;
    let (app, record, token) = look().await?;
    token.ok_or_else(|| unavailable(&app, &record, min_ttl, actor.now()))
}

/// The connection, and the token if Gorgias need not be asked for one.
async fn look(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
    min_ttl: Span,
) -> Result<(App, Record, Option<Obtained>), TokenError> {
    let tx = actor.read().await?;
    let found = crate::records::find::find_with_app(&tx, app, subdomain, &actor.apps).await?;
    drop(tx);
    let Some((app, Some(record))) = found else {
        return Err(TokenError::NotFound);
    };
    let token = token_or_reason(actor, &app, &record, min_ttl).await?;
    let token = token.map(|token| (record.id, app.slug.clone(), token));
    Ok((app, record, token))
}

/// Until when the token received at `received` lives; `None` if that is too
/// short or Gorgias answered 401 to it.
fn living(
    condition: &Condition,
    received: Option<Timestamp>,
    min_ttl: Span,
    now: Timestamp,
) -> Option<Timestamp> {
    // A clock that was ahead gave this time, so the end is unknown.
    if received.is_some_and(|at| from_the_future(at, now)) {
        return None;
    }
    let usable = match condition.standing {
        Standing::NotConnected(_) => false,
        Standing::Lost { cause, .. } => cause != LossCause::Unauthorized,
        Standing::Connected => true,
    };
    // For a new token its full life counts.
    let from = received.filter(|at| *at <= now && now.since(*at) < AS_NEW);
    let wanted = from.unwrap_or(now).plus(min_ttl);
    condition
        .access_expires_at
        .filter(|at| usable && *at > now && *at >= wanted)
}

/// The life that Gorgias gave the last token.
fn life_given(record: &Record) -> Option<Span> {
    Some(record.access_expires_at?.since(record.last_success_at?))
}

/// The answer if Gorgias need not be asked: the stored token, or why there is
/// none and asking now is useless.
async fn token_or_reason(
    actor: &Actor,
    app: &App,
    record: &Record,
    min_ttl: Span,
) -> Result<Option<ServedToken>, TokenError> {
    let now = actor.now();
    if let Some(token) = held(actor, app, record, min_ttl, now).await? {
        return Ok(Some(token));
    }
    if let Some(error) = hopeless(app, record) {
        return Err(error);
    }
    // Gorgias failed just now; asking again for each reader would flood it.
    let latest = latest_due(now, actor.config.check_interval);
    let failed = record.failures > 0 && record.due_at.is_some_and(|due| due > now && due <= latest);
    if failed || too_short(record, min_ttl, now).is_some() {
        return Err(unavailable(app, record, min_ttl, now));
    }
    Ok(None)
}

/// The stored token, if it may be served.
async fn held(
    actor: &Actor,
    app: &App,
    record: &Record,
    min_ttl: Span,
    now: Timestamp,
) -> Result<Option<ServedToken>, InternalError> {
    let condition = record.as_asked(app);
    let Some(expires_at) = living(&condition, record.last_success_at, min_ttl, now) else {
        return Ok(None);
    };
    let tx = actor.read().await?;
    let token = actor
        .vault()
        .open(&tx, Purpose::ConnectionAccessToken, record.id.0)
        .await?;
    Ok(token.map(|access_token| ServedToken {
        access_token,
        expires_at,
        scope: record.granted.clone(),
        missing: record.missing(&app.requested),
        health: Health::of(&condition, now),
    }))
}

/// Why asking Gorgias can't bring a token, if so.
fn hopeless(app: &App, record: &Record) -> Option<TokenError> {
    match record.standing {
        Standing::NotConnected(_) => Some(TokenError::NotConnected),
        Standing::Lost { .. } => Some(TokenError::Disconnected),
        Standing::Connected if !record.renewable => Some(TokenError::Disconnected),
        Standing::Connected if app.credentials.fault.is_some() => Some(TokenError::SetupFault),
        Standing::Connected => None,
    }
}

/// The error if Gorgias gave a shorter life than requested a moment ago: asking
/// again for each reader would flood it.
fn too_short(record: &Record, min_ttl: Span, now: Timestamp) -> Option<TokenError> {
    let renewed = record
        .last_success_at
        .filter(|at| now.since(*at) < AGAIN_AFTER && !from_the_future(*at, now))?;
    let available = life_given(record).filter(|given| record.failures == 0 && *given < min_ttl)?;
    let again = renewed.plus(AGAIN_AFTER).since(now);
    Some(TokenError::LifeTooShort {
        available,
        retry_after: again.max(Span::seconds(1)),
    })
}

fn unavailable(app: &App, record: &Record, min_ttl: Span, now: Timestamp) -> TokenError {
    if app.credentials.fault.is_some() {
        return TokenError::SetupFault;
    }
    if let Some(error) = too_short(record, min_ttl, now) {
        return error;
    }
    let wait = record.due_at.map_or(Span::seconds(5), |due| due.since(now));
    TokenError::Unavailable {
        retry_after: wait.max(Span::seconds(1)),
    }
}
