//! The list of members.

use crate::{
    core::{error::InternalError, rows::Rows},
    entity::{membership, person},
    people::factors,
    tenancy::{Actor, TenantScope, Tx},
};
use domain::{app_limit::AppLimit, factor::Factors, ids::PersonId, role::Role, time::Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;

/// A member of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who it is.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Whether single sign-on is their only way in.
    pub single_sign_on: bool,
    /// Their second factors.
    pub factors: Factors,
    /// What they may do.
    pub role: Role,
    /// Which apps they may touch.
    pub apps: AppLimit,
    /// When they last used Mooring, to five minutes.
    pub last_seen_at: Option<Timestamp>,
    /// Since when they are a member.
    pub since: Timestamp,
}

/// All members, the strongest role first, then by name: a query each for memberships,
/// people and second factors.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn list(actor: &Actor) -> Result<Vec<Member>, InternalError> {
    list_in(actor.scope()).await
}

pub(crate) async fn list_in(scope: &TenantScope) -> Result<Vec<Member>, InternalError> {
    let tx = scope.read().await?;
    let members = tx.all::<membership::Entity>();
    let members: Vec<membership::Model> = members.readable(&*tx, "the members of a tenant").await?;
    with_people(&tx, members).await
}

/// One member.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn one(actor: &Actor, person: PersonId) -> Result<Option<Member>, InternalError> {
    let tx = actor.read().await?;
    let found = tx
        .all::<membership::Entity>()
        .filter(membership::Column::PersonId.eq(person))
        .row::<membership::Model>(&*tx)
        .await?;
    let mut members = with_people(&tx, found.into_iter().collect()).await?;
    Ok(members.pop())
}

async fn with_people(
    tx: &Tx,
    members: Vec<membership::Model>,
) -> Result<Vec<Member>, InternalError> {
    // People belong to no tenant; these are the members of this one.
    let people: Vec<person::Model> = person::Entity::find()
        .filter(person::Column::Id.is_in(members.iter().map(|member| member.person_id)))
        .readable(&**tx, "the people of a tenant")
        .await?;
    let ids = people.iter().map(|person| person.id).collect();
    let mut factors = factors::of_people(&**tx, ids).await?;
    let mut people: HashMap<_, _> = people.into_iter().map(|row| (row.id, row)).collect();
    let mut members: Vec<_> = members
        .into_iter()
        .filter_map(|member| {
            let person = people.remove(&member.person_id)?;
            Some(Member {
                id: person.id,
                single_sign_on: person.sso_tenant_id.is_some(),
                factors: factors.remove(&person.id).unwrap_or_default(),
                email: person.shown_email(),
                name: person.name,
                role: member.role,
                apps: member.apps,
                last_seen_at: person.last_seen_at,
                since: member.created_at,
            })
        })
        .collect();
    let rank = |role| Role::OF_PEOPLE.iter().position(|one| *one == role);
    members.sort_by(|a, b| {
        let key = |member: &Member| (rank(member.role), member.name.to_lowercase(), member.id);
        key(a).cmp(&key(b))
    });
    Ok(members)
}
