//! What the scopes that accounts have granted mean for what their app asks for, now or
//! after a change: who comes to it silently, who needs a click, who becomes Limited.

use crate::{
    health::Health,
    scope::{Scope, ScopeSet},
    scope_catalogue::Kind,
};
use std::str::FromStr;

/// What is known of the granted scopes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Gorgias told them.
    Told,
    /// Gorgias' last answer about them couldn't be read; what is known is from before.
    Unknown,
    /// There are no tokens: the account was never connected, or disconnected on purpose.
    Gone,
}

/// Scopes that connections of an app have granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedScopes {
    /// What is known of them.
    pub basis: Basis,
    /// The scopes, as Gorgias told them last.
    pub scopes: ScopeSet,
}

/// How a connected account comes to what its app asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// It has granted all of it, and nothing that Gorgias will remove.
    AsAsked,
    /// It has granted all of it, but by a permission that Gorgias will remove. With the
    /// next authorization Gorgias shows no prompt, since the old grant contains the new one.
    Silent,
    /// Something is missing, or it isn't known what was granted: somebody has to approve.
    WithClick,
}

/// Which accounts a list shows, by what they have granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeFilter {
    /// Something that the app asks for is missing.
    Missing,
    /// Something is granted that the app doesn't ask for.
    Extra,
    /// A permission is granted that Gorgias will remove.
    Old,
    /// Somebody has to approve before the account has what the app asks for.
    NeedsClick,
}

/// The text names no filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is one of missing, extra, old and needs_click")]
pub struct NoScopeFilter;

/// Whether Gorgias has announced to remove the scope.
fn is_old(scope: &Scope) -> bool {
    scope
        .entry()
        .is_some_and(|entry| entry.kind == Kind::Deprecated)
}

impl GrantedScopes {
    /// Whether there are tokens with these scopes.
    pub fn is_connected(&self) -> bool {
        self.basis != Basis::Gone
    }

    /// The requested scopes that are known to be missing.
    pub fn missing(&self, requested: &ScopeSet) -> ScopeSet {
        match self.basis {
            Basis::Told => self.scopes.missing_of(requested),
            Basis::Unknown | Basis::Gone => ScopeSet::default(),
        }
    }

    /// Whether a scope is granted that Gorgias will remove.
    pub fn holds_old(&self) -> bool {
        self.is_connected() && self.scopes.iter().any(is_old)
    }

    /// Whether a scope is granted that is neither requested nor to be removed by Gorgias.
    pub fn holds_extra(&self, requested: &ScopeSet) -> bool {
        let extra = |scope: &Scope| !is_old(scope) && !requested.contains(scope.as_str());
        self.is_connected() && self.scopes.iter().any(extra)
    }

    /// How an account with these scopes comes to the requested ones; `None` if it is not
    /// connected. Who is asked for an old permission itself has nothing to move to.
    pub fn way_to(&self, requested: &ScopeSet) -> Option<Move> {
        let leaves = |scope: &Scope| is_old(scope) && !requested.contains(scope.as_str());
        match self.basis {
            Basis::Gone => None,
            Basis::Unknown => Some(Move::WithClick),
            Basis::Told if !self.missing(requested).is_empty() => Some(Move::WithClick),
            Basis::Told if self.scopes.iter().any(leaves) => Some(Move::Silent),
            Basis::Told => Some(Move::AsAsked),
        }
    }
}

impl ScopeFilter {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Missing, Self::Extra, Self::Old, Self::NeedsClick];

    /// The code in addresses and in the machine API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Old => "old",
            Self::NeedsClick => "needs_click",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Missing => "Missing something",
            Self::Extra => "Extra",
            Self::Old => "Old",
            Self::NeedsClick => "Needs a click",
        }
    }

    /// Whether it shows accounts with these scopes.
    pub fn shows(self, granted: &GrantedScopes, requested: &ScopeSet) -> bool {
        match self {
            Self::Missing => !granted.missing(requested).is_empty(),
            Self::Extra => granted.holds_extra(requested),
            Self::Old => granted.holds_old(),
            Self::NeedsClick => granted.way_to(requested) == Some(Move::WithClick),
        }
    }
}

impl FromStr for ScopeFilter {
    type Err = NoScopeFilter;

    fn from_str(code: &str) -> Result<Self, NoScopeFilter> {
        let found = Self::ALL.into_iter().find(|one| one.code() == code);
        found.ok_or(NoScopeFilter)
    }
}

/// What a change of the requested scopes means for the connected accounts. Each account is
/// in one of the groups but `keep`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Impact {
    /// They are Working, and will be Limited until somebody approves.
    pub become_limited: u64,
    /// They are Limited, and stay so.
    pub stay_limited: u64,
    /// They are in another state, and will lack something as well.
    pub lack_beneath: u64,
    /// They lacked something, and won't any more.
    pub mended: u64,
    /// They have all of it, but only through `write:all`.
    pub covered: u64,
    /// They have given all of it.
    pub given: u64,
    /// It isn't known what they have given.
    pub unknown: u64,
    /// Of all these, those that keep a scope which the app no longer asks for, since
    /// nothing takes it away at Gorgias before the next approval.
    pub keep: u64,
}

impl Impact {
    /// Adds connections with these scopes, so many of them in a stored state.
    pub fn add(
        &mut self,
        granted: &GrantedScopes,
        (health, n): (Health, u64),
        (before, after): (&ScopeSet, &ScopeSet),
    ) {
        let taken_away = |scope: &Scope| {
            before.contains(scope.as_str()) && !after.contains(scope.as_str()) && !is_old(scope)
        };
        if granted.is_connected() && granted.scopes.iter().any(taken_away) {
            self.keep += n;
        }
        let group = match granted.basis {
            Basis::Gone => return,
            Basis::Unknown => &mut self.unknown,
            Basis::Told if !granted.missing(after).is_empty() => match health {
                Health::Working => &mut self.become_limited,
                Health::Limited => &mut self.stay_limited,
                _ => &mut self.lack_beneath,
            },
            Basis::Told if !granted.missing(before).is_empty() => &mut self.mended,
            Basis::Told => {
                let named = |scope: &Scope| granted.scopes.contains(scope.as_str());
                match after.iter().all(named) {
                    true => &mut self.given,
                    false => &mut self.covered,
                }
            }
        };
        *group += n;
    }

    /// How many connected accounts there are.
    pub const fn total(&self) -> u64 {
        self.become_limited
            + self.stay_limited
            + self.lack_beneath
            + self.mended
            + self.covered
            + self.given
            + self.unknown
    }

    /// How many will lack something.
    pub const fn will_lack(&self) -> u64 {
        self.become_limited + self.stay_limited + self.lack_beneath
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(text: &str) -> ScopeSet {
        text.parse().unwrap()
    }

    fn told(text: &str) -> GrantedScopes {
        GrantedScopes {
            basis: Basis::Told,
            scopes: set(text),
        }
    }

    #[test]
    fn an_old_grant_moves_silently_if_it_contains_all_that_is_asked() {
        let asked = set("openid offline tickets:read");
        let way = |text| told(text).way_to(&asked);
        assert_eq!(way("openid offline write:all"), Some(Move::Silent));
        // `write:all` covers no basic scope.
        assert_eq!(way("openid write:all"), Some(Move::WithClick));
        assert_eq!(way("openid offline tickets:read"), Some(Move::AsAsked));
        assert_eq!(way("offline openid tickets:write"), Some(Move::WithClick));
        assert_eq!(
            way("openid offline tickets:read tags:read"),
            Some(Move::AsAsked)
        );
        // An app that asks for the old permission itself has nothing to move to.
        let old = set("openid write:all");
        assert_eq!(told("openid write:all").way_to(&old), Some(Move::AsAsked));
    }

    #[test]
    fn what_is_not_known_is_not_missing_but_needs_a_click() {
        let asked = set("openid offline");
        let mut granted = told("openid");
        granted.basis = Basis::Unknown;
        assert!(granted.missing(&asked).is_empty());
        assert_eq!(granted.way_to(&asked), Some(Move::WithClick));
        granted.basis = Basis::Gone;
        for filter in ScopeFilter::ALL {
            assert!(!filter.shows(&granted, &asked), "{filter:?}");
        }
    }

    #[test]
    fn filters_show_what_their_names_say() {
        let asked = set("openid tickets:read");
        let shown = |text: &str| -> Vec<&str> {
            let granted = told(text);
            let shown = ScopeFilter::ALL.into_iter();
            shown
                .filter(|one| one.shows(&granted, &asked))
                .map(ScopeFilter::code)
                .collect()
        };
        assert!(shown("openid tickets:read").is_empty());
        assert_eq!(shown("openid"), ["missing", "needs_click"]);
        assert_eq!(shown("openid tickets:read tags:read"), ["extra"]);
        assert_eq!(shown("openid write:all"), ["old"]);
        assert_eq!(shown("write:all"), ["missing", "old", "needs_click"]);
        for filter in ScopeFilter::ALL {
            assert_eq!(filter.code().parse(), Ok(filter));
        }
        assert_eq!("all".parse::<ScopeFilter>(), Err(NoScopeFilter));
    }

    #[test]
    fn a_change_is_told_for_each_kind_of_account() {
        let (before, after) = (
            set("openid customers:write"),
            set("openid satisfaction_survey:read"),
        );
        let mut impact = Impact::default();
        let mut add = |granted: &str, health, n| {
            impact.add(&told(granted), (health, n), (&before, &after));
        };
        add("openid customers:write", Health::Working, 12);
        add("openid customers:write", Health::Disconnected, 1);
        add("customers:write", Health::Limited, 3);
        add("openid write:all", Health::Working, 38);
        add(
            "openid satisfaction_survey:read customers:write",
            Health::Working,
            2,
        );
        add("openid satisfaction_survey:read", Health::Limited, 4);
        let wanted = Impact {
            become_limited: 12,
            lack_beneath: 1,
            stay_limited: 3,
            covered: 38,
            given: 2,
            mended: 4,
            unknown: 0,
            keep: 18,
        };
        assert_eq!(impact, wanted);
        assert_eq!((impact.total(), impact.will_lack()), (60, 16));
    }

    fn any_set() -> impl Strategy<Value = ScopeSet> {
        let codes: Vec<_> = crate::scope_catalogue::CATALOGUE
            .iter()
            .map(|e| e.code)
            .collect();
        proptest::collection::vec(proptest::sample::select(codes), 0..12)
            .prop_map(|codes| codes.into_iter().map(Scope::known).collect())
    }

    proptest! {
        #[test]
        fn each_connected_account_is_in_one_group(
            before in any_set(), after in any_set(), sets in proptest::collection::vec((any_set(), 0..3_usize, 1..9_u64), 0..6),
        ) {
            let mut impact = Impact::default();
            let mut connected = 0;
            for (scopes, basis, n) in sets {
                let basis = [Basis::Told, Basis::Unknown, Basis::Gone][basis];
                let granted = GrantedScopes { basis, scopes };
                connected += if granted.is_connected() { n } else { 0 };
                impact.add(&granted, (Health::Working, n), (&before, &after));
            }
            prop_assert_eq!(impact.total(), connected);
            prop_assert!(impact.keep <= connected);
        }

        #[test]
        fn nobody_moves_silently_who_lacks_something(asked in any_set(), scopes in any_set()) {
            let granted = GrantedScopes { basis: Basis::Told, scopes };
            let lacks = ScopeFilter::Missing.shows(&granted, &asked);
            prop_assert_eq!(granted.way_to(&asked) == Some(Move::WithClick), lacks);
        }
    }
}
