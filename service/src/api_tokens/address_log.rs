//! What a process knows about the addresses that API tokens are used from.

use super::addresses::is_lately;
use crate::core::network::Network;
use crate::core::services::{Inner, ProcessState};
use domain::{
    ids::{ApiTokenId, TenantId},
    time::Timestamp,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::OwnedMutexGuard;

/// The most uses that a process holds in memory. If it is full, the tenth that
/// was used longest ago is removed.
const HELD: usize = 50_000;

pub(super) type Key = (TenantId, ApiTokenId, Network);

/// When a token was last used from an address.
#[derive(Clone, Copy)]
pub(super) struct Use {
    pub stored: Timestamp,
    pub last: Timestamp,
}

/// What a process knows about the addresses that tokens are used from.
#[derive(Default)]
pub struct AddressLog {
    state: Mutex<State>,
    /// Of many concurrent first uses of a token, one asks the database. Each
    /// token has a queue of its own, so that no token waits for another's
    /// transaction.
    looking: Mutex<HashMap<ApiTokenId, Queue>>,
}

type Queue = Arc<tokio::sync::Mutex<()>>;

#[derive(Default)]
pub(super) struct State {
    pub uses: HashMap<Key, Use>,
    /// In which minute a refusal was last recorded.
    pub refused: HashMap<ApiTokenId, i64>,
}

impl ProcessState for AddressLog {
    fn begin(_: &Inner) -> Self {
        Self::default()
    }
}

impl AddressLog {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks a use; gives whether the token is known to be used from there lately.
    pub(super) fn mark(&self, key: &Key, now: Timestamp) -> bool {
        match self.state().uses.get_mut(key) {
            Some(one) if is_lately(one.last, now) => {
                one.last = one.last.max(now);
                true
            }
            _ => false,
        }
    }

    pub(super) fn learn(&self, key: Key, stored: Timestamp, now: Timestamp) {
        let uses = &mut self.state().uses;
        make_room(uses, HELD);
        let last = stored.max(now);
        uses.insert(key, Use { stored, last });
    }

    /// Waits until this task may check whether a use of the token is new.
    pub(super) async fn turn(&self, id: ApiTokenId) -> Turn<'_> {
        let queue = Arc::clone(self.looking().entry(id).or_default());
        Turn {
            log: self,
            id,
            _held: queue.lock_owned().await,
        }
    }

    fn looking(&self) -> MutexGuard<'_, HashMap<ApiTokenId, Queue>> {
        self.looking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to check; the last one of a queue removes the queue.
pub(super) struct Turn<'a> {
    log: &'a AddressLog,
    id: ApiTokenId,
    _held: OwnedMutexGuard<()>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut looking = self.log.looking();
        // One reference is the map's, one is ours.
        if looking
            .get(&self.id)
            .is_some_and(|queue| Arc::strong_count(queue) <= 2)
        {
            looking.remove(&self.id);
        }
    }
}

/// Removes the uses that are longest ago, if the map is full. If such a use
/// comes again, it costs one query.
fn make_room(uses: &mut HashMap<Key, Use>, most: usize) {
    if uses.len() < most {
        return;
    }
    let mut times: Vec<_> = uses.values().map(|one| one.last).collect();
    let mut going = (most / 10).max(1).min(times.len());
    let (_, latest, _) = times.select_nth_unstable(going - 1);
    let latest = *latest;
    uses.retain(|_, one| {
        let goes = going > 0 && one.last <= latest;
        going -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, net::IpAddr};
    use uuid::Uuid;

    fn token(number: u128) -> ApiTokenId {
        ApiTokenId(Uuid::from_u128(number))
    }

    #[test]
    fn s79_what_was_used_longest_ago_makes_room_for_more() {
        let key = |number: u8| {
            let address = IpAddr::from([192, 0, 2, number]);
            (TenantId(Uuid::nil()), token(1), Network::from(address))
        };
        let mut uses = HashMap::new();
        for number in 0..50 {
            let at = Timestamp(number.into());
            let one = Use {
                stored: at,
                last: at,
            };
            uses.insert(key(number), one);
        }
        make_room(&mut uses, 51);
        assert_eq!(uses.len(), 50, "there is room");
        make_room(&mut uses, 50);
        let left: BTreeSet<i64> = uses.values().map(|one| one.last.0).collect();
        assert_eq!(left, (5..50).collect());
        // Also if all uses have the same time, no more than the limit are kept.
        for one in uses.values_mut() {
            one.last = Timestamp(7);
        }
        make_room(&mut uses, 45);
        assert_eq!(uses.len(), 41);
    }

    #[tokio::test]
    async fn s79_a_token_waits_for_no_other_ones_look() {
        let log = AddressLog::default();
        let first = log.turn(token(1)).await;
        let mut other = Box::pin(log.turn(token(2)));
        assert!(futures::poll!(other.as_mut()).is_ready());
        let mut second = Box::pin(log.turn(token(1)));
        assert!(futures::poll!(second.as_mut()).is_pending());
        drop(first);
        assert!(futures::poll!(second.as_mut()).is_ready());
        assert!(log.looking().is_empty(), "no queue is left behind");
    }
}
