//! Keys and what is under them, as the worker and the keys' page see them.

use crate::flow;
use domain::time::Span;
use service::{
    Confirmed,
    audit::{self, AuditRow, Filter},
    keys::{self, Begun},
    worker,
};

/// security.md 37: one unreadable token is listed, and the sweep goes on
#[tokio::test]
async fn s37_an_unreadable_token_is_set_aside_and_the_sweep_goes_on() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.connect("globex").await;
        let broken = f.account("acme").await.row.id;
        f.world
            .execute(&format!(
                "UPDATE credentials SET nonce = ciphertext WHERE purpose = 'connection.refresh_token' AND owner_id = {}",
                f.world.uuid(broken.0)
            ))
            .await;
        f.advance(Span::hours(6));
        assert_eq!(worker::tick(&f.world.services).await.unwrap(), 2);
        assert_eq!(f.sim.refreshes("globex").len(), 1);
        assert_eq!(f.sim.refreshes("acme").len(), 0);
        let keys = keys::status::show(&f.owner).await.unwrap();
        let [listed] = &keys.unreadable[..] else {
            panic!("{keys:?}")
        };
        assert_eq!(listed.owner, broken.0);
        assert_eq!(listed.purpose, "connection.refresh_token");
        assert_eq!(
            worker::tick(&f.world.services).await.unwrap(),
            0,
            "it doesn't take every turn"
        );
        f.connect("acme").await;
        let keys = keys::status::show(&f.owner).await.unwrap();
        assert!(keys.unreadable.is_empty(), "authorized again");
    })
    .await;
}

async fn recorded(f: &flow::Flow) -> Vec<AuditRow> {
    let rows = audit::list(&f.owner, &Filter::default(), None).await;
    let mut rows = rows.unwrap().rows;
    rows.reverse();
    rows.retain(|row| row.action.code().starts_with("keys."));
    rows
}

#[tokio::test]
async fn a_rotation_is_recorded_when_it_begins_and_once_when_it_ends() {
    flow::each(async |f| {
        f.connect("acme").await;
        let begun = keys::rotate::begin_as(&f.owner, &Confirmed::for_test(&f.owner))
            .await
            .unwrap();
        assert_eq!(begun, Begun::New);
        let again = keys::rotate::begin_as(&f.owner, &Confirmed::for_test(&f.owner))
            .await
            .unwrap();
        assert_eq!(again, Begun::Resumed);
        for _ in 0..3 {
            keys::rotate::continue_all(&f.world.services).await.unwrap();
        }
        keys::rotate::finish(f.owner.scope(), |_| ()).await.unwrap();
        let rows = recorded(&f).await;
        let current = keys::status::show(&f.owner).await.unwrap().keys[0].id;
        let [begun, finished] = &rows[..] else {
            panic!("{rows:?}")
        };
        assert_eq!(begun.action.code(), "keys.rotation_begun");
        assert!(begun.actor_email.is_some(), "who pressed the button");
        assert_eq!(finished.action.code(), "keys.rotation_finished");
        assert_eq!(finished.actor_kind, "mooring");
        assert_eq!(
            (finished.target_kind.as_str(), finished.target.clone()),
            ("data_key", current.to_string())
        );
        assert_eq!(
            keys::rotate::begin(f.owner.scope()).await.unwrap(),
            Begun::New
        );
        let rows = recorded(&f).await;
        assert_eq!(
            (rows.len(), rows[2].actor_kind.as_str()),
            (3, "command_line")
        );
    })
    .await;
}

#[tokio::test]
async fn s64_no_rotation_begins_unrecorded() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.world.make_audit_unwritable().await;
        assert!(
            keys::rotate::begin_as(&f.owner, &Confirmed::for_test(&f.owner))
                .await
                .is_err()
        );
        assert_eq!(keys::status::show(&f.owner).await.unwrap().keys.len(), 1);
        f.world.make_audit_writable().await;
        keys::rotate::begin_as(&f.owner, &Confirmed::for_test(&f.owner))
            .await
            .unwrap();
        // One that is under way goes on; its end is noted as soon as it can be.
        f.world.make_audit_unwritable().await;
        keys::rotate::finish(f.owner.scope(), |_| ()).await.unwrap();
        f.world.make_audit_writable().await;
        assert_eq!(recorded(&f).await.len(), 1);
        keys::rotate::continue_all(&f.world.services).await.unwrap();
        assert_eq!(recorded(&f).await.len(), 2);
    })
    .await;
}
