//! `/api/v1/accounts`: the customers behind accounts.

use super::{
    answers::{Customer, Import, Page},
    paths::CustomerPath,
};
use crate::api::{
    Problem,
    bearer::Caller,
    body::Body,
    problems::{BODY, COMMON, PATH, QUERY, problems},
    query::Query,
};
use axum::{Json, body::Bytes, extract::Path, http::StatusCode};
use domain::{permission::Permission, snooze::Until, subdomain::Subdomain, time::Timestamp};
use serde::Deserialize;
use serde_json::Value;
use service::{
    Actor,
    accounts::{
        self, AccountQuery, ContactForm, CustomerChange, CustomerError, ImportError, MOST,
        SnoozeWish,
    },
    connections::show::{of_account, of_accounts},
    core::input::{Errors, Field, Input, Raw},
};
use utoipa::{IntoParams, ToSchema};

problems!(ListProblems: COMMON, QUERY);
problems!(AccountProblems: COMMON, PATH);
problems!(ImportProblems: COMMON, QUERY, &[(413, "too_large"), (422, "unreadable_file")]);
problems!(ChangeProblems: COMMON, PATH, BODY);

/// What is to be changed of a customer. What is left out stays; an empty text or list,
/// or null, takes it away.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "Acme Outdoor",
    "external_id": "C-1004",
    "owner": "jonas@parcelwise.example",
    "tags": ["enterprise", "DACH"],
    "note": "Renewal in January. Call before you write.",
    "contacts": [{ "email": "mira.okafor@acme.example", "name": "Mira Okafor", "language": "de" }],
    "snooze": { "until": "2026-11-27T08:00:00Z", "reason": "Approves Thursday" },
}))]
pub struct Change {
    /// At most 100 letters
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    name: Field<String>,
    /// The customer's id in your own systems, at most 100 letters
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    external_id: Field<String>,
    /// The member who looks after it: their e-mail address or id
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    owner: Field<String>,
    /// All of its tags, at most 20, each of 1 to 40 letters without comma
    #[schema(value_type = Option<Vec<String>>)]
    #[serde(default)]
    tags: Field<Vec<String>>,
    /// What colleagues should know, at most 2,000 letters
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    note: Field<String>,
    /// All of its contacts, at most 20, the first one first
    #[schema(value_type = Option<Vec<ContactChange>>)]
    #[serde(default)]
    contacts: Field<Contacts>,
    /// Snoozes the account, so that it needs nobody for a while; null wakes it. An account
    /// that is fine, or waits for its customer, can't be snoozed
    #[schema(value_type = Option<SnoozeChange>)]
    #[serde(default)]
    snooze: Field<Wanted>,
}

/// How an account is to be snoozed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SnoozeChange {
    /// Until when, within 366 days; the account wakes earlier if its state gets worse, and
    /// once it works. Null until its state changes
    #[schema(format = DateTime)]
    until: Option<String>,
    /// Why, at most 200 letters; colleagues read it
    reason: Option<String>,
}

/// The same, read.
struct Wanted(SnoozeWish);

impl Raw for Wanted {
    const WANTED: &str =
        "Give until, a time such as 2026-11-27T08:00:00Z or null, and a reason where there is one.";

    fn from_value(value: Value) -> Option<Self> {
        let wanted: SnoozeChange = serde_json::from_value(value).ok()?;
        let until = match wanted.until {
            Some(text) => Until::At(Timestamp::of_rfc3339(&text)?),
            None => Until::NextChange,
        };
        let reason = wanted.reason.unwrap_or_default();
        Some(Self(SnoozeWish { until, reason }))
    }
}

/// A contact that is to be stored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactChange {
    email: String,
    /// At most 100 letters
    name: Option<String>,
    /// `en`, `fr`, `de` or `es`
    language: Option<String>,
}

impl From<ContactChange> for ContactForm {
    fn from(contact: ContactChange) -> Self {
        Self {
            email: contact.email,
            name: contact.name.unwrap_or_default(),
            language: contact.language.unwrap_or_default(),
        }
    }
}

/// A list of contacts.
#[derive(Default)]
struct Contacts(Vec<ContactForm>);

impl Raw for Contacts {
    const WANTED: &str = "Give a list of contacts, each with an email, and a name and a language where they are known.";

    fn from_value(value: Value) -> Option<Self> {
        let contacts: Vec<ContactChange> = serde_json::from_value(value).ok()?;
        Some(Self(contacts.into_iter().map(Into::into).collect()))
    }
}

impl Input for Change {
    type Parsed = CustomerChange;

    fn parse(self, errors: &mut Errors) -> Option<CustomerChange> {
        Some(CustomerChange {
            name: given(errors, "name", self.name),
            external_id: given(errors, "external_id", self.external_id),
            owner: given(errors, "owner", self.owner),
            tags: given(errors, "tags", self.tags),
            note: given(errors, "note", self.note),
            contacts: given(errors, "contacts", self.contacts).map(|list: Contacts| list.0),
            snooze: match self.snooze {
                Field::Missing => None,
                Field::Null => Some(None),
                other => errors
                    .optional("snooze", other)
                    .map(|wanted| Some(wanted.0)),
            },
        })
    }
}

/// What was given; null is the same as empty, and what is left out is not given.
fn given<T: Raw + Default>(errors: &mut Errors, name: &'static str, field: Field<T>) -> Option<T> {
    match field {
        Field::Missing => None,
        Field::Null => Some(T::default()),
        other => errors.optional(name, other),
    }
}

impl From<CustomerError> for Problem {
    fn from(error: CustomerError) -> Self {
        match error {
            CustomerError::NotFound => Self::not_found(),
            CustomerError::Forbidden(forbidden) => forbidden.into(),
            CustomerError::Invalid(errors) => Self::invalid_fields(errors),
            CustomerError::Internal(fault) => fault.into(),
        }
    }
}

/// Which accounts to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Any part of the subdomain, of what is known of the customer, of the name or address of
    /// who approved, or of an app's name; one and two letters find beginnings of words
    #[param(value_type = Option<String>, nullable = false)]
    #[serde(default)]
    q: Field<String>,
    /// Only with this tag
    #[param(value_type = Option<String>, nullable = false)]
    #[serde(default)]
    tag: Field<String>,
    /// Only those that this member looks after: their id
    #[param(value_type = Option<String>, nullable = false)]
    #[serde(default)]
    owner: Field<String>,
    /// The `next` of the page before
    #[param(value_type = Option<String>, nullable = false)]
    #[serde(default)]
    after: Field<String>,
    /// How many on a page
    #[param(value_type = Option<u32>, nullable = false, minimum = 1, maximum = 200, default = 50)]
    #[serde(default)]
    limit: Field<String>,
}

impl Input for Filter {
    type Parsed = AccountQuery;

    fn parse(self, errors: &mut Errors) -> Option<AccountQuery> {
        let most = u32::try_from(MOST).unwrap_or(u32::MAX);
        Some(AccountQuery {
            q: errors.optional("q", self.q).unwrap_or_default(),
            tag: errors.parsed("tag", self.tag),
            owner: errors.parsed("owner", self.owner),
            after: errors.parsed("after", self.after),
            limit: errors
                .number("limit", self.limit, 1..=most)
                .unwrap_or(50)
                .into(),
        })
    }
}

/// The accounts with their connections and what is known of their customers, a page at a
/// time, by subdomain
#[utoipa::path(
    get, path = "/accounts", operation_id = "listAccounts", tag = "accounts",
    params(Filter),
    responses((status = 200, body = Page<Customer>, description = "A page"), ListProblems)
)]
pub async fn list(
    Caller(actor): Caller,
    Query(wanted): Query<Filter>,
) -> Result<Json<Page<Customer>>, Problem> {
    actor.require(Permission::Look)?;
    let page = accounts::list(&actor, &wanted).await?;
    let names: Vec<Subdomain> = page.rows.iter().map(|row| row.subdomain.clone()).collect();
    let mut connections = of_accounts(&actor, &names).await?;
    let items = page.rows.into_iter().map(|customer| {
        let own = connections.remove(&customer.subdomain);
        Customer::new(customer, own.unwrap_or_default())
    });
    Ok(Json(Page {
        items: items.collect(),
        next: page.next.map(String::from),
    }))
}

async fn with_connections(
    actor: &Actor,
    customer: accounts::Customer,
) -> Result<Json<Customer>, Problem> {
    let connections = of_account(actor, &customer.subdomain).await?;
    Ok(Json(Customer::new(customer, connections)))
}

fn subdomain(path: &CustomerPath) -> Result<Subdomain, Problem> {
    path.subdomain.parse().map_err(|_| Problem::not_found())
}

/// The customer behind an account, with its connections
#[utoipa::path(
    get, path = "/accounts/{subdomain}", operation_id = "getAccount", tag = "accounts",
    params(CustomerPath),
    responses((status = 200, body = Customer, description = "What is known of the customer"), AccountProblems)
)]
pub async fn show(
    Caller(actor): Caller,
    Path(path): Path<CustomerPath>,
) -> Result<Json<Customer>, Problem> {
    actor.require(Permission::Look)?;
    let customer = accounts::show(&actor, &subdomain(&path)?).await?;
    let customer = customer.ok_or_else(Problem::not_found)?;
    with_connections(&actor, customer).await
}

/// Changes what the body names and leaves the rest
#[utoipa::path(
    patch, path = "/accounts/{subdomain}", operation_id = "changeAccount", tag = "accounts",
    params(CustomerPath),
    request_body = Change,
    responses((status = 200, body = Customer, description = "What is known now"), ChangeProblems)
)]
pub async fn change(
    Caller(actor): Caller,
    Path(path): Path<CustomerPath>,
    Body(change): Body<Change>,
) -> Result<Json<Customer>, Problem> {
    let customer = accounts::change(&actor, &subdomain(&path)?, &change).await?;
    with_connections(&actor, customer).await
}

/// Whether to change anything.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// `1` only says what would happen
    #[param(value_type = Option<String>, nullable = false)]
    #[serde(default)]
    dry_run: Field<String>,
}

impl Input for Wish {
    type Parsed = bool;

    fn parse(self, errors: &mut Errors) -> Option<bool> {
        let dry = errors.either("dry_run", self.dry_run, ["1", "0"]);
        Some(dry.unwrap_or_default())
    }
}

/// Changes what is known of customers as a CSV file says, or tells what it would change.
/// The first line names the columns: `subdomain` and any of `name`, `external_id`,
/// `owner`, `tags`, `note`, `contact_email`, `contact_name`, `contact_language`. An empty
/// cell leaves what is known; several lines of an account each bring a contact
#[utoipa::path(
    post, path = "/accounts/import", operation_id = "importAccounts", tag = "accounts",
    params(Wish),
    request_body(content = String, content_type = "text/csv", description = "At most 10,000 lines"),
    responses((status = 200, body = Import, description = "What became of each line"), ImportProblems)
)]
pub async fn import(
    Caller(actor): Caller,
    Query(dry_run): Query<Wish>,
    file: Bytes,
) -> Result<Json<Import>, Problem> {
    match accounts::import(&actor, &file, dry_run).await {
        Ok(lines) => Ok(Json(Import::new(lines, dry_run))),
        Err(ImportError::Forbidden(forbidden)) => Err(forbidden.into()),
        Err(ImportError::Unreadable(why)) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unreadable_file",
            why,
        )),
        Err(ImportError::Internal(fault)) => Err(fault.into()),
    }
}
