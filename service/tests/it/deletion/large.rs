//! Large tenants that are deleted, and many at once.

use super::*;

/// What takes longer than a statement may, and an hour between two attempts, is done
/// in parts; what is forgotten is not asked for again.
#[tokio::test]
async fn a_large_tenant_is_erased_in_parts_and_goes_on_where_it_was_stopped() {
    flow::each(async |f| {
        let services = &f.world.services;
        let names: Vec<_> = (0..230).map(|n| format!("a{n:03}")).collect();
        let accounts = names.iter().map(|name| Given {
            subdomain: name.parse().unwrap(),
            access_token: format!("access of {name}").into(),
            refresh_token: format!("refresh of {name}").into(),
            expires_at: f.world.clock_now().plus(Span::hours(24)),
        });
        connect_all(&f.owner, &f.app, accounts).await.unwrap();
        deleted(&f).await;
        f.advance(HELD_FOR);
        let asked = || -> Vec<usize> {
            let asked = |name: &String| f.sim.requests(name, Endpoint::Revoke).len();
            names.iter().map(asked).collect()
        };
        let stop = CancellationToken::new();
        let until_some = async {
            while asked().iter().sum::<usize>() < 150 {
                tokio::task::yield_now().await;
            }
            stop.cancel();
        };
        let (first, ()) = tokio::join!(erase_due(services, &stop), until_some);
        assert_eq!(first.unwrap().tenants, 0, "it was stopped");
        assert!(asked().iter().sum::<usize>() < 230);
        let before = asked();
        let done = erased(&f).await;
        assert_eq!(done.tenants, 1);
        assert!(asked().iter().all(|asked| *asked >= 1));
        // The first hundred were forgotten before it was stopped.
        assert_eq!(asked()[..100], before[..100]);
        let beneath = f.world.beneath().await;
        for table in ["connections", "events", "credentials"] {
            let of_tenant = format!(
                "SELECT count(*) AS n FROM {table} WHERE tenant_id = \
                 (SELECT id FROM tenants WHERE former_slug = 'harbour')"
            );
            let left = i64::from(table == "credentials");
            assert_eq!(beneath.number(&of_tenant).await, left, "{table}");
        }
        let words = "SELECT coalesce(deleted_by, '') || coalesce(mail_text, '') FROM tenants";
        assert_eq!(f.world.texts(words).await, [Some(String::new())]);
    })
    .await;
}

/// One statement changes some thousand connections at most.
#[tokio::test]
async fn all_connections_of_a_large_tenant_rest_and_wake() {
    flow::each(async |f| {
        let services = &f.world.services;
        let accounts = (0..2_001).map(|n| Given {
            subdomain: format!("a{n:04}").parse().unwrap(),
            access_token: "access".into(),
            refresh_token: "refresh".into(),
            expires_at: f.world.clock_now().plus(Span::hours(24)),
        });
        connect_all(&f.owner, &f.app, accounts).await.unwrap();
        let beneath = f.world.beneath().await;
        let due = "SELECT count(*) AS n FROM connections WHERE due_at IS NOT NULL";
        assert_eq!(beneath.number(due).await, 2_001);
        deleted(&f).await;
        assert_eq!(beneath.number(due).await, 0);
        let slug = "harbour".parse().unwrap();
        bring_back_on_command_line(services, &slug).await.unwrap();
        assert_eq!(beneath.number(due).await, 2_001);
    })
    .await;
}

/// A tenant that can't be erased keeps no other one.
#[tokio::test]
async fn a_fault_of_one_tenant_leaves_the_others() {
    flow::each(async |f| {
        let services = &f.world.services;
        let second = f.world.owner("second").await;
        deleted(&f).await;
        let confirmed = Confirmed::for_test(&second);
        delete(&second, &confirmed, "second").await.unwrap();
        f.advance(HELD_FOR);
        // Its chain is damaged, so nothing can be added to it.
        f.world
            .past(
                "UPDATE audit_heads SET seal = seal || seal WHERE tenant_id = \
                 (SELECT id FROM tenants WHERE slug = 'harbour')",
            )
            .await;
        let stop = CancellationToken::new();
        assert!(erase_due(services, &stop).await.is_err());
        let left = tenants::list(services).await.unwrap();
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(left[0].slug.as_str(), "harbour");
    })
    .await;
}
