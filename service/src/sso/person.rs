//! Who came by single sign-on: the person of an identity, made at the first
//! sign-in, and the role that their groups give.

use super::{refusal::Refusal, settings};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{error::InternalError, rows::Rows},
    entity::{
        membership, person,
        sso_identity::{self, Column, Entity},
        sso_settings,
    },
    oidc::{GOOGLE, Profile, ProfileError},
    people::{
        email,
        members::{self, MemberError},
        sessions,
    },
    tenancy::{TenantScope, Tx},
};
use domain::{app_limit::AppLimit, ids::PersonId, role::Role};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::Expr,
};
use std::net::IpAddr;

/// Begins what stands in place of the address of a person whom single sign-on
/// brought. Addresses are kept in small letters, so nobody's is ever looked up
/// as this, whatever is typed.
const NO_ADDRESS: &str = "SSO:";

/// The person of the identity, as a member with the role of their groups.
pub(super) async fn sign_in(
    scope: &TenantScope,
    provider: &sso_settings::Model,
    subject: &str,
    profile: &Profile,
    address: Option<IpAddr>,
) -> Result<PersonId, Refusal> {
    let email = email::normalize(&profile.email);
    let email = email.ok_or(Refusal::Profile(ProfileError::NoEmail))?;
    let role = provider.roles.role_of(&profile.groups, provider.others);
    let role = role.filter(|_| is_of_domain(provider, profile, &email));
    let tx = scope.write().await?;
    // Of two first sign-ins at once, one makes the person.
    members::lock(&tx).await?;
    settings::must_still_be(&tx, provider).await?;
    let found = identity(&tx, &provider.issuer, subject).await?;
    let member = match &found {
        Some(identity) => member(&tx, identity.person_id).await?,
        None => None,
    };
    if let Some(identity) = &found
        && member.is_none()
        && identity.barred_at.is_some()
    {
        return Err(Refusal::Removed);
    }
    let Some(role) = role else {
        if let Some(identity) = &found {
            // They aren't let in any more, also not where they still are.
            let person = Some(identity.person_id);
            sessions::end_by_single_sign_on(&tx, tx.tenant(), person).await?;
            tx.commit().await?;
        }
        return Err(Refusal::NotLetIn);
    };
    let id = match found {
        Some(identity) => identity.person_id,
        None => {
            make(
                scope,
                &tx,
                (&provider.issuer, subject),
                (&email, &profile.name),
            )
            .await?
        }
    };
    tx.update::<Entity>()
        .filter(Column::Issuer.eq(&provider.issuer))
        .filter(Column::Subject.eq(subject))
        .col_expr(Column::LastUsedAt, Expr::value(scope.now()))
        .exec(&*tx)
        .await?;
    // Only of people whom this tenant brought: others are their own masters.
    person::Entity::update_many()
        .filter(person::Column::Id.eq(id))
        .filter(person::Column::SsoTenantId.eq(tx.tenant()))
        .col_expr(person::Column::Name, Expr::value(&profile.name))
        .col_expr(person::Column::ContactEmail, Expr::value(&email))
        .exec(&*tx)
        .await?;
    let by = by(&tx, id).await?;
    let entry = |action| Entry::new(by.clone(), action, Target::person(id)).at(address);
    match member {
        None => {
            join(scope, &tx, id, role).await?;
            let joined = entry(Action::Joined).detail(members::in_audit(role, &AppLimit::All));
            audit::record(scope, &tx, &joined).await?;
        }
        // Without groups, members' roles are given by hand.
        Some(_) if provider.roles.is_empty() => (),
        Some(member) => {
            if let Some(detail) = give(&tx, &member, role).await? {
                let changed = entry(Action::RoleChanged).detail(detail);
                audit::record(scope, &tx, &changed).await?;
            }
        }
    }
    let signed_in = Entry::new(by, Action::SignedIn, Target::tenant()).at(address);
    audit::record(scope, &tx, &signed_in.detail("sso")).await?;
    tx.commit().await?;
    Ok(id)
}

/// Records that it is still the person of this session: the same identity.
pub(super) async fn confirm(
    scope: &TenantScope,
    provider: &sso_settings::Model,
    subject: &str,
    id: PersonId,
    address: Option<IpAddr>,
) -> Result<(), Refusal> {
    let tx = scope.write().await?;
    members::lock(&tx).await?;
    settings::must_still_be(&tx, provider).await?;
    let found = identity(&tx, &provider.issuer, subject).await?;
    if found.is_none_or(|found| found.person_id != id) {
        return Err(Refusal::OtherPerson);
    }
    let entry = Entry::new(by(&tx, id).await?, Action::Confirmed, Target::tenant());
    audit::record(scope, &tx, &entry.detail("sso").at(address)).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether an address is of the domain that the settings name, if they do.
fn is_of_domain(provider: &sso_settings::Model, profile: &Profile, email: &str) -> bool {
    let Some(wanted) = &provider.email_domain else {
        return true;
    };
    let own = email.rsplit_once('@').map(|(_, domain)| domain);
    // An account of everybody's at Google may have any address that once was verified.
    let hosted = provider.issuer.trim_end_matches('/') != GOOGLE
        || profile.hosted_domain.as_ref() == Some(wanted);
    own == Some(wanted) && hosted
}

/// The identity of a subject.
pub(super) async fn identity(
    tx: &Tx,
    issuer: &str,
    subject: &str,
) -> Result<Option<sso_identity::Model>, InternalError> {
    tx.all::<Entity>()
        .filter(Column::Issuer.eq(issuer))
        .filter(Column::Subject.eq(subject))
        .row(&**tx)
        .await
}

pub(super) async fn member(
    tx: &Tx,
    person: PersonId,
) -> Result<Option<membership::Model>, InternalError> {
    tx.all::<membership::Entity>()
        .filter(membership::Column::PersonId.eq(person))
        .row(&**tx)
        .await
}

/// The person for the audit.
pub(super) async fn by(tx: &Tx, id: PersonId) -> Result<By, InternalError> {
    // Without a tenant's scope: a person's own data belongs to none.
    let person = person::Entity::find_by_id(id)
        .row::<person::Model>(&**tx)
        .await?;
    let person = person.ok_or_else(|| InternalError::inconsistent("people", "id", id))?;
    Ok(By::Person {
        id,
        email: person.shown_email(),
        name: person.name,
    })
}

/// A new person, always: whoever has the same address as a person of this
/// installation is not shown to be that person.
async fn make(
    scope: &TenantScope,
    tx: &Tx,
    (issuer, subject): (&str, &str),
    (email, name): (&str, &str),
) -> Result<PersonId, InternalError> {
    let id: PersonId = scope.new_id();
    let row = person::ActiveModel {
        id: Set(id),
        email: Set(format!("{NO_ADDRESS}{id}")),
        name: Set(name.to_owned()),
        // No password has this hash.
        password_hash: Set(String::new()),
        created_at: Set(scope.now()),
        last_seen_at: Set(None),
        sso_tenant_id: Set(Some(tx.tenant())),
        contact_email: Set(Some(email.to_owned())),
    };
    person::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await?;
    store(scope, tx, (issuer, subject), id).await?;
    Ok(id)
}

/// Stores an identity of a person.
pub(super) async fn store(
    scope: &TenantScope,
    tx: &Tx,
    (issuer, subject): (&str, &str),
    person: PersonId,
) -> Result<(), InternalError> {
    let row = sso_identity::ActiveModel {
        tenant_id: Set(tx.tenant()),
        issuer: Set(issuer.to_owned()),
        subject: Set(subject.to_owned()),
        person_id: Set(person),
        created_at: Set(scope.now()),
        last_used_at: Set(None),
        barred_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

async fn join(scope: &TenantScope, tx: &Tx, id: PersonId, role: Role) -> Result<(), InternalError> {
    let row = membership::ActiveModel {
        tenant_id: Set(tx.tenant()),
        person_id: Set(id),
        role: Set(role),
        apps: Set(AppLimit::All),
        created_at: Set(scope.now()),
        columns: NotSet,
    };
    membership::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Gives a member the role of their groups; what the audit says about it. The
/// last owner stays owner, and apps stay limited as they were.
async fn give(tx: &Tx, member: &membership::Model, role: Role) -> Result<Option<String>, Refusal> {
    if member.role == role {
        return Ok(None);
    }
    if member.role == Role::Owner {
        match members::must_not_be_last_owner(tx, member.person_id).await {
            Ok(()) => (),
            Err(MemberError::Internal(error)) => return Err(error.into()),
            Err(_) => return Ok(None),
        }
    }
    let apps = match role {
        Role::Owner => AppLimit::All,
        _ => member.apps.clone(),
    };
    tx.update::<membership::Entity>()
        .filter(membership::Column::PersonId.eq(member.person_id))
        .col_expr(membership::Column::Role, Expr::value(role))
        .col_expr(membership::Column::Apps, Expr::value(apps.clone()))
        .exec(&**tx)
        .await?;
    let before = members::in_audit(member.role, &member.apps);
    let now = members::in_audit(role, &apps);
    Ok(Some(format!("from {before} to {now} by sso")))
}
