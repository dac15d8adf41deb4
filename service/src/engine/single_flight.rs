//! Waits for another task's refresh without queries.
//!
//! Of the readers in this process that need the same refresh, one leads: it
//! takes the lease, or waits for its holder. The others wait for the leader.

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

/// How often a waiting task looks without news: a holder that dies, or changes
/// nothing, sends none.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The connections with a leader in this process. For each, how its refresh
/// failed, if it did.
#[derive(Default)]
pub struct SingleFlight(Mutex<HashMap<ConnectionId, watch::Receiver<Option<Failed>>>>);

/// The kind of failure of a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The database isn't available.
    Database,
    /// Another error.
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
    /// It makes the refresh.
    Leads(Leader),
    /// It waits for the leader.
    Follows(Follower),
}

/// The leader. When it is dropped, also because its request was cancelled, the
/// lead ends and the followers wake. One of them leads then.
pub(crate) struct Leader {
    services: Services,
    connection: ConnectionId,
    failed: watch::Sender<Option<Failed>>,
}

/// A follower.
pub(crate) struct Follower(watch::Receiver<Option<Failed>>);

/// How a refresh ended for a follower.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It ended; the follower looks at the result.
    Over,
    /// An internal error; if each follower tried again, that would flood the database.
    Failed(Failed),
    /// It is still under way, but took too long.
    Late,
}

impl Leader {
    /// Becomes the leader, if there is none yet.
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

    /// Tells the followers not to try themselves.
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
        // Before the sender is dropped, so that a woken follower finds no leader.
        self.services
            .state::<SingleFlight>()
            .all()
            .remove(&self.connection);
    }
}

impl Follower {
    /// Waits for the end of the refresh.
    pub async fn outcome(mut self, deadline: Instant) -> Outcome {
        // An error means that the leader is gone, and its refresh ended.
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

/// Waits for the holder of a lease in another task or process.
pub(crate) struct Waiting {
    changes: Receiver<Change>,
    connection: ConnectionId,
    deadline: Instant,
}

impl Waiting {
    /// Begin this before the look, so that no news is missed after it.
    pub fn new(services: &Services, connection: ConnectionId, deadline: Instant) -> Self {
        Self {
            changes: services.live.listen(),
            connection,
            deadline,
        }
    }

    /// Waits until it is worth looking again; `false` if it took too long. On
    /// PostgreSQL, changes of other processes arrive when they are committed.
    pub async fn news(&mut self) -> bool {
        let heard = async {
            loop {
                match self.changes.recv().await {
                    Ok(change) if change.connection == self.connection => return,
                    Ok(_) => (),
                    // The news may have been among the missed ones.
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
