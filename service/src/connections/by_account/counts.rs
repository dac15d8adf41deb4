//! How many accounts need somebody, from the kept counts.

use crate::{
    connections::{
        counts::{BOUND, visible_apps},
        query::own_health_is,
    },
    core::error::InternalError,
    entity::{account, connection},
    records::kept_counts::{self, Kind},
    tenancy::{Actor, Tx},
};
use domain::{customer::Tag, health::Health, ids::PersonId};
use sea_orm::{ColumnTrait, Condition, PaginatorTrait, QueryFilter, QuerySelect};
use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

/// The most accounts whose connections one query looks at.
const SNOOZED_AT_ONCE: usize = 500;

/// The most tags that a menu offers.
const MOST_TAGS: usize = 30;

/// How many accounts of somebody are in which state.
type ByOwner = HashMap<String, [u64; Health::ALL.len()]>;

/// How many accounts are in which stored state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountCounts {
    /// By the key of who looks after them.
    by_owner: ByOwner,
    /// The snoozed ones of these.
    snoozed: ByOwner,
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

    /// How many are snoozed, in whatever state.
    pub fn snoozed(&self) -> u64 {
        self.snoozed.values().flatten().sum()
    }

    /// In how many a person has to act; snoozed ones need nobody.
    pub fn need_someone(&self) -> u64 {
        self.needing(|_| true)
    }

    /// In how many of those that this person looks after, a person has to act.
    pub fn need(&self, person: PersonId) -> u64 {
        let key = kept_counts::key(person.0);
        self.needing(|owner| owner == key)
    }

    /// In how many of those that nobody looks after, a person has to act.
    pub fn need_and_nobodys(&self) -> u64 {
        self.needing(str::is_empty)
    }

    fn needing(&self, whose: impl Fn(&str) -> bool) -> u64 {
        let needy = Health::ALL
            .into_iter()
            .filter(|health| health.needs_someone());
        let needy: Vec<_> = needy.map(|health| usize::from(health.severity())).collect();
        let of = |counts: &ByOwner| -> u64 {
            counts
                .iter()
                .filter(|(owner, _)| whose(owner))
                .flat_map(|(_, states)| needy.iter().filter_map(|place| states.get(*place)))
                .sum()
        };
        of(&self.by_owner).saturating_sub(of(&self.snoozed))
    }
}

/// The counts of all accounts of the actor's tenant; `None` for whoever is limited to
/// some apps, since they are of all apps. Two queries, however many accounts there are.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn counts(actor: &Actor) -> Result<Option<AccountCounts>, InternalError> {
    if actor.apps.is_limited() {
        return Ok(None);
    }
    let tx = actor.read().await?;
    Ok(Some(AccountCounts {
        by_owner: by_owner(&tx, Kind::Owner).await?,
        snoozed: by_owner(&tx, Kind::Snoozed).await?,
    }))
}

async fn by_owner(tx: &Tx, kind: Kind) -> Result<ByOwner, InternalError> {
    let mut counts = ByOwner::new();
    for kept in kept_counts::kept(tx, kind).await? {
        let states = counts.entry(kept.key).or_default();
        let place = kept.health.map(|health| usize::from(health.severity()));
        if let Some(n) = place.and_then(|place| states.get_mut(place)) {
            *n += kept.n;
        }
    }
    Ok(counts)
}

/// What is snoozed of the connections that somebody sees who is limited to some apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SnoozedOfLimited {
    /// How many accounts.
    pub accounts: u64,
    /// How many of their connections would need somebody.
    pub needing: u64,
}

/// Counts the snoozed accounts of whoever is limited to some apps; `None` for others, who
/// have [`AccountCounts`]. It looks at the snoozed accounts alone, and at no more than
/// [`BOUND`] of them.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn snoozed_of_limited(actor: &Actor) -> Result<Option<SnoozedOfLimited>, InternalError> {
    use connection::Column;
    if !actor.apps.is_limited() {
        return Ok(None);
    }
    let tx = actor.read().await?;
    let apps = visible_apps(actor, &tx).await?;
    let snoozed: Vec<String> = tx
        .all::<account::Entity>()
        .filter(account::Column::Snoozed.eq(true))
        .select_only()
        .column(account::Column::Subdomain)
        .limit(BOUND)
        .into_tuple()
        .all(&*tx)
        .await?;
    let (mut accounts, mut needing) = (BTreeSet::new(), 0);
    let mut needy = Condition::any().add(
        Column::AppId.is_in(
            apps.iter()
                .filter(|app| app.credentials.fault.is_some())
                .map(|app| app.id),
        ),
    );
    for health in Health::ALL
        .into_iter()
        .filter(|health| health.needs_someone())
    {
        needy = needy.add(own_health_is(health, actor.now()));
    }
    for some in snoozed.chunks(SNOOZED_AT_ONCE) {
        let seen = tx
            .all::<connection::Entity>()
            .filter(Column::Subdomain.is_in(some))
            .filter(Column::AppId.is_in(apps.iter().map(|app| app.id)));
        needing += seen.clone().filter(needy.clone()).count(&*tx).await?;
        let names: Vec<String> = seen
            .select_only()
            .column(Column::Subdomain)
            .into_tuple()
            .all(&*tx)
            .await?;
        accounts.extend(names);
    }
    Ok(Some(SnoozedOfLimited {
        accounts: accounts.len() as u64,
        needing,
    }))
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
