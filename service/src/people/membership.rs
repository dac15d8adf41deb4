//! The tenants and roles of a person.

use crate::{
    core::{
        error::InternalError,
        queries,
        rows::{Rows, or_log},
        services::Services,
    },
    entity::{person, tenant},
    tenancy::{Actor, Who},
};
use domain::{
    app_limit::AppLimit,
    ids::{AppId, PersonId, TenantId},
    permission::Permission,
    role::Role,
    slug::Slug,
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, sea_query::Expr,
};

/// The purpose that the log names if a row can't be read.
const WANTED_FOR: &str = "the tenants of a person";

/// A tenant as a member sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantOfPerson {
    /// The tenant's slug.
    pub slug: Slug,
    /// The tenant's name.
    pub name: String,
    /// The person's role there.
    pub role: Role,
}

/// A person, for the head of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSummary {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
}

/// The person as actor in the tenant. `None` if there is no such tenant or the
/// person doesn't belong to it; nobody can tell the two apart.
///
/// # Errors
/// If the database failed or holds an unknown role.
pub async fn actor(
    services: &Services,
    person: PersonId,
    slug: &Slug,
) -> Result<Option<Actor>, InternalError> {
    // Without a tenant's scope: this proves the right to one. Read at every
    // request, so that a removal takes effect at once.
    let db = services.db.read();
    let by_slug = tenant::Entity::find().filter(tenant::Column::Slug.eq(slug.as_str()));
    let by_id = person::Entity::find_by_id(person);
    let found = tokio::try_join!(
        by_slug.row::<tenant::Model>(db),
        by_id.row::<person::Model>(db)
    )?;
    let (Some(tenant), Some(person)) = found else {
        return Ok(None);
    };
    let Some(membership) = of(services, tenant.id, person.id).await? else {
        return Ok(None);
    };
    Ok(Some(Actor::new(
        services,
        tenant,
        Who::Person {
            id: person.id,
            name: person.name,
            email: person.email,
        },
        membership.role,
        membership.apps,
    )))
}

/// What a person may do in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Membership {
    /// Their role.
    pub role: Role,
    /// Which apps they may touch.
    pub apps: AppLimit,
}

impl Membership {
    /// Whether it includes the permission for this app.
    pub fn may(&self, permission: Permission, app: AppId) -> bool {
        self.role.allows(permission) && self.apps.includes(app)
    }
}

/// What the person may do in the tenant, if they belong to it.
pub(crate) async fn of(
    services: &Services,
    tenant: TenantId,
    person: PersonId,
) -> Result<Option<Membership>, InternalError> {
    let members = of_person(services, person).await?;
    let member = members.into_iter().find(|m| m.tenant_id == tenant);
    member.map(|member| member.read()).transpose()
}

/// A membership, read before a tenant is known.
#[derive(FromQueryResult)]
struct Member {
    tenant_id: TenantId,
    role: String,
    apps: String,
}

impl Member {
    fn read(&self) -> Result<Membership, InternalError> {
        let bad = |column| {
            let whose = format_args!("of a member of {}", self.tenant_id).to_string();
            InternalError::inconsistent("memberships", column, whose)
        };
        Ok(Membership {
            role: Role::of_person(&self.role).map_err(|_| bad("role"))?,
            apps: self.apps.parse().map_err(|_| bad("apps"))?,
        })
    }
}

/// The person's memberships in all tenants. On PostgreSQL a function finds
/// them, since the table's policy would need a tenant.
async fn of_person(services: &Services, person: PersonId) -> Result<Vec<Member>, InternalError> {
    let statement = queries::MEMBERSHIPS_OF.with(&services.db, [person.into()]);
    Ok(Member::find_by_statement(statement)
        .all(services.db.read())
        .await?)
}

/// The deleted tenants, not yet erased, of which the person is an owner.
pub(crate) async fn deleted_and_owned(
    services: &Services,
    person: PersonId,
) -> Result<Vec<TenantId>, InternalError> {
    // Without a tenant's scope: these are one person's own memberships.
    let statement = queries::DELETED_MEMBERSHIPS_OF.with(&services.db, [person.into()]);
    let members = Member::find_by_statement(statement)
        .all(services.db.read())
        .await?;
    let owned = members.into_iter().filter(|member| {
        member
            .read()
            .is_ok_and(|m| m.role == Role::Owner && !m.apps.is_limited())
    });
    Ok(owned.map(|member| member.tenant_id).collect())
}

/// Whether the person owns a tenant.
pub(crate) async fn owns_a_tenant(
    services: &Services,
    person: PersonId,
) -> Result<bool, InternalError> {
    let members = of_person(services, person).await?;
    Ok(members.iter().any(|member| {
        member
            .read()
            .is_ok_and(|m| m.role == Role::Owner && !m.apps.is_limited())
    }))
}

/// The person's tenants, sorted by name.
///
/// # Errors
/// If the database failed or holds an unknown role or slug.
pub async fn tenants_of(
    services: &Services,
    person: PersonId,
) -> Result<Vec<TenantOfPerson>, InternalError> {
    // Without a tenant's scope: these are one person's own memberships, in every tenant.
    let db = services.db.read();
    let members = of_person(services, person).await?;
    let tenants = tenant::Entity::find()
        .filter(tenant::Column::Id.is_in(members.iter().map(|m| m.tenant_id)))
        .order_by_asc(tenant::Column::Name)
        .order_by_asc(tenant::Column::Slug)
        .readable::<tenant::Model>(db, WANTED_FOR)
        .await?;
    let of_person = |tenant: tenant::Model| {
        let member = members.iter().find(|m| m.tenant_id == tenant.id)?;
        Some(TenantOfPerson {
            slug: tenant.slug,
            role: or_log(member.read(), WANTED_FOR)?.role,
            name: tenant.name,
        })
    };
    Ok(tenants.into_iter().filter_map(of_person).collect())
}

/// Notes that somebody was seen. Without a tenant's scope: a person's own data
/// belongs to none.
///
/// # Errors
/// If the database failed.
pub async fn seen(services: &Services, person: PersonId) -> Result<(), InternalError> {
    let tx = services.db.begin_write().await?;
    person::Entity::update_many()
        .col_expr(person::Column::LastSeenAt, Expr::value(services.now()))
        .filter(person::Column::Id.eq(person))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The ids of the tenants that the person belongs to.
pub(crate) async fn tenant_ids(
    services: &Services,
    person: PersonId,
) -> Result<Vec<TenantId>, InternalError> {
    // Without a tenant's scope, as above.
    let members = of_person(services, person).await?;
    Ok(members.into_iter().map(|member| member.tenant_id).collect())
}

/// The person's name and e-mail address.
///
/// # Errors
/// If the database failed.
pub async fn person(
    services: &Services,
    id: PersonId,
) -> Result<Option<PersonSummary>, InternalError> {
    // Without a tenant's scope: a person's own data belongs to no tenant.
    let row = person::Entity::find_by_id(id)
        .row::<person::Model>(services.db.read())
        .await?;
    Ok(row.map(|p| PersonSummary {
        id: p.id,
        name: p.name,
        email: p.email,
    }))
}
