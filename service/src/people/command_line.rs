//! What the command line does with people. There is no permission check: whoever
//! can run a command has the database and the keys anyway.

use super::{
    changed_by::ChangedBy,
    email,
    invitations::{self, InviteError, Invited, NewInvitation, Passing},
    members::{self, Member, MemberError},
};
use crate::{
    core::{error::InternalError, services::Services},
    tenancy::{TenantScope, lookup::scope_of_slug},
};
use domain::{app_limit::AppLimit, role::Role, slug::Slug};

/// A command was not done.
#[derive(Debug, thiserror::Error)]
pub enum PeopleCommandError {
    /// There is no such tenant.
    #[error("there is no tenant “{0}”")]
    NoTenant(Slug),
    /// Nobody with this address is a member.
    #[error(
        "nobody with the address {email} is a member of {tenant}; `mooring people list` names all"
    )]
    NoMember {
        /// The tenant.
        tenant: Slug,
        /// The address.
        email: String,
    },
    /// What was given won't do.
    #[error("{0}")]
    Invalid(String),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<MemberError> for PeopleCommandError {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::Internal(error) => Self::Internal(error),
            MemberError::Invalid(errors) => Self::Invalid(joined(errors)),
            other => Self::Invalid(other.to_string()),
        }
    }
}

impl From<InviteError> for PeopleCommandError {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::Internal(error) => Self::Internal(error),
            InviteError::Invalid(errors) => Self::Invalid(joined(errors)),
            other => Self::Invalid(other.to_string()),
        }
    }
}

fn joined(errors: Vec<crate::core::error::FieldError>) -> String {
    let messages: Vec<_> = errors.into_iter().map(|error| error.message).collect();
    messages.join(" ")
}

/// The members of a tenant.
///
/// # Errors
/// [`PeopleCommandError`].
pub async fn list(services: &Services, tenant: &Slug) -> Result<Vec<Member>, PeopleCommandError> {
    Ok(members::list_in(&scope(services, tenant).await?).await?)
}

/// Invites people, as many as `emails` names, for every app.
///
/// # Errors
/// [`PeopleCommandError`]; nobody is invited then.
pub async fn invite(
    services: &Services,
    tenant: &Slug,
    emails: &str,
    role: Role,
    passing: Passing,
) -> Result<Vec<Invited>, PeopleCommandError> {
    let scope = scope(services, tenant).await?;
    let new = NewInvitation {
        emails: emails.to_owned(),
        role,
        apps: AppLimit::All,
    };
    Ok(invitations::invite_by(ChangedBy::CommandLine(&scope), new, passing).await?)
}

/// Gives a member another role. A limit to some apps stays, but for owners.
///
/// # Errors
/// [`PeopleCommandError`]; nothing is changed then.
pub async fn change_role(
    services: &Services,
    tenant: &Slug,
    email: &str,
    role: Role,
) -> Result<(), PeopleCommandError> {
    let scope = scope(services, tenant).await?;
    let member = find(&scope, tenant, email).await?;
    let by = ChangedBy::CommandLine(&scope);
    let apps = if role == Role::Owner {
        AppLimit::All
    } else {
        member.apps
    };
    members::change_by(by, member.id, role, &apps).await?;
    Ok(())
}

/// Removes a member.
///
/// # Errors
/// [`PeopleCommandError`]; nothing is changed then.
pub async fn remove(
    services: &Services,
    tenant: &Slug,
    email: &str,
) -> Result<(), PeopleCommandError> {
    let scope = scope(services, tenant).await?;
    let member = find(&scope, tenant, email).await?;
    members::remove_by(ChangedBy::CommandLine(&scope), member.id).await?;
    Ok(())
}

async fn scope(services: &Services, tenant: &Slug) -> Result<TenantScope, PeopleCommandError> {
    let scope = scope_of_slug(services, tenant).await?;
    scope.ok_or_else(|| PeopleCommandError::NoTenant(tenant.clone()))
}

async fn find(
    scope: &TenantScope,
    tenant: &Slug,
    typed: &str,
) -> Result<Member, PeopleCommandError> {
    let members = members::list_in(scope).await?;
    let email = email::normalize(typed);
    let found = members
        .into_iter()
        .find(|m| Some(&m.email) == email.as_ref());
    found.ok_or_else(|| PeopleCommandError::NoMember {
        tenant: tenant.clone(),
        email: typed.to_owned(),
    })
}
