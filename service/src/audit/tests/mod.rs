//! Tests of the audit on a database.

mod erasing;
mod listing;
mod streaming;
mod tampering;
mod writing;

use super::{
    Action, By, Damage, Entry, EraseError, Report, Target, Whose, erase, erase_on_command_line,
    list, record, verify,
};
use crate::{
    Actor,
    core::rows::Rows,
    entity::{audit_entry, audit_head},
    testing::{self, World},
};
use sea_orm::{ConnectionTrait, DatabaseBackend, EntityTrait, QueryOrder};
use std::net::IpAddr;

async fn tamper(world: &World, sql: &str) -> u64 {
    world.past(sql).await
}

async fn entries(world: &World) -> Vec<audit_entry::Model> {
    audit_entry::Entity::find()
        .order_by_asc(audit_entry::Column::TenantId)
        .order_by_asc(audit_entry::Column::Number)
        .rows(world.services.db.owner())
        .await
        .unwrap()
}

async fn put_back(world: &World, rows: Vec<audit_entry::Model>) {
    use sea_orm::ActiveModelTrait;
    tamper(world, "DELETE FROM audit_entries").await;
    for row in rows {
        audit_entry::Entity::insert(audit_entry::ActiveModel::from(row).reset_all())
            .exec_without_returning(world.services.db.owner())
            .await
            .unwrap();
    }
}

async fn add(actor: &Actor, detail: &str) {
    let address: IpAddr = "192.0.2.7".parse().unwrap();
    let entry = Entry::of(actor, Action::AppEdited, Target::tenant())
        .at(Some(address))
        .detail(detail);
    let tx = actor.write().await.unwrap();
    record(actor, &tx, &entry).await.unwrap();
    tx.commit().await.unwrap();
}

async fn report(world: &World, tenant: &str) -> Report {
    let slug = tenant.parse().unwrap();
    let mut reports = verify(&world.services, Some(&slug)).await.unwrap();
    reports.pop().unwrap()
}

async fn broken(world: &World) -> Option<(Option<i64>, Damage)> {
    report(world, "harbour")
        .await
        .broken
        .map(|b| (b.number, b.damage))
}

/// A tenant with five entries, the first of which is about its owner.
async fn with_five(world: &World) -> Actor {
    let owner = world.owner("harbour").await;
    for detail in ["one", "two", "three", "four"] {
        add(&owner, detail).await;
    }
    let report = report(world, "harbour").await;
    assert_eq!((report.good, report.last, report.broken), (5, 5, None));
    owner
}
