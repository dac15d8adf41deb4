//! security.md 23: a holder that comes late doesn't affect the next lease.
//!
//! Two defences cover each other where tokens are written: the version of the
//! row, by which a late result is not stored; and the fencing number, by which
//! a lease is given back with a result that is stored. Each is tested without
//! the other. A failed attempt also reads the row again before it is stored,
//! and then the version decides.

use super::Lease;
use crate::{
    records::{
        connection::{Record, attempted},
        find,
        store::Stored,
    },
    tenancy::Actor,
    testing::{
        World, backends,
        fill::{Given, connect_all},
    },
};
use domain::{
    event,
    ids::{AppId, ConnectionId},
    time::Span,
};

/// An account whose lease was held, has ended, and has another holder.
struct Late {
    world: World,
    owner: Actor,
    app: AppId,
    id: ConnectionId,
    before: Lease,
    now: Lease,
}

impl Late {
    async fn each(test: impl AsyncFn(Late)) {
        for backend in backends() {
            let world = World::on(&backend, "https://{subdomain}.gorgias.invalid").await;
            let owner = world.owner("acme").await;
            let app = world.app(&owner, "returns").await;
            let given = Given {
                subdomain: "shop".parse().unwrap(),
                access_token: "first".into(),
                refresh_token: "first".into(),
                expires_at: owner.now().plus(Span::hours(1)),
            };
            connect_all(&owner, &app, [given]).await.unwrap();
            let tx = owner.read().await.unwrap();
            let subdomain = "shop".parse().unwrap();
            let record = find::find(&tx, app.id, &subdomain).await;
            let id = record.unwrap().unwrap().id;
            drop(tx);
            let before = Lease::take(owner.scope(), id).await.unwrap();
            world.expire_leases().await;
            let now = Lease::take(owner.scope(), id).await.unwrap();
            test(Late {
                before: before.unwrap(),
                now: now.unwrap(),
                app: app.id,
                world,
                owner,
                id,
            })
            .await;
        }
    }

    /// Whether the present holder still has the lease.
    async fn is_held(&self) -> bool {
        let lease = Lease::take(self.owner.scope(), self.id).await;
        lease.unwrap().is_none()
    }

    async fn record(&self) -> Record {
        let tx = self.owner.read().await.unwrap();
        let subdomain = "shop".parse().unwrap();
        let record = find::find(&tx, self.app, &subdomain).await;
        record.unwrap().unwrap()
    }

    /// Stores a failed attempt that began with tokens of this version.
    async fn store(&self, lease: &Lease, version: i64) -> bool {
        let record = self.record().await.under(Some(lease.fence));
        let services = &self.world.services;
        let attempt = attempted(services, services.now());
        let mut changed = record.change(|connection| connection.app_refused(attempt));
        changed.from_version = version;
        let tx = self.owner.write().await.unwrap();
        let stored = changed.store(services, &tx, &event::Actor::Worker);
        let done = stored.await.unwrap() == Stored::Done;
        tx.commit().await.unwrap();
        done
    }
}

#[tokio::test]
async fn s23_a_late_holder_does_not_free_the_next_ones_lease() {
    Late::each(async |late| {
        assert!(late.now.fence > late.before.fence);
        late.before.give_back(late.owner.scope()).await.unwrap();
        assert!(late.is_held().await, "given back by itself");

        // Its tokens are still those of the row, so its result is stored.
        let version = late.record().await.token_version;
        assert!(late.store(&late.before, version).await);
        assert!(late.is_held().await, "given back with a result");

        assert!(late.store(&late.now, version).await);
        assert!(!late.is_held().await, "whoever holds it gives it back");
    })
    .await;
}

#[tokio::test]
async fn s23_a_late_holder_does_not_write_over_the_next_ones_result() {
    Late::each(async |late| {
        let version = late.record().await.token_version;
        let newer = "UPDATE connections SET token_version = token_version + 1";
        assert_eq!(late.world.past(newer).await, 1);
        let before = late.record().await;
        // Also if the lease is free by now: only the version decides.
        late.world.expire_leases().await;
        assert!(!late.store(&late.before, version).await);
        assert_eq!(late.record().await.failures, before.failures);
    })
    .await;
}
