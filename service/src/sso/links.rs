//! Identities that belong to people: linked by themselves, barred when a member
//! is removed, and let in again by an owner.

use super::{
    person::{by, identity, member, store},
    refusal::Refusal,
    settings::{self, ChangeError},
};
use crate::{
    audit::{self, Action, Entry, Target},
    core::{error::InternalError, rows::Rows, services::Services},
    entity::{
        membership, person,
        sso_identity::{self, Column, Entity},
        sso_settings,
    },
    people::{SignedIn, members, membership::tenants_of, sessions},
    tenancy::{Actor, TenantScope, Tx, lookup::scope_of_slug},
};
use domain::{ids::PersonId, permission::Permission, slug::Slug, time::Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use std::{collections::HashSet, net::IpAddr};

/// Links an identity to a member. One that was somebody's who is no member any
/// more changes hands: whoever is here has just shown that it is theirs.
pub(super) async fn link(
    scope: &TenantScope,
    provider: &sso_settings::Model,
    subject: &str,
    id: PersonId,
    address: Option<IpAddr>,
) -> Result<(), Refusal> {
    let tx = scope.write().await?;
    members::lock(&tx).await?;
    settings::must_still_be(&tx, provider).await?;
    if member(&tx, id).await?.is_none() {
        return Err(Refusal::OtherPerson);
    }
    match identity(&tx, &provider.issuer, subject).await? {
        None => store(scope, &tx, (&provider.issuer, subject), id).await?,
        Some(found) if found.person_id == id => return Ok(()),
        Some(found) => {
            if member(&tx, found.person_id).await?.is_some() {
                return Err(Refusal::Taken);
            }
            tx.update::<Entity>()
                .filter(Column::Issuer.eq(&provider.issuer))
                .filter(Column::Subject.eq(subject))
                .col_expr(Column::PersonId, Expr::value(id))
                .col_expr(Column::BarredAt, Expr::value(None::<Timestamp>))
                .exec(&*tx)
                .await?;
        }
    }
    record(scope, &tx, id, "linked", address).await?;
    tx.commit().await?;
    Ok(())
}

async fn record(
    scope: &TenantScope,
    tx: &Tx,
    id: PersonId,
    detail: &str,
    address: Option<IpAddr>,
) -> Result<(), InternalError> {
    let entry = Entry::new(
        by(tx, id).await?,
        Action::SingleSignOnLinked,
        Target::person(id),
    );
    audit::record(scope, tx, &entry.detail(detail).at(address)).await?;
    Ok(())
}

/// A tenant of a person that has single sign-on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MyLink {
    /// The tenant.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// Since when the person is linked; `None` if they aren't.
    pub since: Option<Timestamp>,
}

/// The tenants of a person that have single sign-on, and whether it is linked.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn mine(services: &Services, signed_in: SignedIn) -> Result<Vec<MyLink>, InternalError> {
    let mut links = Vec::new();
    for tenant in tenants_of(services, signed_in).await? {
        let Some(scope) = scope_of_slug(services, &tenant.slug).await? else {
            continue;
        };
        let tx = scope.read().await?;
        let Some(settings) = settings::row(&tx).await? else {
            continue;
        };
        let own: Option<sso_identity::Model> = tx
            .all::<Entity>()
            .filter(Column::PersonId.eq(signed_in.person()))
            .filter(Column::Issuer.eq(settings.issuer))
            .row(&*tx)
            .await?;
        links.push(MyLink {
            slug: tenant.slug,
            name: tenant.name,
            since: own.map(|own| own.created_at),
        });
    }
    Ok(links)
}

/// A link was not ended.
#[derive(Debug, thiserror::Error)]
pub enum UnlinkError {
    /// The person has no link there, or no way in of their own.
    #[error("there is no such link")]
    NotFound,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for UnlinkError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Ends a person's link to a tenant's single sign-on, and the sessions that came
/// by it.
///
/// # Errors
/// [`UnlinkError`]; nothing is changed then.
pub async fn unlink(
    services: &Services,
    signed_in: SignedIn,
    slug: &Slug,
    address: Option<IpAddr>,
) -> Result<(), UnlinkError> {
    let scope = scope_of_slug(services, slug).await?;
    let scope = scope.filter(|_| signed_in.is_own_way());
    let scope = scope.ok_or(UnlinkError::NotFound)?;
    let id = signed_in.person();
    let tx = scope.write().await?;
    members::lock(&tx).await?;
    // The row also keeps out somebody who was removed: it is not theirs to delete.
    if member(&tx, id).await?.is_none() {
        return Err(UnlinkError::NotFound);
    }
    let gone = tx
        .delete::<Entity>()
        .filter(Column::PersonId.eq(id))
        .exec(&*tx)
        .await?;
    if gone.rows_affected == 0 {
        return Err(UnlinkError::NotFound);
    }
    sessions::end_by_single_sign_on(&tx, tx.tenant(), Some(id)).await?;
    record(&scope, &tx, id, "ended", address).await?;
    tx.commit().await?;
    Ok(())
}

/// Somebody who was removed and is not let in any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barred {
    /// Who it is.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their address, as the provider gave it.
    pub email: String,
    /// Since when.
    pub since: Timestamp,
}

/// Everybody who is not let in any more, the latest first: three queries.
///
/// # Errors
/// [`ChangeError`].
pub async fn barred(actor: &Actor) -> Result<Vec<Barred>, ChangeError> {
    actor.require(Permission::ManageTenant)?;
    let tx = actor.read().await?;
    let identities = tx.all::<Entity>().filter(Column::BarredAt.is_not_null());
    let identities: Vec<sso_identity::Model> = identities
        .readable(&*tx, "who is not let in any more")
        .await?;
    let ids: HashSet<_> = identities.iter().map(|one| one.person_id).collect();
    let still = tx
        .all::<membership::Entity>()
        .filter(membership::Column::PersonId.is_in(ids.iter().copied()));
    let still: Vec<membership::Model> = still.rows(&*tx).await?;
    let people: Vec<person::Model> = person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .readable(&*tx, "who is not let in any more")
        .await?;
    let mut barred: Vec<_> = people
        .into_iter()
        .filter(|person| still.iter().all(|member| member.person_id != person.id))
        .filter_map(|person| {
            let of_person = identities.iter().filter(|one| one.person_id == person.id);
            Some(Barred {
                id: person.id,
                email: person.shown_email(),
                name: person.name,
                since: of_person.filter_map(|one| one.barred_at).max()?,
            })
        })
        .collect();
    barred.sort_by_key(|one| std::cmp::Reverse(one.since));
    Ok(barred)
}

/// Lets somebody in again. They are a member once they sign in, with the role of
/// their groups.
///
/// # Errors
/// [`ChangeError`]; nothing is changed then.
pub async fn admit(actor: &Actor, id: PersonId) -> Result<(), ChangeError> {
    actor.require(Permission::ManageTenant)?;
    let tx = actor.write().await?;
    let done = tx
        .update::<Entity>()
        .filter(Column::PersonId.eq(id))
        .filter(Column::BarredAt.is_not_null())
        .col_expr(Column::BarredAt, Expr::value(None::<Timestamp>))
        .exec(&*tx)
        .await?;
    if done.rows_affected > 0 {
        let entry = Entry::of(actor, Action::SingleSignOnAdmitted, Target::person(id));
        audit::record(actor, &tx, &entry).await?;
        tx.commit().await?;
    }
    Ok(())
}
