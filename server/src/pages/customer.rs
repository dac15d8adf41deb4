//! What is known of the customer behind an account.

use crate::pages::{Answered, Form, Posted, PostedForm, account::Request};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::subdomain::Subdomain;
use serde::Deserialize;
use service::{
    Actor,
    accounts::{self, ContactForm, CustomerChange, CustomerError},
    core::input::{Errors, Field, Input, Repeated},
};

pub(super) const CUSTOMER: Form = Form::new(
    "customer",
    &[
        "name",
        "external_id",
        "owner",
        "tags",
        "note",
        "contact_email",
        "contact_name",
        "contact_language",
    ],
)
.kept();

/// What somebody types. The form has all fields, so what is empty is taken away.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    name: Field<String>,
    external_id: Field<String>,
    owner: Field<String>,
    tags: Field<String>,
    note: Field<String>,
    contact_email: Field<Repeated>,
    contact_name: Field<Repeated>,
    contact_language: Field<Repeated>,
}

impl Input for Fields {
    type Parsed = CustomerChange;

    fn parse(self, errors: &mut Errors) -> Option<CustomerChange> {
        let mut list = |name, field| {
            let list = errors.optional(name, field);
            list.map_or_else(Vec::new, |Repeated(list)| list)
        };
        let (emails, names, languages) = (
            list("contact_email", self.contact_email),
            list("contact_name", self.contact_name),
            list("contact_language", self.contact_language),
        );
        let contacts = emails.into_iter().zip(names).zip(languages);
        let contacts = contacts.map(|((email, name), language)| ContactForm {
            email: email.trim().to_owned(),
            name: name.trim().to_owned(),
            language,
        });
        let tags = errors.text("tags", self.tags);
        Some(CustomerChange {
            name: Some(errors.text("name", self.name)),
            external_id: Some(errors.text("external_id", self.external_id)),
            owner: Some(errors.text("owner", self.owner)),
            tags: Some(tags.split(',').map(str::to_owned).collect()),
            note: Some(errors.text("note", self.note)),
            contacts: Some(contacts.collect()),
            snooze: None,
        })
    }
}

/// Saves it.
pub async fn save(
    Path(path): Path<(String, String, String)>,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &CUSTOMER).await?;
    if !request.is_there().await? {
        return Ok(request.posted.not_found().await);
    }
    store(
        &request.posted,
        &request.actor,
        &request.subdomain,
        fields,
        &request.page,
    )
    .await
}

/// Saves it for an account that is connected to nothing yet.
pub async fn save_unconnected(
    Path((tenant, subdomain)): Path<(String, String)>,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let page = Address::AnyAccount {
        tenant: &tenant,
        subdomain: &subdomain,
    }
    .to_string();
    let actor = posted.member(&tenant, &page, &CUSTOMER).await?;
    let Ok(subdomain) = subdomain.parse() else {
        return Ok(posted.not_found().await);
    };
    posted.first(&page).await?;
    store(&posted, &actor, &subdomain, fields, &page).await
}

/// Stores it, and goes back to the page.
async fn store(
    posted: &Posted,
    actor: &Actor,
    subdomain: &Subdomain,
    fields: Fields,
    page: &str,
) -> Result<Response, Answered> {
    let change = posted.parse(fields, page, &CUSTOMER).await?;
    Ok(match accounts::change(actor, subdomain, &change).await {
        Ok(_) => posted.done(page, FormOutcome::CustomerSaved).await?,
        Err(CustomerError::NotFound) => posted.not_found().await,
        Err(CustomerError::Forbidden(_)) => posted.forbidden(page, &CUSTOMER).await,
        Err(CustomerError::Invalid(errors)) => {
            posted.rerender_with_errors(page, &CUSTOMER, errors).await
        }
        Err(CustomerError::Internal(fault)) => return Err(fault.into()),
    })
}
