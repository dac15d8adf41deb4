//! Places for exchanges with providers, so that a slow provider holds up the
//! sign-ins of its own tenant alone, and one network takes only some of them.

use super::refusal::Refusal;
use crate::core::{
    network::Network,
    services::{Inner, ProcessState, Services},
};
use domain::ids::TenantId;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// How many exchanges of a tenant may run at once in this process.
const OF_TENANT: usize = 8;
/// How many of those may come from one network.
const FROM_NETWORK: usize = 4;
/// How many may run in all.
const IN_ALL: usize = 64;

type Taken = HashMap<(TenantId, Option<Network>), usize>;

/// The places that are taken.
#[derive(Default)]
struct Places(Arc<Mutex<Taken>>);

impl ProcessState for Places {
    fn begin(_: &Inner) -> Self {
        Self::default()
    }
}

/// A place; it is free again once this is dropped.
pub(super) struct Place {
    taken: Arc<Mutex<Taken>>,
    key: (TenantId, Option<Network>),
}

/// Takes a place.
pub(super) fn take(
    services: &Services,
    tenant: TenantId,
    address: Option<IpAddr>,
) -> Result<Place, Refusal> {
    let places = Arc::clone(&services.state::<Places>().0);
    let key = (tenant, address.map(Network::from));
    let mut taken = places.lock().unwrap_or_else(PoisonError::into_inner);
    let in_all: usize = taken.values().sum();
    let of_tenant = taken.iter().filter(|((of, _), _)| *of == tenant);
    let of_tenant: usize = of_tenant.map(|(_, count)| count).sum();
    let own = taken.entry(key).or_default();
    let full =
        in_all >= IN_ALL || of_tenant >= OF_TENANT || (key.1.is_some() && *own >= FROM_NETWORK);
    if full {
        if *own == 0 {
            taken.remove(&key);
        }
        return Err(Refusal::Busy);
    }
    *own += 1;
    drop(taken);
    Ok(Place { taken: places, key })
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}
