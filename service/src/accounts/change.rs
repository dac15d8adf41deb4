//! Changing what is known of a customer.

use super::{Contact, Customer, show};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{
        error::{FieldError, Forbidden, InternalError},
        rows::Rows,
    },
    entity::{account, account_contact, account_tag, membership, person},
    people::email,
    tenancy::{Actor, Tx},
};
use domain::{
    customer::{
        LONGEST_EXTERNAL_ID, LONGEST_NAME, LONGEST_NOTE, Language, MOST_CONTACTS, MOST_TAGS, Tag,
        line,
    },
    ids::PersonId,
    permission::Permission,
    subdomain::Subdomain,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};
use std::collections::BTreeMap;

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
    /// `tags`, `note`, `contacts`.
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

/// What is to be stored; `Some(None)` takes it away.
#[derive(Default)]
pub(super) struct Checked {
    name: Option<Option<String>>,
    external_id: Option<Option<String>>,
    owner: Option<Option<PersonId>>,
    tags: Option<Vec<Tag>>,
    note: Option<Option<String>>,
    contacts: Option<Vec<Contact>>,
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
    let row = locked.ok_or(CustomerError::NotFound)?;
    let before = show::with_parts(&tx, row).await?;
    let checked = check(&tx, change).await?;
    let changed = changed(&before, &checked);
    if changed.is_empty() {
        return Ok(before);
    }
    store(actor, &tx, &before, checked).await?;
    let target = Target::customer(subdomain);
    let entry = Entry::of(actor, Action::CustomerEdited, target).detail(changed.join(", "));
    audit::record(actor, &tx, &entry).await?;
    let row = show::find(&tx, subdomain, &actor.apps).await?;
    let row = row.ok_or(CustomerError::NotFound)?;
    let after = show::with_parts(&tx, row).await?;
    tx.commit().await?;
    Ok(after)
}

/// All mistakes together, so that a person sees them at once.
pub(super) async fn check(tx: &Tx, change: &CustomerChange) -> Result<Checked, CustomerError> {
    let mut errors = Vec::new();
    let mut bad = |field: &'static str, message: String| {
        errors.push(FieldError::new(field, message));
    };
    let mut checked = Checked::default();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    if let Some(typed) = &change.name {
        match line(typed, LONGEST_NAME) {
            Some(name) => checked.name = Some(some(name)),
            None => bad(
                "name",
                format!("Use at most {LONGEST_NAME} letters, on one line."),
            ),
        }
    }
    if let Some(typed) = &change.external_id {
        match line(typed, LONGEST_EXTERNAL_ID) {
            Some(id) => checked.external_id = Some(some(id)),
            None => bad(
                "external_id",
                format!("Use at most {LONGEST_EXTERNAL_ID} letters, on one line."),
            ),
        }
    }
    if let Some(typed) = &change.note {
        match line(typed, LONGEST_NOTE) {
            Some(note) => checked.note = Some(some(note)),
            None => bad(
                "note",
                format!("Use at most {LONGEST_NOTE} letters, on one line."),
            ),
        }
    }
    if let Some(typed) = &change.tags {
        match tags(typed) {
            Ok(tags) => checked.tags = Some(tags),
            Err(message) => bad("tags", message),
        }
    }
    if let Some(typed) = &change.contacts {
        match contacts(typed) {
            Ok(contacts) => checked.contacts = Some(contacts),
            Err(message) => bad("contacts", message),
        }
    }
    if let Some(typed) = &change.owner {
        match owner(tx, typed.trim()).await? {
            Some(owner) => checked.owner = Some(owner),
            None => bad(
                "owner",
                "Nobody of this tenant has this address or id; see Members.".to_owned(),
            ),
        }
    }
    if errors.is_empty() {
        Ok(checked)
    } else {
        Err(CustomerError::Invalid(errors))
    }
}

/// Of tags that differ in large and small letters alone, the first one stays.
fn tags(typed: &[String]) -> Result<Vec<Tag>, String> {
    let mut tags = BTreeMap::new();
    for text in typed.iter().filter(|text| !text.trim().is_empty()) {
        let tag: Tag = text
            .parse()
            .map_err(|error: domain::customer::NotATag| format!("“{}”: {error}.", text.trim()))?;
        tags.entry(tag.key()).or_insert(tag);
    }
    if tags.len() > MOST_TAGS {
        return Err(format!("An account has at most {MOST_TAGS} tags."));
    }
    Ok(tags.into_values().collect())
}

fn contacts(typed: &[ContactForm]) -> Result<Vec<Contact>, String> {
    let mut contacts: Vec<Contact> = Vec::new();
    for one in typed.iter().filter(|one| **one != ContactForm::default()) {
        let shown = one.email.trim();
        let Some(email) = email::normalize(&one.email) else {
            return Err(format!(
                "“{shown}” is not an e-mail address. Enter one such as anna@example.com."
            ));
        };
        if contacts.iter().any(|other| other.email == email) {
            return Err(format!("“{email}” is there twice."));
        }
        let name = line(&one.name, LONGEST_NAME).ok_or_else(|| {
            format!("The name of “{email}” has more than {LONGEST_NAME} letters.")
        })?;
        let language = match one.language.trim() {
            "" => None,
            code => Some(
                code.parse::<Language>()
                    .map_err(|error| format!("“{email}”: {error}."))?,
            ),
        };
        contacts.push(Contact {
            email,
            name: (!name.is_empty()).then(|| name.to_owned()),
            language,
        });
    }
    if contacts.len() > MOST_CONTACTS {
        return Err(format!("An account has at most {MOST_CONTACTS} contacts."));
    }
    Ok(contacts)
}

/// The member that a text names; `Some(None)` for nobody, `None` if there is no such member.
async fn owner(tx: &Tx, typed: &str) -> Result<Option<Option<PersonId>>, InternalError> {
    if typed.is_empty() {
        return Ok(Some(None));
    }
    if let Ok(id) = typed.parse::<PersonId>() {
        let owner = show::owner(tx, id).await?;
        return Ok(owner.map(|owner| Some(owner.id)));
    }
    let Some(email) = email::normalize(typed) else {
        return Ok(None);
    };
    // People belong to no tenant; only members of this one are found.
    let members: Vec<membership::Model> = tx
        .all::<membership::Entity>()
        .readable(&**tx, "the members of a tenant")
        .await?;
    let person: Option<person::Model> = person::Entity::find()
        .filter(person::Column::Id.is_in(members.iter().map(|member| member.person_id)))
        .filter(
            person::Column::Email
                .eq(email.as_str())
                .or(person::Column::ContactEmail.eq(email.as_str())),
        )
        .row(&**tx)
        .await?;
    Ok(person.map(|person| Some(person.id)))
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
) -> Result<(), CustomerError> {
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
        });
        insert::<account_tag::Entity, _>(tx, rows).await?;
    }
    if let Some(contacts) = new.contacts {
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
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(email: &str, name: &str, language: &str) -> ContactForm {
        ContactForm {
            email: email.to_owned(),
            name: name.to_owned(),
            language: language.to_owned(),
        }
    }

    #[test]
    fn tags_are_sorted_and_there_once() {
        let typed = ["VIP", " beta ", "", "vip"].map(str::to_owned);
        let tags: Vec<_> = tags(&typed).unwrap().iter().map(Tag::to_string).collect();
        assert_eq!(tags, ["beta", "VIP"]);
        let many: Vec<_> = (0..21).map(|n| n.to_string()).collect();
        assert!(super::tags(&many).unwrap_err().contains("at most 20"));
        assert!(
            super::tags(&["a,b".to_owned()])
                .unwrap_err()
                .contains("comma")
        );
    }

    #[test]
    fn contacts_are_read_in_their_order() {
        let read = contacts(&[
            contact(" Mira@Acme.example ", "Mira Okafor", "de"),
            ContactForm::default(),
            contact("desk@acme.example", "", ""),
        ]);
        let read = read.unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].email, "mira@acme.example");
        assert_eq!(read[0].language, Some(Language::German));
        assert_eq!((&read[1].name, read[1].language), (&None, None));
        for (bad, why) in [
            (contact("mira", "", ""), "not an e-mail"),
            (contact("", "Mira", ""), "not an e-mail"),
            (contact("a@b.example", "", "it"), "a language is one of"),
            (
                contact("a@b.example", &"x".repeat(101), ""),
                "more than 100",
            ),
        ] {
            let error = contacts(&[bad]).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        let twice = [
            contact("a@b.example", "", ""),
            contact("A@b.example", "", ""),
        ];
        assert!(contacts(&twice).unwrap_err().contains("twice"));
    }
}
