//! Who changes people and invitations.

use crate::{
    audit::{Action, By, Entry, Target},
    core::error::Forbidden,
    tenancy::{Actor, TenantScope, Who},
};
use domain::{ids::PersonId, permission::Permission, role::Role};

/// Whoever runs a command where Mooring runs has the database and the keys
/// anyway, so the command line needs no role.
#[derive(Clone, Copy)]
pub(crate) enum ChangedBy<'a> {
    /// A member of the tenant.
    Member(&'a Actor),
    /// A command, in the tenant that it names.
    CommandLine(&'a TenantScope),
}

impl<'a> ChangedBy<'a> {
    pub fn scope(self) -> &'a TenantScope {
        match self {
            Self::Member(actor) => actor.scope(),
            Self::CommandLine(scope) => scope,
        }
    }

    /// The person, if it is one.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Member(actor) => actor.person(),
            Self::CommandLine(_) => None,
        }
    }

    /// The name that pages show; empty for the command line.
    pub fn name(self) -> String {
        match self {
            Self::Member(actor) => By::from(&actor.who).name().unwrap_or_default(),
            Self::CommandLine(_) => String::new(),
        }
    }

    /// The person's address, if it is one.
    pub fn email(self) -> Option<String> {
        match self {
            Self::Member(actor) => match &actor.who {
                Who::Person { email, .. } => Some(email.clone()),
                Who::ApiToken { .. } => None,
            },
            Self::CommandLine(_) => None,
        }
    }

    pub fn require(self, permission: Permission) -> Result<(), Forbidden> {
        match self {
            Self::Member(actor) => actor.require(permission),
            Self::CommandLine(_) => Ok(()),
        }
    }

    /// Whether they may invite and remove people with this role.
    pub fn may_manage(self, role: Role) -> bool {
        match self {
            Self::Member(actor) => actor.role.may_manage(role),
            Self::CommandLine(_) => Role::OF_PEOPLE.contains(&role),
        }
    }

    /// An entry of the audit.
    pub fn entry(self, action: Action, target: Target) -> Entry {
        match self {
            Self::Member(actor) => Entry::of(actor, action, target),
            Self::CommandLine(_) => Entry::new(By::CommandLine, action, target),
        }
    }
}
