//! A connection from its row, with its types checked.

use super::app::App;
use crate::{
    core::{error::InternalError, live::Change as News, services::Services},
    entity::connection::{ActiveModel, Column, Entity, LossCode, Model, StandingCode},
    tenancy::Tx,
};
use domain::{
    connection::{Attempted, Change, Connection, State},
    event::Happening,
    failure::FailureKind,
    health::{Absence, Condition, LossCause, Standing},
    health_history::HealthHistory,
    ids::{AppId, ConnectionId},
    subdomain::Subdomain,
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    EntityTrait,
    sea_query::OnConflict,
};
use std::ops::Deref;

/// One connection. A transition (`change`) changes it, and the result is stored.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub id: ConnectionId,
    pub app: AppId,
    pub subdomain: Subdomain,
    pub created_at: Timestamp,
    pub connection: Connection,
    /// The fencing number of the lease that storing it gives back.
    pub(crate) fence: Option<i64>,
}

/// A record after a transition, to be stored.
#[derive(Debug)]
pub(crate) struct Changed {
    pub record: Record,
    /// The version of the tokens that the change began with.
    pub from_version: i64,
    /// The events, if it is stored.
    pub events: Vec<Happening>,
    /// Whether nothing changed but what every renewal changes.
    pub(super) is_renewal_alone: bool,
}

impl Changed {
    /// Says that the change is one from `before`: if only times, failures and tokens
    /// changed, storing it leaves the rest of the row alone.
    pub fn renewing(mut self, before: &Record) -> Self {
        let (was, is): (&State, &State) = (before, &self.record);
        self.is_renewal_alone = was.standing == is.standing
            && was.renewable == is.renewable
            && was.granted == is.granted
            && was.scopes_unknown == is.scopes_unknown
            && was.missing_scopes == is.missing_scopes
            && was.approved_by_name == is.approved_by_name
            && was.approved_by_email == is.approved_by_email
            && was.health == is.health
            && was.health_since == is.health_since;
        self
    }
}

/// For reading its state.
impl Deref for Record {
    type Target = State;

    fn deref(&self) -> &State {
        &self.connection
    }
}

impl TryFrom<Model> for Record {
    type Error = InternalError;

    fn try_from(row: Model) -> Result<Self, InternalError> {
        let bad = |column| InternalError::inconsistent("connections", column, row.id);
        let mut state = State {
            // `is_unproven` comes with it, which other columns decide.
            standing: Standing::Connected,
            renewable: row.renewable,
            granted: row.granted_scopes,
            scopes_unknown: row.scopes_unknown,
            missing_scopes: usize::try_from(row.missing_scopes)
                .map_err(|_| bad("missing_scopes"))?,
            approved_by_name: row.approved_by_name,
            approved_by_email: row.approved_by_email,
            access_expires_at: row.access_expires_at,
            last_success_at: row.last_success_at,
            last_attempt_at: row.last_attempt_at,
            failing_since: row.failing_since,
            failures: u32::try_from(row.failures).map_err(|_| bad("failures"))?,
            failure: row.failure,
            failure_kind: row.failure_kind.as_deref().and_then(FailureKind::decode),
            refused_since: row.refused_since,
            overdue_at: row.overdue_at,
            due_at: row.due_at,
            health: row.health,
            health_since: row.health_since,
            history: HealthHistory::decode(row.history_day, &row.history),
            token_version: row.token_version,
            restored_at: row.restored_at,
            updated_at: row.updated_at,
        };
        state.standing = standing(
            row.standing,
            row.loss_cause,
            row.standing_since,
            row.disconnected_by,
            state.is_unproven(),
        )
        .ok_or_else(|| bad("standing"))?;
        Ok(Self {
            id: row.id,
            app: row.app_id,
            subdomain: row.subdomain,
            created_at: row.created_at,
            connection: Connection::stored(state),
            fence: None,
        })
    }
}

/// What we hold, according to the columns; `None` if they contradict each other.
pub(crate) fn standing(
    standing: StandingCode,
    loss_cause: Option<LossCode>,
    since: Option<Timestamp>,
    disconnected_by: Option<String>,
    restored: bool,
) -> Option<Standing> {
    let lost = |at, cause| Standing::Lost { at, cause };
    match (standing, loss_cause, since) {
        (StandingCode::Connected, ..) => Some(Standing::Connected),
        (StandingCode::NotConnected, _, since) => {
            Some(Standing::NotConnected(match (disconnected_by, since) {
                (Some(by), Some(at)) => Absence::OnPurpose { by, at },
                _ => Absence::NeverFinished,
            }))
        }
        (StandingCode::Lost, Some(LossCode::Refused), Some(at)) => {
            Some(lost(at, refusal(restored)))
        }
        (StandingCode::Lost, Some(LossCode::Unauthorized), Some(at)) => {
            Some(lost(at, LossCause::Unauthorized))
        }
        (StandingCode::Lost, ..) => None,
    }
}

/// The meaning of a refused refresh token.
const fn refusal(restored: bool) -> LossCause {
    if restored {
        LossCause::RefusedAfterRestore
    } else {
        LossCause::Refused
    }
}

impl Record {
    /// Everything that decides the health, compared with what its app asks for now. What is
    /// stored may still be from before a change of the app's scopes.
    pub fn as_asked(&self, app: &App) -> Condition {
        Condition {
            missing_scopes: self.missing(&app.requested).len(),
            ..self.condition(app.credentials.rejected_since())
        }
    }

    /// A connection that was offered and not approved yet.
    pub fn offered(services: &Services, app: AppId, subdomain: Subdomain) -> Self {
        let now = services.now();
        Self {
            id: ConnectionId(services.new_id()),
            app,
            subdomain,
            created_at: now,
            connection: Connection::offered(now),
            fence: None,
        }
    }

    /// Sets the lease that storing the record gives back, if there is one.
    pub fn under(mut self, fence: Option<i64>) -> Self {
        self.fence = fence;
        self
    }

    /// The record after a transition.
    pub fn change(self, transition: impl FnOnce(Connection) -> Change) -> Changed {
        let Self { connection, .. } = self;
        let Change {
            next,
            from_version,
            events,
        } = transition(connection);
        Changed {
            record: Self {
                connection: next,
                ..self
            },
            from_version,
            events,
            is_renewal_alone: false,
        }
    }

    /// Inserts a record that has no row yet. If another transaction just
    /// inserted the same connection, that one stays.
    pub async fn insert(&self, tx: &Tx) -> Result<(), InternalError> {
        let model = ActiveModel {
            lease_until: Set(Timestamp::default()),
            lease_fence: Set(0),
            ..self.columns(tx)
        };
        Entity::insert(model)
            .on_conflict(
                OnConflict::columns([Column::TenantId, Column::AppId, Column::Subdomain])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(&**tx)
            .await?;
        Ok(())
    }

    /// The news of it for open pages.
    pub fn news(&self, tx: &Tx) -> News {
        News {
            tenant: tx.tenant(),
            app: Some(self.app),
            connection: self.id,
            subdomain: self.subdomain.clone(),
            health: self.health,
        }
    }

    /// All columns except the lease's.
    pub(crate) fn columns(&self, tx: &Tx) -> ActiveModel {
        let (standing, loss_cause, since, by) = match &self.standing {
            Standing::Connected => (StandingCode::Connected, None, None, None),
            Standing::NotConnected(Absence::NeverFinished) => {
                (StandingCode::NotConnected, None, None, None)
            }
            Standing::NotConnected(Absence::OnPurpose { by, at }) => {
                let by = Some(by.clone());
                (StandingCode::NotConnected, None, Some(*at), by)
            }
            Standing::Lost { at, cause } => {
                let cause = match cause {
                    LossCause::Refused | LossCause::RefusedAfterRestore => LossCode::Refused,
                    LossCause::Unauthorized => LossCode::Unauthorized,
                };
                (StandingCode::Lost, Some(cause), Some(*at), None)
            }
        };
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        ActiveModel {
            id: Set(self.id),
            tenant_id: Set(tx.tenant()),
            app_id: Set(self.app),
            subdomain: Set(self.subdomain.clone()),
            standing: Set(standing),
            loss_cause: Set(loss_cause),
            standing_since: Set(since),
            disconnected_by: Set(by),
            renewable: Set(self.renewable),
            granted_scopes: Set(self.granted.clone()),
            missing_scopes: Set(count(self.missing_scopes)),
            approved_by_name: Set(self.approved_by_name.clone()),
            approved_by_email: Set(self.approved_by_email.clone()),
            access_expires_at: Set(self.access_expires_at),
            last_success_at: Set(self.last_success_at),
            last_attempt_at: Set(self.last_attempt_at),
            failing_since: Set(self.failing_since),
            failures: Set(i32::try_from(self.failures).unwrap_or(i32::MAX)),
            failure: Set(self.failure.clone()),
            failure_kind: Set(self.failure_kind.map(FailureKind::encode)),
            refused_since: Set(self.refused_since),
            scopes_unknown: Set(self.scopes_unknown),
            overdue_at: Set(self.overdue_at),
            health: Set(self.health),
            health_since: Set(self.health_since),
            history: Set(self.history.encode()),
            history_day: Set(self.history.last_day()),
            due_at: Set(self.due_at),
            lease_until: NotSet,
            lease_fence: NotSet,
            token_version: Set(self.token_version),
            created_at: Set(self.created_at),
            updated_at: Set(self.updated_at),
            // Storing it sets when it is due next.
            queued_expiry: Set(None),
            restored_at: NotSet,
        }
    }
}

/// An attempt at `at`, as transitions need it.
pub(crate) fn attempted(services: &Services, at: Timestamp) -> Attempted {
    Attempted {
        at,
        interval: services.config.check_interval,
        jitter: services.random.unit(),
    }
}
