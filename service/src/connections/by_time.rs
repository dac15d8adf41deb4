//! The connections whose state the time decides: those that are overdue for a check, and
//! those whose access ran out before the worker could record it. They are stored in
//! another state, so no index of states finds them.

use super::query::own_health_is;
use crate::{
    core::error::InternalError,
    entity::connection::{Column, Entity},
    tenancy::Tx,
};
use domain::{health::Health, ids::ConnectionId, time::Timestamp};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect};

/// Up to so many are found one by one. If there are more, a list that goes through all
/// connections in its order meets them soon.
const FEW: u64 = 1_000;

/// See the module.
pub(super) struct ByTime {
    overdue: Found,
    ran_out: Found,
}

/// A condition for connections that are shown in a state.
pub(super) struct InState {
    /// The state that all of them are stored in, if it is one: where an index begins.
    pub stored: Option<Health>,
    pub condition: Condition,
}

impl InState {
    /// Whatever they are stored in.
    pub fn any(condition: Condition) -> Self {
        Self {
            stored: None,
            condition,
        }
    }

    fn stored(stored: Health, condition: Condition) -> Self {
        Self {
            stored: Some(stored),
            condition,
        }
    }
}

enum Found {
    Few(Vec<ConnectionId>),
    Many,
}

impl ByTime {
    /// Finds them: two queries, each along an index of its own.
    pub async fn find(tx: &Tx, now: Timestamp) -> Result<Self, InternalError> {
        Ok(Self {
            overdue: find(tx, own_health_is(Health::Unchecked, now)).await?,
            ran_out: find(tx, ran_out(now)).await?,
        })
    }

    /// Conditions for the connections whose own health is the given one. Each connection
    /// fulfils one of them at most.
    pub fn conditions(&self, health: Health, now: Timestamp) -> Vec<InState> {
        match health {
            Health::Disconnected => {
                let stored = Condition::all().add(Column::Health.eq(health.code()));
                let mut all = vec![InState::stored(health, stored)];
                let ran_out = self.ran_out.condition(|| ran_out(now));
                all.extend(ran_out.map(|found| InState::stored(Health::StoppingSoon, found)));
                all
            }
            Health::Unchecked => {
                let late = self.overdue.condition(|| own_health_is(health, now));
                late.map(InState::any).into_iter().collect()
            }
            other => vec![InState::stored(other, own_health_is(other, now))],
        }
    }
}

impl Found {
    /// `None` if there is none.
    fn condition(&self, of_many: impl FnOnce() -> Condition) -> Option<Condition> {
        match self {
            Self::Few(none) if none.is_empty() => None,
            Self::Few(ids) => Some(Condition::all().add(Column::Id.is_in(ids.iter().copied()))),
            Self::Many => Some(of_many()),
        }
    }
}

fn ran_out(now: Timestamp) -> Condition {
    Condition::all()
        .add(Column::Health.eq(Health::StoppingSoon.code()))
        .add(Column::AccessExpiresAt.lte(now))
}

async fn find(tx: &Tx, which: Condition) -> Result<Found, InternalError> {
    let ids: Vec<ConnectionId> = tx
        .all::<Entity>()
        .filter(which)
        .select_only()
        .column(Column::Id)
        .limit(FEW + 1)
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(if ids.len() as u64 > FEW {
        Found::Many
    } else {
        Found::Few(ids)
    })
}
