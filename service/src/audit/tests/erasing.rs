//! Tests of erasing personal fields.

use super::*;

#[tokio::test]
async fn s65_erasing_a_person_leaves_the_chain_whole() {
    testing::on_each_database(async |world| {
        let owner = with_five(&world).await;
        let me = owner.person().unwrap();
        let other = entries(&world).await[0].clone();
        assert_eq!(other.actor_kind, "command_line");
        let done = erase(&owner, &Whose::Person(me)).await.unwrap();
        assert_eq!(done, 4);
        let report = report(&world, "harbour").await;
        assert_eq!((report.good, report.erased, report.broken), (6, 4, None));
        let dump: Vec<_> = entries(&world).await;
        assert!(!format!("{dump:?}").contains("mooring.example"));
        assert!(!format!("{dump:?}").contains("192.0.2.7"));
        assert_eq!(erase(&owner, &Whose::Person(me)).await.unwrap(), 0);

        add(&owner, "five").await;
        let email = format!("harbour-{}", testing::OWNER);
        let whose = Whose::Email(email);
        assert_eq!(erase(&owner, &whose).await.unwrap(), 1);
        assert_eq!(broken(&world).await, None);
        add(&owner, "six").await;
        let done = erase_on_command_line(&world.services, &owner.tenant_slug, &whose).await;
        assert_eq!(done.unwrap(), 1);
        let nobody = "nobody".parse().unwrap();
        let done = erase_on_command_line(&world.services, &nobody, &whose).await;
        assert!(matches!(done, Err(EraseError::NoTenant(_))));
        assert_eq!(broken(&world).await, None);
    })
    .await;
}
