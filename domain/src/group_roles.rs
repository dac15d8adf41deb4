//! Which groups at a provider of single sign-on give which role.

use crate::role::Role;
use std::{fmt, str::FromStr};

/// Groups and the role that each gives, in the order in which they were entered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupRoles(Vec<(String, Role)>);

/// The list can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GroupRolesError {
    /// Too long a name, or one with control characters.
    #[error("A group has 1 to 200 characters on one line.")]
    BadName,
    /// The same group twice: nobody could tell which role counts.
    #[error("One group is in the list twice. Leave it once.")]
    Twice,
    /// Too many groups.
    #[error("There are more than 50 groups. Give fewer, such as one for each role.")]
    TooMany,
    /// No role of people.
    #[error("a role is one of owner, operator, success, viewer")]
    BadRole,
}

/// More groups than that are a mistake.
const MOST: usize = 50;

impl GroupRoles {
    /// A list of groups. Names are compared letter by letter, since providers do
    /// not agree on anything else.
    ///
    /// # Errors
    /// [`GroupRolesError`].
    pub fn new(list: Vec<(String, Role)>) -> Result<Self, GroupRolesError> {
        if list.len() > MOST {
            return Err(GroupRolesError::TooMany);
        }
        for (at, (group, role)) in list.iter().enumerate() {
            let good = (1..=200).contains(&group.chars().count())
                && group.trim() == group
                && !group.contains(char::is_control);
            if !good {
                return Err(GroupRolesError::BadName);
            }
            if !Role::OF_PEOPLE.contains(role) {
                return Err(GroupRolesError::BadRole);
            }
            if list.iter().take(at).any(|(before, _)| before == group) {
                return Err(GroupRolesError::Twice);
            }
        }
        Ok(Self(list))
    }

    /// The groups and their roles.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Role)> {
        self.0.iter().map(|(group, role)| (group.as_str(), *role))
    }

    /// Whether no group gives a role.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The strongest role of somebody's groups; `others` if none is in the list,
    /// where `None` means that they are not let in.
    pub fn role_of(&self, groups: &[String], others: Option<Role>) -> Option<Role> {
        let given = |wanted: Role| {
            self.iter()
                .any(|(group, role)| role == wanted && groups.iter().any(|one| one == group))
        };
        let strongest = Role::OF_PEOPLE.into_iter().find(|role| given(*role));
        strongest.or(others)
    }
}

/// A line a group: the role's code, a blank, the group.
impl fmt::Display for GroupRoles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self
            .iter()
            .map(|(group, role)| format!("{} {group}", role.code()))
            .collect();
        f.write_str(&lines.join("\n"))
    }
}

impl FromStr for GroupRoles {
    type Err = GroupRolesError;

    fn from_str(text: &str) -> Result<Self, GroupRolesError> {
        let line = |line: &str| {
            let (role, group) = line.split_once(' ').ok_or(GroupRolesError::BadRole)?;
            let role = Role::of_person(role).map_err(|_| GroupRolesError::BadRole)?;
            Ok((group.to_owned(), role))
        };
        let list = text.lines().map(line).collect::<Result<_, _>>()?;
        Self::new(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(groups: &[(&str, Role)]) -> Result<GroupRoles, GroupRolesError> {
        let groups = groups
            .iter()
            .map(|(group, role)| ((*group).to_owned(), *role));
        GroupRoles::new(groups.collect())
    }

    #[test]
    fn the_strongest_of_somebodys_groups_counts() {
        let roles = list(&[("all staff", Role::Viewer), ("ops", Role::Operator)]).unwrap();
        let role = |groups: &[&str], others| {
            let groups: Vec<_> = groups.iter().map(|group| (*group).to_owned()).collect();
            roles.role_of(&groups, others)
        };
        assert_eq!(role(&["all staff", "ops"], None), Some(Role::Operator));
        assert_eq!(role(&["all staff"], None), Some(Role::Viewer));
        assert_eq!(role(&["OPS", "op", "ops "], None), None, "letter by letter");
        assert_eq!(role(&[], Some(Role::Success)), Some(Role::Success));
    }

    #[test]
    fn a_list_survives_being_stored() {
        for groups in [&[][..], &[("a b", Role::Owner), ("ü/c", Role::Success)][..]] {
            let roles = list(groups).unwrap();
            assert_eq!(roles.to_string().parse(), Ok(roles));
        }
        assert_eq!(
            "backend a".parse::<GroupRoles>(),
            Err(GroupRolesError::BadRole)
        );
        assert_eq!("owner".parse::<GroupRoles>(), Err(GroupRolesError::BadRole));
    }

    #[test]
    fn lists_that_nobody_could_mean_are_refused() {
        let twice = [("ops", Role::Operator), ("ops", Role::Viewer)];
        assert_eq!(list(&twice), Err(GroupRolesError::Twice));
        for name in ["", " ops", "a\nowner b", &"x".repeat(201)] {
            assert_eq!(list(&[(name, Role::Viewer)]), Err(GroupRolesError::BadName));
        }
        assert_eq!(list(&[("a", Role::Backend)]), Err(GroupRolesError::BadRole));
        let many = (0..51).map(|n| (n.to_string(), Role::Viewer)).collect();
        assert_eq!(GroupRoles::new(many), Err(GroupRolesError::TooMany));
    }
}
