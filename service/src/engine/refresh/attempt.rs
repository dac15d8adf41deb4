//! One attempt: the call to Gorgias, and what its answer changes.

use super::{
    Verdict,
    input::Held,
    keep::{LateAnswers, keep_surely},
    load,
};
use crate::{
    core::error::Fault,
    engine::{
        app_fault, evidence,
        journal::{self, Replayed},
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
    /// Of the lease, which is given back with the record's own write.
    pub fence: Option<i64>,
    pub who: &'a event::Actor,
}

impl Attempt<'_> {
    pub async fn run(&self) -> Result<Verdict, Fault> {
        let held = match self.load().await? {
            Ok(held) => held,
            Err(verdict) => return Ok(verdict),
        };
        match self.ask(&held).await {
            Ok(renewal) => keep_surely(self.scope, self.who, held, renewal).await,
            Err(UpstreamError::InvalidGrant) => self.confirm(held).await,
            Err(error) => self.fail(&held, &error).await,
        }
    }

    pub async fn load(&self) -> Result<Result<Held, Verdict>, Fault> {
        // With the token that the last answer replaced, nobody must ask again.
        match journal::replay_connection(self.scope, self.id, &LateAnswers).await? {
            Replayed::Nothing => (),
            Replayed::Stored => return Ok(Err(Verdict::Superseded)),
            Replayed::Busy => return Ok(Err(Verdict::Busy)),
        }
        self.load_past(*self.who != event::Actor::Worker).await
    }

    /// Loads what an attempt starts from; `past` an open breaker of the app or not.
    async fn load_past(&self, past: bool) -> Result<Result<Held, Verdict>, Fault> {
        // Before anything is read: what is repaired from here on is newer.
        let used_at = self.scope.now();
        let Some(loaded) = load::load(self.scope, self.id).await? else {
            return Ok(Err(Verdict::NotConnected));
        };
        let (record, app) = (loaded.record.under(self.fence), loaded.app);
        if matches!(record.standing, Standing::NotConnected(_)) {
            return Ok(Err(Verdict::NotConnected));
        }
        if app.credentials.fault.is_some()
            && !past
            && !app_fault::may_probe(self.scope, app.id).await?
        {
            // One connection tries them, the others wait; their states stay as they are.
            app_fault::put_off(self.scope, app.id).await?;
            return Ok(Err(Verdict::AppRefused));
        }
        let Some(refresh_token) = loaded.refresh_token? else {
            return self.note_end(record).await.map(Err);
        };
        let client = ClientCredentials {
            client_id: app.client_id.clone(),
            client_secret: loaded.client_secret?,
            encoding: app.basic_encoding,
        };
        let place = match journal::reserve(self.scope).await? {
            Ok(place) => place,
            Err(no_room) => {
                tracing::error!(error = %no_room, connection.id = %self.id, "Gorgias is not asked, since its answer could be lost");
                return Ok(Err(Verdict::NoRoom));
            }
        };
        Ok(Ok(Held {
            record,
            app,
            client,
            refresh_token,
            in_use: true,
            used_at,
            place,
        }))
    }

    pub(super) async fn record(&self, tx: &Tx) -> Result<Option<Record>, Fault> {
        let record = load::record(tx, self.id).await?;
        Ok(record.map(|record| record.under(self.fence)))
    }

    /// Nothing renews it: once its token has run out, that is noted as an event.
    async fn note_end(&self, record: Record) -> Result<Verdict, Fault> {
        let (now, interval) = (self.scope.now(), self.scope.config.check_interval);
        let changed = record.change(|connection| connection.not_renewable(now, interval));
        let tx = self.scope.write().await?;
        changed.store(self.scope, &tx, self.who).await?;
        tx.commit().await?;
        Ok(Verdict::NotRenewable)
    }

    pub async fn ask(&self, held: &Held) -> Result<Renewal, UpstreamError> {
        let account = &held.record.subdomain;
        let renewal = self
            .scope
            .gorgias
            .refresh(&held.client, account, &held.refresh_token)
            .await?;
        // Tokens of another account are an answer to nothing; the old ones stay.
        let issuers = match &renewal {
            Renewal::Grant(grant) => grant.jwt_iss.as_slice(),
            Renewal::Leftover(leftover) => &leftover.issuers,
        };
        evidence::issuers_agree(self.scope, account, issuers)
            .map_err(|_| Unavailable::Nonsense("the token names another account"))?;
        match renewal {
            Renewal::Leftover(leftover) if leftover.repeats(&held.refresh_token) => {
                Err(leftover.why.into())
            }
            other => Ok(other),
        }
    }

    /// `invalid_grant`: somebody may have re-authorized the account meanwhile,
    /// so the row is read again; if it is unchanged, Gorgias is asked once more.
    async fn confirm(&self, held: Held) -> Result<Verdict, Fault> {
        // The confirmation belongs to the same attempt, so the breaker let it pass already.
        let again = match self.load_past(true).await? {
            Ok(again) => again,
            Err(verdict) => return Ok(verdict),
        };
        if again.record.token_version != held.record.token_version {
            return Ok(Verdict::Superseded);
        }
        match self.ask(&again).await {
            Ok(renewal) => keep_surely(self.scope, self.who, again, renewal).await,
            Err(UpstreamError::InvalidGrant) => self.lose(again).await,
            Err(error) => self.fail(&again, &error).await,
        }
    }

    /// The access was withdrawn, unless so many were that it is the app's incident.
    async fn lose(&self, held: Held) -> Result<Verdict, Fault> {
        let now = self.scope.now();
        let record = held.record;
        let tx = self.scope.write().await?;
        // A refusal that was known before says nothing new, and credentials
        // that aren't in use nothing of the app.
        let meaning = if record.standing == Standing::Connected && held.in_use {
            refusals::count(self.scope, &tx, held.app.id).await?
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
        if held.in_use {
            app_fault::recognised(self.scope, &held.app).await?;
        }
        Ok(verdict)
    }

    /// No verdict on the connection: its tokens stay, and it is tried again.
    async fn fail(&self, held: &Held, error: &UpstreamError) -> Result<Verdict, Fault> {
        let services = self.scope.services();
        let now = services.now();
        let version = held.record.token_version;
        let tx = self.scope.write().await?;
        let refusal = match error {
            UpstreamError::InvalidClient => {
                let (app, used_at) = (held.app.id, held.used_at);
                Some(app_fault::refused(self.scope, &tx, app, self.id, used_at, now).await?)
            }
            _ => None,
        };
        // Read again: whoever held the lease meanwhile may know better.
        let Some(record) = self.record(&tx).await? else {
            return Ok(Verdict::NotConnected);
        };
        if record.token_version != version || record.standing != held.record.standing {
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
