//! Customers from a CSV file: what a vendor's own systems know of them.

mod file;

use super::{
    ContactForm, Customer, CustomerChange, CustomerError,
    change::{changed, store},
    check::check,
    show,
};
use crate::{
    audit::{self, Action, Entry, Target},
    core::error::{FieldError, Forbidden, InternalError},
    entity::account,
    people::email,
    tenancy::{Actor, Tx},
};
use domain::{permission::Permission, subdomain::Subdomain};
pub use file::COLUMNS;
use file::Line;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use std::collections::{BTreeMap, HashMap};

/// How many accounts are changed in one transaction.
const BATCH: usize = 100;
/// The most lines of a file.
pub const MOST_LINES: usize = 10_000;

/// Why a file was not read at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It is no such file; the text says why, and what to do.
    #[error("{0}")]
    Unreadable(String),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// What became, or would become, of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineResult {
    /// An account that wasn't known was added, with these fields.
    Made(Vec<&'static str>),
    /// These fields were changed.
    Changed(Vec<&'static str>),
    /// All was known already.
    Same,
    /// It belongs to the account of an earlier line, and counts with it.
    With(u64),
    /// It can't be stored; why.
    Refused(String),
}

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedLine {
    /// Its number; the header is line 1.
    pub number: u64,
    /// The account as the line names it.
    pub account: String,
    /// What became of it.
    pub result: LineResult,
}

/// The lines of one account.
struct Group {
    lines: Vec<u64>,
    change: CustomerChange,
    contacts: Vec<ContactForm>,
}

/// Changes what is known of customers as a CSV file says, line by line; with `dry_run`
/// it only says what would happen. The columns are `subdomain` and any of `name`,
/// `external_id`, `owner`, `tags`, `note`, `contact_email`, `contact_name` and
/// `contact_language`. An empty cell leaves what is known. Several lines of an account
/// count together, so that each brings a contact. A hundred accounts are stored at a
/// time: what is done stays done if it is stopped, and the same file can be sent again.
///
/// # Errors
/// [`ImportError`]; lines that can't be stored are in the result.
pub async fn import(
    actor: &Actor,
    file: &[u8],
    dry_run: bool,
) -> Result<Vec<ImportedLine>, ImportError> {
    actor.require(Permission::EditCustomers)?;
    let lines = file::read(file).map_err(ImportError::Unreadable)?;
    let mut results: BTreeMap<u64, (String, LineResult)> = BTreeMap::new();
    let mut groups: BTreeMap<Subdomain, Group> = BTreeMap::new();
    for Line { number, cells } in lines {
        let account = cells.get("subdomain").cloned().unwrap_or_default();
        let named = Subdomain::from_typed(&account).and_then(Subdomain::not_reserved);
        let subdomain = match (cells.values().find(|text| has_controls(text)), named) {
            (None, Ok(subdomain)) => subdomain,
            (Some(_), _) => {
                let why = "A cell holds a tab, a line break or another control character.";
                results.insert(number, (account, LineResult::Refused(why.to_owned())));
                continue;
            }
            (None, Err(error)) => {
                results.insert(number, (account, LineResult::Refused(error.to_string())));
                continue;
            }
        };
        let group = groups.entry(subdomain).or_insert_with(|| Group {
            lines: Vec::new(),
            change: CustomerChange::default(),
            contacts: Vec::new(),
        });
        group.add(number, cells);
    }
    let groups: Vec<_> = groups.into_iter().collect();
    for batch in groups.chunks(BATCH) {
        for (number, account, result) in store_batch(actor, batch, dry_run).await? {
            results.insert(number, (account, result));
        }
    }
    let line = |(number, (account, result))| ImportedLine {
        number,
        account,
        result,
    };
    Ok(results.into_iter().map(line).collect())
}

fn has_controls(text: &str) -> bool {
    text.chars().any(char::is_control)
}

impl Group {
    /// Adds a line; of two that name a field, the later one counts.
    fn add(&mut self, number: u64, mut cells: HashMap<&'static str, String>) {
        self.lines.push(number);
        let mut cell = |name| cells.remove(name).filter(|text: &String| !text.is_empty());
        let change = &mut self.change;
        change.name = cell("name").or(change.name.take());
        change.external_id = cell("external_id").or(change.external_id.take());
        change.owner = cell("owner").or(change.owner.take());
        change.note = cell("note").or(change.note.take());
        if let Some(tags) = cell("tags") {
            let tags = tags.split([',', ';']).map(str::to_owned);
            change.tags.get_or_insert_default().extend(tags);
        }
        let contact = ContactForm {
            email: cell("contact_email").unwrap_or_default(),
            name: cell("contact_name").unwrap_or_default(),
            language: cell("contact_language").unwrap_or_default(),
        };
        if contact != ContactForm::default() {
            self.contacts.push(contact);
        }
    }

    /// The change of a customer as they are known now. Contacts are added, or get what
    /// the file says of them; none is taken away.
    fn of(&self, before: &Customer) -> CustomerChange {
        let mut change = self.change.clone();
        if self.contacts.is_empty() {
            return change;
        }
        let known = before.contacts.iter().map(|contact| ContactForm {
            email: contact.email.clone(),
            name: contact.name.clone().unwrap_or_default(),
            language: contact.language.map_or("", |one| one.code()).to_owned(),
        });
        let mut contacts: Vec<_> = known.collect();
        for new in &self.contacts {
            let address = email::normalize(&new.email).unwrap_or_else(|| new.email.clone());
            match contacts.iter_mut().find(|one| one.email == address) {
                Some(old) => {
                    if !new.name.is_empty() {
                        old.name.clone_from(&new.name);
                    }
                    if !new.language.is_empty() {
                        old.language.clone_from(&new.language);
                    }
                }
                None => contacts.push(ContactForm {
                    email: address,
                    ..new.clone()
                }),
            }
        }
        change.contacts = Some(contacts);
        change
    }
}

/// A customer of whom nothing is known.
fn unknown(subdomain: &Subdomain) -> Customer {
    Customer {
        subdomain: subdomain.clone(),
        name: None,
        external_id: None,
        owner: None,
        tags: Vec::new(),
        note: None,
        contacts: Vec::new(),
        snoozed: None,
    }
}

async fn store_batch(
    actor: &Actor,
    batch: &[(Subdomain, Group)],
    dry_run: bool,
) -> Result<Vec<(u64, String, LineResult)>, InternalError> {
    let tx = match dry_run {
        true => actor.read().await?,
        false => actor.write().await?,
    };
    let subdomains = batch.iter().map(|(subdomain, _)| subdomain);
    let known = show::find_all(&tx, subdomains, &actor.apps, !dry_run).await?;
    let mut known: HashMap<_, _> = known
        .into_iter()
        .map(|customer| (customer.subdomain.clone(), customer))
        .collect();
    let (mut results, mut entries) = (Vec::new(), Vec::new());
    for (subdomain, group) in batch {
        let before = known.remove(subdomain);
        let result = one(actor, &tx, subdomain, before, group, dry_run).await?;
        if let LineResult::Made(fields) | LineResult::Changed(fields) = &result {
            let entry = Entry::of(actor, Action::CustomerEdited, Target::customer(subdomain));
            entries.push(entry.detail(fields.join(", ")));
        }
        let first = group.lines.first().copied().unwrap_or_default();
        results.push((first, subdomain.to_string(), result));
        let others = group.lines.iter().skip(1);
        results.extend(others.map(|line| (*line, subdomain.to_string(), LineResult::With(first))));
    }
    if !dry_run {
        audit::record_all(actor, &tx, &entries).await?;
        tx.commit().await?;
    }
    Ok(results)
}

async fn one(
    actor: &Actor,
    tx: &Tx,
    subdomain: &Subdomain,
    before: Option<Customer>,
    group: &Group,
    dry_run: bool,
) -> Result<LineResult, InternalError> {
    let made = before.is_none();
    if made && actor.apps.is_limited() {
        let why = "This account is connected to none of the apps that you see.";
        return Ok(LineResult::Refused(why.to_owned()));
    }
    let before = before.unwrap_or_else(|| unknown(subdomain));
    let checked = match check(tx, &group.of(&before)).await {
        Ok(checked) => checked,
        Err(CustomerError::Internal(error)) => return Err(error),
        Err(CustomerError::Invalid(errors)) => return Ok(LineResult::Refused(sentence(&errors))),
        Err(error) => return Ok(LineResult::Refused(error.to_string())),
    };
    let fields = changed(&before, &checked);
    if !dry_run {
        if made {
            add(actor, tx, subdomain).await?;
        }
        store(actor, tx, &before, checked).await?;
    }
    Ok(match (made, fields.is_empty()) {
        (true, _) => LineResult::Made(fields),
        (false, false) => LineResult::Changed(fields),
        (false, true) => LineResult::Same,
    })
}

fn sentence(errors: &[FieldError]) -> String {
    let each = errors.iter();
    let each: Vec<_> = each
        .map(|error| format!("{}: {}", error.field, error.message))
        .collect();
    each.join(" ")
}

async fn add(actor: &Actor, tx: &Tx, subdomain: &Subdomain) -> Result<(), InternalError> {
    let row = account::ActiveModel {
        tenant_id: Set(tx.tenant()),
        subdomain: Set(subdomain.clone()),
        created_at: Set(actor.now()),
        ..Default::default()
    };
    let there = OnConflict::columns([account::Column::TenantId, account::Column::Subdomain])
        .do_nothing()
        .to_owned();
    account::Entity::insert(row)
        .on_conflict(there)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}
