//! Tests of concurrent writers.

use super::*;

#[tokio::test]
async fn concurrent_writers_get_consecutive_numbers() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let second = world.second_process().await;
        let elsewhere =
            crate::people::membership::actor(&second, owner.person().unwrap(), &owner.tenant_slug)
                .await
                .unwrap()
                .unwrap();
        // Several writers also begin the chain at the same time.
        for table in ["audit_heads", "audit_entries"] {
            tamper(&world, &format!("DELETE FROM {table}")).await;
        }
        tamper(&world, "DELETE FROM credentials").await;
        tamper(&world, "DELETE FROM data_keys WHERE tenant_id IS NOT NULL").await;
        let details: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        futures::future::join_all(details.iter().enumerate().map(|(n, detail)| {
            let actor = if n % 2 == 0 { &owner } else { &elsewhere };
            add(actor, detail)
        }))
        .await;
        let numbers: Vec<_> = entries(&world).await.iter().map(|row| row.number).collect();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
        assert_eq!(broken(&world).await, None);
    })
    .await;
}
