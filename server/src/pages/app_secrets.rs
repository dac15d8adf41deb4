//! An app's client secrets: enter a new one, test it, switch, go back.

use crate::pages::{Answered, Posted, apps::find, see_other, sentence};
use axum::{extract::Path, response::Response};
use service::{
    apps::secrets::{self, SecretError, TestResult},
    error::FieldError,
};

const ACTION: &str = "app_secret";

/// Adds a new client secret and tests it.
pub async fn add(
    Path((tenant, app)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = format!("/t/{tenant}/apps/{app}");
    let (actor, app) = find(&posted, &tenant, &app, &page).await?;
    let secret = posted.secret("new_secret");
    let done = match secrets::add::add(&actor, app.id, &secret).await {
        Ok(()) => secrets::test::test(&actor, app.id).await.map(outcome),
        Err(error) => Err(error),
    };
    answer(&posted, &page, done).await
}

/// Tests, switches to, goes back from or removes the new client secret, or
/// tests the one in use.
pub async fn step(
    Path((tenant, app, step)): Path<(String, String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = format!("/t/{tenant}/apps/{app}");
    let (actor, app) = find(&posted, &tenant, &app, &page).await?;
    let id = app.id;
    let done = match step.as_str() {
        "test" => secrets::test::test(&actor, id).await.map(outcome),
        "test-in-use" => secrets::test::test_in_use(&actor, id)
            .await
            .map(|result| match result {
                TestResult::Accepted => "secret_works",
                TestResult::Refused => "secret_fails",
                TestResult::Unclear => "secret_doubtful",
                TestResult::Untestable => "secret_alone",
            }),
        "switch" => secrets::switch::switch(&actor, id)
            .await
            .map(|()| "secret_switched"),
        "roll-back" => secrets::roll_back::roll_back(&actor, id)
            .await
            .map(|()| "secret_back"),
        "remove" => secrets::discard::discard(&actor, id)
            .await
            .map(|()| "secret_removed"),
        _ => return Ok(posted.nothing_there().await),
    };
    answer(&posted, &page, done).await
}

fn outcome(result: TestResult) -> &'static str {
    match result {
        TestResult::Accepted => "secret_accepted",
        TestResult::Refused => "secret_refused",
        TestResult::Unclear => "secret_unclear",
        TestResult::Untestable => "secret_untestable",
    }
}

async fn answer(
    posted: &Posted,
    page: &str,
    done: Result<&'static str, SecretError>,
) -> Result<Response, Answered> {
    let errors = match done {
        Ok(code) => return Ok(see_other(&format!("{page}?done={code}"))),
        Err(SecretError::Forbidden(_)) => return Ok(posted.forbidden(page, ACTION).await),
        Err(SecretError::NotFound) => return Ok(posted.nothing_there().await),
        Err(SecretError::Fault(fault)) => return Err(fault.into()),
        Err(SecretError::Invalid(errors)) => errors,
        Err(error @ (SecretError::NoNext | SecretError::NotReady | SecretError::NoPrevious)) => {
            vec![FieldError::new("", sentence(&error.to_string()))]
        }
    };
    Ok(posted.again(page, ACTION, Vec::new(), errors).await)
}
