//! Reading what is known of customers.

use super::{Contact, Customer, Note, Owner, Snoozed};
use crate::{
    core::{error::InternalError, rows::Rows},
    entity::{account, account_contact, account_tag, connection, membership, person},
    tenancy::{Actor, Tx},
};
use domain::{app_limit::AppLimit, customer::Tag, ids::PersonId, subdomain::Subdomain};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::LockType,
};
use std::collections::{BTreeSet, HashMap};

/// The customer behind an account, if the actor may see it: three queries, and two more
/// if somebody looks after it. Whoever is limited to some apps sees the accounts that are
/// connected to one of them.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn show(actor: &Actor, subdomain: &Subdomain) -> Result<Option<Customer>, InternalError> {
    let tx = actor.read().await?;
    match find(&tx, subdomain, &actor.apps).await? {
        Some(row) => with_parts(&tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// The row of an account that may be seen within the limit.
pub(super) async fn find(
    tx: &Tx,
    subdomain: &Subdomain,
    limit: &AppLimit,
) -> Result<Option<account::Model>, InternalError> {
    if let Some(apps) = limit.ids() {
        let connected = tx
            .all::<connection::Entity>()
            .filter(connection::Column::Subdomain.eq(subdomain.as_str()))
            .filter(connection::Column::AppId.is_in(apps))
            .any(&**tx)
            .await?;
        if !connected {
            return Ok(None);
        }
    }
    tx.all::<account::Entity>()
        .filter(account::Column::Subdomain.eq(subdomain.as_str()))
        .row(&**tx)
        .await
}

/// The customers of those of the accounts that may be seen within the limit; `locked`
/// until the transaction ends, in the order of their names, so that two that want the
/// same ones wait for each other and don't block each other.
pub(crate) async fn find_all<'a>(
    tx: &Tx,
    subdomains: impl Iterator<Item = &'a Subdomain>,
    limit: &AppLimit,
    locked: bool,
) -> Result<Vec<Customer>, InternalError> {
    let mut wanted: Vec<_> = subdomains.map(ToString::to_string).collect();
    if let Some(apps) = limit.ids() {
        let connected: Vec<String> = tx
            .all::<connection::Entity>()
            .select_only()
            .column(connection::Column::Subdomain)
            .filter(connection::Column::Subdomain.is_in(wanted))
            .filter(connection::Column::AppId.is_in(apps))
            .into_tuple()
            .all(&**tx)
            .await?;
        wanted = connected;
    }
    let mut query = tx
        .all::<account::Entity>()
        .filter(account::Column::Subdomain.is_in(wanted))
        .order_by_asc(account::Column::Subdomain);
    if locked {
        query = query.lock(LockType::NoKeyUpdate);
    }
    let rows = query.rows(&**tx).await?;
    all_with_parts(tx, rows, Parts::ALL).await
}

/// The customers behind these accounts.
pub(crate) async fn customers<'a>(
    tx: &Tx,
    subdomains: impl Iterator<Item = &'a Subdomain>,
) -> Result<Vec<Customer>, InternalError> {
    customers_with(tx, subdomains, Parts::ALL).await
}

/// The same, with these parts of them alone.
pub(crate) async fn customers_with<'a>(
    tx: &Tx,
    subdomains: impl Iterator<Item = &'a Subdomain>,
    parts: Parts,
) -> Result<Vec<Customer>, InternalError> {
    let wanted = subdomains.map(ToString::to_string);
    let rows = tx
        .all::<account::Entity>()
        .filter(account::Column::Subdomain.is_in(wanted))
        .order_by_asc(account::Column::Subdomain)
        .rows(&**tx)
        .await?;
    all_with_parts(tx, rows, parts).await
}

/// What is read of customers beside their own rows. Each part is a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Two queries.
    pub owner: bool,
    pub tags: bool,
    pub contacts: bool,
}

impl Parts {
    pub(crate) const ALL: Self = Self {
        owner: true,
        tags: true,
        contacts: true,
    };
}

/// The customer of a row.
pub(super) async fn with_parts(tx: &Tx, row: account::Model) -> Result<Customer, InternalError> {
    let key = row.subdomain.clone();
    let mut all = all_with_parts(tx, vec![row], Parts::ALL).await?;
    all.pop()
        .ok_or_else(|| InternalError::inconsistent("accounts", "subdomain", key))
}

/// The customers of rows, in their order.
pub(super) async fn all_with_parts(
    tx: &Tx,
    rows: Vec<account::Model>,
    parts: Parts,
) -> Result<Vec<Customer>, InternalError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let subdomains: Vec<_> = rows.iter().map(|row| row.subdomain.as_str()).collect();
    let mut tags: Vec<account_tag::Model> = Vec::new();
    if parts.tags {
        tags = tx
            .all::<account_tag::Entity>()
            .filter(account_tag::Column::Subdomain.is_in(subdomains.clone()))
            .order_by_asc(account_tag::Column::TagKey)
            .readable(&**tx, "the tags of accounts")
            .await?;
    }
    let mut contacts: Vec<account_contact::Model> = Vec::new();
    if parts.contacts {
        contacts = tx
            .all::<account_contact::Entity>()
            .filter(account_contact::Column::Subdomain.is_in(subdomains))
            .order_by_asc(account_contact::Column::Place)
            .order_by_asc(account_contact::Column::Id)
            .readable(&**tx, "the contacts of accounts")
            .await?;
    }
    let wanted = rows.iter().filter_map(|row| row.owner_id);
    let owners = owners(tx, wanted.filter(|_| parts.owner)).await?;
    let mut of_tags: HashMap<Subdomain, Vec<Tag>> = HashMap::new();
    for row in tags {
        of_tags.entry(row.subdomain).or_default().push(row.tag);
    }
    let mut of_contacts: HashMap<Subdomain, Vec<Contact>> = HashMap::new();
    for row in contacts {
        of_contacts.entry(row.subdomain).or_default().push(Contact {
            email: row.email,
            name: row.name,
            language: row.language,
        });
    }
    let customer = |row: account::Model| {
        let note = row.note.zip(row.note_by).zip(row.note_at);
        let snoozed = row.snoozed_by.zip(row.snoozed_at).filter(|_| row.snoozed);
        Customer {
            name: row.name,
            external_id: row.external_id,
            owner: row.owner_id.and_then(|id| owners.get(&id).cloned()),
            tags: of_tags.remove(&row.subdomain).unwrap_or_default(),
            note: note.map(|((text, by), at)| Note { text, by, at }),
            contacts: of_contacts.remove(&row.subdomain).unwrap_or_default(),
            snoozed: snoozed.map(|(by, at)| Snoozed {
                until: row.snoozed_until.into(),
                by,
                at,
                reason: row.snooze_reason,
            }),
            subdomain: row.subdomain,
        }
    };
    Ok(rows.into_iter().map(customer).collect())
}

/// The member, unless they left the tenant.
pub(crate) async fn owner(tx: &Tx, id: PersonId) -> Result<Option<Owner>, InternalError> {
    Ok(owners(tx, [id]).await?.remove(&id))
}

/// These members; whoever left the tenant is missing.
async fn owners(
    tx: &Tx,
    ids: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, Owner>, InternalError> {
    let ids: BTreeSet<_> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let members: Vec<membership::Model> = tx
        .all::<membership::Entity>()
        .filter(membership::Column::PersonId.is_in(ids))
        .readable(&**tx, "the members of a tenant")
        .await?;
    let people = people(tx, members).await?;
    Ok(people.into_iter().map(|owner| (owner.id, owner)).collect())
}

/// The people of memberships, by name.
async fn people(tx: &Tx, members: Vec<membership::Model>) -> Result<Vec<Owner>, InternalError> {
    // People belong to no tenant; these are members of this one.
    let people: Vec<person::Model> = person::Entity::find()
        .filter(person::Column::Id.is_in(members.iter().map(|member| member.person_id)))
        .order_by_asc(person::Column::Name)
        .order_by_asc(person::Column::Id)
        .readable(&**tx, "the people of a tenant")
        .await?;
    let owner = |person: person::Model| Owner {
        id: person.id,
        email: person.shown_email(),
        name: person.name,
    };
    Ok(people.into_iter().map(owner).collect())
}

/// The members who may look after accounts, by name: all of them.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn members_who_can_own(actor: &Actor) -> Result<Vec<Owner>, InternalError> {
    let tx = actor.read().await?;
    let members: Vec<membership::Model> = tx
        .all::<membership::Entity>()
        .readable(&*tx, "the members of a tenant")
        .await?;
    people(&tx, members).await
}

/// The customers' names of these accounts, as far as they are known.
pub(crate) async fn names(
    tx: &Tx,
    subdomains: impl IntoIterator<Item = &Subdomain>,
) -> Result<HashMap<Subdomain, String>, InternalError> {
    let wanted: Vec<_> = subdomains.into_iter().map(Subdomain::as_str).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<account::Model> = tx
        .all::<account::Entity>()
        .filter(account::Column::Subdomain.is_in(wanted))
        .filter(account::Column::Name.is_not_null())
        .readable(&**tx, "the names of customers")
        .await?;
    let named = |row: account::Model| Some((row.subdomain, row.name?));
    Ok(rows.into_iter().filter_map(named).collect())
}

/// Locks an account until the transaction ends.
pub(crate) async fn lock(tx: &Tx, subdomain: &Subdomain) -> Result<(), InternalError> {
    tx.all::<account::Entity>()
        .filter(account::Column::Subdomain.eq(subdomain.as_str()))
        .lock(LockType::Update)
        .any(&**tx)
        .await?;
    Ok(())
}

/// Forgets what is known of a customer whose last connection was erased. The account is
/// locked before it is looked at, since it may be connected again at this moment.
pub(crate) async fn forget_unless_connected(
    tx: &Tx,
    subdomain: &Subdomain,
) -> Result<(), InternalError> {
    lock(tx, subdomain).await?;
    let connected = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Subdomain.eq(subdomain.as_str()))
        .any(&**tx)
        .await?;
    if !connected {
        // Tags and contacts go with it.
        tx.delete::<account::Entity>()
            .filter(account::Column::Subdomain.eq(subdomain.as_str()))
            .exec(&**tx)
            .await?;
    }
    Ok(())
}
