//! Second factors: what somebody shows beside their password.

use std::collections::BTreeSet;

/// A kind of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Factor {
    /// An authenticator app, with codes that change every 30 seconds.
    Authenticator,
    /// A passkey. It signs in alone, so a password is not asked for with it.
    Passkey,
}

impl Factor {
    /// The code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Authenticator => "authenticator",
            Self::Passkey => "passkey",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Authenticator => "Authenticator app",
            Self::Passkey => "Passkey",
        }
    }
}

/// The second factors that somebody has. Recovery codes are none: they stand in for a
/// factor, and go with the last one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Factors(BTreeSet<Factor>);

impl Factors {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These and one more.
    #[must_use]
    pub fn with(mut self, factor: Factor) -> Self {
        self.0.insert(factor);
        self
    }

    /// Whether this one is there.
    pub fn has(&self, factor: Factor) -> bool {
        self.0.contains(&factor)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Factor> {
        self.0.iter().copied()
    }

    /// What people read; `None` if there is none.
    pub fn label(&self) -> Option<String> {
        let labels: Vec<_> = self.iter().map(Factor::label).collect();
        (!labels.is_empty()).then(|| labels.join(", "))
    }
}

impl FromIterator<Factor> for Factors {
    fn from_iter<I: IntoIterator<Item = Factor>>(factors: I) -> Self {
        Self(factors.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_named() {
        let none = Factors::default();
        assert!(none.is_empty() && none.label().is_none());
        let app = Factors::from_iter([Factor::Authenticator, Factor::Authenticator]);
        assert!(!app.is_empty() && app.has(Factor::Authenticator));
        assert_eq!(app.label().as_deref(), Some("Authenticator app"));
        let both = app.with(Factor::Passkey);
        assert_eq!(both.label().as_deref(), Some("Authenticator app, Passkey"));
        let codes: Vec<_> = both.iter().map(Factor::code).collect();
        assert_eq!(codes, ["authenticator", "passkey"]);
    }
}
