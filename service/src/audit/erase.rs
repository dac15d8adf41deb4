//! Erases the personal fields of a person's entries. The actions stay, and the
//! chain stays valid.

use super::{
    Action, By, Entry, Target,
    record::{lock, record},
};
use crate::{
    core::{
        error::{Forbidden, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::{
        audit_entry::{Column, Entity},
        tenant,
    },
    tenancy::{Actor, TenantScope, Who},
};
use domain::{ids::PersonId, permission::Permission, slug::Slug};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

/// How many entries are changed in one transaction.
const BATCH: u64 = 500;

/// Whose fields are erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// A person of Mooring.
    Person(PersonId),
    /// The person with this e-mail address, such as a customer's admin.
    Email(String),
}

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// Only owners may erase.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such tenant.
    #[error("there is no tenant “{0}”; correct --tenant")]
    NoTenant(Slug),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Empties name, e-mail address and network address in the entries of a person
/// in the tenant, and gives the number of entries.
///
/// # Errors
/// See [`EraseError`].
pub async fn erase(actor: &Actor, whose: &Whose) -> Result<u64, EraseError> {
    actor.require(Permission::ManageTenant)?;
    all(actor.scope(), whose, |target| erasing(actor, whose, target)).await
}

/// As [`erase`], for the command line on Mooring's machine.
///
/// # Errors
/// [`EraseError::NoTenant`] if there is none with this short name, and there was none.
pub async fn erase_on_command_line(
    services: &Services,
    slug: &Slug,
    whose: &Whose,
) -> Result<u64, EraseError> {
    // Without a tenant's scope: the slug is looked up to get one.
    // Of tenants that were erased the audit is left, and others may have had the name since.
    let named = tenant::Column::Slug.eq(slug.as_str());
    let tenants: Vec<tenant::Model> = tenant::Entity::find()
        .filter(named.or(tenant::Column::FormerSlug.eq(slug.as_str())))
        .rows(services.db.read())
        .await?;
    if tenants.is_empty() {
        return Err(EraseError::NoTenant(slug.clone()));
    }
    let mut erased = 0;
    for tenant in tenants {
        let scope = TenantScope::new(services, tenant.id);
        let entry = |target| Entry::new(By::CommandLine, Action::Erased, target);
        erased += all(&scope, whose, entry).await?;
    }
    Ok(erased)
}

async fn all(
    scope: &TenantScope,
    whose: &Whose,
    entry: impl Fn(Target) -> Entry,
) -> Result<u64, EraseError> {
    let mut erased = 0;
    loop {
        let some = batch(scope, whose, &entry).await?;
        if some == 0 {
            return Ok(erased);
        }
        erased += some;
    }
}

async fn batch(
    scope: &TenantScope,
    whose: &Whose,
    entry: &impl Fn(Target) -> Entry,
) -> Result<u64, InternalError> {
    let tx = scope.write().await?;
    let (of, target) = match whose {
        Whose::Person(id) => (
            Condition::all()
                .add(Column::ActorKind.eq("person"))
                .add(Column::ActorId.eq(*id)),
            Target::person(*id),
        ),
        Whose::Email(email) => (
            Condition::all().add(Column::ActorEmail.eq(email.as_str())),
            Target::tenant(),
        ),
    };
    let numbers: Vec<i64> = tx
        .all::<Entity>()
        .select_only()
        .column(Column::Number)
        .filter(of)
        .filter(
            Condition::any()
                .add(Column::ActorName.is_not_null())
                .add(Column::ActorEmail.is_not_null())
                .add(Column::Address.is_not_null()),
        )
        .limit(BATCH)
        .into_tuple()
        .all(&*tx)
        .await?;
    if numbers.is_empty() {
        return Ok(0);
    }
    let (key, _) = lock(scope, &tx).await?;
    for number in &numbers {
        let mark = key.erasure(tx.tenant(), *number);
        tx.update::<Entity>()
            .filter(Column::Number.eq(*number))
            .col_expr(Column::ActorName, Expr::value(Option::<String>::None))
            .col_expr(Column::ActorEmail, Expr::value(Option::<String>::None))
            .col_expr(Column::Address, Expr::value(Option::<String>::None))
            .col_expr(Column::Salt, Expr::value(Option::<Vec<u8>>::None))
            .col_expr(Column::Erasure, Expr::value(mark))
            .exec(&*tx)
            .await?;
    }
    let entry = entry(target).detail(format!("entries={}", numbers.len()));
    record(scope, &tx, &entry).await?;
    tx.commit().await?;
    Ok(numbers.len() as u64)
}

fn erasing(actor: &Actor, whose: &Whose, target: Target) -> Entry {
    let entry = Entry::of(actor, Action::Erased, target);
    match oneself(actor, whose) {
        // A person who erases their own fields doesn't leave a name in this entry.
        Some(id) => Entry {
            by: By::Nameless { id },
            address: None,
            ..entry
        },
        None => entry,
    }
}

fn oneself(actor: &Actor, whose: &Whose) -> Option<PersonId> {
    match (&actor.who, whose) {
        (Who::Person { id, .. }, Whose::Person(person)) => (id == person).then_some(*id),
        (Who::Person { id, email, .. }, Whose::Email(address)) => (email == address).then_some(*id),
        (Who::ApiToken { .. }, _) => None,
    }
}
