//! Joining a tenant.

use super::open::{InvitationError, check, person_of, usable};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{
        error::{FieldError, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::{app, invitation, membership, person, tenant},
    people::{
        SignedIn,
        members::{in_audit, is_member},
        password, password_rules,
        set_up::is_name,
    },
    tenancy::{TenantScope, Tx, brand},
};
use domain::{app_limit::AppLimit, ids::PersonId, slug::Slug};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DbErr, EntityTrait, QueryFilter, SqlErr,
    sea_query::Expr,
};
use secrecy::SecretString;
use std::{collections::BTreeSet, net::IpAddr};

/// What a new person gives; their address is the invitation's.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Their name.
    pub name: String,
    /// Their password.
    pub password: SecretString,
}

/// Nobody joined.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The invitation can't be used.
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    /// Another person is signed in, or a person has this address and is not signed in.
    #[error("this invitation is for another e-mail address; sign in as the person who has it")]
    OtherPerson,
    /// Some fields won't do; each entry names its field: `name` or `password`.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
}

impl From<InternalError> for AcceptError {
    fn from(error: InternalError) -> Self {
        Self::Invitation(error.into())
    }
}

impl From<DbErr> for AcceptError {
    fn from(error: DbErr) -> Self {
        InternalError::from(error).into()
    }
}

/// Makes a person and lets them join; gives both the person and the tenant's slug.
///
/// # Errors
/// [`AcceptError`]; nothing is stored then.
pub async fn accept_as_new(
    services: &Services,
    token: &SecretString,
    new: NewPerson,
    address: Option<IpAddr>,
) -> Result<(PersonId, Slug), AcceptError> {
    let (scope, row) = usable(services, token).await?;
    if person_of(services, &row.email).await?.is_some() {
        return Err(AcceptError::OtherPerson);
    }
    let name = new.name.trim().to_owned();
    let mut errors = Vec::new();
    if !is_name(&name) {
        let message = "Enter your name, with 100 letters at most.";
        errors.push(FieldError::new("name", message));
    }
    let tenant = brand::of(&scope.read().await?).await?;
    let known = [&row.email, &name, &tenant.name].map(String::as_str);
    if let Some(weak) = password_rules::weakness(services, &new.password, &known).await? {
        errors.push(FieldError::new("password", weak.to_string()));
    }
    if !errors.is_empty() {
        return Err(AcceptError::Invalid(errors));
    }
    // Before the transaction, since hashing takes long and SQLite has one writer.
    let password_hash = password::hash(&*services.random, &new.password).await?;
    let tx = scope.write().await?;
    let row = take(services, &tx, &row).await?;
    let id: PersonId = services.new_id();
    let person = person::ActiveModel {
        id: Set(id),
        email: Set(row.email.clone()),
        name: Set(name.clone()),
        password_hash: Set(password_hash),
        created_at: Set(services.now()),
        last_seen_at: Set(None),
        ..Default::default()
    };
    let inserted = person::Entity::insert(person).exec_without_returning(&*tx);
    inserted.await.map_err(taken)?;
    let by = By::Person {
        id,
        name,
        email: row.email.clone(),
    };
    let slug = join(&scope, tx, row, id, by, address).await?;
    Ok((id, slug))
}

/// Somebody else with the same address was faster.
fn taken(error: DbErr) -> AcceptError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => AcceptError::OtherPerson,
        _ => error.into(),
    }
}

/// Lets the person who is signed in join, if the invitation is for their address.
/// Whom a tenant's single sign-on brought joins no other tenant.
///
/// # Errors
/// [`AcceptError`]; nothing is stored then.
pub async fn accept_as(
    services: &Services,
    token: &SecretString,
    signed_in: impl Into<SignedIn>,
    address: Option<IpAddr>,
) -> Result<Slug, AcceptError> {
    let signed_in = signed_in.into();
    let id = signed_in.person();
    let (scope, row) = usable(services, token).await?;
    // Without a tenant's scope: a person's own data belongs to none.
    let person = person::Entity::find_by_id(id)
        .row::<person::Model>(services.db.read())
        .await?;
    let person = person.filter(|person| signed_in.is_own_way() && person.email == row.email);
    let person = person.ok_or(AcceptError::OtherPerson)?;
    let tx = scope.write().await?;
    let row = take(services, &tx, &row).await?;
    let by = By::Person {
        id,
        name: person.name,
        email: person.email,
    };
    join(&scope, tx, row, id, by, address).await
}

/// Uses the invitation up; of two at once, one gets it.
async fn take(
    services: &Services,
    tx: &Tx,
    row: &invitation::Model,
) -> Result<invitation::Model, AcceptError> {
    let taken = tx
        .update::<invitation::Entity>()
        .filter(invitation::Column::Id.eq(row.id))
        .filter(invitation::Column::TokenHash.eq(row.token_hash.clone()))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::WithdrawnAt.is_null())
        .col_expr(
            invitation::Column::AcceptedAt,
            Expr::value(services.expiry_now()),
        )
        .exec(&**tx)
        .await?;
    if taken.rows_affected != 1 {
        return Err(InvitationError::Accepted.into());
    }
    // A password takes a moment to hash, in which the inviter may have gone.
    check(services, row).await?;
    Ok(row.clone())
}

/// Makes the membership. Whoever is a member already stays what they are.
async fn join(
    scope: &TenantScope,
    tx: Tx,
    row: invitation::Model,
    id: PersonId,
    by: By,
    address: Option<IpAddr>,
) -> Result<Slug, AcceptError> {
    let apps = still_there(&tx, &row.apps).await?;
    if !is_member(&tx, id).await? {
        let member = membership::ActiveModel {
            tenant_id: Set(tx.tenant()),
            person_id: Set(id),
            role: Set(row.role),
            apps: Set(apps.clone()),
            created_at: Set(scope.now()),
            columns: NotSet,
        };
        membership::Entity::insert(member)
            .exec_without_returning(&*tx)
            .await?;
    }
    let tenant = tenant::Entity::find_by_id(tx.tenant())
        .row::<tenant::Model>(&*tx)
        .await?;
    let tenant = tenant.ok_or(InvitationError::Unknown)?;
    let entry = Entry::new(by, Action::Joined, Target::person(id))
        .at(address)
        .detail(in_audit(row.role, &apps));
    audit::record(scope, &tx, &entry).await?;
    tx.commit().await?;
    Ok(tenant.slug)
}

/// The limit without apps that were removed since the invitation.
async fn still_there(tx: &Tx, apps: &AppLimit) -> Result<AppLimit, InternalError> {
    let Some(ids) = apps.ids() else {
        return Ok(AppLimit::All);
    };
    let apps: Vec<app::Model> = tx
        .by_keys::<app::Entity>(app::Column::Id, ids.collect())
        .rows(&**tx)
        .await?;
    let ids: BTreeSet<_> = apps.into_iter().map(|app| app.id).collect();
    Ok(AppLimit::Only(ids))
}
