//! Entries as sentences, made from the texts of their action.

use super::{AuditRow, Outcome};
use domain::role::Role;
use std::fmt;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The actor.
    Who(String),
    /// What it was done to.
    Target(String),
    /// Other words.
    Words(String),
}

/// A sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence(pub Vec<Part>);

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Who(text) | Part::Target(text) | Part::Words(text) => f.write_str(text),
        })
    }
}

impl AuditRow {
    /// What people read.
    pub fn sentence(&self) -> Sentence {
        let texts = self.action.texts();
        let text = match self.outcome {
            Outcome::Done => texts.done,
            Outcome::Refused => texts.refused,
        };
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('[') {
            parts.extend(self.filled(before).unwrap_or_default());
            let (optional, after) = after.split_once(']').unwrap_or((after, ""));
            parts.extend(self.filled(optional).unwrap_or_default());
            rest = after;
        }
        parts.extend(self.filled(rest).unwrap_or_default());
        Sentence(parts)
    }

    /// The text with its places filled in; `None` if there is nothing for one.
    fn filled(&self, text: &str) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}')?;
            if !before.is_empty() {
                parts.push(Part::Words(before.to_owned()));
            }
            parts.push(self.part(place)?);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Words(rest.to_owned()));
        }
        Some(parts)
    }

    fn part(&self, place: &str) -> Option<Part> {
        let role = |code: Option<&str>| {
            let role = code?.parse::<Role>().ok()?;
            Some(Part::Words(role.label().to_lowercase()))
        };
        match place {
            "who" => Some(Part::Who(self.who())),
            "by" => (self.actor_kind == "person").then(|| Part::Who(self.who())),
            "target" => Some(Part::Target(self.to_what())),
            "person" => (self.target_kind == "person").then(|| Part::Target(self.to_what())),
            "role" => role(self.values("role").last()),
            "from" => role(
                self.values("role")
                    .next()
                    .filter(|_| self.values("role").count() > 1),
            ),
            "detail" => Some(Part::Words(self.detail.trim_end_matches('.').to_owned()))
                .filter(|_| !self.detail.is_empty()),
            _ => {
                let name = place.strip_prefix('=')?;
                let value = self.values(name).next()?;
                Some(Part::Words(value.to_owned()))
            }
        }
    }

    /// The values of a name in the detail, such as `role=viewer`.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self
            .detail
            .split(' ')
            .filter_map(|word| word.split_once('='));
        pairs
            .filter(move |(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// The actor in words.
    pub fn who(&self) -> String {
        let kind = match self.actor_kind.as_str() {
            "person" => "Somebody of the tenant",
            "api_token" => "An API token",
            "customer" => "The customer",
            "mooring" => "Mooring",
            "somebody" => "Somebody",
            _ => "The command line",
        };
        match &self.actor_name {
            Some(name) if self.actor_kind == "api_token" => format!("The API token {name}"),
            Some(name) => name.clone(),
            None if self.erased => format!("{kind}, erased"),
            None => kind.to_owned(),
        }
    }

    /// The target in words, without any id.
    fn to_what(&self) -> String {
        let known = self.target_name.as_deref();
        match self.target_kind.as_str() {
            "person" if self.target_id.is_some() && self.target_id == self.actor_id => {
                "themselves".to_owned()
            }
            "person" => known.unwrap_or("somebody who is gone").to_owned(),
            "invitation" => known.unwrap_or("somebody").to_owned(),
            "tenant" => "this tenant".to_owned(),
            "data_key" => "a data key".to_owned(),
            "passkey" => "a passkey".to_owned(),
            "api_token" => format!("the API token {}", self.target),
            _ => self.target.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Action;
    use domain::time::Timestamp;
    use uuid::Uuid;

    fn row(action: Action, outcome: Outcome) -> AuditRow {
        AuditRow {
            number: 7,
            at: Timestamp(0),
            actor_kind: "person".into(),
            actor_id: Some(Uuid::from_u128(1)),
            actor_name: Some("Ann Lee".into()),
            actor_email: Some("ann@acme.example".into()),
            address: None,
            erased: false,
            action,
            target_kind: "person".into(),
            target_id: Some(Uuid::from_u128(2)),
            target: String::new(),
            target_name: Some("Ben Cole".into()),
            outcome,
            detail: String::new(),
            repeats: 0,
        }
    }

    fn said(row: &AuditRow) -> String {
        row.sentence().to_string()
    }

    #[test]
    fn a_change_of_a_role_names_both_people_and_both_roles() {
        let mut row = row(Action::RoleChanged, Outcome::Done);
        assert_eq!(said(&row), "Ann Lee changed the role of Ben Cole");
        row.detail = "from role=viewer apps=all to role=operator apps=all".into();
        assert_eq!(
            said(&row),
            "Ann Lee changed the role of Ben Cole from viewer to operator"
        );
        row.target_name = None;
        row.actor_name = None;
        row.erased = true;
        assert_eq!(
            said(&row),
            "Somebody of the tenant, erased changed the role of somebody who is gone from viewer to operator"
        );
    }

    #[test]
    fn what_is_missing_leaves_no_hole() {
        let mut row = row(Action::Invited, Outcome::Done);
        row.detail = "role=success apps=all".into();
        assert_eq!(said(&row), "Ann Lee invited Ben Cole as customer success");
        row.action = Action::Erased;
        assert_eq!(said(&row), "Ann Lee erased personal data");
        row.detail = "entries=12".into();
        assert_eq!(said(&row), "Ann Lee erased personal data in 12 entries");
        (row.action, row.outcome) = (Action::SignedIn, Outcome::Refused);
        row.actor_kind = "somebody".into();
        assert_eq!(said(&row), "A sign-in as Ben Cole failed");
        row.actor_kind = "person".into();
        row.target_kind = "tenant".into();
        assert_eq!(said(&row), "A sign-in as Ann Lee failed");
        row.actor_kind = "mooring".into();
        assert_eq!(said(&row), "A sign-in failed");
    }

    #[test]
    fn every_action_has_two_sentences_without_an_id_or_an_open_place() {
        for action in Action::ALL {
            for outcome in [Outcome::Done, Outcome::Refused] {
                let mut one = row(*action, outcome);
                for detail in ["", "role=viewer apps=all", "entries=3 through=9"] {
                    one.detail = detail.into();
                    let said = said(&one);
                    assert!(
                        said.chars().next().is_some_and(char::is_uppercase),
                        "{said}"
                    );
                    assert!(!said.contains(['{', '}', '[', ']']), "{action:?}: {said}");
                    assert!(!said.contains("0000"), "{action:?} names an id: {said}");
                    assert!(!said.ends_with([' ', ',', ':', '.']), "{action:?}: {said}");
                }
            }
            let texts = action.texts();
            for text in [texts.done, texts.refused] {
                for place in text.split('{').skip(1) {
                    let name = place.split('}').next().unwrap_or_default();
                    let known = ["who", "by", "target", "person", "role", "from", "detail"];
                    let is_known = known.contains(&name) || name.starts_with('=');
                    assert!(is_known, "{action:?}: {text}");
                }
            }
        }
    }
}
