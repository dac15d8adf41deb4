//! Whose entries can be asked for.

use super::{ByWhom, ListAuditError};
use crate::{
    core::error::InternalError,
    entity::{api_token, membership, person},
    tenancy::Actor,
};
use domain::permission::Permission;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

/// Members and API tokens with their names, and those who have none.
///
/// # Errors
/// See [`ListAuditError`].
pub async fn actors(actor: &Actor) -> Result<Vec<(ByWhom, String)>, ListAuditError> {
    actor.require(Permission::ReadAudit)?;
    Ok(read(actor).await?)
}

async fn read(actor: &Actor) -> Result<Vec<(ByWhom, String)>, InternalError> {
    let tx = actor.read().await?;
    let members = tx
        .all::<membership::Entity>()
        .select_only()
        .column(membership::Column::PersonId)
        .into_query();
    let people: Vec<(Uuid, String)> = person::Entity::find()
        .filter(person::Column::Id.in_subquery(members))
        .order_by_asc(person::Column::Name)
        .select_only()
        .columns([person::Column::Id, person::Column::Name])
        .into_tuple()
        .all(&*tx)
        .await?;
    let tokens: Vec<(Uuid, String)> = tx
        .all::<api_token::Entity>()
        .order_by_asc(api_token::Column::Name)
        .select_only()
        .columns([api_token::Column::Id, api_token::Column::Name])
        .into_tuple()
        .all(&*tx)
        .await?;
    let people = people
        .into_iter()
        .map(|(id, name)| (ByWhom::Person(id), name));
    let tokens = tokens
        .into_iter()
        .map(|(id, name)| (ByWhom::ApiToken(id), format!("API token {name}")));
    let others = [
        (ByWhom::Customers, "Customers"),
        (ByWhom::CommandLine, "The command line"),
        (ByWhom::Mooring, "Mooring"),
        (ByWhom::Somebody, "Somebody unknown"),
    ];
    let others = others.map(|(by, name)| (by, name.to_owned()));
    Ok(people.chain(tokens).chain(others).collect())
}
