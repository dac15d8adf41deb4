//! Proving that a connection still works: asking Gorgias for its next token.
//!
//! The access token outlives a deactivation by up to a day, a refresh doesn't;
//! so this is how a lost account is found.

use super::{
    events, evidence,
    lease::Lease,
    record::{Record, Stored},
    store_tokens,
};
use crate::{
    actor::Actor,
    apps::{self, App, fault},
    entity::connection,
    error::{Fault, Forbidden},
    gorgias::{ClientCredentials, Grant, Unavailable, UpstreamError},
    tenant_scope::{TenantScope, Tx},
    vault::Purpose,
};
use domain::{
    event::{self, Happening},
    health::{LossCause, Standing},
    ids::ConnectionId,
    permission::Permission,
    scope::ScopeSet,
    subdomain::Subdomain,
    time::{Span, Timestamp},
    token,
};
use sea_orm::{ColumnTrait, QueryFilter};
use secrecy::SecretString;

/// What an attempt found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is a new token.
    Fine,
    /// Somebody else renewed or re-authorized it meanwhile; their result stands.
    Superseded,
    /// Gorgias refused, and refused again when asked once more.
    Lost,
    /// Gorgias refuses the app's own credentials.
    AppRefused,
    /// There was no useful answer.
    Unavailable {
        /// What happened, in plain words.
        sentence: String,
        /// When the next attempt is due.
        next: Timestamp,
    },
    /// There is nothing to renew it with.
    NotRenewable,
    /// There are no tokens.
    NotConnected,
    /// Somebody else is at it right now.
    Busy,
}

impl Verdict {
    /// For the timeline and the page, without a full stop.
    pub fn sentence(&self) -> String {
        match self {
            Self::Fine => "it works".into(),
            Self::Superseded => "it was renewed just now".into(),
            Self::Lost => "Gorgias refused our access".into(),
            Self::AppRefused => "Gorgias refused our app's own credentials".into(),
            Self::Unavailable { sentence, .. } => sentence.clone(),
            Self::NotRenewable => "it can't renew itself".into(),
            Self::NotConnected => "there is nothing to check, it is not connected".into(),
            Self::Busy => "a check is under way already".into(),
        }
    }
}

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The actor sees no such connection.
    #[error("there is no such connection")]
    NotFound,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Checks a connection now, because somebody asked.
///
/// # Errors
/// [`CheckError::NotFound`] if the actor sees no such connection.
pub async fn check_now(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
) -> Result<Verdict, CheckError> {
    actor.require(Permission::CheckConnections)?;
    let tx = actor.write().await?;
    let Some((_, Some(record))) = super::find(&tx, app, subdomain, actor.only_app).await? else {
        return Err(CheckError::NotFound);
    };
    let lease = Lease::take(actor.services(), &tx, record.id).await?;
    tx.commit().await?;
    let who = actor.as_event_actor();
    let verdict = match lease {
        Some(lease) => attempt(actor.scope(), &lease, &who).await?,
        None => Verdict::Busy,
    };
    let tx = actor.write().await?;
    let happening = Happening::Checked {
        result: verdict.sentence(),
    };
    events::add(actor.services(), &tx, record.id, &who, &happening).await?;
    tx.commit().await?;
    Ok(verdict)
}

/// One attempt under a lease, which is given back whatever happens.
pub(crate) async fn attempt(
    scope: &TenantScope,
    lease: &Lease,
    who: &event::Actor,
) -> Result<Verdict, Fault> {
    let result = Attempt {
        scope,
        id: lease.connection,
        who,
    }
    .run()
    .await;
    let tx = scope.write().await?;
    lease.give_back(scope, &tx).await?;
    tx.commit().await?;
    result
}

pub(super) struct Attempt<'a> {
    pub(super) scope: &'a TenantScope,
    pub(super) id: ConnectionId,
    pub(super) who: &'a event::Actor,
}

/// What an attempt starts from.
pub(super) struct Held {
    record: Record,
    app: App,
    pub(super) client: ClientCredentials,
    refresh_token: SecretString,
    /// Whether the app uses these credentials, so that their success ends its fault.
    pub(super) in_use: bool,
}

impl Attempt<'_> {
    async fn run(&self) -> Result<Verdict, Fault> {
        let held = match self.load().await? {
            Ok(held) => held,
            Err(verdict) => return Ok(verdict),
        };
        match self.ask(&held).await {
            Ok(grant) => self.keep(&held, &grant).await,
            Err(UpstreamError::InvalidGrant) => self.confirm(held).await,
            Err(error) => self.fail(&held, &error).await,
        }
    }

    pub(super) async fn load(&self) -> Result<Result<Held, Verdict>, Fault> {
        let tx = self.scope.read().await?;
        let Some(record) = self.record(&tx).await? else {
            return Ok(Err(Verdict::NotConnected));
        };
        if matches!(record.standing, Standing::NotConnected(_)) {
            return Ok(Err(Verdict::NotConnected));
        }
        let app = self.app(&tx, &record).await?;
        let vault = &self.scope.vault;
        let Some(refresh_token) = vault
            .open(&tx, Purpose::ConnectionRefreshToken, self.id.0)
            .await?
        else {
            drop(tx);
            return self.note_end(record).await.map(Err);
        };
        let client_secret = vault
            .open(&tx, Purpose::AppClientSecret, app.id.0)
            .await?
            .ok_or_else(|| Fault::inconsistent("apps", "client_secret", app.id))?;
        let client = ClientCredentials {
            client_id: app.client_id.clone(),
            client_secret,
            encoding: app.basic_encoding,
        };
        Ok(Ok(Held {
            record,
            app,
            client,
            refresh_token,
            in_use: true,
        }))
    }

    async fn record(&self, tx: &Tx) -> Result<Option<Record>, Fault> {
        tx.all::<connection::Entity>()
            .filter(connection::Column::Id.eq(self.id.0))
            .one(&**tx)
            .await?
            .map(Record::try_from)
            .transpose()
    }

    async fn app(&self, tx: &Tx, record: &Record) -> Result<App, Fault> {
        apps::find(tx, &record.app.to_string(), None)
            .await?
            .ok_or_else(|| Fault::inconsistent("connections", "app_id", self.id))
    }

    /// Nothing renews it: once its token has run out, that is noted as an event.
    async fn note_end(&self, mut record: Record) -> Result<Verdict, Fault> {
        let now = self.scope.now();
        let version = record.token_version;
        let ended = record.access_expires_at.is_none_or(|at| at <= now);
        record.due_at = if ended {
            None
        } else {
            record.access_expires_at
        };
        let tx = self.scope.write().await?;
        record
            .store(
                self.scope,
                &tx,
                version,
                self.who,
                "its access ran out and it could not renew itself",
            )
            .await?;
        tx.commit().await?;
        Ok(Verdict::NotRenewable)
    }

    pub(super) async fn ask(&self, held: &Held) -> Result<Grant, UpstreamError> {
        let account = &held.record.subdomain;
        let grant = self
            .scope
            .gorgias
            .refresh(&held.client, account, &held.refresh_token)
            .await?;
        // Tokens of another account are an answer to nothing; the old ones stay.
        evidence::issuer_agrees(self.scope, account, &grant).map_err(|_| {
            UpstreamError::Unavailable {
                why: Unavailable::Nonsense("the token names another account"),
                retry_after: None,
            }
        })?;
        Ok(grant)
    }

    pub(super) async fn keep(&self, held: &Held, grant: &Grant) -> Result<Verdict, Fault> {
        let services = self.scope.services();
        let now = services.now();
        let tx = self.scope.write().await?;
        // The app may have been edited while Gorgias answered.
        let app = self.app(&tx, &held.record).await?;
        let mut record = held.record.clone();
        let version = record.token_version;
        let cause = if record.failures > 0 {
            "Gorgias is answering again"
        } else {
            ""
        };
        record.proven(now);
        record.token_version = version + 1;
        record.renewable = true;
        record.access_expires_at = Some(token::expires_at(now, grant.jwt_exp, grant.expires_in));
        record.schedule(services, now);
        if let Some(granted) = &grant.scope {
            events::scopes_changed(services, &tx, record.id, self.who, &record.granted, granted)
                .await?;
            record.granted = granted.clone();
        }
        record.missing_scopes = ScopeSet::compare(&app.requested, &record.granted)
            .missing
            .len();
        if record
            .store(services, &tx, version, self.who, cause)
            .await?
            == Stored::Outdated
        {
            return Ok(Verdict::Superseded);
        }
        store_tokens(services, &tx, record.id, grant, false).await?;
        if held.in_use && app.fault_since.is_some() {
            fault::clear(&tx, app.id).await?;
        }
        tx.commit().await?;
        Ok(Verdict::Fine)
    }

    /// `invalid_grant`: somebody may have re-authorized the account meanwhile,
    /// so the row is read again; if it is unchanged, Gorgias is asked once more.
    async fn confirm(&self, held: Held) -> Result<Verdict, Fault> {
        let again = match self.load().await? {
            Ok(again) => again,
            Err(verdict) => return Ok(verdict),
        };
        if again.record.token_version != held.record.token_version {
            return Ok(Verdict::Superseded);
        }
        match self.ask(&again).await {
            Ok(grant) => self.keep(&again, &grant).await,
            Err(UpstreamError::InvalidGrant) => self.lose(again).await,
            Err(error) => self.fail(&again, &error).await,
        }
    }

    async fn lose(&self, held: Held) -> Result<Verdict, Fault> {
        let now = self.scope.now();
        let mut record = held.record;
        let version = record.token_version;
        let since = match record.standing {
            Standing::Lost { at, .. } => at,
            _ => now,
        };
        record.standing = Standing::Lost {
            at: since,
            cause: LossCause::Refused,
        };
        record.last_attempt_at = Some(now);
        record.failing_since = None;
        record.failures = 0;
        record.failure = Some(UpstreamError::InvalidGrant.sentence());
        // Nobody but the customer can change this now.
        record.due_at = None;
        record.overdue_at = None;
        let tx = self.scope.write().await?;
        let cause = "Gorgias refused our access twice";
        let stored = record
            .store(self.scope, &tx, version, self.who, cause)
            .await?;
        tx.commit().await?;
        Ok(if stored == Stored::Outdated {
            Verdict::Superseded
        } else {
            Verdict::Lost
        })
    }

    /// No verdict on the connection: its tokens stay, and it is tried again.
    async fn fail(&self, held: &Held, error: &UpstreamError) -> Result<Verdict, Fault> {
        let services = self.scope.services();
        let now = services.now();
        let interval = services.config.check_interval;
        let mut record = held.record.clone();
        let version = record.token_version;
        let of_app = *error == UpstreamError::InvalidClient;
        if of_app {
            fault::set(self.scope, held.app.id).await?;
        }
        record.last_attempt_at = Some(now);
        record.overdue_at = Some(token::overdue_at(now, interval));
        if record.has_been_connected() && !matches!(record.standing, Standing::Lost { .. }) {
            record.failures = record.failures.saturating_add(1);
            let asked = if of_app {
                Some(Span::minutes(5))
            } else {
                error.retry_after()
            };
            record.due_at = Some(token::next_try(
                now,
                record.failures,
                interval,
                asked,
                services.random.unit(),
            ));
            // A fault of the app changes no connection's state.
            if !of_app {
                record.failing_since = record.failing_since.or(Some(now));
                record.failure = Some(error.sentence());
            }
        }
        let next = record.due_at.unwrap_or(now);
        let tx = self.scope.write().await?;
        let stored = record
            .store(services, &tx, version, self.who, &error.sentence())
            .await?;
        tx.commit().await?;
        Ok(match (stored, of_app) {
            (Stored::Outdated, _) => Verdict::Superseded,
            (_, true) => Verdict::AppRefused,
            (_, false) => Verdict::Unavailable {
                sentence: error.sentence(),
                next,
            },
        })
    }
}
