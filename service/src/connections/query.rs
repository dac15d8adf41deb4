//! Conditions for health in SQL. For the parts that depend on time, they match
//! `domain::health`; a test compares the two.

use crate::entity::connection::Column;
use domain::{
    failure::{FailureKind, LOOK_AFTER},
    health::Health,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, Condition};

/// The rows whose own health is the given one.
pub fn own_health_is(health: Health, now: Timestamp) -> Condition {
    let stored = |h: Health| Column::Health.eq(h.code());
    let ran_out = Condition::all()
        .add(stored(Health::StoppingSoon))
        .add(Column::AccessExpiresAt.lte(now));
    match health {
        // A state of the app, never of a connection itself.
        Health::SetupFault => Condition::any().add(Column::Health.eq("")),
        Health::NotConnected => Condition::all().add(stored(health)),
        Health::Disconnected => Condition::any().add(stored(health)).add(ran_out),
        Health::StoppingSoon => Condition::all().add(stored(health)).add(
            Condition::any()
                .add(Column::AccessExpiresAt.is_null())
                .add(Column::AccessExpiresAt.gt(now)),
        ),
        Health::Unchecked => Condition::all()
            .add(
                Column::Health
                    .is_in([Health::Retrying, Health::Limited, Health::Working].map(Health::code)),
            )
            .add(Column::OverdueAt.lte(now)),
        Health::Retrying | Health::Limited | Health::Working => {
            Condition::all().add(stored(health)).add(
                Condition::any()
                    .add(Column::OverdueAt.is_null())
                    .add(Column::OverdueAt.gt(now)),
            )
        }
    }
}

/// The rows for which `domain::health_words::asks_for_a_look` says that a person should
/// look, if another account of the app was renewed since.
pub fn refused_long(now: Timestamp) -> Condition {
    let refused = Condition::any()
        .add(Column::FailureKind.eq(FailureKind::Unreadable.encode()))
        .add(Column::FailureKind.starts_with(FailureKind::AccountRefused(0).code()));
    Condition::all()
        .add(Column::RefusedSince.is_not_null())
        .add(Column::RefusedSince.lte(now.minus(LOOK_AFTER)))
        .add(refused)
}

/// The states of a connection whose last check brought a token.
pub const RENEWED: [Health; 2] = [Health::Working, Health::Limited];
