//! Tenants that ask everybody for a second factor.

use super::entries;
use crate::members::{joined, new};
use domain::role::Role;
use service::{
    Confirmed,
    audit::Action,
    people::{
        SignedIn,
        membership::{self, Opened},
    },
    tenants::settings::{self, SettingsError, save_second_factor},
    testing,
};

#[tokio::test]
async fn whoever_has_no_factor_opens_no_tenant_that_asks_for_one() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let member = joined(&world, &owner, new("ann@x.example", Role::Viewer)).await;
        let confirmed = Confirmed::for_test(&owner);
        let asked = async |asked| save_second_factor(&owner, &confirmed, asked).await;
        // They would be the first to be kept out.
        let Err(SettingsError::Invalid(errors)) = asked(true).await else {
            panic!("an owner without a factor asked for one")
        };
        assert_eq!(errors[0].field, "second_factor");
        world.authenticator(&owner).await;
        asked(true).await.unwrap();
        assert!(settings::load(&owner).await.unwrap().second_factor);

        let slug = owner.tenant_slug.clone();
        let person = member.person().unwrap();
        let own_way = SignedIn::own_way(person);
        let opened = async |signed_in| membership::open(services, signed_in, &slug).await.unwrap();
        assert!(matches!(opened(own_way).await, Opened::NeedsSecondFactor));
        assert!(
            membership::actor(services, person, &slug)
                .await
                .unwrap()
                .is_none()
        );
        let tenants = membership::tenants_of(services, person).await.unwrap();
        assert!(tenants[0].needs_second_factor);
        // Single sign-on is the provider's matter.
        let by_tenant = SignedIn::by_tenant(person, owner.tenant());
        assert!(matches!(opened(by_tenant).await, Opened::Actor(_)));
        // The owner has one.
        let own_way_of_owner = SignedIn::own_way(owner.person().unwrap());
        assert!(matches!(opened(own_way_of_owner).await, Opened::Actor(_)));
        // The member sets one up, and comes in.
        world.authenticator(&member).await;
        assert!(matches!(opened(own_way).await, Opened::Actor(_)));
        let tenants = membership::tenants_of(services, person).await.unwrap();
        assert!(!tenants[0].needs_second_factor);
        asked(false).await.unwrap();
        let details: Vec<_> = entries(&owner, Action::SettingsChanged)
            .await
            .into_iter()
            .map(|row| row.detail)
            .collect();
        assert_eq!(details, ["second_factor=nobody", "second_factor=everybody"]);
    })
    .await;
}

#[tokio::test]
async fn only_owners_who_confirmed_ask_for_it() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let other = world.owner("other").await;
        let operator = joined(&world, &owner, new("ann@x.example", Role::Operator)).await;
        for (actor, confirmed) in [
            (&operator, Confirmed::for_test(&operator)),
            (&owner, Confirmed::for_test(&other)),
        ] {
            let saved = save_second_factor(actor, &confirmed, false).await;
            assert!(matches!(saved, Err(SettingsError::Forbidden(_))));
        }
    })
    .await;
}
