//! What accounts need: snoozed, woken, looked after by somebody. The forms stand in menus
//! of lists and on the account's page, and lead back to where they were.

use crate::{
    own_path::own_path,
    pages::{Answered, Form, PostedForm, account::Request},
};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::snooze::Choice;
use serde::Deserialize;
use service::{
    accounts::{self, Customer, CustomerChange, CustomerError, SnoozeWish},
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
};

const SNOOZE: Form = Form::new("snooze", &["until", "day", "reason"]);
const WAKE: Form = Form::new("wake", &[]);
const LOOK_AFTER: Form = Form::new("look_after", &["owner"]);

type AccountPath = Path<(String, String, String)>;

/// What somebody chose.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SnoozeFields {
    until: Field<String>,
    day: Field<String>,
    reason: Field<String>,
    back: Field<String>,
}

/// The same, parsed as far as it can be without the tenant's zone.
pub struct Asked {
    choice: Choice,
    day: String,
    reason: String,
    back: String,
}

impl Input for SnoozeFields {
    type Parsed = Asked;

    fn parse(self, errors: &mut Errors) -> Option<Asked> {
        let choice = self.until.parsed();
        if choice.is_none() {
            errors.add("until", "Choose until when.");
        }
        Some(Asked {
            day: errors.text("day", self.day),
            reason: errors.text("reason", self.reason),
            back: errors.text("back", self.back),
            choice: choice?,
        })
    }
}

/// Only a way back.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct BackField {
    back: Field<String>,
}

impl Input for BackField {
    type Parsed = String;

    fn parse(self, errors: &mut Errors) -> Option<String> {
        Some(errors.text("back", self.back))
    }
}

/// Who looks after the account from now on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OwnerFields {
    owner: Field<String>,
    back: Field<String>,
}

impl Input for OwnerFields {
    type Parsed = (String, String);

    fn parse(self, errors: &mut Errors) -> Option<(String, String)> {
        let owner = errors.text("owner", self.owner);
        Some((owner, errors.text("back", self.back)))
    }
}

/// Snoozes the account.
pub async fn snooze(
    Path(path): AccountPath,
    PostedForm(posted, fields): PostedForm<SnoozeFields>,
) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &SNOOZE).await?;
    let asked = request.posted.parse(fields, &request.page, &SNOOZE).await?;
    let (now, zone) = (request.actor.now(), request.actor.zone);
    let Some(until) = asked.choice.until(asked.day.trim(), now, zone) else {
        let errors = vec![FieldError::new("until", "Choose a day.")];
        let posted = &request.posted;
        return Ok(posted
            .rerender_with_errors(&request.page, &SNOOZE, errors)
            .await);
    };
    let wish = SnoozeWish {
        until,
        reason: asked.reason,
    };
    let outcome = |customer: &Customer| FormOutcome::AccountSnoozed {
        account: customer.title().to_owned(),
        until: customer
            .snoozed
            .as_ref()
            .map_or(until, |now| now.until)
            .at(),
    };
    let change = CustomerChange {
        snooze: Some(Some(wish)),
        ..CustomerChange::default()
    };
    change_and_go_back(&request, &SNOOZE, &change, &asked.back, outcome).await
}

/// Ends the snooze.
pub async fn wake(
    Path(path): AccountPath,
    PostedForm(posted, fields): PostedForm<BackField>,
) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &WAKE).await?;
    let back = request.posted.parse(fields, &request.page, &WAKE).await?;
    let change = CustomerChange {
        snooze: Some(None),
        ..CustomerChange::default()
    };
    let outcome = |customer: &Customer| FormOutcome::AccountWoken {
        account: customer.title().to_owned(),
    };
    change_and_go_back(&request, &WAKE, &change, &back, outcome).await
}

/// Takes the account on, or assigns it to a member.
pub async fn look_after(
    Path(path): AccountPath,
    PostedForm(posted, fields): PostedForm<OwnerFields>,
) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &LOOK_AFTER).await?;
    let parsed = request.posted.parse(fields, &request.page, &LOOK_AFTER);
    let (owner, back) = parsed.await?;
    let change = CustomerChange {
        owner: Some(owner),
        ..CustomerChange::default()
    };
    let outcome = |customer: &Customer| FormOutcome::LookedAfter {
        account: customer.title().to_owned(),
        owner: customer.owner.as_ref().map(|owner| owner.name.clone()),
    };
    change_and_go_back(&request, &LOOK_AFTER, &change, &back, outcome).await
}

async fn change_and_go_back(
    request: &Request,
    form: &Form,
    change: &CustomerChange,
    back: &str,
    outcome: impl Fn(&Customer) -> FormOutcome,
) -> Result<Response, Answered> {
    if !request.is_there().await? {
        return Ok(request.posted.not_found().await);
    }
    let changed = accounts::change(&request.actor, &request.subdomain, change).await;
    let (posted, page) = (&request.posted, &request.page);
    Ok(match changed {
        Ok(customer) => {
            let back = way_back(request, back).unwrap_or(page);
            posted.done(back, outcome(&customer)).await?
        }
        Err(CustomerError::NotFound) => posted.not_found().await,
        Err(CustomerError::Forbidden(_)) => request.forbidden(form).await,
        Err(CustomerError::Invalid(errors)) => {
            posted.rerender_with_errors(page, form, errors).await
        }
        Err(CustomerError::Internal(fault)) => return Err(fault.into()),
    })
}

/// The page that the form stood on, if it is a list of this tenant.
fn way_back<'a>(request: &Request, text: &'a str) -> Option<&'a str> {
    let tenant = request.actor.tenant_slug.as_str();
    let lists = [Address::Overview { tenant }, Address::Accounts { tenant }];
    let own = own_path(text);
    let path = own.split('?').next().unwrap_or_default();
    let known = lists.iter().any(|list| list.to_string() == path);
    (known && !own.contains('#')).then_some(own)
}
