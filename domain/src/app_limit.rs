//! Which of a tenant's apps a person or an API token may touch.

use crate::ids::AppId;
use std::{collections::BTreeSet, fmt, str::FromStr};

/// All apps of the tenant, or some of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AppLimit {
    /// Every app, also those that are added later.
    #[default]
    All,
    /// These apps. An empty set is no app at all, which is what remains if all
    /// of them are removed.
    Only(BTreeSet<AppId>),
}

/// The text names no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a limit is “all” or ids of apps, separated by blanks")]
pub struct NotALimit;

impl AppLimit {
    /// Whether the app may be touched.
    pub fn includes(&self, app: AppId) -> bool {
        match self {
            Self::All => true,
            Self::Only(apps) => apps.contains(&app),
        }
    }

    /// Whether it is less than every app.
    pub const fn is_limited(&self) -> bool {
        matches!(self, Self::Only(_))
    }

    /// The ids of the apps, unless it is every app.
    pub fn ids(&self) -> Option<impl Iterator<Item = AppId>> {
        match self {
            Self::All => None,
            Self::Only(apps) => Some(apps.iter().copied()),
        }
    }

    /// Whether everything that the other limit includes is included here.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Only(_), Self::All) => false,
            (Self::Only(own), Self::Only(others)) => own.is_superset(others),
        }
    }

    /// What both limits include.
    #[must_use]
    pub fn within(self, other: &Self) -> Self {
        match (self, other) {
            (own, Self::All) => own,
            (Self::All, other) => other.clone(),
            (Self::Only(own), Self::Only(others)) => Self::Only(&own & others),
        }
    }
}

/// An API token is tied to one app or to none.
impl From<Option<AppId>> for AppLimit {
    fn from(only: Option<AppId>) -> Self {
        only.map_or(Self::All, |app| Self::Only(BTreeSet::from([app])))
    }
}

impl fmt::Display for AppLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Only(apps) => {
                let apps: Vec<_> = apps.iter().map(ToString::to_string).collect();
                f.write_str(&apps.join(" "))
            }
        }
    }
}

impl FromStr for AppLimit {
    type Err = NotALimit;

    fn from_str(text: &str) -> Result<Self, NotALimit> {
        if text == "all" {
            return Ok(Self::All);
        }
        let apps = text.split_ascii_whitespace().map(str::parse);
        let apps = apps.collect::<Result<_, _>>().map_err(|_| NotALimit)?;
        Ok(Self::Only(apps))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(number: u128) -> AppId {
        AppId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_limit_survives_being_stored() {
        for limit in [
            AppLimit::All,
            AppLimit::Only(BTreeSet::new()),
            AppLimit::from(Some(app(1))),
            AppLimit::Only(BTreeSet::from([app(1), app(2)])),
        ] {
            assert_eq!(limit.to_string().parse(), Ok(limit));
        }
        assert_eq!("some".parse::<AppLimit>(), Err(NotALimit));
    }

    #[test]
    fn no_app_is_left_when_all_are_gone() {
        let none = AppLimit::Only(BTreeSet::new());
        assert!(none.is_limited() && !none.includes(app(1)));
        assert_eq!(none.ids().map(Iterator::count), Some(0));
    }

    #[test]
    fn of_two_limits_what_both_include_is_left() {
        let (one, two) = (AppLimit::from(Some(app(1))), AppLimit::from(Some(app(2))));
        let both = AppLimit::Only(BTreeSet::from([app(1), app(2)]));
        assert_eq!(AppLimit::All.within(&one), one);
        assert_eq!(both.clone().within(&AppLimit::All), both);
        assert_eq!(both.within(&two), two);
        assert_eq!(one.within(&two), AppLimit::Only(BTreeSet::new()));
    }

    #[test]
    fn a_limit_covers_what_it_includes() {
        let (one, two) = (AppLimit::from(Some(app(1))), AppLimit::from(Some(app(2))));
        let both = AppLimit::Only(BTreeSet::from([app(1), app(2)]));
        assert!(AppLimit::All.covers(&AppLimit::All) && AppLimit::All.covers(&one));
        assert!(both.covers(&one) && both.covers(&both));
        assert!(!one.covers(&two) && !one.covers(&both) && !both.covers(&AppLimit::All));
    }
}
