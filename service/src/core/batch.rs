//! Batches, for work with a high cost for the first job and a low one for each
//! more: a transaction, a sync, reading other files. Jobs that come while a
//! batch is under way wait for the next one, which does all of them together. A
//! job that comes alone is done at once.

use crate::core::error::InternalError;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

type Waiting<J, R> = Vec<(J, oneshot::Sender<R>)>;

/// Batches of one kind of work; those of different keys run concurrently.
pub(crate) struct Batcher<K, J, R> {
    /// For each key with a running batch, the jobs that wait for the next.
    waiting: Arc<Mutex<HashMap<K, Waiting<J, R>>>>,
    /// The most jobs of a batch.
    most: usize,
}

impl<K, J, R> Batcher<K, J, R>
where
    K: Copy + Eq + Hash + Send + 'static,
    J: Send + 'static,
    R: Send + 'static,
{
    /// Batches of at most `most` jobs.
    pub fn new(most: usize) -> Self {
        Self {
            waiting: Arc::default(),
            most,
        }
    }

    /// Adds a job to the next batch of its key, and waits for it; the batch
    /// continues if the caller is dropped. `work` gives a result for each job,
    /// in their order. The `work` of the caller that begins the batches is used
    /// for all jobs, so all callers must give the same.
    ///
    /// # Errors
    /// [`InternalError::Awaited`] if the batch panicked.
    pub async fn join<F>(
        &self,
        key: K,
        job: J,
        work: impl Fn(Vec<J>) -> F + Send + 'static,
    ) -> Result<R, InternalError>
    where
        F: Future<Output = Vec<R>> + Send + 'static,
    {
        let (done, result) = oneshot::channel();
        let first = {
            let mut waiting = lock(&self.waiting);
            let first = !waiting.contains_key(&key);
            waiting.entry(key).or_default().push((job, done));
            first
        };
        if first {
            let most = self.most;
            let mut batches = Batches {
                all: Arc::clone(&self.waiting),
                key,
                ended: false,
            };
            tokio::spawn(async move {
                while let Some(batch) = batches.next(most) {
                    let (jobs, done): (Vec<J>, Vec<_>) = batch.into_iter().unzip();
                    for (done, result) in done.into_iter().zip(work(jobs).await) {
                        // An error means that the caller was dropped.
                        let _ = done.send(result);
                    }
                }
            });
        }
        result.await.map_err(|_| InternalError::Awaited)
    }
}

fn lock<K, J, R>(
    waiting: &Mutex<HashMap<K, Waiting<J, R>>>,
) -> MutexGuard<'_, HashMap<K, Waiting<J, R>>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The batches of a key. If they are dropped before they end, as by a panic,
/// the waiting callers get an error, and the next caller begins again.
struct Batches<K: Copy + Eq + Hash, J, R> {
    all: Arc<Mutex<HashMap<K, Waiting<J, R>>>>,
    key: K,
    ended: bool,
}

impl<K: Copy + Eq + Hash, J, R> Batches<K, J, R> {
    /// The jobs of the next batch; `None` if no job waits, and then the batches end.
    fn next(&mut self, most: usize) -> Option<Waiting<J, R>> {
        let mut all = lock(&self.all);
        let waiting = all.get_mut(&self.key)?;
        if waiting.is_empty() {
            all.remove(&self.key);
            self.ended = true;
            return None;
        }
        let rest = waiting.split_off(most.min(waiting.len()));
        Some(std::mem::replace(waiting, rest))
    }
}

impl<K: Copy + Eq + Hash, J, R> Drop for Batches<K, J, R> {
    fn drop(&mut self) {
        if !self.ended {
            lock(&self.all).remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use tokio::sync::Semaphore;

    type Batched = Batcher<u8, u32, (u32, usize)>;

    /// Doubles a number, and gives the size of the batch; each batch waits for a permit.
    async fn double(
        batches: &Batched,
        key: u8,
        number: u32,
        permits: &Arc<Semaphore>,
    ) -> (u32, usize) {
        let permits = Arc::clone(permits);
        let work = move |jobs: Vec<u32>| {
            let permits = Arc::clone(&permits);
            async move {
                permits.acquire().await.unwrap().forget();
                let count = jobs.len();
                jobs.into_iter().map(|job| (2 * job, count)).collect()
            }
        };
        batches.join(key, number, work).await.unwrap()
    }

    #[tokio::test]
    async fn those_who_come_during_a_round_share_the_next() {
        let batches = Batched::new(4);
        let permits = Arc::new(Semaphore::new(0));
        let let_go = async {
            while lock(&batches.waiting).get(&0).map(Vec::len) != Some(6) {
                tokio::task::yield_now().await;
            }
            permits.add_permits(3);
        };
        let first = async {
            let others = join_all((1..7).map(|n| double(&batches, 0, n, &permits)));
            // The first job has a batch of its own before the others come.
            let (first, others) = tokio::join!(double(&batches, 0, 0, &permits), async {
                while lock(&batches.waiting).get(&0).is_none_or(|w| !w.is_empty()) {
                    tokio::task::yield_now().await;
                }
                others.await
            });
            (first, others)
        };
        let ((first, others), ()) = tokio::join!(first, let_go);
        assert_eq!(first, (0, 1));
        let expected = [(2, 4), (4, 4), (6, 4), (8, 4), (10, 2), (12, 2)];
        assert_eq!(others, expected);
        assert!(lock(&batches.waiting).is_empty(), "nothing is left of it");
    }

    #[tokio::test]
    async fn other_keys_do_not_wait() {
        let batches = Batched::new(4);
        let (held, free) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(1)));
        let blocked = double(&batches, 0, 1, &held);
        tokio::pin!(blocked);
        assert!(futures::poll!(&mut blocked).is_pending());
        assert_eq!(double(&batches, 1, 2, &free).await, (4, 1));
        held.add_permits(1);
        assert_eq!(blocked.await, (2, 1));
    }

    #[tokio::test]
    async fn a_round_goes_on_without_who_began_it() {
        let batches = Batched::new(4);
        let permits = Arc::new(Semaphore::new(0));
        {
            let given_up = double(&batches, 0, 1, &permits);
            tokio::pin!(given_up);
            assert!(futures::poll!(&mut given_up).is_pending());
        }
        permits.add_permits(2);
        // Done together with the job whose caller was dropped, or after it.
        assert_eq!(double(&batches, 0, 2, &permits).await.0, 4);
    }

    #[tokio::test]
    async fn after_a_round_that_panics_the_next_begins_anew() {
        let batches = Batcher::<u8, u32, u32>::new(4);
        let bad = batches.join(0, 1, |_| async { panic!("a test") });
        assert!(matches!(bad.await, Err(InternalError::Awaited)));
        assert_eq!(batches.join(0, 2, |jobs| async { jobs }).await.unwrap(), 2);
    }
}
