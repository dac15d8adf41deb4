//! The worker: it proves every connection within the check interval.

use crate::{
    accounts,
    apps::rejudge,
    audit, campaigns,
    connections::events,
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
    jobs,
    keys::rotate,
    mail,
    people::{factors, form_results, guessing, known_browsers, passkeys, resets},
    records::{health_days, kept_counts},
    sso,
    tenancy::TenantScope,
    tenants::deletion,
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

/// How many attempts run at once, at least and at most: enough for the rate if
/// each takes as long as a request may, but not more than a process has sockets
/// for. Between their writes, they hold no connection to the database.
const AT_ONCE: std::ops::RangeInclusive<u32> = 64..=512;
/// The longest time of an attempt in seconds, with the wait for its slot.
const LONGEST_ATTEMPT: u32 = 11;
/// After this many attempts, the worker checks again whether too many were 429s.
const WINDOW: usize = 64;
/// How often the worker looks for due connections, unless more were due than it could take.
const PERIOD: Duration = Duration::from_secs(1);
/// When all places were taken: how long to collect ended attempts before more
/// begin, unless `PART` places are free before.
const GATHER: Duration = Duration::from_millis(25);
const PART: usize = 16;
/// How long the result of an authorization can be read.
const RESULT_LIFE: Span = Span::days(1);
/// How long a connection that can't be checked is delayed, and how long if only
/// the database wasn't available, which is usually short.
const LATER: Span = Span::minutes(5);
const SOON: Span = Span::seconds(5);
/// How long one is delayed that has nothing to check.
const RESTING: Span = Span::hours(1);
/// How often the heartbeat is written.
const BEAT: Span = Span::seconds(15);

/// Works until told to stop, then finishes the running attempts.
pub async fn run(services: Services, stop: CancellationToken) {
    tokio::join!(
        sweep(&services, &stop),
        rotate::run(&services, &stop),
        jobs::run(&services, &stop),
        rejudge::run(&services, &stop),
        audit::keep_cut(&services, &stop),
        events::keep_cut(&services, &stop),
        deletion::keep_erased(&services, &stop),
        audit::keep_noted(&services, &stop),
        mail::run(&services, &stop),
        campaigns::run(&services, &stop)
    );
}

async fn sweep(services: &Services, stop: &CancellationToken) {
    let mut last_beat = None;
    replay_journal(services).await;
    let mut sweep = Sweep::new(services);
    while !stop.is_cancelled() {
        let now = services.now();
        // Not only when it is later: a clock that was put back must not stop the heartbeat.
        if last_beat.is_none_or(|at| !(Span(0)..BEAT).contains(&now.since(at))) {
            last_beat = Some(now);
            if let Err(error) = tidy(services).await {
                tracing::error!(error = %error, "The worker could not tidy up");
            }
        }
        // Attempts run concurrently: a slow account delays no other.
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

/// Makes the due attempts that the shared rate allows, waits for all of them,
/// and gives their number.
///
/// # Errors
/// [`InternalError`] if the database can't list the due connections. An error
/// of one connection is logged and does not stop the others.
pub async fn tick(services: &Services) -> Result<usize, InternalError> {
    replay_journal(services).await;
    let mut sweep = Sweep::new(services);
    let (count, _) = sweep.begin().await?;
    sweep.finish().await;
    Ok(count)
}

/// Stores the answers of dead processes first: they are newer than the tokens
/// that the sweep would use. The journal of a process that dies later is stored
/// (`engine::replay`) long before its leases end.
async fn replay_journal(services: &Services) {
    if let Err(error) = replay::replay(services).await {
        tracing::debug!(%error, "Answers wait in the journal");
    }
}

/// How many attempts may run at once at this rate.
fn at_once(rate: u32) -> usize {
    let enough = rate.saturating_mul(LONGEST_ATTEMPT);
    enough.clamp(*AT_ONCE.start(), *AT_ONCE.end()) as usize
}

/// The running attempts.
struct Sweep {
    services: Services,
    /// Each gives whether Gorgias asked to slow down.
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

    /// Begins due attempts, as many as there are free places. Gives how many,
    /// and why more may be due. A lease is taken only when its attempt can
    /// begin soon, since it could end before otherwise.
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

    /// Waits until some of the running attempts have ended, for a limited time.
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

    /// Waits for all running attempts.
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

/// Makes one attempt; gives whether Gorgias asked to slow down.
async fn attempt(services: Services, lease: Lease) -> bool {
    let scope = TenantScope::new(&services, lease.tenant);
    match refresh::attempt(&scope, &lease, &Actor::Worker).await {
        Ok(Verdict::JournalFull) => {
            // The error is logged already.
            postpone(&scope, lease.connection, LATER).await;
            false
        }
        Ok(Verdict::NotConnected) => {
            // It would take a slot of the rate at each look: its tenant is deleted.
            postpone(&scope, lease.connection, RESTING).await;
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

/// Marks an unreadable secret, so that it is listed for the operators.
async fn set_aside(scope: &TenantScope, error: &InternalError) {
    if let InternalError::Vault(VaultError::Unreadable { owner, purpose }) = error
        && let Err(error) = scope.vault().set_aside(scope, *owner, *purpose).await
    {
        tracing::error!(error = %error, "An unreadable secret could not be set aside");
    }
}

/// Delays a connection that can't be checked, so that it doesn't take a slot every time.
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

/// Writes the heartbeat, removes old rows, ends snoozes, and from time to time counts the
/// connections to check.
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
    // These live only for minutes, which pass on any clock.
    form_results::sweep(&tx, sight.now).await?;
    if sight.doubt.is_none() {
        remove_old(services, &tx, sight.now).await?;
    }
    tx.commit().await?;
    accounts::end_due_snoozes(services).await?;
    kept_counts::fold(services).await?;
    // A clock that jumped makes no day old.
    let certain = sight.doubt.is_none().then_some(sight.now);
    health_days::fold(services, certain).await?;
    accounts::search::merge(services).await?;
    load::keep_known(services).await
}

/// Removes rows that are not needed any more.
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
    mail::sweep(services, tx, now).await?;
    jobs::sweep(services, tx, now).await?;
    guessing::sweep(tx, now).await?;
    resets::sweep(tx, now).await?;
    factors::sweep(tx, now).await?;
    known_browsers::sweep(tx, now).await?;
    passkeys::sweep(tx, now).await?;
    sso::sweep(tx, now).await
}

/// Removes the previous client secrets that can't be put back any more.
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
