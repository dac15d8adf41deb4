//! A generation: connections that were made together, and are given up together.

use super::{
    errors,
    pool::{Limits, Server},
    silence::Silence,
};
use sea_orm::{ConnAcquireErr, DbErr};
use std::{
    pin::pin,
    sync::{Arc, OnceLock, Weak},
};
use tokio::{
    select,
    sync::Notify,
    task_local,
    time::{Instant, timeout},
};

/// All connections to a server since the previous ones were given up.
pub(super) struct Generation {
    server: Weak<Server>,
    silence: Silence,
}

/// A task that waits for a connection of a pool.
#[derive(Default)]
struct Waiting {
    /// When the connection that it got was made.
    made: OnceLock<Instant>,
    there: Notify,
}

task_local! {
    static WAITING: Arc<Waiting>;
}

/// A pool calls this when it gives a connection to the current task.
pub(super) fn is_there(made: Instant) {
    let _ = WAITING.try_with(|waiting| {
        let _ = waiting.made.set(made);
        waiting.there.notify_one();
    });
}

impl Generation {
    /// Begins the next generation.
    pub fn begin(server: Weak<Server>) -> Arc<Self> {
        Arc::new(Self {
            server,
            silence: Silence::begin(Instant::now()),
        })
    }

    /// Does work that needs a connection of a pool, and also gives when the
    /// connection was made. Waiting for the connection has the pool's own
    /// limit, since it says nothing about the server.
    pub async fn on_a_connection<T>(
        &self,
        limits: &Limits,
        work: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<(T, Instant), DbErr> {
        let waiting = Arc::new(Waiting::default());
        let mut work = pin!(WAITING.scope(Arc::clone(&waiting), work));
        let early = select! {
            biased;
            result = &mut work => Some(result),
            () = waiting.there.notified() => None,
        };
        let made = waiting.made.get().copied().unwrap_or_else(Instant::now);
        let done = match early {
            Some(result) => {
                if let Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) = &result {
                    self.is_late(limits, "it does not let us in");
                }
                result
            }
            None => self.answer(limits, made, work).await,
        };
        done.map(|done| (done, made))
    }

    /// Waits for the answer on a connection, within its limit, and records what
    /// this says about the server.
    pub async fn answer<T>(
        &self,
        limits: &Limits,
        made: Instant,
        work: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        self.silence.asks(Instant::now());
        let Ok(result) = timeout(limits.statement, work).await else {
            self.is_late(limits, "it does not answer");
            return Err(errors::no_answer());
        };
        match &result {
            Ok(_) => self.silence.hears(Instant::now(), made),
            Err(error) if errors::is_read_only(error) => self.give_up("it only reads"),
            Err(error) if errors::code(error).is_some() => {
                self.silence.hears(Instant::now(), made);
            }
            Err(_) => (),
        }
        result
    }

    /// Waits for the answer to a ping.
    pub async fn ping<E>(
        &self,
        limits: &Limits,
        made: Instant,
        ping: impl Future<Output = Result<(), E>>,
    ) -> Option<Result<(), E>> {
        self.silence.asks(Instant::now());
        let Ok(answer) = timeout(limits.ping, ping).await else {
            self.is_late(limits, "it does not answer");
            return None;
        };
        if answer.is_ok() {
            self.silence.hears(Instant::now(), made);
        }
        Some(answer)
    }

    /// Something took too long. The server is given up only if no connection
    /// got an answer for longer than any statement may take: until then it may
    /// be busy.
    fn is_late(&self, limits: &Limits, why: &str) {
        if self.silence.lasts(Instant::now()) > limits.at_server {
            self.give_up(why);
        }
    }

    /// Gives up all connections of the generation.
    pub fn give_up(&self, why: &str) {
        if let Some(server) = self.server.upgrade() {
            server.give_up(self, why);
        }
    }
}
