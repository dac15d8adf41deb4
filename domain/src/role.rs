//! What a person or an API token may do in a tenant.

use crate::permission::Permission;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A role in one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads access tokens, connections and events, checks connections and
    /// makes links; changes nothing else. Only API tokens can have it.
    Backend,
    /// Sees everything, changes nothing.
    Viewer,
    /// Customer success: finds accounts, checks them, sends reconnect links, edits what is
    /// known of customers.
    Success,
    /// Runs the apps: credentials, scopes, disconnecting.
    Operator,
    /// Everything, including members and keys.
    Owner,
}

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is one of owner, operator, success, viewer, and for API tokens also backend")]
pub struct NotARole;

impl Role {
    /// All roles of API tokens, the strongest first.
    pub const ALL: [Self; 5] = [
        Self::Owner,
        Self::Operator,
        Self::Success,
        Self::Viewer,
        Self::Backend,
    ];

    /// All roles of people, the strongest first; each includes the next.
    pub const OF_PEOPLE: [Self; 4] = [Self::Owner, Self::Operator, Self::Success, Self::Viewer];

    /// The code in the machine API, the command line and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Owner => "owner",
            Self::Operator => "operator",
            Self::Success => "success",
            Self::Viewer => "viewer",
        }
    }

    /// The role of a code, if people can have it.
    ///
    /// # Errors
    /// [`NotARole`].
    pub fn of_person(code: &str) -> Result<Self, NotARole> {
        code.parse()
            .ok()
            .filter(|role| Self::OF_PEOPLE.contains(role))
            .ok_or(NotARole)
    }

    /// The name that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Backend => "Backend",
            Self::Owner => "Owner",
            Self::Operator => "Operator",
            Self::Success => "Customer success",
            Self::Viewer => "Viewer",
        }
    }

    /// Whether the role includes the permission.
    pub const fn allows(self, permission: Permission) -> bool {
        match permission {
            Permission::Look => !matches!(self, Self::Backend),
            Permission::CheckConnections | Permission::SendLinks => !matches!(self, Self::Viewer),
            Permission::EditCustomers => {
                matches!(self, Self::Owner | Self::Operator | Self::Success)
            }
            Permission::ReadTokens => {
                matches!(self, Self::Owner | Self::Operator | Self::Backend)
            }
            Permission::Authorize
            | Permission::Disconnect
            | Permission::ManageApps
            | Permission::AddApps
            | Permission::ManageApiTokens
            | Permission::ManageMembers
            | Permission::ReadAudit
            | Permission::ManageViews => matches!(self, Self::Owner | Self::Operator),
            Permission::ManageKeys | Permission::ManageTenant => matches!(self, Self::Owner),
        }
    }

    /// Whether a person with this role may invite and remove people who have
    /// the other role. To change a role takes this for the old and the new one.
    pub const fn may_manage(self, other: Self) -> bool {
        match self {
            Self::Owner => !matches!(other, Self::Backend),
            Self::Operator => matches!(other, Self::Success | Self::Viewer),
            Self::Success | Self::Viewer | Self::Backend => false,
        }
    }

    /// What the role is for, in a sentence for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Owner => "Everything: people, keys, sign-in, deleting the tenant.",
            Self::Operator => "Runs apps too: secrets, permissions, API tokens, people below.",
            Self::Success => {
                "Sees accounts, checks them, sends links, edits contacts. Never sees a secret, never changes an app."
            }
            Self::Viewer => "Sees accounts and their history, changes nothing.",
            Self::Backend => "Reads access tokens over the machine API, and makes links.",
        }
    }

    /// Whether a person with this role may make and revoke API tokens with the other one.
    pub const fn may_give_to_api_token(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Operator => matches!(other, Self::Backend | Self::Success | Self::Viewer),
            Self::Success | Self::Viewer | Self::Backend => false,
        }
    }
}

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        Self::ALL
            .into_iter()
            .find(|r| r.code() == text)
            .ok_or(NotARole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stronger_role_may_all_that_a_weaker_may() {
        for permission in Permission::ALL {
            let allowed: Vec<_> = Role::OF_PEOPLE
                .into_iter()
                .rev()
                .map(|r| r.allows(permission))
                .collect();
            assert!(allowed.is_sorted(), "{permission:?}");
            assert_eq!(allowed.last(), Some(&true), "owners may everything");
        }
        assert!(!Role::Viewer.allows(Permission::SendLinks));
        assert!(!Role::Success.allows(Permission::ReadTokens));
    }

    /// security.md 80
    #[test]
    fn s80_a_backend_may_these_and_nothing_else() {
        let may = Permission::ALL
            .into_iter()
            .filter(|p| Role::Backend.allows(*p));
        assert_eq!(
            may.collect::<Vec<_>>(),
            [
                Permission::CheckConnections,
                Permission::SendLinks,
                Permission::ReadTokens,
            ]
        );
    }

    /// security.md 80
    #[test]
    fn s80_no_person_is_a_backend() {
        assert_eq!("backend".parse(), Ok(Role::Backend));
        assert_eq!(Role::of_person("backend"), Err(NotARole));
        for role in Role::OF_PEOPLE {
            assert_eq!(Role::of_person(role.code()), Ok(role));
        }
    }

    /// security.md 53
    #[test]
    fn s53_nobody_gives_a_person_more_than_they_have() {
        for (giver, given) in Role::ALL
            .into_iter()
            .flat_map(|giver| Role::ALL.map(|given| (giver, given)))
        {
            if giver.may_manage(given) {
                assert!(giver.allows(Permission::ManageMembers));
                let gains = Permission::ALL
                    .into_iter()
                    .find(|p| given.allows(*p) && !giver.allows(*p));
                assert_eq!(gains, None, "{giver:?} gives {given:?}");
            }
            assert!(!giver.may_manage(Role::Backend), "no person is a backend");
        }
        assert!(!Role::Operator.may_manage(Role::Operator));
        assert!(Role::Owner.may_manage(Role::Owner));
    }

    /// The rights of every role, as the documentation of the product has them.
    #[test]
    fn the_matrix_of_rights() {
        use Permission::*;
        let people: [(Role, &[Permission]); 4] = [
            (Role::Viewer, &[Look]),
            (
                Role::Success,
                &[Look, CheckConnections, SendLinks, EditCustomers],
            ),
            (
                Role::Operator,
                &[
                    Look,
                    CheckConnections,
                    SendLinks,
                    EditCustomers,
                    Authorize,
                    Disconnect,
                    ReadTokens,
                    ManageApps,
                    AddApps,
                    ManageApiTokens,
                    ManageMembers,
                    ReadAudit,
                    ManageViews,
                ],
            ),
            (Role::Owner, &Permission::ALL),
        ];
        for (role, rights) in people {
            let may = Permission::ALL.into_iter().filter(|p| role.allows(*p));
            assert_eq!(may.collect::<Vec<_>>(), rights, "{role:?}");
        }
    }

    #[test]
    fn nobody_gives_an_api_token_more_than_they_have() {
        for (giver, given) in Role::ALL
            .into_iter()
            .flat_map(|giver| Role::ALL.map(|given| (giver, given)))
        {
            if giver.may_give_to_api_token(given) {
                assert!(giver.allows(Permission::ManageApiTokens));
                let gains = Permission::ALL
                    .into_iter()
                    .find(|p| given.allows(*p) && !giver.allows(*p));
                assert_eq!(gains, None, "{giver:?} gives {given:?}");
            }
        }
        assert!(!Role::Operator.may_give_to_api_token(Role::Operator));
    }
}
