//! Tests of reading the audit.

use super::*;

#[tokio::test]
async fn the_list_is_newest_first_filtered_and_continued() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        for n in 0..60 {
            add(&owner, &n.to_string()).await;
        }
        world.app(&owner, "returns").await;
        let first = list(&owner, &Filter::default(), None).await.unwrap();
        assert_eq!(first.rows.len(), 50);
        assert_eq!(first.rows[0].action, Action::AppCreated);
        assert_eq!(first.rows[0].target, "returns");
        let second = list(&owner, &Filter::default(), first.next).await.unwrap();
        assert_eq!(
            second.rows.first().unwrap().number,
            first.rows[49].number - 1
        );
        assert_eq!((second.rows.last().unwrap().number, second.next), (1, None));

        let only = |filter: Filter| {
            let owner = owner.clone();
            async move { list(&owner, &filter, None).await.unwrap().rows.len() }
        };
        let action = Some(Action::AppCreated);
        assert_eq!(
            only(Filter {
                action,
                ..Filter::default()
            })
            .await,
            1
        );
        let target = "ETUR".to_owned();
        assert_eq!(
            only(Filter {
                target,
                ..Filter::default()
            })
            .await,
            1
        );
        let actor = "nobody%".to_owned();
        assert_eq!(
            only(Filter {
                actor,
                ..Filter::default()
            })
            .await,
            0
        );
        let actor = "Harbour-".to_owned();
        assert_eq!(
            only(Filter {
                actor,
                ..Filter::default()
            })
            .await,
            50
        );
        let from = Some(world.clock_now().plus(domain::time::Span::seconds(1)));
        assert_eq!(
            only(Filter {
                from,
                ..Filter::default()
            })
            .await,
            0
        );
    })
    .await;
}
