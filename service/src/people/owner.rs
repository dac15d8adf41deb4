//! Makes the owner of a tenant: at set-up or on the command line.

use super::{email, password, password_rules};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{
        database::Transaction,
        error::{FieldError, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::{membership, person, set_up, tenant},
    tenancy::TenantScope,
};
use domain::{
    app_limit::AppLimit,
    ids::{PersonId, TenantId},
    role::Role,
    slug::Slug,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DbErr, EntityTrait, QueryFilter, SqlErr,
};
use secrecy::SecretString;

/// Why the owner was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateOwnerError {
    /// The address or the password is not valid.
    #[error("{}", join(.0))]
    Invalid(Vec<FieldError>),
    /// Another person has this address already.
    #[error(
        "there is already a person with this e-mail address; use another one, or sign in as that person"
    )]
    AlreadyThere,
    /// The tenant is deleted, and not yet erased.
    #[error(
        "the tenant “{0}” is deleted: bring it back with `mooring tenants restore {0}`, or take another short name"
    )]
    Deleted(Slug),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// A new person, checked.
pub(super) struct Person {
    pub email: String,
    pub name: String,
    pub password_hash: String,
}

/// Makes an owner without a browser, and the tenant if there is none. Ends the set-up.
///
/// # Errors
/// See [`CreateOwnerError`].
pub async fn create(
    services: &Services,
    address: &str,
    slug: &Slug,
    password: &SecretString,
) -> Result<PersonId, CreateOwnerError> {
    let mut errors = Vec::new();
    let address = email::normalize(address).unwrap_or_else(|| {
        errors.push(FieldError::new("email", NOT_AN_ADDRESS));
        String::new()
    });
    let known = [&address, slug.as_str()];
    if let Some(weak) = password_rules::weakness(services, password, &known).await? {
        errors.push(FieldError::new("password", weak.to_string()));
    }
    if !errors.is_empty() {
        return Err(CreateOwnerError::Invalid(errors));
    }
    // Before the transaction, since hashing is slow and SQLite has one writer.
    let password_hash = password::hash(&*services.random, password).await?;
    let name = address.split('@').next().unwrap_or_default().to_owned();
    let tx = services
        .db
        .begin_write()
        .await
        .map_err(InternalError::from)?;
    // Without a tenant's scope: the tenant may not exist yet.
    let there = tenant::Entity::find()
        .filter(tenant::Column::Slug.eq(slug.as_str()))
        .row::<tenant::Model>(&tx)
        .await?;
    let tenant = match there {
        Some(tenant) if tenant.deleted_at.is_some() => {
            return Err(CreateOwnerError::Deleted(slug.clone()));
        }
        Some(tenant) => tenant.id,
        None => insert_tenant(services, &tx, slug, slug.as_str())
            .await
            .map_err(InternalError::from)?,
    };
    let person = Person {
        email: address,
        name,
        password_hash,
    };
    let tx = TenantScope::new(services, tenant).enter(tx).await?;
    let id = insert_owner(services, &tx, tenant, person)
        .await
        .map_err(taken)?;
    let entry = Entry::new(By::CommandLine, Action::OwnerCreated, Target::person(id));
    audit::record(services, &tx, &entry).await?;
    tx.commit().await?;
    tracing::info!(person.id = %id, tenant.slug = %slug, "an owner was made on the command line");
    Ok(id)
}

/// The message for a text that is no address.
pub(super) const NOT_AN_ADDRESS: &str =
    "This is not an e-mail address. Enter one such as anna@example.com.";

/// Adds a tenant.
pub(crate) async fn insert_tenant(
    services: &Services,
    tx: &Transaction,
    slug: &Slug,
    name: &str,
) -> Result<TenantId, DbErr> {
    let id = services.new_id();
    tenant::Entity::insert(tenant::ActiveModel {
        id: Set(id),
        slug: Set(slug.clone()),
        name: Set(name.to_owned()),
        created_at: Set(services.now()),
        ..Default::default()
    })
    .exec_without_returning(tx)
    .await?;
    Ok(id)
}

/// Adds a person as owner. Set-up is over then, so its token is removed.
pub(super) async fn insert_owner(
    services: &Services,
    tx: &Transaction,
    tenant: TenantId,
    person: Person,
) -> Result<PersonId, DbErr> {
    let (id, now) = (services.new_id(), services.now());
    person::Entity::insert(person::ActiveModel {
        id: Set(id),
        email: Set(person.email),
        name: Set(person.name),
        password_hash: Set(person.password_hash),
        created_at: Set(now),
        last_seen_at: Set(None),
        ..Default::default()
    })
    .exec_without_returning(tx)
    .await?;
    membership::Entity::insert(membership::ActiveModel {
        tenant_id: Set(tenant),
        person_id: Set(id),
        role: Set(Role::Owner),
        apps: Set(AppLimit::All),
        created_at: Set(now),
        columns: NotSet,
    })
    .exec_without_returning(tx)
    .await?;
    set_up::Entity::delete_many().exec(tx).await?;
    Ok(id)
}

fn taken(error: DbErr) -> CreateOwnerError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => CreateOwnerError::AlreadyThere,
        _ => InternalError::from(error).into(),
    }
}

fn join(errors: &[FieldError]) -> String {
    let messages: Vec<_> = errors
        .iter()
        .map(|e| format!("{}: {}", e.field, e.message))
        .collect();
    messages.join(" ")
}
