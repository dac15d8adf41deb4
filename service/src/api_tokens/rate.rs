//! How often API tokens ask, counted in each process: with several, a token may make
//! as many requests at each (ADR 32).

use crate::{
    core::{
        error::InternalError,
        services::{Inner, ProcessState, Services},
    },
    tenancy::Actor,
};
use domain::{
    ids::ApiTokenId,
    request_rate::{Allowance, RequestCount, RequestRate},
    time::Timestamp,
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

/// The most tokens whose requests a process counts.
const HELD: usize = 50_000;

/// The requests of each token. One that hasn't asked for some seconds needs no count.
#[derive(Default)]
pub struct RequestCounts(Mutex<HashMap<ApiTokenId, Counted>>);

struct Counted {
    rate: RequestRate,
    count: RequestCount,
}

impl ProcessState for RequestCounts {
    fn begin(_: &Inner) -> Self {
        Self::default()
    }
}

impl RequestCounts {
    fn counts(&self) -> MutexGuard<'_, HashMap<ApiTokenId, Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, token: ApiTokenId, rate: RequestRate, now: Timestamp) -> Allowance {
        let counts = &mut self.counts();
        if !counts.contains_key(&token) {
            make_room(counts, HELD, now);
        }
        let count = RequestCount::new(rate, now);
        let counted = counts.entry(token).or_insert(Counted { rate, count });
        counted.rate = rate;
        counted.count.count(rate, now)
    }
}

/// Removes the counts that say nothing, if there are too many. If all say something,
/// more tokens ask at once than a process answers, and all are counted anew.
fn make_room(counts: &mut HashMap<ApiTokenId, Counted>, most: usize, now: Timestamp) {
    if counts.len() < most {
        return;
    }
    counts.retain(|_, counted| !counted.count.is_over(counted.rate, now));
    // Not looked through again for each of the next ones.
    if counts.len() > most / 2 {
        counts.clear();
    }
}

/// The rate in a token's row.
pub(super) fn of(
    token: ApiTokenId,
    per_second: Option<i32>,
    burst: Option<i32>,
) -> Result<RequestRate, InternalError> {
    let bad = || InternalError::inconsistent("api_tokens", "rate_per_second", token);
    match (per_second, burst) {
        (None, None) => Ok(RequestRate::USUAL),
        (Some(per_second), Some(burst)) => {
            let number = |number: i32| u32::try_from(number).map_err(|_| bad());
            RequestRate::new(number(per_second)?, number(burst)?).map_err(|_| bad())
        }
        _ => Err(bad()),
    }
}

/// A request with an API token: its address, and its count. The token of a request may
/// be recognized twice, and counts once.
#[derive(Clone, Default)]
pub struct ApiRequest {
    /// The address that it comes from; only tests have none.
    pub address: Option<IpAddr>,
    allowance: Arc<OnceLock<Allowance>>,
    actor: Arc<OnceLock<Actor>>,
}

impl ApiRequest {
    /// A request from this address.
    pub fn from(address: Option<IpAddr>) -> Self {
        Self {
            address,
            ..Self::default()
        }
    }

    /// What its token is told, once it is recognized.
    pub fn allowance(&self) -> Option<Allowance> {
        self.allowance.get().copied()
    }

    /// Whose token it is, unless the short way answered.
    pub fn actor(&self) -> Option<&Actor> {
        self.actor.get()
    }

    pub(super) fn is_of(&self, actor: &Actor) {
        self.actor.get_or_init(|| actor.clone());
    }

    pub(super) fn count(
        &self,
        services: &Services,
        token: ApiTokenId,
        rate: RequestRate,
    ) -> Allowance {
        let counts = services.state::<RequestCounts>();
        *self
            .allowance
            .get_or_init(|| counts.count(token, rate, services.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Span;
    use uuid::Uuid;

    fn token(number: u128) -> ApiTokenId {
        ApiTokenId(Uuid::from_u128(number))
    }

    #[test]
    fn s62_what_is_counted_has_bounds() {
        let (rate, now) = (RequestRate::USUAL, Timestamp(1_000_000_000));
        let used = |at| {
            let mut count = RequestCount::new(rate, at);
            count.count(rate, at);
            Counted { rate, count }
        };
        let old = now.minus(Span::seconds(10));
        let mut counts: HashMap<_, _> = (0..60).map(|n| (token(n), used(old))).collect();
        counts.extend((60..100).map(|n| (token(n), used(now))));
        make_room(&mut counts, 101, now);
        assert_eq!(counts.len(), 100, "there is room");
        make_room(&mut counts, 100, now);
        assert_eq!(counts.len(), 40, "those that just asked stay");
        counts.extend((0..60).map(|n| (token(n), used(now))));
        make_room(&mut counts, 100, now);
        assert!(counts.is_empty());
    }
}
