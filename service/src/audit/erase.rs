//! Erasing what entries say of a person. That something was done stays, and the chain holds.

use super::{Action, By, Entry, Target, record, record::lock};
use crate::{
    actor::{Actor, Who},
    entity::audit_entry::{Column, Entity},
    error::{Fault, Forbidden},
};
use domain::{ids::PersonId, permission::Permission};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect, sea_query::Expr};

/// How many entries are changed in one transaction.
const BATCH: u64 = 500;

/// Whose fields are to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// A person of Mooring.
    Person(PersonId),
    /// Whoever has this e-mail address, such as a customer's admin.
    Email(String),
}

/// Nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// Owners alone erase.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Empties name, e-mail address and network address in the tenant's entries of
/// a person, and says in how many.
///
/// # Errors
/// See [`EraseError`].
pub async fn erase(actor: &Actor, whose: &Whose) -> Result<u64, EraseError> {
    actor.require(Permission::ManageMembers)?;
    if actor.only_app.is_some() {
        return Err(Forbidden.into());
    }
    let mut erased = 0;
    loop {
        let some = batch(actor, whose).await?;
        if some == 0 {
            return Ok(erased);
        }
        erased += some;
    }
}

async fn batch(actor: &Actor, whose: &Whose) -> Result<u64, Fault> {
    let tx = actor.write().await?;
    let (of, target) = match whose {
        Whose::Person(id) => (
            Condition::all()
                .add(Column::ActorKind.eq("person"))
                .add(Column::ActorId.eq(id.0)),
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
    let (key, _) = lock(actor.services(), &tx).await?;
    for number in &numbers {
        let mark = key.erasure(tx.tenant().0, *number);
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
    let mut entry =
        Entry::of(actor, Action::Erased, target).detail(format!("entries={}", numbers.len()));
    if let Some(id) = oneself(actor, whose) {
        // Who erases themselves doesn't leave their name behind in doing so.
        entry.by = By::Nameless { id };
        entry.address = None;
    }
    record(actor.services(), &tx, &entry).await?;
    tx.commit().await?;
    Ok(numbers.len() as u64)
}

fn oneself(actor: &Actor, whose: &Whose) -> Option<PersonId> {
    match (&actor.who, whose) {
        (Who::Person { id, .. }, Whose::Person(person)) => (id == person).then_some(*id),
        (Who::Person { id, email, .. }, Whose::Email(address)) => (email == address).then_some(*id),
        (Who::ApiToken { .. }, _) => None,
    }
}
