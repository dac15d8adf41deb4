//! Changing what is known of a customer.

use super::{
    Customer, campaign_accounts,
    check::{Checked, check},
    show,
    snooze::{self, SnoozeWish},
};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{
        error::{FieldError, Forbidden, InternalError},
        rows::Rows,
    },
    entity::{account, account_contact, account_tag},
    tenancy::{Actor, Tx},
};
use domain::{
    customer::Tag, event::Happening, ids::PersonId, permission::Permission, subdomain::Subdomain,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

/// What is to be changed; `None` leaves it, and an empty text or list takes it away.
#[derive(Debug, Clone, Default)]
pub struct CustomerChange {
    /// The customer's name.
    pub name: Option<String>,
    /// The customer's id in the vendor's own systems.
    pub external_id: Option<String>,
    /// Who looks after it: a member's id or e-mail address.
    pub owner: Option<String>,
    /// All of its tags.
    pub tags: Option<Vec<String>>,
    /// What colleagues should know.
    pub note: Option<String>,
    /// All of its contacts.
    pub contacts: Option<Vec<ContactForm>>,
    /// Snoozes it, or wakes it with `None`.
    pub snooze: Option<Option<SnoozeWish>>,
}

/// A contact as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactForm {
    /// The address.
    pub email: String,
    /// The name; empty if it isn't known.
    pub name: String,
    /// The code of a language; empty if it isn't known.
    pub language: String,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CustomerError {
    /// The actor sees no such account.
    #[error("there is no such account")]
    NotFound,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Some fields won't do; each entry names its field: `name`, `external_id`, `owner`,
    /// `tags`, `note`, `contacts`, `snooze`.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for CustomerError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Changes what is known of a customer, and gives all of it. The audit names the fields
/// that changed, never their values, since those are the customer's.
///
/// # Errors
/// [`CustomerError`]; nothing is changed then.
pub async fn change(
    actor: &Actor,
    subdomain: &Subdomain,
    change: &CustomerChange,
) -> Result<Customer, CustomerError> {
    actor.require(Permission::EditCustomers)?;
    let tx = actor.write().await?;
    if show::find(&tx, subdomain, &actor.apps).await?.is_none() {
        return Err(CustomerError::NotFound);
    }
    // Of two changes at once, the second one sees what the first one did.
    let locked = tx
        .all::<account::Entity>()
        .filter(account::Column::Subdomain.eq(subdomain.as_str()))
        .lock(LockType::NoKeyUpdate)
        .row(&*tx)
        .await?;
    let row: account::Model = locked.ok_or(CustomerError::NotFound)?;
    let before = show::with_parts(&tx, row.clone()).await?;
    let wish = change.snooze.as_ref().map(Option::as_ref);
    let mut errors = snooze::mistakes(wish.flatten(), actor.now());
    let checked = match check(&tx, change).await {
        Ok(checked) if errors.is_empty() => checked,
        Ok(_) => return Err(CustomerError::Invalid(errors)),
        Err(CustomerError::Invalid(others)) => {
            errors.extend(others);
            return Err(CustomerError::Invalid(errors));
        }
        Err(error) => return Err(error),
    };
    let step = match wish {
        Some(wish) => snooze::plan(actor, &tx, &before, wish).await?,
        None => Ok(None),
    };
    let step = step.map_err(|error| CustomerError::Invalid(vec![error]))?;
    let changed = changed(&before, &checked);
    let mut entries = Vec::new();
    if !changed.is_empty() {
        store(actor, &tx, &before, checked).await?;
        let target = Target::customer(subdomain);
        let entry = Entry::of(actor, Action::CustomerEdited, target);
        entries.push(entry.detail(changed.join(", ")));
    }
    if let Some(step) = step {
        entries.push(snooze::store(actor, &tx, &row, step).await?);
    }
    if entries.is_empty() {
        return Ok(before);
    }
    audit::record_all(actor, &tx, &entries).await?;
    let row = show::find(&tx, subdomain, &actor.apps).await?;
    let row = row.ok_or(CustomerError::NotFound)?;
    let after = show::with_parts(&tx, row).await?;
    tx.commit().await?;
    Ok(after)
}

/// The names of the fields that change.
pub(super) fn changed(before: &Customer, after: &Checked) -> Vec<&'static str> {
    let note = before.note.as_ref().map(|note| note.text.as_str());
    let owner = before.owner.as_ref().map(|owner| owner.id);
    let differs = |is: bool, field| is.then_some(field);
    [
        differs(
            after.name.as_ref().is_some_and(|new| *new != before.name),
            "name",
        ),
        differs(
            after
                .external_id
                .as_ref()
                .is_some_and(|new| *new != before.external_id),
            "external_id",
        ),
        differs(after.owner.is_some_and(|new| new != owner), "owner"),
        differs(
            after.tags.as_ref().is_some_and(|new| *new != before.tags),
            "tags",
        ),
        differs(
            after
                .note
                .as_ref()
                .is_some_and(|new| new.as_deref() != note),
            "note",
        ),
        differs(
            after
                .contacts
                .as_ref()
                .is_some_and(|new| *new != before.contacts),
            "contacts",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(super) async fn store(
    actor: &Actor,
    tx: &Tx,
    before: &Customer,
    new: Checked,
) -> Result<(), InternalError> {
    use account::Column;
    let subdomain = before.subdomain.as_str();
    let mut update = tx
        .update::<account::Entity>()
        .filter(Column::Subdomain.eq(subdomain));
    let mut any = false;
    let mut set = |column, value| {
        update = update.clone().col_expr(column, value);
        any = true;
    };
    if let Some(name) = new.name {
        set(Column::Name, Expr::value(name));
    }
    if let Some(id) = new.external_id {
        set(Column::ExternalId, Expr::value(id));
    }
    let owner_before = before.owner.as_ref().map(|owner| owner.id);
    let new_owner = new.owner.filter(|owner| *owner != owner_before);
    if let Some(owner) = new.owner {
        set(Column::OwnerId, Expr::value(owner.map(|id| id.0)));
    }
    let old_note = before.note.as_ref().map(|note| note.text.as_str());
    if let Some(note) = new.note.filter(|note| note.as_deref() != old_note) {
        let written = note.is_some();
        set(Column::Note, Expr::value(note));
        let by = By::from(&actor.who).name().filter(|_| written);
        set(Column::NoteBy, Expr::value(by));
        set(Column::NoteAt, Expr::value(written.then(|| actor.now())));
    }
    if any {
        update.exec(&**tx).await?;
    }
    if let Some(owner) = new_owner {
        tell_owner(actor, tx, before, owner).await?;
    }
    if let Some(tags) = new.tags {
        tx.delete::<account_tag::Entity>()
            .filter(account_tag::Column::Subdomain.eq(subdomain))
            .exec(&**tx)
            .await?;
        let rows = tags.into_iter().map(|tag| account_tag::ActiveModel {
            tenant_id: Set(tx.tenant()),
            subdomain: Set(before.subdomain.clone()),
            tag_key: Set(tag.key()),
            tag: Set(tag),
            ..Default::default()
        });
        insert::<account_tag::Entity, _>(tx, rows).await?;
    }
    if let Some(contacts) = new.contacts {
        let first = contacts.first().map(|contact| contact.email.clone());
        let is_other = first != before.contacts.first().map(|contact| contact.email.clone());
        tx.delete::<account_contact::Entity>()
            .filter(account_contact::Column::Subdomain.eq(subdomain))
            .exec(&**tx)
            .await?;
        let rows = (0..)
            .zip(contacts)
            .map(|(place, contact)| account_contact::ActiveModel {
                id: Set(actor.new_id()),
                tenant_id: Set(tx.tenant()),
                subdomain: Set(before.subdomain.clone()),
                place: Set(place),
                email: Set(contact.email),
                name: Set(contact.name),
                language: Set(contact.language),
            });
        insert::<account_contact::Entity, _>(tx, rows).await?;
        if first.is_some() && is_other {
            let now = actor.expiry_now();
            campaign_accounts::contact_changed(tx, &before.subdomain, now).await?;
        }
    }
    Ok(())
}

/// Writes into the timelines who looks after the account from now on.
async fn tell_owner(
    actor: &Actor,
    tx: &Tx,
    before: &Customer,
    owner: Option<PersonId>,
) -> Result<(), InternalError> {
    let owner = match owner {
        Some(id) => show::owner(tx, id).await?.map(|owner| owner.name),
        None => None,
    };
    let connections = snooze::connections(tx, &before.subdomain).await?;
    let now = (&actor.as_event_actor(), &Happening::LookedAfter { owner });
    snooze::tell(actor, tx, &before.subdomain, &connections, now)
}

/// Gives an account other tags, at most
/// [`MOST_TAGS`](domain::customer::MOST_TAGS) of them; nothing is recorded.
pub(crate) async fn put_tags(
    actor: &Actor,
    tx: &Tx,
    before: &Customer,
    tags: Vec<Tag>,
) -> Result<(), InternalError> {
    let new = Checked {
        tags: Some(tags),
        ..Checked::default()
    };
    store(actor, tx, before, new).await
}

/// Says who looks after an account: a member, or nobody; nothing is recorded.
pub(crate) async fn put_owner(
    actor: &Actor,
    tx: &Tx,
    before: &Customer,
    owner: Option<PersonId>,
) -> Result<(), InternalError> {
    let new = Checked {
        owner: Some(owner),
        ..Checked::default()
    };
    store(actor, tx, before, new).await
}

async fn insert<E, A>(tx: &Tx, rows: impl Iterator<Item = A>) -> Result<(), InternalError>
where
    E: EntityTrait,
    A: sea_orm::ActiveModelTrait<Entity = E>,
{
    let rows: Vec<A> = rows.collect();
    if !rows.is_empty() {
        E::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}
