//! The columns of the accounts list that people choose. The account and its state are
//! always shown.

use std::{fmt, str::FromStr};

/// A column that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The customer's id in the vendor's own systems.
    ExternalId,
    /// Who looks after the account.
    Owner,
    /// The tags of the account.
    Tags,
    /// Since when it is in its state.
    Since,
    /// The apps that it is connected to.
    App,
    /// When it was last fine.
    LastFine,
    /// When its access token expires.
    AccessEnds,
    /// The person who approved it at Gorgias.
    ApprovedBy,
    /// The strip of the last 14 days.
    Strip,
}

/// The text names no column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a column is one of external_id, owner, tags, since, app, last_fine, \
         access_ends, approved_by, strip"
)]
pub struct NotAColumn;

impl Column {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 9] = [
        Self::ExternalId,
        Self::Owner,
        Self::Tags,
        Self::Since,
        Self::App,
        Self::LastFine,
        Self::AccessEnds,
        Self::ApprovedBy,
        Self::Strip,
    ];

    /// The code, for addresses and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ExternalId => "external_id",
            Self::Owner => "owner",
            Self::Tags => "tags",
            Self::Since => "since",
            Self::App => "app",
            Self::LastFine => "last_fine",
            Self::AccessEnds => "access_ends",
            Self::ApprovedBy => "approved_by",
            Self::Strip => "strip",
        }
    }

    /// The name that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ExternalId => "External id",
            Self::Owner => "Owner",
            Self::Tags => "Tags",
            Self::Since => "Since",
            Self::App => "Apps",
            Self::LastFine => "Last fine",
            Self::AccessEnds => "Access ends",
            Self::ApprovedBy => "Approved by",
            Self::Strip => "14 days",
        }
    }
}

impl FromStr for Column {
    type Err = NotAColumn;

    fn from_str(text: &str) -> Result<Self, NotAColumn> {
        let found = Self::ALL.into_iter().find(|one| one.code() == text);
        found.ok_or(NotAColumn)
    }
}

/// The text of no column at all.
const NONE: &str = "none";

/// The chosen columns. Its text has their codes in the order of the list, with commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns([bool; Column::ALL.len()]);

impl Default for Columns {
    /// What everybody sees who chose nothing.
    fn default() -> Self {
        use Column::{App, LastFine, Owner, Strip, Tags};
        [Owner, Tags, App, LastFine, Strip].into_iter().collect()
    }
}

impl Columns {
    /// Whether the column is shown.
    pub fn has(self, column: Column) -> bool {
        let place = Column::ALL.iter().position(|one| *one == column);
        place.is_some_and(|at| self.0.get(at) == Some(&true))
    }

    /// The shown columns, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = Column> {
        Column::ALL.into_iter().filter(move |one| self.has(*one))
    }

    /// The columns with these names; what is no column is left out, as are repetitions.
    /// `None` if nothing is named.
    pub fn of<'a>(names: impl Iterator<Item = &'a str>) -> Option<Self> {
        let names = names.flat_map(|text| text.split(','));
        let names: Vec<_> = names.map(str::trim).collect();
        let found: Vec<Column> = names.iter().filter_map(|one| one.parse().ok()).collect();
        (!found.is_empty() || names.contains(&NONE)).then(|| found.into_iter().collect())
    }
}

impl FromIterator<Column> for Columns {
    fn from_iter<T: IntoIterator<Item = Column>>(columns: T) -> Self {
        let chosen: Vec<_> = columns.into_iter().collect();
        Self(Column::ALL.map(|one| chosen.contains(&one)))
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<_> = self.iter().map(Column::code).collect();
        match codes.as_slice() {
            [] => f.write_str(NONE),
            codes => f.write_str(&codes.join(",")),
        }
    }
}

impl FromStr for Columns {
    type Err = NotAColumn;

    /// Strictly: for columns of the database.
    fn from_str(text: &str) -> Result<Self, NotAColumn> {
        match text {
            NONE => Ok([].into_iter().collect()),
            text => text.split(',').map(str::parse).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Option<String> {
        Columns::of(names.iter().copied()).map(|columns| columns.to_string())
    }

    #[test]
    fn the_text_is_always_in_the_same_order() {
        assert_eq!(of(&["strip", "owner"]).unwrap(), "owner,strip");
        assert_eq!(of(&["strip,owner", "owner"]).unwrap(), "owner,strip");
        assert_eq!(of(&["odd", "tags", ""]).unwrap(), "tags");
        assert_eq!(of(&["none"]).unwrap(), "none");
        assert_eq!(of(&["none", "tags"]).unwrap(), "tags");
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["odd"]), None);
        let all: Columns = Column::ALL.into_iter().collect();
        for columns in [all, Columns::default(), [].into_iter().collect()] {
            assert_eq!(columns.to_string().parse(), Ok(columns));
        }
        assert_eq!("owner,odd".parse::<Columns>(), Err(NotAColumn));
        assert!(!Columns::default().has(Column::Since) && Columns::default().has(Column::Owner));
    }
}
