//! Permissions in words, for people who don't know scopes.

use crate::{
    scope::ScopeSet,
    scope_catalogue::{CATALOGUE, Kind},
};

/// What an app may do, in one language.
pub struct PermissionWords {
    /// Before what it may see.
    pub see: &'static str,
    /// Before what it may change.
    pub change: &'static str,
    /// Everything: what, and the rest of the line.
    pub everything: (&'static str, &'static str),
    /// Staying connected: what, and the rest of the line.
    pub stay: (&'static str, &'static str),
    /// Knowing who approved.
    pub know: &'static str,
    /// The rest of that line, with its colon.
    pub name: &'static str,
    /// The same.
    pub email: &'static str,
    /// The same.
    pub name_and_email: &'static str,
    /// Before permissions that the catalogue doesn't have.
    pub newer: &'static str,
    /// What there is to see and to change.
    pub resources: Resources,
    /// Between the last two of several things, with its blanks.
    pub and: fn(last: &str) -> &'static str,
    /// Unfolds the names of so many permissions.
    pub by_name: fn(count: usize) -> String,
}

/// What there is to see and to change in a helpdesk.
#[derive(Debug, Clone, Copy)]
pub struct Resources {
    /// `account`.
    pub account: &'static str,
    /// `users`.
    pub users: &'static str,
    /// `customers`.
    pub customers: &'static str,
    /// `tickets`.
    pub tickets: &'static str,
    /// `custom_fields`.
    pub custom_fields: &'static str,
    /// `events`.
    pub events: &'static str,
    /// `integrations`.
    pub integrations: &'static str,
    /// `jobs`.
    pub jobs: &'static str,
    /// `macros`.
    pub macros: &'static str,
    /// `rules`.
    pub rules: &'static str,
    /// `satisfaction_survey`.
    pub satisfaction_surveys: &'static str,
    /// `statistics`.
    pub statistics: &'static str,
    /// `tags`.
    pub tags: &'static str,
    /// `apps`.
    pub apps: &'static str,
}

impl Resources {
    /// The words for the resource of a scope's code; `None` for basics.
    pub fn of(&self, code: &str) -> Option<&'static str> {
        Some(match code.split_once(':')?.0 {
            "account" => self.account,
            "users" => self.users,
            "customers" => self.customers,
            "tickets" => self.tickets,
            "custom_fields" => self.custom_fields,
            "events" => self.events,
            "integrations" => self.integrations,
            "jobs" => self.jobs,
            "macros" => self.macros,
            "rules" => self.rules,
            "satisfaction_survey" => self.satisfaction_surveys,
            "statistics" => self.statistics,
            "tags" => self.tags,
            "apps" => self.apps,
            _ => return None,
        })
    }
}

/// What stands in front of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// Seeing.
    See,
    /// Changing.
    Change,
    /// Staying connected.
    Stay,
    /// Knowing who approved.
    Know,
    /// Anything newer.
    Newer,
}

/// One thing that an app may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionLine {
    /// What stands in front of it.
    pub icon: Icon,
    /// What it is, in bold.
    pub what: &'static str,
    /// The rest of the line; empty, or it begins with a blank or a colon.
    pub rest: String,
}

impl PermissionWords {
    /// `a, b and c`.
    pub fn list(&self, words: &[String]) -> String {
        match words {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{}{}{last}", first.join(", "), (self.and)(last)),
        }
    }

    /// The resources of which the set holds a scope of this kind.
    fn resources(&self, scopes: &ScopeSet, kind: Kind) -> Vec<String> {
        CATALOGUE
            .iter()
            .filter(|entry| entry.kind == kind && scopes.contains(entry.code))
            .filter_map(|entry| self.resources.of(entry.code))
            .map(str::to_owned)
            .collect()
    }

    /// What an app may do, one line each: see, change, stay connected, know who approved.
    pub fn lines(&self, scopes: &ScopeSet) -> Vec<PermissionLine> {
        let mut lines = Vec::new();
        let mut add = |icon, what, rest: &str| {
            let blank = match icon {
                Icon::Know => "",
                Icon::See | Icon::Change | Icon::Stay | Icon::Newer => " ",
            };
            let rest = format!("{blank}{rest}");
            lines.push(PermissionLine { icon, what, rest });
        };
        let (see, change) = (
            self.resources(scopes, Kind::Read),
            self.resources(scopes, Kind::Write),
        );
        if !see.is_empty() {
            add(Icon::See, self.see, &self.list(&see));
        }
        if !change.is_empty() {
            add(Icon::Change, self.change, &self.list(&change));
        }
        if scopes.contains("write:all") {
            add(Icon::Change, self.everything.0, self.everything.1);
        }
        if scopes.contains("offline") {
            add(Icon::Stay, self.stay.0, self.stay.1);
        }
        let who = match (scopes.contains("profile"), scopes.contains("email")) {
            (true, true) => self.name_and_email,
            (true, false) => self.name,
            (false, true) => self.email,
            (false, false) => "",
        };
        if scopes.contains("openid") || !who.is_empty() {
            add(Icon::Know, self.know, who);
        }
        let unknown: Vec<_> = scopes
            .iter()
            .filter(|scope| scope.entry().is_none())
            .map(ToString::to_string)
            .collect();
        if !unknown.is_empty() {
            add(Icon::Newer, self.newer, &self.list(&unknown));
        }
        lines
    }
}
