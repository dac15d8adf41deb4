//! Conditions for health in SQL. For the parts that depend on time, they match
//! `domain::health`; a test compares the two.

use crate::{
    entity::connection::{Column, Entity},
    records::app::App,
};
use domain::{
    failure::{FailureKind, LOOK_AFTER},
    health::Health,
    ids::AppId,
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait,
    sea_query::{Alias, Expr, Query},
};

/// The ids of the apps whose own credentials are refused.
pub fn faulty(apps: &[App]) -> Vec<AppId> {
    apps.iter()
        .filter(|a| a.credentials.fault.is_some())
        .map(|a| a.id)
        .collect()
}

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

/// The rows that a page shows with the given health.
pub fn health_is(health: Health, faulty: &[AppId], now: Timestamp) -> Condition {
    let of_faulty = Column::AppId.is_in(faulty.iter().copied());
    if health == Health::SetupFault {
        return Condition::all().add(of_faulty);
    }
    let own = own_health_is(health, now);
    if faulty.is_empty() {
        own
    } else {
        Condition::all().add(own).add(of_faulty.not())
    }
}

/// The retried rows for which `domain::health_words::asks_for_a_look` says that
/// a person should look.
pub fn asks_for_a_look(now: Timestamp) -> Condition {
    let other = Alias::new("other");
    let of = |column: Column| Expr::col((other.clone(), column));
    let works = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, other.clone())
        .and_where(of(Column::TenantId).equals((Entity, Column::TenantId)))
        .and_where(of(Column::AppId).equals((Entity, Column::AppId)))
        .and_where(of(Column::Health).is_in(RENEWED.map(Health::code)))
        .and_where(of(Column::LastSuccessAt).gt(Expr::col((Entity, Column::RefusedSince))))
        .to_owned();
    let refused = Condition::any()
        .add(Column::FailureKind.eq(FailureKind::Unreadable.encode()))
        .add(Column::FailureKind.starts_with(FailureKind::AccountRefused(0).code()));
    Condition::all()
        .add(Column::RefusedSince.lte(now.minus(LOOK_AFTER)))
        .add(refused)
        .add(Expr::exists(works))
}

/// The states of a connection whose last check brought a token.
pub const RENEWED: [Health; 2] = [Health::Working, Health::Limited];
