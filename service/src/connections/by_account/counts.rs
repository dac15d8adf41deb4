//! How many accounts need somebody, from the kept counts.

use crate::{
    core::error::InternalError,
    records::kept_counts::{self, Kind},
    tenancy::Actor,
};
use domain::{customer::Tag, health::Health, ids::PersonId};
use std::{cmp::Reverse, collections::HashMap};

/// The most tags that a menu offers.
const MOST_TAGS: usize = 30;

/// How many accounts are in which stored state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountCounts {
    /// By the key of who looks after them.
    by_owner: HashMap<String, [u64; Health::ALL.len()]>,
}

impl AccountCounts {
    /// How many there are.
    pub fn total(&self) -> u64 {
        self.by_owner.values().flatten().sum()
    }

    /// How many are in the state, as they are stored.
    pub fn get(&self, health: Health) -> u64 {
        let place = usize::from(health.severity());
        self.by_owner
            .values()
            .filter_map(|states| states.get(place))
            .sum()
    }

    /// In how many a person has to act.
    pub fn need_someone(&self) -> u64 {
        self.needing(|_| true)
    }

    /// In how many of those that this person looks after, a person has to act.
    pub fn need(&self, person: PersonId) -> u64 {
        let key = kept_counts::key(person.0);
        self.needing(|owner| owner == key)
    }

    fn needing(&self, whose: impl Fn(&str) -> bool) -> u64 {
        let needy = Health::ALL
            .into_iter()
            .filter(|health| health.needs_someone());
        let needy: Vec<_> = needy.map(|health| usize::from(health.severity())).collect();
        self.by_owner
            .iter()
            .filter(|(owner, _)| whose(owner))
            .flat_map(|(_, states)| needy.iter().filter_map(|place| states.get(*place)))
            .sum()
    }
}

/// The counts of all accounts of the actor's tenant; `None` for whoever is limited to
/// some apps, since they are of all apps. One query, however many accounts there are.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn counts(actor: &Actor) -> Result<Option<AccountCounts>, InternalError> {
    if actor.apps.is_limited() {
        return Ok(None);
    }
    let tx = actor.read().await?;
    let mut counts = AccountCounts::default();
    for kept in kept_counts::kept(&tx, Kind::Owner).await? {
        let states = counts.by_owner.entry(kept.key).or_default();
        let place = kept.health.map(|health| usize::from(health.severity()));
        if let Some(n) = place.and_then(|place| states.get_mut(place)) {
            *n += kept.n;
        }
    }
    Ok(Some(counts))
}

/// The most used tags of the actor's tenant by name, each as it is written most, and how
/// many accounts have them; none for whoever is limited to some apps.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn tags(actor: &Actor) -> Result<Vec<(Tag, u64)>, InternalError> {
    if actor.apps.is_limited() {
        return Ok(Vec::new());
    }
    let tx = actor.read().await?;
    let mut written: HashMap<String, u64> = HashMap::new();
    for kept in kept_counts::kept(&tx, Kind::Tag).await? {
        *written.entry(kept.key).or_default() += kept.n;
    }
    let mut written: Vec<_> = written
        .into_iter()
        .filter_map(|(text, n)| Some((text.parse::<Tag>().ok()?, n)))
        .collect();
    written.sort_by_key(|(tag, n)| (Reverse(*n), tag.to_string()));
    let mut tags: HashMap<String, (Tag, u64)> = HashMap::new();
    for (tag, n) in written {
        tags.entry(tag.key()).or_insert((tag, 0)).1 += n;
    }
    let mut tags: Vec<_> = tags.into_values().collect();
    tags.sort_by_key(|(tag, n)| (Reverse(*n), tag.key()));
    tags.truncate(MOST_TAGS);
    tags.sort_by_key(|(tag, _)| tag.key());
    Ok(tags)
}
