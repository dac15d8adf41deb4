//! What a person or an API token may do in a tenant.

use crate::permission::Permission;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A role in one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything, changes nothing.
    Viewer,
    /// Customer success: finds accounts, checks them, sends reconnect links.
    Success,
    /// Runs the apps: credentials, scopes, disconnecting; the role of a backend.
    Operator,
    /// Everything, also members and keys.
    Owner,
}

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is one of owner, operator, success, viewer")]
pub struct NotARole;

impl Role {
    /// All roles, the strongest first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Operator, Self::Success, Self::Viewer];

    /// The code in the machine API, the command line and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Operator => "operator",
            Self::Success => "success",
            Self::Viewer => "viewer",
        }
    }

    /// The name that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Operator => "Operator",
            Self::Success => "Customer success",
            Self::Viewer => "Viewer",
        }
    }

    /// Whether the role includes the permission.
    pub const fn allows(self, permission: Permission) -> bool {
        match permission {
            Permission::Look => true,
            Permission::CheckConnections | Permission::SendLinks => !matches!(self, Self::Viewer),
            Permission::ReadTokens
            | Permission::Authorize
            | Permission::Disconnect
            | Permission::ManageApps
            | Permission::ReadAudit => matches!(self, Self::Owner | Self::Operator),
            Permission::ManageApiTokens | Permission::ManageKeys | Permission::ManageMembers => {
                matches!(self, Self::Owner)
            }
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
            let allowed: Vec<_> = Role::ALL
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
}
