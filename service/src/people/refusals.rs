//! Records what was refused to people: sign-ins that failed, and requests for what
//! they may neither see nor do.

use super::{SignedIn, membership};
use crate::{
    audit::{self, Action, Bursts, By, Entry, Target},
    core::{
        error::InternalError,
        services::{Inner, ProcessState, Services},
    },
    tenancy::lookup::scope_of_slug,
};
use domain::{ids::PersonId, slug::Slug};
use std::{net::IpAddr, time::Duration};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How often what was refused is written; a process that is killed loses what came since.
const PERIOD: Duration = Duration::from_secs(5);

/// The sign-ins that failed, by whom they were tried for.
#[derive(Default)]
pub struct FailedSignIns(Bursts<PersonId>);

impl ProcessState for FailedSignIns {
    fn begin(_: &Inner) -> Self {
        Self::default()
    }
}

/// Has a failed sign-in recorded. It takes as long for nobody as for somebody.
pub(super) fn failed_sign_in(
    services: &Services,
    person: Option<PersonId>,
    address: Option<IpAddr>,
    why: &str,
) {
    let Some(person) = person else {
        tracing::info!("A sign-in failed for an address that nobody has");
        return;
    };
    let entry = Entry::new(By::Somebody, Action::SignedIn, Target::person(person))
        .at(address)
        .detail(why)
        .refused();
    services.state::<FailedSignIns>().0.note(person, entry);
}

/// Has a refused request recorded: of a member whose role doesn't allow it
/// (`forbidden`), or of somebody who is no member of the tenant that is there.
///
/// # Errors
/// [`InternalError`] if it couldn't be found out who it was.
pub async fn refused_request(
    services: &Services,
    signed_in: SignedIn,
    slug: &Slug,
    what: &str,
    forbidden: bool,
    address: Option<IpAddr>,
) -> Result<(), InternalError> {
    match membership::open(services, signed_in, slug).await? {
        membership::Opened::Actor(actor) if forbidden => {
            audit::request_refused(&actor.at(address), what);
        }
        // Things that aren't there are asked for by mistake.
        membership::Opened::Actor(_)
        | membership::Opened::BySingleSignOn
        | membership::Opened::NeedsSecondFactor => (),
        membership::Opened::Not => {
            if let Some(scope) = scope_of_slug(services, slug).await? {
                let entry = Entry::new(By::Somebody, Action::RequestRefused, Target::tenant())
                    .at(address)
                    .detail(format!("no member: {what}"))
                    .refused();
                audit::note_refusal(services, scope.tenant(), entry);
            }
        }
    }
    Ok(())
}

/// Writes what was refused every few seconds, until told to stop. Runs in every
/// process that answers people, since each counts for itself.
pub async fn keep_recorded(services: Services, stop: CancellationToken) {
    let mut timer = tokio::time::interval(PERIOD);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = timer.tick() => (),
        }
        if let Err(error) = record(&services, false).await {
            tracing::error!(%error, "Refusals could not be recorded; they stay counted");
        }
    }
}

/// Writes what was refused and is in no entry yet: of each kind one entry a minute, or
/// `all` at the end of a process.
///
/// # Errors
/// [`InternalError`] if the database fails; what isn't written stays counted.
pub async fn record(services: &Services, all: bool) -> Result<(), InternalError> {
    let (log, minute) = (
        &services.state::<FailedSignIns>().0,
        audit::minute(services),
    );
    // Passed on to each tenant, where it is written, or stays counted, by itself.
    for (person, entry) in log.due(minute, all) {
        for tenant in membership::tenant_ids(services, person).await? {
            audit::note_refusal(services, tenant, entry.clone());
        }
        log.written(&person, &entry, minute);
    }
    audit::flush_refusals(services, all).await
}
