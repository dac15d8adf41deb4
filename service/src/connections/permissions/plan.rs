//! The numbers of a plan, from the sets alone.

use crate::records::granted_sets::GrantedSet;
use domain::{
    scope::{Scope, ScopeSet},
    scope_catalogue::{self, CATALOGUE},
    scope_plan::{Basis, Move, ScopeFilter},
};
use std::collections::BTreeMap;

/// A scope that the app asks for, or that an account has granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedScope {
    /// The scope.
    pub scope: Scope,
    /// Whether the app asks for it now.
    pub asked: bool,
    /// At how many accounts it is missing.
    pub missing: u64,
    /// How many accounts have granted it by its name.
    pub granted: u64,
}

/// How many accounts of an app have granted what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopePlan {
    /// How many are connected.
    pub total: u64,
    /// How many have granted a permission that Gorgias will remove.
    pub old: u64,
    /// How many of these move to what is asked now without a prompt.
    pub silent: u64,
    /// How many of these somebody has to approve.
    pub click: u64,
    /// What these lack, and how many of them lack it.
    pub click_lacks: Vec<(Scope, u64)>,
    /// Of how many of these it isn't known what they have granted.
    pub click_unknown: u64,
    /// How many a filter shows.
    pub filters: Vec<(ScopeFilter, u64)>,
    /// The scopes, in the order of the catalogue; then those that it doesn't have.
    pub scopes: Vec<AskedScope>,
}

impl ScopePlan {
    /// How many accounts the filter shows.
    pub fn count(&self, filter: ScopeFilter) -> u64 {
        let found = self.filters.iter().filter(|(one, _)| *one == filter);
        found.map(|(_, n)| n).sum()
    }

    pub(super) fn of(requested: &ScopeSet, sets: &[GrantedSet]) -> Self {
        let mut plan = Self {
            filters: ScopeFilter::ALL.map(|filter| (filter, 0)).into(),
            ..Self::default()
        };
        let mut scopes: BTreeMap<Scope, (u64, u64)> = requested
            .iter()
            .map(|scope| (scope.clone(), (0, 0)))
            .collect();
        let mut lacks: BTreeMap<Scope, u64> = BTreeMap::new();
        for set in sets.iter().filter(|set| set.granted.is_connected()) {
            let (granted, n) = (&set.granted, set.total());
            plan.total += n;
            for (filter, count) in &mut plan.filters {
                if filter.shows(granted, requested) {
                    *count += n;
                }
            }
            let missing = granted.missing(requested);
            for scope in missing.iter() {
                scopes.entry(scope.clone()).or_default().0 += n;
            }
            for scope in granted.scopes.iter() {
                scopes.entry(scope.clone()).or_default().1 += n;
            }
            if !granted.holds_old() {
                continue;
            }
            plan.old += n;
            match granted.way_to(requested) {
                Some(Move::Silent) => plan.silent += n,
                Some(Move::WithClick) => {
                    plan.click += n;
                    for scope in missing.iter() {
                        *lacks.entry(scope.clone()).or_default() += n;
                    }
                    if granted.basis == Basis::Unknown {
                        plan.click_unknown += n;
                    }
                }
                Some(Move::AsAsked) | None => (),
            }
        }
        plan.click_lacks = lacks.into_iter().collect();
        plan.click_lacks.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        plan.scopes = scopes
            .into_iter()
            .map(|(scope, (missing, granted))| AskedScope {
                asked: requested.contains(scope.as_str()),
                scope,
                missing,
                granted,
            })
            .collect();
        plan.scopes.sort_by_key(|one| place(&one.scope));
        plan
    }
}

/// Where the catalogue has the scope. Sorting is stable, so unknown ones stay by name.
fn place(scope: &Scope) -> usize {
    let entry = scope_catalogue::find(scope);
    let place = entry.and_then(|entry| CATALOGUE.iter().position(|one| one.code == entry.code));
    place.unwrap_or(CATALOGUE.len())
}
