//! What stands behind an invitation. Looking at it uses nothing up.

use super::token_hash;
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::{invitation, person, tenant},
    people::membership,
    tenancy::{
        TenantBrand, TenantScope, brand,
        lookup::{self, Key},
    },
};
use domain::{ids::PersonId, role::Role, slug::Slug, time::Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;

/// An invitation can't be used.
#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    /// There is none with this token.
    #[error("this invitation is not known")]
    Unknown,
    /// Somebody joined with it.
    #[error("this invitation was accepted already")]
    Accepted,
    /// Its time is over.
    #[error("this invitation has expired")]
    Expired,
    /// Somebody withdrew it, or whoever made it may not invite any more.
    #[error("this invitation was withdrawn")]
    Withdrawn,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// How the invited person comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// They are new: they give a name and choose a password.
    AsNew,
    /// A person has this address: they sign in first.
    SignIn,
    /// That person is signed in.
    Confirm,
    /// Somebody else is signed in.
    OtherPerson,
}

/// An invitation that can be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenInvitation {
    /// The tenant's name.
    pub tenant_name: String,
    /// The tenant's slug.
    pub tenant_slug: Slug,
    /// The tenant's brand.
    pub brand: TenantBrand,
    /// Who is invited.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Whether it is for some apps alone.
    pub is_limited: bool,
    /// Who invited them; empty if the command line did.
    pub created_by: String,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// How to come in.
    pub joining: Joining,
}

/// What the invitation is, for whoever is signed in.
///
/// # Errors
/// [`InvitationError`].
pub async fn open(
    services: &Services,
    token: &SecretString,
    signed_in: Option<PersonId>,
) -> Result<OpenInvitation, InvitationError> {
    let (scope, row) = usable(services, token).await?;
    let tx = scope.read().await?;
    let tenant = tenant::Entity::find_by_id(scope.tenant())
        .row::<tenant::Model>(&*tx)
        .await?
        .ok_or(InvitationError::Unknown)?;
    let brand = brand::of_row(&tx, &tenant).await?;
    drop(tx);
    // Without a tenant's scope: whether there is a person with the address that the
    // invitation names.
    let person = person_of(services, &row.email).await?;
    let joining = match (person, signed_in) {
        (Some(person), Some(here)) if person == here => Joining::Confirm,
        (_, Some(_)) => Joining::OtherPerson,
        (Some(_), None) => Joining::SignIn,
        (None, None) => Joining::AsNew,
    };
    Ok(OpenInvitation {
        tenant_name: tenant.name,
        tenant_slug: tenant.slug,
        brand,
        email: row.email,
        role: row.role,
        is_limited: row.apps.is_limited(),
        created_by: row.created_by,
        expires_at: row.expires_at,
        joining,
    })
}

/// The person with this address.
pub(super) async fn person_of(
    services: &Services,
    email: &str,
) -> Result<Option<PersonId>, InternalError> {
    let row = person::Entity::find()
        .filter(person::Column::Email.eq(email))
        .row::<person::Model>(services.db.read())
        .await?;
    Ok(row.map(|person| person.id))
}

/// The row of an invitation that can be accepted, and the scope of its tenant.
pub(super) async fn usable(
    services: &Services,
    token: &SecretString,
) -> Result<(TenantScope, invitation::Model), InvitationError> {
    let scope = lookup::scope_of(services, Key::Invitation(token)).await?;
    let scope = scope.ok_or(InvitationError::Unknown)?;
    let tx = scope.read().await?;
    let row: invitation::Model = tx
        .all::<invitation::Entity>()
        .filter(invitation::Column::TokenHash.eq(token_hash(token)))
        .row(&*tx)
        .await?
        .ok_or(InvitationError::Unknown)?;
    drop(tx);
    check(services, &row).await?;
    Ok((scope, row))
}

/// Whether it can be accepted. Whoever made it must still be able to: somebody
/// who was removed has left no way back in.
pub(super) async fn check(
    services: &Services,
    row: &invitation::Model,
) -> Result<(), InvitationError> {
    if row.accepted_at.is_some() {
        return Err(InvitationError::Accepted);
    }
    if row.withdrawn_at.is_some() {
        return Err(InvitationError::Withdrawn);
    }
    if row.expires_at <= services.expiry_now() {
        return Err(InvitationError::Expired);
    }
    let Some(inviter) = row.inviter_id else {
        return Ok(());
    };
    let inviter = membership::of(services, row.tenant_id, inviter).await?;
    let may = inviter.is_some_and(|m| !m.apps.is_limited() && m.role.may_manage(row.role));
    if may {
        Ok(())
    } else {
        Err(InvitationError::Withdrawn)
    }
}
