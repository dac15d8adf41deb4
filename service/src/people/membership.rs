//! The tenants and roles of a person.

use crate::{
    core::{
        error::InternalError,
        queries,
        rows::{Rows, or_log},
        services::Services,
    },
    entity::{person, tenant},
    people::{SignedIn, factors},
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
    /// Whether the session has to be begun anew by single sign-on to open it.
    pub by_single_sign_on: bool,
    /// Whether the person has to set up a second factor to open it.
    pub needs_second_factor: bool,
}

/// A person, for the head of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSummary {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their e-mail address; of people whom single sign-on brought, as the
    /// provider gave it. It names nobody: two people may have the same one.
    pub email: String,
    /// How they are signed in.
    pub signed_in: SignedIn,
}

/// What a tenant is to somebody who is signed in.
pub enum Opened {
    /// A member, who may come in as they are signed in.
    Actor(Box<Actor>),
    /// A member, who has to come by single sign-on.
    BySingleSignOn,
    /// A member, who has to set up a second factor before.
    NeedsSecondFactor,
    /// No member, or there is no such tenant; nobody can tell the two apart.
    Not,
}

/// The person as actor in the tenant. `None` if there is no such tenant or their
/// session doesn't open it; nobody can tell the two apart.
///
/// # Errors
/// If the database failed or holds an unknown role.
pub async fn actor(
    services: &Services,
    signed_in: impl Into<SignedIn>,
    slug: &Slug,
) -> Result<Option<Actor>, InternalError> {
    match open(services, signed_in.into(), slug).await? {
        Opened::Actor(actor) => Ok(Some(*actor)),
        Opened::BySingleSignOn | Opened::NeedsSecondFactor | Opened::Not => Ok(None),
    }
}

/// As [`actor`], but tells a member why their session doesn't open the tenant.
///
/// # Errors
/// As [`actor`].
pub async fn open(
    services: &Services,
    signed_in: SignedIn,
    slug: &Slug,
) -> Result<Opened, InternalError> {
    // Without a tenant's scope: this proves the right to one. Read at every
    // request, so that a removal takes effect at once.
    let db = services.db.read();
    let by_slug = tenant::Entity::find().filter(tenant::Column::Slug.eq(slug.as_str()));
    let by_id = person::Entity::find_by_id(signed_in.person());
    let found = tokio::try_join!(
        by_slug.row::<tenant::Model>(db),
        by_id.row::<person::Model>(db)
    )?;
    let (Some(tenant), Some(person)) = found else {
        return Ok(Opened::Not);
    };
    let member = member(services, tenant.id, signed_in.person()).await?;
    let Some(member) = member.filter(|_| signed_in.reaches(tenant.id)) else {
        return Ok(Opened::Not);
    };
    let membership = member.read()?;
    if !member.lets_in(signed_in, membership.role) {
        return Ok(Opened::BySingleSignOn);
    }
    if tenant.second_factor && !has_second_factor(services, signed_in).await? {
        return Ok(Opened::NeedsSecondFactor);
    }
    Ok(Opened::Actor(Box::new(Actor::new(
        services,
        tenant,
        Who::Person {
            id: person.id,
            email: person.shown_email(),
            name: person.name,
        },
        membership.role,
        membership.apps,
    ))))
}

/// A member for whom the worker goes on with what they started. `None` once they don't
/// belong to the tenant any more. It asks for no session: they had one as they started it.
pub(crate) async fn on_behalf_of(
    services: &Services,
    tenant: TenantId,
    id: PersonId,
) -> Result<Option<Actor>, InternalError> {
    let Some(membership) = of(services, tenant, id).await? else {
        return Ok(None);
    };
    // Without a tenant's scope, as in `open`.
    let db = services.db.read();
    let found = tokio::try_join!(
        tenant::Entity::find_by_id(tenant).row::<tenant::Model>(db),
        person::Entity::find_by_id(id).row::<person::Model>(db)
    )?;
    let (Some(tenant), Some(person)) = found else {
        return Ok(None);
    };
    let who = Who::Person {
        id,
        email: person.shown_email(),
        name: person.name,
    };
    let Membership { role, apps } = membership;
    Ok(Some(Actor::new(services, tenant, who, role, apps)))
}

/// Whether a session is of somebody with a second factor. Whoever came by single
/// sign-on was asked by the provider, as far as it asks.
async fn has_second_factor(
    services: &Services,
    signed_in: SignedIn,
) -> Result<bool, InternalError> {
    if !signed_in.is_own_way() {
        return Ok(true);
    }
    let factors = factors::of_person(services, signed_in.person()).await?;
    Ok(!factors.is_empty())
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

/// What the person may do in the tenant, if they belong to it; however they
/// come in. What a session may do tells [`of_session`].
pub(crate) async fn of(
    services: &Services,
    tenant: TenantId,
    person: PersonId,
) -> Result<Option<Membership>, InternalError> {
    let member = member(services, tenant, person).await?;
    member.map(|member| member.read()).transpose()
}

/// What somebody may do in the tenant as they are signed in.
pub(crate) async fn of_session(
    services: &Services,
    tenant: TenantId,
    signed_in: SignedIn,
) -> Result<Option<Membership>, InternalError> {
    let member = member(services, tenant, signed_in.person()).await?;
    let Some(member) = member.filter(|_| signed_in.reaches(tenant)) else {
        return Ok(None);
    };
    let membership = member.read()?;
    if !member.lets_in(signed_in, membership.role) {
        return Ok(None);
    }
    // Without a tenant's scope, as in `open`.
    let tenant = tenant::Entity::find_by_id(tenant)
        .row::<tenant::Model>(services.db.read())
        .await?;
    if tenant.is_some_and(|tenant| tenant.second_factor)
        && !has_second_factor(services, signed_in).await?
    {
        return Ok(None);
    }
    Ok(Some(membership))
}

async fn member(
    services: &Services,
    tenant: TenantId,
    person: PersonId,
) -> Result<Option<Member>, InternalError> {
    let members = of_person(services, person).await?;
    Ok(members.into_iter().find(|m| m.tenant_id == tenant))
}

/// A membership, read before a tenant is known.
#[derive(FromQueryResult)]
struct Member {
    tenant_id: TenantId,
    role: String,
    apps: String,
    /// Whether the tenant lets only owners in otherwise than by single sign-on.
    sso_only: bool,
}

impl Member {
    /// Whether a session that reaches the tenant opens it. Owners keep their own
    /// way in, so that a fault at the provider locks nobody out for good.
    fn lets_in(&self, signed_in: SignedIn, role: Role) -> bool {
        !self.sso_only || !signed_in.is_own_way() || role == Role::Owner
    }

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

/// The tenants that somebody may know of as they are signed in, sorted by name.
///
/// # Errors
/// If the database failed or holds an unknown role or slug.
pub async fn tenants_of(
    services: &Services,
    signed_in: impl Into<SignedIn>,
) -> Result<Vec<TenantOfPerson>, InternalError> {
    // Without a tenant's scope: these are one person's own memberships, in every tenant.
    let signed_in = signed_in.into();
    let db = services.db.read();
    let mut members = of_person(services, signed_in.person()).await?;
    members.retain(|member| signed_in.reaches(member.tenant_id));
    let tenants = tenant::Entity::find()
        .filter(tenant::Column::Id.is_in(members.iter().map(|m| m.tenant_id)))
        .order_by_asc(tenant::Column::Name)
        .order_by_asc(tenant::Column::Slug)
        .readable::<tenant::Model>(db, WANTED_FOR)
        .await?;
    let asked = tenants.iter().any(|tenant| tenant.second_factor);
    let lacks = asked && !has_second_factor(services, signed_in).await?;
    let of_person = |tenant: tenant::Model| {
        let member = members.iter().find(|m| m.tenant_id == tenant.id)?;
        let role = or_log(member.read(), WANTED_FOR)?.role;
        Some(TenantOfPerson {
            slug: tenant.slug,
            role,
            by_single_sign_on: !member.lets_in(signed_in, role),
            needs_second_factor: tenant.second_factor && lacks,
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
    signed_in: impl Into<SignedIn>,
) -> Result<Option<PersonSummary>, InternalError> {
    // Without a tenant's scope: a person's own data belongs to no tenant.
    let signed_in = signed_in.into();
    let row = person::Entity::find_by_id(signed_in.person())
        .row::<person::Model>(services.db.read())
        .await?;
    Ok(row.map(|p| PersonSummary {
        id: p.id,
        email: p.shown_email(),
        name: p.name,
        signed_in,
    }))
}
