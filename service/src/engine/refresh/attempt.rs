//! One attempt: the request to Gorgias, and the changes that its answer makes.

use super::{
    Verdict,
    input::RefreshInput,
    load,
    store::{LateAnswers, store_durably},
};
use crate::{
    core::error::InternalError,
    engine::{
        app_fault, evidence,
        journal::{self, Replayed, ReserveError},
        refusals,
    },
    records::{
        connection::{Record, attempted},
        store::Stored,
    },
    tenancy::{TenantScope, Tx},
};
use domain::{
    app_credentials::{ClientRefusal, Refusal},
    event,
    health::Standing,
    ids::ConnectionId,
};
use gorgias::{ClientCredentials, Renewal, Unavailable, UpstreamError};

/// One attempt under a lease.
pub(crate) struct Attempt<'a> {
    pub scope: &'a TenantScope,
    pub id: ConnectionId,
    /// The fencing number of the lease, which is given back in the same write
    /// as the record.
    pub fence: Option<i64>,
    pub who: &'a event::Actor,
}

/// Why an attempt ends before Gorgias is asked.
pub(crate) enum Stop {
    /// Nothing is to be asked.
    Verdict(Verdict),
    /// An internal error.
    Internal(InternalError),
}

impl Stop {
    /// As the result of the attempt.
    pub fn verdict(self) -> Result<Verdict, InternalError> {
        match self {
            Self::Verdict(verdict) => Ok(verdict),
            Self::Internal(error) => Err(error),
        }
    }
}

impl From<Verdict> for Stop {
    fn from(verdict: Verdict) -> Self {
        Self::Verdict(verdict)
    }
}

impl From<InternalError> for Stop {
    fn from(error: InternalError) -> Self {
        Self::Internal(error)
    }
}

/// Whether an attempt obeys an app's open breaker.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaker {
    /// One connection tries the app's credentials, the others wait.
    Obeyed,
    /// A person or a backend asked, or the attempt passed the breaker already.
    Passed,
}

impl Attempt<'_> {
    pub async fn run(&self) -> Result<Verdict, InternalError> {
        let input = match self.load().await {
            Ok(input) => input,
            Err(stop) => return stop.verdict(),
        };
        match self.ask(&input).await {
            Ok(renewal) => store_durably(self.scope, self.who, input, renewal).await,
            Err(UpstreamError::InvalidGrant) => self.confirm(input).await,
            Err(error) => self.fail(&input, &error).await,
        }
    }

    /// Loads the input of an attempt.
    ///
    /// # Errors
    /// [`Stop`] if nothing is to be asked, or on an internal error.
    pub async fn load(&self) -> Result<RefreshInput, Stop> {
        // The token that the last answer replaced must not be used again.
        match journal::replay_connection(self.scope, self.id, &LateAnswers).await? {
            Replayed::Nothing => (),
            Replayed::Stored => return Err(Verdict::Superseded.into()),
            Replayed::Busy => return Err(Verdict::Busy.into()),
        }
        let breaker = if *self.who == event::Actor::Worker {
            Breaker::Obeyed
        } else {
            Breaker::Passed
        };
        self.load_input(breaker).await
    }

    async fn load_input(&self, breaker: Breaker) -> Result<RefreshInput, Stop> {
        // Before anything is read: a repair after this moment is newer.
        let used_at = self.scope.now();
        let Some(loaded) = load::load(self.scope, self.id).await? else {
            return Err(Verdict::NotConnected.into());
        };
        let (record, app) = (loaded.record.under(self.fence), loaded.app);
        if matches!(record.standing, Standing::NotConnected(_)) {
            return Err(Verdict::NotConnected.into());
        }
        if app.credentials.fault.is_some()
            && breaker == Breaker::Obeyed
            && !app_fault::may_probe(self.scope, app.id).await?
        {
            // One connection tries the credentials, the others wait; their states stay.
            app_fault::put_off(self.scope, app.id).await?;
            return Err(Verdict::AppRefused.into());
        }
        let Some(refresh_token) = loaded.refresh_token? else {
            return Err(self.note_end(record).await?.into());
        };
        let client = ClientCredentials {
            client_id: app.client_id.clone(),
            client_secret: loaded.client_secret?,
            encoding: app.basic_encoding,
        };
        let reservation = match journal::reserve(self.scope).await {
            Ok(reservation) => reservation,
            Err(ReserveError::Internal(error)) => return Err(error.into()),
            Err(ReserveError::Full(full)) => {
                tracing::error!(error = %full, connection.id = %self.id, "Gorgias is not asked, since its answer could be lost");
                return Err(Verdict::JournalFull.into());
            }
        };
        Ok(RefreshInput {
            record,
            app,
            client,
            refresh_token,
            in_use: true,
            used_at,
            reservation,
        })
    }

    pub(super) async fn record(&self, tx: &Tx) -> Result<Option<Record>, InternalError> {
        let record = load::record(tx, self.id).await?;
        Ok(record.map(|record| record.under(self.fence)))
    }

    /// Nothing can renew it: when its token has expired, an event says so.
    async fn note_end(&self, record: Record) -> Result<Verdict, InternalError> {
        let (now, interval) = (self.scope.now(), self.scope.config.check_interval);
        let changed = record.change(|connection| connection.not_renewable(now, interval));
        let tx = self.scope.write().await?;
        changed.store(self.scope, &tx, self.who).await?;
        tx.commit().await?;
        Ok(Verdict::NotRenewable)
    }

    pub async fn ask(&self, input: &RefreshInput) -> Result<Renewal, UpstreamError> {
        let account = &input.record.subdomain;
        let renewal = self
            .scope
            .gorgias
            .refresh(&input.client, account, &input.refresh_token)
            .await?;
        // Tokens of another account are no answer; the old ones stay.
        let issuers = match &renewal {
            Renewal::Grant(grant) => grant.jwt_iss.as_slice(),
            Renewal::Leftover(leftover) => &leftover.issuers,
        };
        evidence::issuers_agree(self.scope, account, issuers)
            .map_err(|_| Unavailable::Nonsense("the token names another account"))?;
        match renewal {
            Renewal::Leftover(leftover) if leftover.repeats(&input.refresh_token) => {
                Err(leftover.why.into())
            }
            other => Ok(other),
        }
    }

    /// `invalid_grant`: the account may have been approved again in the
    /// meantime, so the row is read again; if it is unchanged, Gorgias is asked
    /// once more.
    async fn confirm(&self, input: RefreshInput) -> Result<Verdict, InternalError> {
        // The confirmation belongs to the same attempt, which passed the breaker already.
        let again = match self.load_input(Breaker::Passed).await {
            Ok(again) => again,
            Err(stop) => return stop.verdict(),
        };
        if again.record.token_version != input.record.token_version {
            return Ok(Verdict::Superseded);
        }
        match self.ask(&again).await {
            Ok(renewal) => store_durably(self.scope, self.who, again, renewal).await,
            Err(UpstreamError::InvalidGrant) => self.lose(again).await,
            Err(error) => self.fail(&again, &error).await,
        }
    }

    /// The access was withdrawn, unless so many were refused that it is an
    /// incident of the app.
    async fn lose(&self, input: RefreshInput) -> Result<Verdict, InternalError> {
        let now = self.scope.now();
        let record = input.record;
        let tx = self.scope.write().await?;
        // A refusal that was known before says nothing new, and a refusal of
        // credentials that aren't in use says nothing about the app.
        let meaning = if record.standing == Standing::Connected && input.in_use {
            refusals::count(self.scope, &tx, input.app.id).await?
        } else {
            Refusal::ConnectionLost
        };
        let (verdict, changed) = match meaning {
            Refusal::ConnectionLost => {
                let sentence = UpstreamError::InvalidGrant.sentence();
                (Verdict::Lost, record.change(|c| c.refused(sentence, now)))
            }
            Refusal::IncidentFound(_) | Refusal::IncidentKnown => {
                let attempt = attempted(self.scope, now);
                let changed = record.change(|c| c.refused_with_many(attempt));
                (Verdict::AppRefused, changed)
            }
        };
        let stored = changed.store(self.scope, &tx, self.who).await?;
        tx.commit().await?;
        if stored == Stored::Outdated {
            return Ok(Verdict::Superseded);
        }
        if input.in_use {
            app_fault::recognised(self.scope, &input.app).await?;
        }
        Ok(verdict)
    }

    /// No verdict on the connection: its tokens stay, and it is retried.
    async fn fail(
        &self,
        input: &RefreshInput,
        error: &UpstreamError,
    ) -> Result<Verdict, InternalError> {
        let services = self.scope.services();
        let now = services.now();
        let version = input.record.token_version;
        let tx = self.scope.write().await?;
        let refusal = match error {
            UpstreamError::InvalidClient => {
                let (app, used_at) = (input.app.id, input.used_at);
                Some(app_fault::refused(self.scope, &tx, app, self.id, used_at, now).await?)
            }
            _ => None,
        };
        // Read again: another holder of the lease may have changed it.
        let Some(record) = self.record(&tx).await? else {
            return Ok(Verdict::NotConnected);
        };
        if record.token_version != version || record.standing != input.record.standing {
            tx.commit().await?;
            return Ok(Verdict::Superseded);
        }
        let (failure, attempt) = (error.into(), attempted(services, now));
        let changed = record.change(|c| match refusal {
            None => c.failed(failure, attempt),
            Some(ClientRefusal::Unconfirmed) => c.client_refused(failure, attempt),
            Some(ClientRefusal::FaultFound | ClientRefusal::FaultKnown) => c.app_refused(attempt),
            Some(ClientRefusal::Outdated) => c.credentials_replaced(attempt),
        });
        let next = changed.record.due_at.unwrap_or(now);
        let stored = changed.store(services, &tx, self.who).await?;
        tx.commit().await?;
        Ok(match (stored, refusal) {
            (Stored::Outdated, _) | (_, Some(ClientRefusal::Outdated)) => Verdict::Superseded,
            (_, Some(ClientRefusal::FaultFound | ClientRefusal::FaultKnown)) => Verdict::AppRefused,
            (_, None | Some(ClientRefusal::Unconfirmed)) => Verdict::Unavailable {
                sentence: error.sentence(),
                next,
                limited: matches!(error, UpstreamError::RateLimited { .. }),
            },
        })
    }
}
