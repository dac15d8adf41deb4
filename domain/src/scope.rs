//! Scopes: what a customer allows an app (RFC 6749 3.3).

use crate::{
    scope_catalogue::{self, Kind},
    texts::texts,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

texts! {
    /// One scope. It need not be in the catalogue: an unknown scope that
    /// Gorgias grants is kept and shown as unknown.
    Scope: ScopeError
}

/// The text is no scope: empty, longer than 100, or with a character outside RFC 6749 3.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a scope; scopes look like “tickets:read”")]
pub struct ScopeError;

impl Scope {
    pub(crate) fn known(code: &'static str) -> Self {
        Self(code.to_owned())
    }

    /// Its entry in the catalogue, if Gorgias documents it.
    pub fn entry(&self) -> Option<&'static scope_catalogue::Entry> {
        scope_catalogue::find(self)
    }

    /// Whether it belongs to a resource (known or not), unlike the basic scopes
    /// and `write:all`.
    pub fn is_of_resource(&self) -> bool {
        match self.entry() {
            Some(e) => matches!(e.kind, Kind::Read | Kind::Write),
            None => self.0.contains(':'),
        }
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let good = (1..=100).contains(&text.len())
            && text
                .bytes()
                .all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(ScopeError)
        }
    }
}

/// A set of scopes; as text: sorted, separated by single blanks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeSet(BTreeSet<Scope>);

impl ScopeSet {
    /// The scopes in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// The number of scopes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the set holds exactly this scope.
    pub fn contains(&self, code: &str) -> bool {
        self.0.iter().any(|s| s.as_str() == code)
    }

    /// Whether the set grants the scope: by holding it, or through `write:all`,
    /// which covers each scope of a resource (not a basic one). `x:write` does
    /// not cover `x:read`.
    pub fn covers(&self, scope: &Scope) -> bool {
        self.0.contains(scope) || (scope.is_of_resource() && self.contains("write:all"))
    }

    /// The scopes of `requested` that the set doesn't cover.
    pub fn missing_of(&self, requested: &Self) -> Self {
        requested
            .iter()
            .filter(|scope| !self.covers(scope))
            .cloned()
            .collect()
    }

    /// Compares the scopes that an app requests now with the granted ones.
    pub fn compare(requested: &Self, granted: &Self) -> Comparison {
        Comparison {
            missing: granted.missing_of(requested),
            extra: granted
                .iter()
                .filter(|s| !requested.0.contains(s))
                .cloned()
                .collect(),
            deprecated: granted
                .iter()
                .filter(|s| s.entry().is_some_and(|e| e.kind == Kind::Deprecated))
                .cloned()
                .collect(),
            unknown: granted
                .iter()
                .filter(|s| s.entry().is_none())
                .cloned()
                .collect(),
        }
    }
}

/// The differences between two sets of scopes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Comparison {
    /// Requested, but not covered by the granted scopes.
    pub missing: ScopeSet,
    /// Granted, but not (or no longer) requested.
    pub extra: ScopeSet,
    /// Granted, but announced to be removed.
    pub deprecated: ScopeSet,
    /// Granted, but not documented by Gorgias.
    pub unknown: ScopeSet,
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl FromStr for ScopeSet {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        text.split_ascii_whitespace().map(str::parse).collect()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(text: &str) -> ScopeSet {
        text.parse().unwrap()
    }

    #[test]
    fn write_all_covers_resources_but_no_basic_scope() {
        let c = ScopeSet::compare(
            &set("openid offline tickets:read tags:write"),
            &set("openid write:all"),
        );
        assert_eq!(c.missing, set("offline"));
        assert_eq!(c.extra, set("write:all"));
        assert_eq!(c.deprecated, set("write:all"));
    }

    #[test]
    fn write_does_not_imply_read() {
        let c = ScopeSet::compare(&set("tickets:read"), &set("tickets:write"));
        assert_eq!(c.missing, set("tickets:read"));
        assert_eq!(c.extra, set("tickets:write"));
    }

    #[test]
    fn unknown_scopes_are_kept_and_named() {
        let c = ScopeSet::compare(&set("openid"), &set("openid voice:read"));
        assert_eq!(c.unknown, set("voice:read"));
        assert_eq!(c.extra, set("voice:read"));
        assert!("a\"b".parse::<ScopeSet>().is_err());
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
        fn text_round_trips(scopes in any_set()) {
            prop_assert_eq!(set(&scopes.to_string()), scopes);
        }

        #[test]
        fn nothing_is_missing_from_itself(scopes in any_set()) {
            let c = ScopeSet::compare(&scopes, &scopes);
            prop_assert!(c.missing.is_empty() && c.extra.is_empty());
        }

        #[test]
        fn granting_more_never_makes_more_missing(requested in any_set(), a in any_set(), b in any_set()) {
            let more: ScopeSet = a.iter().chain(b.iter()).cloned().collect();
            let before = ScopeSet::compare(&requested, &a).missing.len();
            prop_assert!(ScopeSet::compare(&requested, &more).missing.len() <= before);
        }
    }
}
