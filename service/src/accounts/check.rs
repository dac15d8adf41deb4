//! Checks what somebody typed of a customer.

use super::{Contact, ContactForm, CustomerChange, CustomerError, show};
use crate::{
    core::{
        error::{FieldError, InternalError},
        rows::Rows,
    },
    entity::{membership, person},
    people::email,
    tenancy::Tx,
};
use domain::{
    customer::{
        LONGEST_EXTERNAL_ID, LONGEST_NAME, LONGEST_NOTE, Language, MOST_CONTACTS, MOST_TAGS, Tag,
        line,
    },
    ids::PersonId,
};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use std::collections::BTreeMap;

/// What is to be stored; `Some(None)` takes it away.
#[derive(Default)]
pub(super) struct Checked {
    pub name: Option<Option<String>>,
    pub external_id: Option<Option<String>>,
    pub owner: Option<Option<PersonId>>,
    pub tags: Option<Vec<Tag>>,
    pub note: Option<Option<String>>,
    pub contacts: Option<Vec<Contact>>,
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
