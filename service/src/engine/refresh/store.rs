//! Stores what Gorgias granted: first in the journal, then in the database.

use super::{BATCH, Verdict, input::RefreshInput, load::record};
use crate::{
    core::{
        batch::Batcher,
        error::InternalError,
        services::{self, ProcessState, Services},
    },
    engine::{
        app_fault,
        journal::{Answer, Store},
    },
    records::{
        app::{self, App},
        connection::{Changed, Record, attempted},
        store::{Stored, Storing, store_all},
        tokens::renewed,
    },
    tenancy::TenantScope,
    vault::Bound,
};
use domain::{
    connection::Renewed,
    event::Actor,
    health::Standing,
    ids::{AppId, ConnectionId, TenantId},
    token,
};
use gorgias::{Renewal, UpstreamError};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// How long to wait before a write is repeated.
const WRITE_AGAIN: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(500),
    Duration::from_secs(2),
];

/// How many times, if the journal has the answer: the journal repeats it by itself.
const IF_SAFE: usize = 1;

/// Stores a grant. As soon as the journal has it, it can't be lost, whatever
/// happens to this process or the database.
///
/// # Errors
/// [`InternalError`] if the database fails; the answer then stays in the
/// journal, and is stored when that is possible.
pub(crate) async fn store_durably(
    scope: &TenantScope,
    who: &Actor,
    input: RefreshInput,
    renewal: Renewal,
) -> Result<Verdict, InternalError> {
    let answer = Answer {
        bound: Bound {
            tenant: scope.tenant(),
            connection: input.record.id,
            version: input.record.token_version,
        },
        at: scope.now(),
        in_use: input.in_use,
        who: who.clone(),
        renewal,
    };
    let answer = Arc::new(answer);
    let noted = input.reservation.note(scope, &answer).await;
    let again = if noted.is_safe() {
        IF_SAFE
    } else {
        WRITE_AGAIN.len()
    };
    let mut result = store_answer(scope, &input.record, &answer).await;
    // For example a deadlock, or a busy pool.
    for pause in WRITE_AGAIN.iter().take(again) {
        let Err(
            error @ (InternalError::Database(_)
            | InternalError::DatabaseUnavailable
            | InternalError::Awaited),
        ) = &result
        else {
            break;
        };
        tracing::warn!(%error, connection.id = %input.record.id, "A new token could not be stored; trying again");
        tokio::time::sleep(*pause).await;
        result = store_answer(scope, &input.record, &answer).await;
    }
    if result.is_ok() {
        noted.clear(scope).await;
    }
    result
}

/// An answer, with the record that its request used.
pub(super) struct Unstored {
    record: Record,
    answer: Arc<Answer>,
}

/// Answers of a tenant that are stored together.
struct StoreBatches(Batcher<TenantId, Unstored, Result<Verdict, InternalError>>);

impl ProcessState for StoreBatches {
    fn begin(_: &services::Inner) -> Self {
        Self(Batcher::new(BATCH))
    }
}

/// Stores an answer, together with others of the tenant that wait to be stored.
pub(super) async fn store_answer(
    scope: &TenantScope,
    record: &Record,
    answer: &Arc<Answer>,
) -> Result<Verdict, InternalError> {
    let unstored = Unstored {
        record: record.clone(),
        answer: Arc::clone(answer),
    };
    let everybodys = scope.clone();
    let batches = &scope.state::<StoreBatches>().0;
    let work = move |all| store_batch(everybodys.clone(), all);
    batches.join(scope.tenant(), unstored, work).await?
}

/// Stores a batch of answers in one transaction, or, if one of them fails, each in its own.
async fn store_batch(
    scope: TenantScope,
    all: Vec<Unstored>,
) -> Vec<Result<Verdict, InternalError>> {
    if all.len() > 1 {
        match store_in_one(&scope, &all).await {
            Ok(verdicts) => return verdicts.into_iter().map(Ok).collect(),
            Err(error) => tracing::warn!(
                %error, answers = all.len(), tenant.id = %scope.tenant(),
                "New tokens could not be stored together; trying one by one"
            ),
        }
    }
    let mut results = Vec::with_capacity(all.len());
    let mut down = false;
    for one in &all {
        if down {
            // The others need not find this out one after the other.
            results.push(Err(InternalError::DatabaseUnavailable));
            continue;
        }
        let kept = store_in_one(&scope, std::slice::from_ref(one)).await;
        down = kept.is_err() && scope.db.read().ping().await.is_err();
        results
            .push(kept.map(|verdicts| verdicts.into_iter().next().unwrap_or(Verdict::Superseded)));
    }
    results
}

async fn store_in_one(
    scope: &TenantScope,
    all: &[Unstored],
) -> Result<Vec<Verdict>, InternalError> {
    let services = scope.services();
    let tx = scope.write().await?;
    // The apps may have been edited while Gorgias answered.
    let apps = app::by_id(&tx, all.iter().map(|one| one.record.app)).await?;
    let mut changes = Vec::with_capacity(all.len());
    for one in all {
        let app = apps
            .get(&one.record.app)
            .ok_or_else(|| InternalError::inconsistent("connections", "app_id", one.record.id))?
            .as_ref()
            .map_err(InternalError::for_others)?;
        changes.push(change(services, app, one));
    }
    let storing: Vec<Storing<'_>> = all
        .iter()
        .zip(&changes)
        .map(|(one, changed)| Storing {
            changed,
            who: &one.answer.who,
        })
        .collect();
    let stored = store_all(services, &tx, &storing).await?;
    let kept = || {
        let all = all.iter().zip(&stored);
        all.filter_map(|(one, stored)| (*stored != Stored::Outdated).then_some(one))
    };
    let secrets: Vec<_> = kept()
        .flat_map(|one| renewed(one.record.id, &one.answer.renewal))
        .collect();
    services.vault().seal_all(services, &tx, &secrets).await?;
    tx.commit().await?;
    let mut proven: BTreeMap<AppId, Vec<ConnectionId>> = BTreeMap::new();
    for one in kept().filter(|one| one.answer.in_use) {
        let by = proven.entry(one.record.app).or_default();
        by.push(one.record.id);
    }
    for (app, by) in &proven {
        let Some(Ok(app)) = apps.get(app) else {
            continue;
        };
        // The tokens are stored; the app's next success clears the fault.
        if let Err(error) = app_fault::clear(scope, app, by).await {
            tracing::error!(%error, app.id = %app.id, "That an app's credentials work could not be noted");
        }
    }
    let outcomes = all.iter().zip(&stored).zip(&changes);
    Ok(outcomes
        .map(
            |((one, stored), changed)| match (stored, &one.answer.renewal) {
                (Stored::Outdated, _) => Verdict::Superseded,
                (Stored::Done, Renewal::Grant(_)) => Verdict::Fine,
                (Stored::Done, Renewal::Leftover(leftover)) => Verdict::Unavailable {
                    sentence: UpstreamError::from(leftover.why.clone()).sentence(),
                    next: changed.record.due_at.unwrap_or(one.answer.at),
                    limited: false,
                },
            },
        )
        .collect())
}

/// The change that an answer makes to the record that its request used.
fn change(services: &Services, app: &App, one: &Unstored) -> Changed {
    let Unstored { record, answer } = one;
    let (at, now) = (answer.at, services.now());
    let attempt = attempted(services, at);
    let changed = record.clone().change(|connection| match &answer.renewal {
        Renewal::Grant(grant) => {
            let renewed = Renewed {
                expires_at: token::expires_at(at, grant.jwt_exp, grant.expires_in),
                said: grant.scope.clone(),
            };
            connection.renewed(renewed, &app.requested, attempt, now)
        }
        Renewal::Leftover(leftover) => {
            let why = UpstreamError::from(leftover.why.clone());
            connection.left_over((&why).into(), attempt, now)
        }
    });
    changed.renewing(record)
}

/// Stores answers that waited in the journal in their connections.
pub(crate) struct LateAnswers;

impl Store for LateAnswers {
    async fn store(&self, scope: &TenantScope, answer: Answer) -> Result<bool, InternalError> {
        let tx = scope.read().await?;
        let record = record(&tx, answer.bound.connection).await?;
        drop(tx);
        match record {
            Some(record)
                if record.token_version == answer.bound.version
                    && !matches!(record.standing, Standing::NotConnected(_)) =>
            {
                let kept = store_answer(scope, &record, &Arc::new(answer)).await?;
                Ok(kept != Verdict::Superseded)
            }
            _ => Ok(false),
        }
    }
}
