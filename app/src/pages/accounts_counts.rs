//! How many accounts are in which state, as the list and the overview say it.

use crate::frame::{self, PageChrome};
use domain::{health::Health, ids::PersonId};
use service::apps::list::AppRow;

/// How many accounts there are.
#[derive(Default)]
pub(super) struct Counts {
    /// In each state.
    pub states: Vec<(Health, u64)>,
    pub total: u64,
    /// Those that need a person, and how many of these the reader looks after.
    pub need_someone: u64,
    /// `None` for whoever is limited to some apps: owners are counted of all apps.
    pub yours: Option<u64>,
    /// How many of these nobody looks after; `None` as above.
    pub nobodys: Option<u64>,
    /// How many are snoozed.
    pub snoozed: u64,
}

impl Counts {
    /// Of accounts; for whoever is limited to some apps, of their connections. What an app
    /// or the time decides is counted by connection.
    pub fn of(around: &PageChrome, me: Option<PersonId>) -> Option<Self> {
        let connections = frame::sum(around.apps.as_deref()?);
        let Some(accounts) = &around.accounts else {
            let snoozed = around.snoozed.unwrap_or_default();
            let needy = connections
                .iter()
                .filter(|(health, _)| health.needs_someone());
            return Some(Self {
                need_someone: needy
                    .map(|(_, n)| n)
                    .sum::<u64>()
                    .saturating_sub(snoozed.needing),
                total: connections.iter().map(|(_, n)| n).sum(),
                states: connections,
                yours: None,
                nobodys: None,
                snoozed: snoozed.accounts,
            });
        };
        let of = |(health, n): (Health, u64)| match health.lies_over_another() {
            true => (health, n),
            false => (health, accounts.get(health)),
        };
        Some(Self {
            states: connections.into_iter().map(of).collect(),
            total: accounts.total(),
            need_someone: accounts.need_someone(),
            yours: me.map(|me| accounts.need(me)),
            nobodys: Some(accounts.need_and_nobodys()),
            snoozed: accounts.snoozed(),
        })
    }

    /// Of the connections of one app.
    pub fn of_app(row: &AppRow) -> Self {
        let mut states = Health::ALL;
        states.sort_by_key(|health| health.severity());
        let states = states.map(|health| (health, row.counts.get(health)));
        Self {
            states: states.into(),
            total: row.counts.total(),
            need_someone: row.counts.need_someone(),
            ..Self::default()
        }
    }

    /// How many are known to work: what an app or the time decides lies over the stored
    /// state, and is counted by connection, so there may be one or the other more.
    pub fn fine(&self) -> u64 {
        let over = self.states.iter();
        let over = over.filter(|(health, _)| health.lies_over_another());
        let rest = self.total.saturating_sub(over.map(|(_, n)| n).sum());
        self.get(Health::Working).min(rest)
    }

    pub fn get(&self, health: Health) -> u64 {
        let states = self.states.iter().filter(|(known, _)| *known == health);
        states.map(|(_, n)| n).sum()
    }
}
