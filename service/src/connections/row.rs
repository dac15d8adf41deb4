//! A connection as lists show it. It holds nothing from the credentials.

use super::links::OpenLink;
use crate::records::{app::App, connection::Record};
use domain::{
    failure::FailureKind,
    health::Health,
    health_history::DAYS,
    health_words::{self, Background, Explanation, asks_for_a_look},
    ids::{AppId, ConnectionId},
    scope::ScopeSet,
    slug::Slug,
    subdomain::Subdomain,
    time::Timestamp,
    zone::Zone,
};

/// A row of the accounts list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// The connection's id.
    pub id: ConnectionId,
    /// The app's id.
    pub app_id: AppId,
    /// The app's name in URLs.
    pub app_slug: Slug,
    /// The app's name for people.
    pub app_name: String,
    /// The account.
    pub subdomain: Subdomain,
    /// The customer's name, where lists show it and it is known.
    pub customer: Option<String>,
    /// The health that a page shows.
    pub health: Health,
    /// Its own health, without a fault of the app.
    pub own_health: Health,
    /// Its own health as it is stored, which the time doesn't change.
    pub stored_health: Health,
    /// The health in words.
    pub explanation: Explanation,
    /// Since when it has this health.
    pub health_since: Timestamp,
    /// When it was last proven.
    pub last_success: Option<Timestamp>,
    /// The last fourteen days, today last.
    pub history: [Option<Health>; DAYS],
    /// The person who approved it, if Gorgias gave the name.
    pub approved_by: Option<String>,
    /// The requested scopes that are not granted.
    pub missing: ScopeSet,
    /// The granted scopes.
    pub granted: ScopeSet,
    /// Whether Gorgias' last answer about the scopes could not be read.
    pub scopes_unknown: bool,
    /// How the last attempt failed, while the connection is retried.
    pub failure: Option<FailureKind>,
    /// Whether a person has to act.
    pub needs_someone: bool,
    /// When the access token expires.
    pub access_expires_at: Option<Timestamp>,
    /// When the last attempt was.
    pub last_attempt: Option<Timestamp>,
    /// When the next attempt is due.
    pub next_attempt: Option<Timestamp>,
    /// The newest link that can still be used; lists look for it where one may be sent.
    pub open_link: Option<OpenLink>,
}

impl AccountRow {
    /// What people call the account: the customer's name, or the subdomain.
    pub fn title(&self) -> &str {
        self.customer.as_deref().unwrap_or(self.subdomain.as_str())
    }

    /// Makes a row from a record and its app; for `others_work` see
    /// [`others`](super::others).
    pub(crate) fn new(
        record: &Record,
        app: &App,
        others_work: bool,
        (now, zone): (Timestamp, Zone),
    ) -> Self {
        let condition = record.as_asked(app);
        let missing = record.missing(&app.requested);
        let background = Background {
            refused_in_a_row: app.credentials.in_doubt(),
            lacks_offline: !app.requested.contains("offline"),
            last_success: record.last_success_at,
            next_attempt: record.due_at,
            failure: record.failure_kind,
            refused_since: record.refused_since,
            others_work,
            scopes_unknown: record.scopes_unknown,
            zone,
        };
        let health = Health::of(&condition, now);
        let own_health = Health::own(&condition, now);
        let mut history = record.history.on(now.day(), record.health).record(
            now.day(),
            Some(own_health),
            own_health,
        );
        if let Some(since) = app.credentials.rejected_since() {
            history = history.beneath(since.day(), Health::SetupFault);
        }
        let health_since = match (health, app.credentials.rejected_since()) {
            (Health::SetupFault, Some(since)) => since,
            (Health::Unchecked, _) => record.overdue_at.unwrap_or(record.health_since),
            (Health::Disconnected, _) if record.health == Health::StoppingSoon => {
                record.access_expires_at.unwrap_or(record.health_since)
            }
            _ => record.health_since,
        };
        Self {
            id: record.id,
            app_id: app.id,
            app_slug: app.slug.clone(),
            app_name: app.name.clone(),
            subdomain: record.subdomain.clone(),
            customer: None,
            health,
            own_health,
            stored_health: record.health,
            explanation: health_words::explain(&condition, background, &missing, now),
            health_since,
            last_success: record.last_success_at,
            history: *history.days(),
            approved_by: record
                .approved_by_name
                .clone()
                .or_else(|| record.approved_by_email.clone()),
            missing,
            granted: record.granted.clone(),
            scopes_unknown: record.scopes_unknown,
            failure: record
                .failure_kind
                .filter(|_| record.failing_since.is_some()),
            needs_someone: health.needs_someone()
                || (health == Health::Retrying
                    && asks_for_a_look(
                        record.failure_kind,
                        record.refused_since,
                        others_work,
                        now,
                    )),
            access_expires_at: record.access_expires_at,
            last_attempt: record.last_attempt_at,
            next_attempt: record.due_at,
            open_link: None,
        }
    }
}
