//! Takes all second factors off somebody who lost them: only whoever runs Mooring can.

use super::{authenticator, of_one, recovery_codes};
use crate::{
    audit::{Action, By, Entry, Target, record},
    core::{database::Transaction, error::InternalError, services::Services},
    entity::person,
    people::{
        membership::{self, PersonSummary},
        notices::{self, Notice},
        passkeys, password, sessions,
    },
    tenancy::TenantScope,
};
use domain::{
    factor::{Factor, Factors},
    ids::PersonId,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

/// Takes them off and gives which those were. If there were any, the password and all
/// sessions end as well, and the person is told; [`note_removed`] records it afterwards.
pub(crate) async fn take_off_all(
    services: &Services,
    tx: &Transaction,
    person: &PersonSummary,
) -> Result<Factors, InternalError> {
    let factors = of_one(tx, person.id).await?;
    passkeys::remove_all(tx, person.id).await?;
    authenticator::remove(tx, person.id).await?;
    recovery_codes::forget(tx, person.id).await?;
    if !factors.is_empty() {
        // Else whoever knows it came in by it alone, before the link is used.
        person::Entity::update_many()
            .col_expr(person::Column::PasswordHash, Expr::value(password::NOBODY))
            .filter(person::Column::Id.eq(person.id))
            .exec(tx)
            .await?;
        sessions::end_others_in(tx, person.id, "").await?;
        notices::queue(services, tx, person, &Notice::FactorsTakenOff, None).await?;
    }
    Ok(factors)
}

/// Records in each tenant of the person that a command took their factors off.
pub(crate) async fn note_removed(
    services: &Services,
    person: PersonId,
    factors: &Factors,
) -> Result<(), InternalError> {
    if factors.is_empty() {
        return Ok(());
    }
    let codes: Vec<_> = factors.iter().map(Factor::code).collect();
    let entry = Entry::new(
        By::CommandLine,
        Action::FactorRemoved,
        Target::person(person),
    );
    let entry = entry.detail(codes.join(", "));
    for tenant in membership::tenant_ids(services, person).await? {
        let tx = TenantScope::new(services, tenant).write().await?;
        record(services, &tx, &entry).await?;
        tx.commit().await?;
    }
    Ok(())
}
