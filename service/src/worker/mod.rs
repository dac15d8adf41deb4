//! The background work: every connection is proven within the check interval.

use crate::{
    audit,
    core::{database::Transaction, error::InternalError, expiry, queries, services::Services},
    encryption::VaultError,
    engine::{
        due::{self, Left},
        lease::Lease,
        load, rate_limit,
        refresh::{self, Verdict},
        replay,
    },
    entity::{connection, heartbeat, session},
    keys::rotate,
    people::form_results,
    tenancy::TenantScope,
};
use domain::{
    event::Actor,
    ids::ConnectionId,
    time::{Span, Timestamp},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// How many attempts are under way at once, at least and at most: enough for
/// the rate if each takes as long as a request may, but no more than a process
/// has sockets for. Between their writes, they hold no connection of the database.
const AT_ONCE: std::ops::RangeInclusive<u32> = 64..=512;
/// So long an attempt may take, with the wait for its slot.
const LONGEST_ATTEMPT: u32 = 11;
/// After so many attempts it is looked at anew whether too many were 429s.
const WINDOW: usize = 64;
/// How often it is looked what is due, unless there is more than could be taken.
const PERIOD: Duration = Duration::from_secs(1);
/// Where room was short: how long attempts that end are gathered before more
/// begin, unless there is room for this part of them before.
const GATHER: Duration = Duration::from_millis(25);
const PART: usize = 16;
/// How long the result of an authorization can be looked at.
const RESULT_LIFE: Span = Span::days(1);
/// How long a connection that can't be checked is put off, and how long if it
/// is the database that wasn't available: that passes.
const LATER: Span = Span::minutes(5);
const SOON: Span = Span::seconds(5);
/// How often the heart beats.
const BEAT: Span = Span::seconds(15);

/// Works until told to stop, then finishes what it holds.
pub async fn run(services: Services, stop: CancellationToken) {
    tokio::join!(
        sweep(&services, &stop),
        rotate::run(&services, &stop),
        audit::keep_cut(&services, &stop),
        audit::keep_noted(&services, &stop)
    );
}

async fn sweep(services: &Services, stop: &CancellationToken) {
    let mut last_beat = None;
    replay_journal(services).await;
    let mut sweep = Sweep::new(services);
    while !stop.is_cancelled() {
        let now = services.now();
        // Not only later: a clock that was put back must not stop the heart.
        if last_beat.is_none_or(|at| !(Span(0)..BEAT).contains(&now.since(at))) {
            last_beat = Some(now);
            if let Err(error) = tidy(services).await {
                tracing::error!(error = %error, "The worker could not tidy up");
            }
        }
        // Attempts go on beside each other: a slow account holds up nobody else.
        let left = match sweep.begin().await {
            Ok((_, left)) => left,
            Err(error) => {
                tracing::error!(error = %error, "The worker could not look for due connections");
                Left::Nothing
            }
        };
        let wait = async {
            match left {
                Left::Nothing => tokio::time::sleep(PERIOD).await,
                Left::Paced => tokio::time::sleep(rate_limit::HALF_GONE).await,
                Left::Crowded => sweep.room().await,
            }
        };
        if stop.run_until_cancelled(wait).await.is_none() {
            break;
        }
    }
    sweep.finish().await;
}

/// Attempts what is due, as far as the common rate allows, waits for all of
/// it, and says how many that was.
///
/// # Errors
/// [`InternalError`] if the database can't say what is due. One connection's fault is
/// logged and does not keep the others from their turn.
pub async fn tick(services: &Services) -> Result<usize, InternalError> {
    replay_journal(services).await;
    let mut sweep = Sweep::new(services);
    let (count, _) = sweep.begin().await?;
    sweep.finish().await;
    Ok(count)
}

/// What a dead process left behind is newer than what the sweep would ask with.
/// What the next one leaves is looked after (`engine::replay`) long
/// before its leases run out.
async fn replay_journal(services: &Services) {
    if let Err(error) = replay::replay(services).await {
        tracing::debug!(%error, "Answers wait in the journal");
    }
}

/// How many attempts may be under way at this rate.
fn at_once(rate: u32) -> usize {
    let enough = rate.saturating_mul(LONGEST_ATTEMPT);
    enough.clamp(*AT_ONCE.start(), *AT_ONCE.end()) as usize
}

/// Attempts under way.
struct Sweep {
    services: Services,
    /// Each tells whether Gorgias asked to slow down.
    running: JoinSet<bool>,
    done: usize,
    limited: usize,
}

impl Sweep {
    fn new(services: &Services) -> Self {
        Self {
            services: services.clone(),
            running: JoinSet::new(),
            done: 0,
            limited: 0,
        }
    }

    /// Begins what is due, as many as have room, and says how many that is and
    /// why there may be more. A lease is taken only when its attempt can begin
    /// soon, or it could run out first.
    async fn begin(&mut self) -> Result<(usize, Left), InternalError> {
        while let Some(ended) = self.running.try_join_next() {
            self.count(ended);
        }
        self.slow_down().await?;
        let room = at_once(self.services.config.refresh_rate).saturating_sub(self.running.len());
        if room == 0 {
            return Ok((0, Left::Crowded));
        }
        let taken = due::take(&self.services, room).await?;
        let count = taken.leases.len();
        for (lease, slot) in taken.leases {
            let services = self.services.clone();
            self.running.spawn(async move {
                tokio::time::sleep_until(slot).await;
                attempt(services, lease).await
            });
        }
        Ok((count, taken.left))
    }

    /// Waits until some of what is under way has ended, but not for ever.
    async fn room(&mut self) {
        match tokio::time::timeout(PERIOD, self.running.join_next()).await {
            Ok(Some(ended)) => {
                self.count(ended);
                let enough = at_once(self.services.config.refresh_rate) / PART;
                let gather = async {
                    for _ in 1..enough {
                        let Some(ended) = self.running.join_next().await else {
                            return;
                        };
                        self.count(ended);
                    }
                };
                let _ = tokio::time::timeout(GATHER, gather).await;
            }
            Ok(None) => tokio::time::sleep(PERIOD).await,
            Err(_) => (),
        }
    }

    /// Waits for what is under way.
    async fn finish(&mut self) {
        while let Some(ended) = self.running.join_next().await {
            self.count(ended);
        }
        if let Err(error) = self.slow_down().await {
            tracing::error!(error = %error, "The worker could not slow down");
        }
    }

    fn count(&mut self, ended: Result<bool, JoinError>) {
        match ended {
            Ok(limited) => {
                self.done += 1;
                self.limited += usize::from(limited);
            }
            Err(error) => tracing::error!(error = %error, "An attempt ended badly"),
        }
    }

    async fn slow_down(&mut self) -> Result<(), InternalError> {
        let (limited, done) = (self.limited, self.done);
        if rate_limit::too_many(limited, done) {
            rate_limit::slow_down(&self.services).await?;
        }
        if done >= WINDOW || rate_limit::too_many(limited, done) {
            (self.limited, self.done) = (0, 0);
        }
        Ok(())
    }
}

/// One attempt; tells whether Gorgias asked to slow down.
async fn attempt(services: Services, lease: Lease) -> bool {
    let scope = TenantScope::new(&services, lease.tenant);
    match refresh::attempt(&scope, &lease, &Actor::Worker).await {
        Ok(Verdict::JournalFull) => {
            // Logged already.
            postpone(&scope, lease.connection, LATER).await;
            false
        }
        Ok(verdict) => matches!(verdict, Verdict::Unavailable { limited: true, .. }),
        Err(error) => {
            tracing::error!(error = %error, connection.id = %lease.connection, "A connection could not be checked");
            set_aside(&scope, &error).await;
            let pause = if error.database_unavailable() {
                SOON
            } else {
                LATER
            };
            postpone(&scope, lease.connection, pause).await;
            false
        }
    }
}

/// Lists a secret that can't be read, for whoever looks after the keys.
async fn set_aside(scope: &TenantScope, error: &InternalError) {
    if let InternalError::Vault(VaultError::Unreadable { owner, purpose }) = error
        && let Err(error) = scope.vault().set_aside(scope, *owner, *purpose).await
    {
        tracing::error!(error = %error, "An unreadable secret could not be set aside");
    }
}

/// Keeps a connection that can't be checked from taking every turn.
async fn postpone(scope: &TenantScope, connection: ConnectionId, pause: Span) {
    let later = scope.now().plus(pause);
    let done = async {
        let tx = scope.write().await?;
        tx.update::<connection::Entity>()
            .filter(connection::Column::Id.eq(connection))
            .filter(connection::Column::DueAt.lt(later))
            .col_expr(connection::Column::DueAt, Expr::value(later))
            .col_expr(
                connection::Column::QueuedExpiry,
                Expr::value(Option::<i64>::None),
            )
            .exec(&*tx)
            .await?;
        tx.commit().await
    };
    if let Err(error) = done.await {
        tracing::error!(error = %error, connection.id = %connection, "A connection could not be postponed");
    }
}

/// Beats the heart, removes what nobody needs any more, and now and then counts
/// how many connections there are to check.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn tidy(services: &Services) -> Result<(), InternalError> {
    let sight = expiry::beat(services).await?;
    let now = services.now();
    let tx = services.db.begin_write().await?;
    heartbeat::Entity::insert(heartbeat::ActiveModel {
        name: Set("worker".into()),
        at: Set(now),
    })
    .on_conflict(
        OnConflict::column(heartbeat::Column::Name)
            .update_column(heartbeat::Column::At)
            .to_owned(),
    )
    .exec_without_returning(&tx)
    .await?;
    // For minutes only, which pass on any clock.
    form_results::sweep(&tx, sight.now).await?;
    if sight.doubt.is_none() {
        remove_old(services, &tx, sight.now).await?;
    }
    tx.commit().await?;
    load::keep_known(services).await
}

/// Removes what nobody needs any more.
async fn remove_old(
    services: &Services,
    tx: &Transaction,
    now: Timestamp,
) -> Result<(), InternalError> {
    let expired_before = now.minus(RESULT_LIFE).0;
    let sweep = queries::SWEEP_AUTHORIZATIONS.with(&services.db, [expired_before.into()]);
    tx.execute_raw(sweep).await?;
    forget_previous_secrets(services, tx, now).await?;
    session::Entity::delete_many()
        .filter(session::Column::ExpiresAt.lt(now))
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes the client secrets that nobody can go back to any more.
async fn forget_previous_secrets(
    services: &Services,
    tx: &Transaction,
    now: Timestamp,
) -> Result<(), InternalError> {
    for statement in queries::FORGET_PREVIOUS_SECRETS.with(&services.db, [now.into()]) {
        tx.execute_raw(statement).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::at_once;

    #[test]
    fn there_is_room_for_the_rate_but_not_without_bounds() {
        assert_eq!(at_once(1), 64);
        assert_eq!(at_once(20), 220, "each may take as long as a request may");
        assert_eq!(at_once(200), 512);
        assert_eq!(at_once(u32::MAX), 512);
    }
}
