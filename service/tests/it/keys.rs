//! Keys and what is under them, as the worker and the keys' page see them.

use crate::flow;
use domain::time::Span;
use service::{keys, worker};

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
