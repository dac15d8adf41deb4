//! Old entries of the audit go; what stays still is a whole chain.

use domain::time::Span;
use service::{
    Actor,
    audit::{Filter, Report, cut_off, list, verify},
    testing::{World, on_each_database},
};
use tokio_util::sync::CancellationToken;

async fn report(world: &World) -> Report {
    let slug = "harbour".parse().unwrap();
    let mut reports = verify(&world.services, Some(&slug)).await.unwrap();
    reports.pop().unwrap()
}

async fn cut(world: &World, days: i64) -> u64 {
    cut_off(&world.services, Span::days(days), &CancellationToken::new())
        .await
        .unwrap()
}

/// An owner whose first two entries are 40 days older than the third.
async fn old_and_new(world: &World) -> Actor {
    let owner = world.owner("harbour").await;
    world.app(&owner, "returns").await;
    world.clock.advance(Span::days(40));
    world.app(&owner, "orders").await;
    assert_eq!(report(world).await.good, 3);
    owner
}

#[tokio::test]
async fn entries_older_than_kept_go_and_the_chain_holds() {
    on_each_database(async |world| {
        let owner = old_and_new(&world).await;
        world.owner("elsewhere").await;
        assert_eq!(cut(&world, 60).await, 0, "none is that old");
        assert_eq!(report(&world).await.good, 3);
        assert_eq!(cut(&world, 30).await, 2);
        let after = report(&world).await;
        assert_eq!(
            (after.broken, after.good, after.last),
            (None, 2, 4),
            "the young one, and the entry of the cut"
        );
        let page = list(&owner, &Filter::default(), None).await.unwrap();
        let told: Vec<_> = page
            .rows
            .iter()
            .map(|row| (row.action.code(), row.detail.as_str()))
            .collect();
        assert_eq!(told[0], ("audit.cut_off", "entries=2 through=2"));
        assert_eq!(told[1].0, "app.created");
        assert_eq!(cut(&world, 30).await, 0);
        // All of it, then on.
        world.clock.advance(Span::days(40));
        assert_eq!(cut(&world, 30).await, 3, "two here and one elsewhere");
        world.app(&owner, "stock").await;
        let after = report(&world).await;
        assert_eq!((after.broken, after.good, after.last), (None, 2, 6));
    })
    .await;
}

/// security.md 65: a checkpoint is made by the program alone
#[tokio::test]
async fn s65_entries_cut_off_by_somebody_else_show() {
    on_each_database(async |world| {
        old_and_new(&world).await;
        world.past("DELETE FROM audit_entries WHERE number <= 2").await;
        assert!(report(&world).await.broken.is_some());
        world
            .past("UPDATE audit_heads SET first = 2, first_mac = (SELECT mac FROM audit_entries WHERE number = 3)")
            .await;
        assert!(report(&world).await.broken.is_some());
        let refused = cut_off(
            &world.services,
            Span::days(1),
            &CancellationToken::new(),
        )
        .await;
        assert_eq!(refused.unwrap_or_default(), 0, "a damaged chain is left as it is");
    })
    .await;
}
