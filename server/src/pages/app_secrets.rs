//! An app's client secrets: enter a new one, test it, switch, go back.

use crate::pages::{Answered, Form, Posted, PostedForm, apps::find};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    apps::secrets::{self, SecretError, TestResult},
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
};

const FORM: Form = Form::new("app_secret", &[]);

/// The form with the next client secret.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewSecret {
    new_secret: Field<SecretString>,
}

impl Input for NewSecret {
    type Parsed = SecretString;

    fn parse(self, errors: &mut Errors) -> Option<SecretString> {
        Some(errors.secret("new_secret", self.new_secret))
    }
}

/// Adds a new client secret and tests it.
pub async fn add(
    Path((tenant, app)): Path<(String, String)>,
    PostedForm(posted, fields): PostedForm<NewSecret>,
) -> Result<Response, Answered> {
    let page = Address::AppCredentials {
        tenant: &tenant,
        app: &app,
    }
    .to_string();
    let (actor, app) = find(&posted, &tenant, &app, &page, &FORM).await?;
    let secret = posted.parse(fields, &page, &FORM).await?;
    let done = match secrets::add::add(&actor, app.id, &secret).await {
        Ok(()) => secrets::test::test(&actor, app.id).await.map(tested),
        Err(error) => Err(error),
    };
    answer(&posted, &page, done).await
}

/// Tests, switches to, goes back from or removes the next client secret, or tests
/// the one in use.
pub async fn step(
    Path((tenant, app, step)): Path<(String, String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = Address::AppCredentials {
        tenant: &tenant,
        app: &app,
    }
    .to_string();
    let (actor, app) = find(&posted, &tenant, &app, &page, &FORM).await?;
    let id = app.id;
    let done =
        match step.as_str() {
            "test" => secrets::test::test(&actor, id).await.map(tested),
            "test-in-use" => secrets::test::test_in_use(&actor, id).await.map(|result| {
                FormOutcome::SecretInUse {
                    tested: result.into(),
                }
            }),
            "switch" => secrets::switch::switch(&actor, id)
                .await
                .map(|()| FormOutcome::SecretSwitched),
            "roll-back" => secrets::roll_back::roll_back(&actor, id)
                .await
                .map(|()| FormOutcome::SecretRolledBack),
            "remove" => secrets::discard::discard(&actor, id)
                .await
                .map(|()| FormOutcome::SecretRemoved),
            _ => return Ok(posted.not_found().await),
        };
    answer(&posted, &page, done).await
}

fn tested(result: TestResult) -> FormOutcome {
    FormOutcome::NewSecret {
        tested: result.into(),
    }
}

async fn answer(
    posted: &Posted,
    page: &str,
    done: Result<FormOutcome, SecretError>,
) -> Result<Response, Answered> {
    let errors = match done {
        Ok(outcome) => return posted.done(page, outcome).await,
        Err(SecretError::Forbidden(_)) => return Ok(posted.forbidden(page, &FORM).await),
        Err(SecretError::NotFound) => return Ok(posted.not_found().await),
        Err(SecretError::Internal(fault)) => return Err(fault.into()),
        Err(SecretError::Invalid(errors)) => errors,
        Err(error @ (SecretError::NoNext | SecretError::NotReady | SecretError::NoPrevious)) => {
            vec![FieldError::new("", error.to_string())]
        }
    };
    Ok(posted.rerender_with_errors(page, &FORM, errors).await)
}
