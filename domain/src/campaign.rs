//! A campaign: one reconnect link for each of many accounts of an app, followed until
//! everybody has approved.

use std::str::FromStr;

/// The longest name, in letters.
pub const LONGEST_NAME: usize = 80;

/// Which accounts of its app a campaign is for, as they are when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Those that Gorgias refuses.
    Disconnected,
    /// Those that didn't grant all that the app asks for.
    MissingPermissions,
    /// Those that granted `write:all`, which Gorgias will remove.
    OldPermission,
    /// Those that somebody chose.
    Chosen,
}

/// How far an account of a campaign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Its mail has not left yet.
    Waiting,
    /// It has no contact to write to.
    NobodyToWriteTo,
    /// Its mail was refused, or given up.
    NotDelivered,
    /// Its mail has left.
    Sent,
    /// Somebody opened its link.
    Opened,
    /// Somebody opened its link, and pressed “Cancel” at Gorgias.
    Declined,
    /// It was approved, with this link or in another way.
    Approved,
}

/// Stages that are listed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stages {
    /// Those whose mail has not left yet.
    Waiting,
    /// Those that go no further unless a person does something.
    ToLookAt,
    /// Those whose link nobody opened.
    Sent,
    /// Those whose link was opened and not approved yet.
    Opened,
    /// Those that approved.
    Approved,
}

/// The text names no such thing of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("choose one of those that are offered")]
pub struct Unknown;

impl Audience {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Disconnected,
        Self::MissingPermissions,
        Self::OldPermission,
        Self::Chosen,
    ];
    /// Those that the accounts themselves decide.
    pub const OF_STATES: [Self; 3] = [
        Self::Disconnected,
        Self::MissingPermissions,
        Self::OldPermission,
    ];

    /// The code in forms and in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::MissingPermissions => "missing_permissions",
            Self::OldPermission => "old_permission",
            Self::Chosen => "chosen",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Disconnected => "Disconnected accounts",
            Self::MissingPermissions => "Accounts with missing permissions",
            Self::OldPermission => "Accounts with the old permission write:all",
            Self::Chosen => "Chosen accounts",
        }
    }
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::NobodyToWriteTo,
        Self::NotDelivered,
        Self::Sent,
        Self::Opened,
        Self::Declined,
        Self::Approved,
    ];
    /// Those that are reminded: a mail reached them, and they haven't approved.
    pub const SILENT: [Self; 3] = [Self::Sent, Self::Opened, Self::Declined];

    /// The code in addresses and in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::NobodyToWriteTo => "nobody_to_write_to",
            Self::NotDelivered => "not_delivered",
            Self::Sent => "sent",
            Self::Opened => "opened",
            Self::Declined => "declined",
            Self::Approved => "approved",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::NobodyToWriteTo => "Nobody to write to",
            Self::NotDelivered => "Not delivered",
            Self::Sent => "Sent, not opened",
            Self::Opened => "Opened",
            Self::Declined => "Cancelled at Gorgias",
            Self::Approved => "Approved",
        }
    }
}

impl Stages {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [
        Self::Waiting,
        Self::ToLookAt,
        Self::Sent,
        Self::Opened,
        Self::Approved,
    ];

    /// Which they are.
    pub const fn each(self) -> &'static [Stage] {
        match self {
            Self::Waiting => &[Stage::Waiting],
            Self::ToLookAt => &[Stage::NobodyToWriteTo, Stage::NotDelivered, Stage::Declined],
            Self::Sent => &[Stage::Sent],
            Self::Opened => &[Stage::Opened],
            Self::Approved => &[Stage::Approved],
        }
    }

    /// The code in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::ToLookAt => "to_look_at",
            Self::Sent => "sent",
            Self::Opened => "opened",
            Self::Approved => "approved",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::ToLookAt => "To look at",
            Self::Sent => "Not opened",
            Self::Opened => "Opened",
            Self::Approved => "Approved",
        }
    }
}

impl FromStr for Audience {
    type Err = Unknown;

    fn from_str(code: &str) -> Result<Self, Unknown> {
        let found = Self::ALL.into_iter().find(|one| one.code() == code);
        found.ok_or(Unknown)
    }
}

impl FromStr for Stages {
    type Err = Unknown;

    fn from_str(code: &str) -> Result<Self, Unknown> {
        let found = Self::ALL.into_iter().find(|one| one.code() == code);
        found.ok_or(Unknown)
    }
}

impl FromStr for Stage {
    type Err = Unknown;

    fn from_str(code: &str) -> Result<Self, Unknown> {
        let found = Self::ALL.into_iter().find(|one| one.code() == code);
        found.ok_or(Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        for stage in Stage::ALL {
            assert_eq!(stage.code().parse(), Ok(stage));
        }
        for audience in Audience::ALL {
            assert_eq!(audience.code().parse(), Ok(audience));
        }
        for stages in Stages::ALL {
            assert_eq!(stages.code().parse(), Ok(stages));
        }
        let each = Stages::ALL.iter().flat_map(|stages| stages.each());
        assert_eq!(each.count(), Stage::ALL.len(), "each stage is listed once");
        assert_eq!("".parse::<Stage>(), Err(Unknown));
        assert_eq!("all".parse::<Audience>(), Err(Unknown));
    }
}
