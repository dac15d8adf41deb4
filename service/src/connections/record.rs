//! A connection as the database holds it, with its types checked.

use crate::{
    entity::connection::{ActiveModel, Column, Entity, Model},
    error::Fault,
    gorgias::UpstreamError,
    live::Change,
    services::Services,
    tenant_scope::Tx,
};
use domain::{
    failure::FailureKind,
    granted::Granted,
    health::{Absence, Condition, Health, LossCause, Standing},
    ids::{AppId, ConnectionId},
    scope::ScopeSet,
    strip::Strip,
    subdomain::Subdomain,
    time::{Span, Timestamp},
    token,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    EntityTrait,
    sea_query::OnConflict,
};

/// How much life readers need: a token is renewed before it has less.
pub(crate) const NEEDED_LIFE: Span = Span::hours(1);

/// One connection. Fields are changed in place, then stored (`store`).
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub id: ConnectionId,
    pub app: AppId,
    pub subdomain: Subdomain,
    pub standing: Standing,
    pub renewable: bool,
    pub granted: ScopeSet,
    pub missing_scopes: usize,
    pub approved_by_name: Option<String>,
    pub approved_by_email: Option<String>,
    pub access_expires_at: Option<Timestamp>,
    pub last_fine_at: Option<Timestamp>,
    pub last_attempt_at: Option<Timestamp>,
    pub failing_since: Option<Timestamp>,
    pub failures: u32,
    pub failure: Option<String>,
    pub failure_kind: Option<FailureKind>,
    /// Since when Gorgias answers, but refuses this account.
    pub refused_since: Option<Timestamp>,
    /// Whether what Gorgias said last of the permissions couldn't be read;
    /// `granted` is then what it said before.
    pub scopes_unknown: bool,
    pub overdue_at: Option<Timestamp>,
    pub health: Health,
    pub health_since: Timestamp,
    pub strip: Strip,
    pub due_at: Option<Timestamp>,
    pub token_version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When its tokens came from a backup. They may be older than those that
    /// Gorgias knows, until it is proven after that.
    restored_at: Option<Timestamp>,
    /// The lease that storing it gives back.
    pub(super) fence: Option<i64>,
}

impl TryFrom<Model> for Record {
    type Error = Fault;

    fn try_from(row: Model) -> Result<Self, Fault> {
        let bad = |column| Fault::inconsistent("connections", column, row.id);
        let restored = is_unproven(row.restored_at, row.last_fine_at);
        let standing = standing(
            &row.standing,
            row.loss_cause.as_deref(),
            row.standing_since,
            row.disconnected_by.clone(),
            restored,
        )
        .ok_or_else(|| bad("standing"))?;
        Ok(Self {
            id: ConnectionId(row.id),
            app: AppId(row.app_id),
            subdomain: row.subdomain.parse().map_err(|_| bad("subdomain"))?,
            standing,
            renewable: row.renewable,
            granted: row
                .granted_scopes
                .parse()
                .map_err(|_| bad("granted_scopes"))?,
            missing_scopes: usize::try_from(row.missing_scopes)
                .map_err(|_| bad("missing_scopes"))?,
            access_expires_at: row.access_expires_at.map(Timestamp),
            last_fine_at: row.last_fine_at.map(Timestamp),
            last_attempt_at: row.last_attempt_at.map(Timestamp),
            failing_since: row.failing_since.map(Timestamp),
            failures: u32::try_from(row.failures).map_err(|_| bad("failures"))?,
            overdue_at: row.overdue_at.map(Timestamp),
            health: row.health.parse().map_err(|_| bad("health"))?,
            health_since: Timestamp(row.health_since),
            strip: Strip::decode(row.strip_day, &row.strip),
            due_at: row.due_at.map(Timestamp),
            token_version: row.token_version,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            restored_at: row.restored_at.map(Timestamp),
            fence: None,
            approved_by_name: row.approved_by_name,
            approved_by_email: row.approved_by_email,
            failure: row.failure,
            failure_kind: row.failure_kind.as_deref().and_then(FailureKind::decode),
            refused_since: row.refused_since.map(Timestamp),
            scopes_unknown: row.scopes_unknown,
        })
    }
}

/// What the columns say that we hold; `None` if they contradict each other.
pub(super) fn standing(
    standing: &str,
    loss_cause: Option<&str>,
    since: Option<i64>,
    disconnected_by: Option<String>,
    restored: bool,
) -> Option<Standing> {
    let lost = |at, cause| Standing::Lost { at, cause };
    match (standing, loss_cause, since.map(Timestamp)) {
        ("connected", _, _) => Some(Standing::Connected),
        ("not_connected", _, since) => {
            Some(Standing::NotConnected(match (disconnected_by, since) {
                (Some(by), Some(at)) => Absence::OnPurpose { by, at },
                _ => Absence::NeverFinished,
            }))
        }
        // The column doesn't name the backup, so that processes of the version
        // before can read it.
        ("lost", Some("refused"), Some(at)) => Some(lost(at, refusal(restored))),
        ("lost", Some("unauthorized"), Some(at)) => Some(lost(at, LossCause::Unauthorized)),
        _ => None,
    }
}

/// Whether it wasn't proven since its tokens came from a backup.
fn is_unproven(restored_at: Option<i64>, last_fine_at: Option<i64>) -> bool {
    restored_at.is_some_and(|restored| last_fine_at.is_none_or(|fine| fine < restored))
}

/// What a refused refresh token means.
const fn refusal(restored: bool) -> LossCause {
    if restored {
        LossCause::RefusedAfterRestore
    } else {
        LossCause::Refused
    }
}

impl Record {
    /// A connection that was only offered so far.
    pub fn offered(services: &Services, app: AppId, subdomain: Subdomain) -> Self {
        let now = services.now();
        Self {
            id: ConnectionId(services.new_id()),
            app,
            subdomain,
            standing: Standing::NotConnected(Absence::NeverFinished),
            renewable: false,
            granted: ScopeSet::default(),
            missing_scopes: 0,
            approved_by_name: None,
            approved_by_email: None,
            access_expires_at: None,
            last_fine_at: None,
            last_attempt_at: None,
            failing_since: None,
            failures: 0,
            failure: None,
            failure_kind: None,
            refused_since: None,
            scopes_unknown: false,
            overdue_at: None,
            health: Health::NotConnected,
            health_since: now,
            strip: Strip::empty(now.day()),
            due_at: None,
            token_version: 0,
            created_at: now,
            updated_at: now,
            restored_at: None,
            fence: None,
        }
    }

    /// What it means that Gorgias refused its refresh token.
    pub fn refusal(&self) -> LossCause {
        let micros = |at: Option<Timestamp>| at.map(|at| at.0);
        refusal(is_unproven(
            micros(self.restored_at),
            micros(self.last_fine_at),
        ))
    }

    /// The record, changed under a lease, if there is one, that is given back when it is stored.
    pub fn under(mut self, fence: Option<i64>) -> Self {
        self.fence = fence;
        self
    }

    /// All that decides its health.
    pub fn condition(&self, app_fault_since: Option<Timestamp>) -> Condition {
        Condition {
            app_fault_since,
            standing: self.standing.clone(),
            renewable: self.renewable,
            access_expires_at: self.access_expires_at,
            failing_since: self.failing_since,
            overdue_at: self.overdue_at,
            missing_scopes: self.missing_scopes,
        }
    }

    /// Whether tokens were ever held and not forgotten on purpose.
    pub fn has_been_connected(&self) -> bool {
        !matches!(self.standing, Standing::NotConnected(_))
    }

    /// Forgets failures: the connection proved to work at `now`.
    pub fn proven(&mut self, now: Timestamp) {
        self.standing = Standing::Connected;
        self.last_fine_at = Some(now);
        self.last_attempt_at = Some(now);
        self.forget_failures();
    }

    /// As if no attempt had failed since it was last proven.
    pub fn forget_failures(&mut self) {
        self.failing_since = None;
        self.failures = 0;
        self.failure = None;
        self.failure_kind = None;
        self.refused_since = None;
    }

    /// Notes at `now` that an attempt came to no verdict, and plans the next one.
    pub fn failed(&mut self, services: &Services, now: Timestamp, error: &UpstreamError) {
        let kind = error.kind();
        self.failing_since = self.failing_since.or(Some(now));
        self.failure = Some(error.sentence());
        self.failure_kind = Some(kind);
        if kind.of_account() {
            self.refused_since = self.refused_since.or(Some(now));
        }
        self.try_again(services, now, error.retry_after());
    }

    /// Plans the next attempt after one at `now` that came to no verdict.
    pub fn try_again(&mut self, services: &Services, now: Timestamp, asked: Option<Span>) {
        let interval = services.config.check_interval;
        self.attempted(services, now);
        self.failures = self.failures.saturating_add(1);
        self.due_at = Some(token::next_try(
            now,
            self.failures,
            interval,
            asked,
            services.random.unit(),
        ));
    }

    /// Notes that an attempt was made at `now`.
    pub fn attempted(&mut self, services: &Services, now: Timestamp) {
        self.last_attempt_at = Some(now);
        self.overdue_at = Some(token::overdue_at(now, services.config.check_interval));
    }

    /// Takes on what a token response said of the scopes, and gives those before
    /// if it said which. What can't be read leaves those that were told last,
    /// but nobody knows any more.
    pub fn grant(&mut self, said: &Granted, requested: &ScopeSet) -> Option<ScopeSet> {
        let before = match said {
            Granted::Told(scopes) => {
                self.scopes_unknown = false;
                Some(std::mem::replace(&mut self.granted, scopes.clone()))
            }
            Granted::NotTold => None,
            Granted::Unreadable => {
                self.scopes_unknown = true;
                None
            }
        };
        self.missing_scopes = self.missing(requested).len();
        before
    }

    /// What of the requested scopes is known not to be granted.
    pub fn missing(&self, requested: &ScopeSet) -> ScopeSet {
        if self.has_been_connected() && !self.scopes_unknown {
            self.granted.missing_of(requested)
        } else {
            ScopeSet::default()
        }
    }

    /// Notes that Gorgias refused the access at `now`. Nobody but the customer
    /// can change that, so nothing is due any more.
    pub fn lose(&mut self, now: Timestamp, cause: LossCause) {
        let at = match self.standing {
            Standing::Lost { at, .. } => at,
            _ => now,
        };
        self.standing = Standing::Lost { at, cause };
        self.last_attempt_at = Some(now);
        self.forget_failures();
        self.due_at = None;
        self.overdue_at = None;
    }

    /// Says when the next attempt is due after a proof at `now`, and from when on it is overdue.
    pub fn schedule(&mut self, services: &Services, now: Timestamp) {
        let interval = services.config.check_interval;
        let expires = self.access_expires_at.unwrap_or(now);
        if self.renewable {
            self.due_at = Some(token::next_check(
                now,
                expires,
                interval,
                NEEDED_LIFE,
                services.random.unit(),
            ));
            self.overdue_at = Some(token::overdue_at(now, interval));
        } else {
            // Nothing to renew: all that is left to do is to note the end.
            self.due_at = Some(expires.min(now.plus(interval)));
            self.overdue_at = None;
        }
    }

    /// Inserts a record that has no row yet. If somebody else just inserted the
    /// same connection, theirs stays.
    pub async fn insert(&self, tx: &Tx) -> Result<(), Fault> {
        let model = ActiveModel {
            lease_until: Set(0),
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

    /// The news that open pages get of it.
    pub fn change(&self, tx: &Tx) -> Change {
        Change {
            tenant: tx.tenant(),
            connection: self.id,
            subdomain: self.subdomain.clone(),
            health: self.health,
        }
    }

    /// All columns but the lease's.
    pub(super) fn columns(&self, tx: &Tx) -> ActiveModel {
        let (standing, loss_cause, since, by) = match &self.standing {
            Standing::Connected => ("connected", None, None, None),
            Standing::NotConnected(Absence::NeverFinished) => ("not_connected", None, None, None),
            Standing::NotConnected(Absence::OnPurpose { by, at }) => {
                ("not_connected", None, Some(at.0), Some(by.clone()))
            }
            Standing::Lost { at, cause } => {
                let cause = match cause {
                    LossCause::Refused | LossCause::RefusedAfterRestore => "refused",
                    LossCause::Unauthorized => "unauthorized",
                };
                ("lost", Some(cause.to_owned()), Some(at.0), None)
            }
        };
        let micros = |at: Option<Timestamp>| Set(at.map(|at| at.0));
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        ActiveModel {
            id: Set(self.id.0),
            tenant_id: Set(tx.tenant().0),
            app_id: Set(self.app.0),
            subdomain: Set(self.subdomain.to_string()),
            standing: Set(standing.to_owned()),
            loss_cause: Set(loss_cause),
            standing_since: Set(since),
            disconnected_by: Set(by),
            renewable: Set(self.renewable),
            granted_scopes: Set(self.granted.to_string()),
            missing_scopes: Set(count(self.missing_scopes)),
            approved_by_name: Set(self.approved_by_name.clone()),
            approved_by_email: Set(self.approved_by_email.clone()),
            access_expires_at: micros(self.access_expires_at),
            last_fine_at: micros(self.last_fine_at),
            last_attempt_at: micros(self.last_attempt_at),
            failing_since: micros(self.failing_since),
            failures: Set(i32::try_from(self.failures).unwrap_or(i32::MAX)),
            failure: Set(self.failure.clone()),
            failure_kind: Set(self.failure_kind.map(FailureKind::encode)),
            refused_since: micros(self.refused_since),
            scopes_unknown: Set(self.scopes_unknown),
            overdue_at: micros(self.overdue_at),
            health: Set(self.health.code().to_owned()),
            health_since: Set(self.health_since.0),
            strip: Set(self.strip.encode()),
            strip_day: Set(self.strip.last_day()),
            due_at: micros(self.due_at),
            lease_until: NotSet,
            lease_fence: NotSet,
            token_version: Set(self.token_version),
            created_at: Set(self.created_at.0),
            updated_at: Set(self.updated_at.0),
            // Whoever stores it says when it is due next.
            queued_expiry: Set(None),
            restored_at: NotSet,
        }
    }
}
