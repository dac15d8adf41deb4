//! Every scope that Gorgias documents, with its meaning in plain words.
//!
//! Source: Gorgias, "OAuth2 Scopes".

use crate::scope::{Scope, ScopeSet};

/// What kind of thing a scope gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Sign-in and renewal; belongs to no resource.
    Basic,
    /// Reading one resource.
    Read,
    /// Changing one resource; does not include reading it.
    Write,
    /// Still granted, but Gorgias has announced its removal.
    Deprecated,
}

/// One documented scope.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code as it is sent, such as `tickets:read`.
    pub code: &'static str,
    /// The resource's name for people, such as "Tickets"; "Basics" for basic scopes.
    pub resource: &'static str,
    /// What it allows: a sentence without a full stop.
    pub meaning: &'static str,
    /// Its kind.
    pub kind: Kind,
}

macro_rules! catalogue {
    ($($code:literal $resource:literal $kind:ident $meaning:literal;)*) => {
        &[$(Entry { code: $code, resource: $resource, kind: Kind::$kind, meaning: $meaning }),*]
    };
}

/// All documented scopes, in the order in which pages show them.
pub const CATALOGUE: &[Entry] = catalogue! {
    "openid" "Basics" Basic "Know who approved the app";
    "email" "Basics" Basic "See the e-mail address of the person who approves";
    "profile" "Basics" Basic "See the name of the person who approves";
    "offline" "Basics" Basic "Stay connected: without it, access ends after a day";
    "account:read" "Account" Read "See account-wide settings such as business hours";
    "account:write" "Account" Write "Change account-wide settings and the account's owner";
    "users:read" "Users" Read "See the helpdesk's users: names, e-mail addresses, roles, teams";
    "users:write" "Users" Write "Add, change and remove the helpdesk's users";
    "customers:read" "Customers" Read "See shoppers' names, e-mail addresses, notes and shop data";
    "customers:write" "Customers" Write "Add, change and remove shoppers' records";
    "tickets:read" "Tickets" Read "See tickets, their messages, tags and views";
    "tickets:write" "Tickets" Write "Create, change and remove tickets, messages and views";
    "custom_fields:read" "Custom fields" Read "See custom fields and how they are set up";
    "custom_fields:write" "Custom fields" Write "Add, change and remove custom fields";
    "events:read" "Events" Read "See what was changed in the account, when and by whom";
    "events:write" "Events" Write "Add entries to the account's record of changes";
    "integrations:read" "Integrations" Read "See connected integrations and widgets";
    "integrations:write" "Integrations" Write "Add, change and remove integrations and widgets";
    "jobs:read" "Jobs" Read "See long-running jobs such as exports";
    "jobs:write" "Jobs" Write "Start and stop long-running jobs such as exports";
    "macros:read" "Macros" Read "See macros and how they are set up";
    "macros:write" "Macros" Write "Add, change and remove macros";
    "rules:read" "Rules" Read "See automation rules and how they are set up";
    "rules:write" "Rules" Write "Add, change and remove automation rules";
    "satisfaction_survey:read" "Satisfaction surveys" Read "See satisfaction surveys and their answers";
    "satisfaction_survey:write" "Satisfaction surveys" Write "Create and change satisfaction surveys";
    "statistics:read" "Statistics" Read "See support metrics of the account";
    "tags:read" "Tags" Read "See tags that tickets can carry";
    "tags:write" "Tags" Write "Add, change and remove tags";
    "apps:read" "Apps" Read "See which apps are installed";
    "apps:write" "Apps" Write "Uninstall apps";
    "write:all" "Everything" Deprecated "Everything the approving person may do; Gorgias will remove this permission";
};

impl Entry {
    /// The scope itself.
    pub fn scope(&self) -> Scope {
        Scope::known(self.code)
    }
}

/// The entry of a scope, or `None` if Gorgias doesn't document it.
pub fn find(scope: &Scope) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|e| e.code == scope.as_str())
}

/// The entries grouped by resource, in the catalogue's order.
pub fn by_resource() -> impl Iterator<Item = (&'static str, &'static [Entry])> {
    CATALOGUE
        .chunk_by(|a, b| a.resource == b.resource)
        .filter_map(|group| Some((group.first()?.resource, group)))
}

/// The scopes of a new app: signing in and staying connected.
pub fn basics() -> ScopeSet {
    CATALOGUE
        .iter()
        .filter(|e| e.kind == Kind::Basic)
        .map(Entry::scope)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_a_scope_and_stands_once() {
        let codes: ScopeSet = CATALOGUE.iter().map(Entry::scope).collect();
        assert_eq!(codes.len(), CATALOGUE.len());
        assert_eq!(CATALOGUE.len(), 4 + 2 * 13 + 1 + 1);
        for e in CATALOGUE {
            assert!(e.code.parse::<Scope>().is_ok());
            assert!(!e.meaning.ends_with('.'));
        }
    }

    #[test]
    fn a_code_tells_its_kind() {
        for e in CATALOGUE {
            let kind = match e.code {
                "write:all" => Kind::Deprecated,
                c if c.ends_with(":read") => Kind::Read,
                c if c.ends_with(":write") => Kind::Write,
                _ => Kind::Basic,
            };
            assert_eq!(e.kind, kind, "{}", e.code);
        }
        assert_eq!(by_resource().count(), 16);
    }
}
