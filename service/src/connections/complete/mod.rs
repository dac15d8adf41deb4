//! Completes an authorization (RFC 6749 4.1.2–4.1.4): its facts come from the
//! browser's cookie, the state is used up, the code is exchanged for tokens,
//! and the connection is stored.

mod attempt;
mod begun;
mod callback;
mod exchange;
mod single_use;
mod strangers;

pub use callback::{Callback, CallbackError};

use super::{authorize::Facts, result::Outcome};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{error::InternalError, services::Services},
    people::SignedIn,
    records::known_apps,
};
use attempt::{Attempt, Stop};
use domain::{
    error::AuthorizationProblem,
    ids::{AppId, AuthorizationId},
};
use gorgias::{AuthorizeParams, NoAccount};
use std::net::IpAddr;

/// Completes an authorization. Stores the outcome, and gives its id for the
/// result page. A second callback in the same browser, at once or later, gets
/// the result of the first.
///
/// # Errors
/// [`CallbackError::Refused`] if the state is unknown, too old, another app's,
/// or begun in another browser or by another person; and for an account without
/// tokens, without an operator or a link, if too many such installations failed
/// lately. Then nothing is sent to Gorgias and no state is used up.
pub async fn complete(
    services: &Services,
    app: AppId,
    callback: Callback,
    signed_in: Option<SignedIn>,
) -> Result<AuthorizationId, CallbackError> {
    let begun = match begun::find(services, app, &callback).await? {
        begun::Found::Ended(id) => return Ok(id),
        begun::Found::Begun(begun) => begun,
    };
    begun.person_is_right(signed_in).await?;
    let used_at = services.now();
    let (app, client) = begun.app().await?;
    let requested = begun.facts.requested.scopes(&app.requested);
    let attempt = Attempt {
        requested: requested.ok_or(AuthorizationProblem::StateUnknown)?,
        facts: &begun.facts,
        scope: &begun.scope,
        app: &app,
        client: &client,
        state: &callback.state,
        address: callback.address,
        used_at,
    };
    // An anonymous installation is counted by its stored row; beyond a limit it
    // is neither stored nor sent.
    let quiet = begun.is_anonymous()
        && !strangers::have_room(&begun.scope, app.id, callback.address).await?;
    let checked = match attempt
        .check(callback.answer, callback.iss.as_deref())
        .await
    {
        Err(Stop::Problem(problem)) if quiet => return Err(problem.into()),
        checked => checked,
    };
    let known = strangers::is_known(&begun.scope, &begun.facts.subdomain).await?;
    let _turn = match (known, begun.is_anonymous()) {
        (true, _) | (_, false) => None,
        (false, true) if quiet => return Err(AuthorizationProblem::Busy.into()),
        (false, true) => Some(strangers::turn(services)?),
    };
    let checked = match checked {
        Ok(code) if !known => probe(services, &begun.facts, &app).await.map(|()| code),
        checked => checked,
    };
    let code = match checked {
        Err(Stop::Internal(fault)) => return Err(fault.into()),
        Err(Stop::Problem(problem)) => Err(problem),
        Ok(code) => Ok(code),
    };
    let limited = begun.is_anonymous() && !known && code.is_ok();
    let id = match single_use::take(
        &begun,
        &callback.state,
        &callback.browser,
        callback.address,
        limited,
    )
    .await?
    {
        single_use::Taken::First(id) => id,
        single_use::Taken::Before(id) => return Ok(id),
    };
    let ended = match code {
        Ok(code) => attempt.run(&code, id).await,
        Err(problem) => Err(problem.into()),
    };
    match ended {
        Ok(()) => (),
        Err(Stop::Internal(fault)) => return Err(fault.into()),
        Err(Stop::Problem(problem)) => {
            if !quiet {
                attempt.note_failure(&problem).await?;
            }
            single_use::keep_failure(&begun.scope, id, problem).await?;
        }
    }
    Ok(id)
}

/// Has a callback recorded that no authorization led to, or one that somebody else
/// began: an unknown state, or another person (OWASP ASVS 5.0 16.3.3).
///
/// # Errors
/// [`InternalError`] if the app couldn't be looked up.
pub async fn note_refused(
    services: &Services,
    app: AppId,
    problem: &AuthorizationProblem,
    address: Option<IpAddr>,
) -> Result<(), InternalError> {
    let told = matches!(
        problem,
        AuthorizationProblem::StateUnknown
            | AuthorizationProblem::OtherPerson
            | AuthorizationProblem::RoleGone
    );
    let Some(known) = known_apps::find(services, app).await?.filter(|_| told) else {
        return Ok(());
    };
    let (tenant, app) = &*known;
    let entry = Entry::new(
        By::Somebody,
        Action::Authorized,
        Target::app(app.id, &app.slug),
    )
    .at(address)
    .detail(problem.code())
    .refused();
    audit::note_refusal(services, *tenant, entry);
    Ok(())
}

/// Whether the app's credentials may go to an unknown account.
async fn probe(
    services: &Services,
    facts: &Facts,
    app: &crate::records::app::App,
) -> Result<(), Stop> {
    let params = AuthorizeParams {
        client_id: &app.client_id,
        redirect_uri: &services.config.redirect_uri(app.id),
        scope: &app.requested,
        state: "",
        nonce: "",
        pkce_challenge: None,
    };
    let answer = services.gorgias.probe(&facts.subdomain, &params).await;
    answer.map_err(|error| {
        tracing::info!(account = %facts.subdomain, %error, "An account that isn't known was asked and is none");
        Stop::Problem(match error {
            NoAccount::Nowhere => AuthorizationProblem::NoAccount {
                subdomain: facts.subdomain.clone(),
            },
            NoAccount::Unanswered(_) => AuthorizationProblem::Unavailable,
        })
    })
}
