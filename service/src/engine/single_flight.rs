//! Waiting for somebody else's refresh without troubling the database.
//!
//! Of the readers in this process that need the same refresh, one leads: it
//! takes the lease, or waits for whoever holds it. The others wait for the one.

use crate::core::{
    error::InternalError,
    live::Change,
    services::{Inner, ProcessState, Services},
};
use domain::ids::ConnectionId;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{
        broadcast::{Receiver, error::RecvError},
        watch,
    },
    time::{Instant, timeout, timeout_at},
};

/// How often whoever waits for news looks without any: a holder that dies, or
/// changes nothing, tells nobody.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The connections that somebody in this process sees to. For each, how that
/// failed, if it did.
#[derive(Default)]
pub struct SingleFlight(Mutex<HashMap<ConnectionId, watch::Receiver<Option<Failed>>>>);

/// What failed in a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The database isn't available.
    Database,
    /// Something else.
    Inside,
}

impl ProcessState for SingleFlight {
    fn begin(_: &Inner) -> Self {
        Self::default()
    }
}

impl SingleFlight {
    fn all(&self) -> MutexGuard<'_, HashMap<ConnectionId, watch::Receiver<Option<Failed>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader's part in a refresh.
pub(crate) enum Role {
    /// It sees to the refresh.
    Leads(Leader),
    /// It waits for who does.
    Follows(Follower),
}

/// Leading; ends, and wakes who follows, when it is dropped: also with a
/// request that is given up. One of those that follow leads on then.
pub(crate) struct Leader {
    services: Services,
    connection: ConnectionId,
    failed: watch::Sender<Option<Failed>>,
}

/// Following.
pub(crate) struct Follower(watch::Receiver<Option<Failed>>);

/// How a refresh ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is something to look at.
    Over,
    /// Something inside failed; each trying it once more would be a storm.
    Failed(Failed),
    /// It goes on, but it took too long.
    Late,
}

impl Leader {
    /// Leads, if nobody does yet.
    pub fn join(services: &Services, connection: ConnectionId) -> Role {
        let mut all = services.state::<SingleFlight>().all();
        if let Some(refresh) = all.get(&connection) {
            return Role::Follows(Follower(refresh.clone()));
        }
        let (failed, refresh) = watch::channel(None);
        all.insert(connection, refresh);
        Role::Leads(Self {
            services: services.clone(),
            connection,
            failed,
        })
    }

    /// Tells those that follow not to try themselves.
    pub fn fail(&self, fault: &InternalError) {
        let failed = if fault.database_unavailable() {
            Failed::Database
        } else {
            Failed::Inside
        };
        self.failed.send_replace(Some(failed));
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        // Before the sender goes: who wakes finds nobody who leads.
        self.services
            .state::<SingleFlight>()
            .all()
            .remove(&self.connection);
    }
}

impl Follower {
    /// Waits for the end of the refresh.
    pub async fn outcome(mut self, deadline: Instant) -> Outcome {
        // An error means that whoever led is gone, and with it the refresh.
        let ended = async { while self.0.borrow().is_none() && self.0.changed().await.is_ok() {} };
        if timeout_at(deadline, ended).await.is_err() {
            Outcome::Late
        } else {
            match *self.0.borrow() {
                Some(failed) => Outcome::Failed(failed),
                None => Outcome::Over,
            }
        }
    }
}

/// Waiting for whoever holds a lease: in another task or process.
pub(crate) struct Waiting {
    changes: Receiver<Change>,
    connection: ConnectionId,
    deadline: Instant,
}

impl Waiting {
    /// To be begun before the look that nothing comes of, so that no news fall
    /// in between.
    pub fn new(services: &Services, connection: ConnectionId, deadline: Instant) -> Self {
        Self {
            changes: services.live.listen(),
            connection,
            deadline,
        }
    }

    /// Waits until it is worth looking again; `false` if it took too long.
    /// Changes of other processes are heard on PostgreSQL as they are committed.
    pub async fn news(&mut self) -> bool {
        let heard = async {
            loop {
                match self.changes.recv().await {
                    Ok(change) if change.connection == self.connection => return,
                    Ok(_) => (),
                    // It may have been among those that were missed.
                    Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        timeout_at(self.deadline, timeout(LOOK_AGAIN, heard))
            .await
            .is_ok()
    }
}
