//! Identities that people link to themselves.

use super::{answer, each};
use domain::role::Role;
use service::{
    Confirmed,
    people::{SignedIn, members},
    sso::{self, BeginError, Ended, Refusal, UnlinkError},
};
use simulator::provider::Provider;

#[tokio::test]
async fn a_link_is_made_by_the_person_themselves_alone() {
    each(async |f| {
        let services = &f.world.services;
        let slug = &f.owner.tenant_slug;
        let jonas = f
            .member("jonas@x.example", Role::Viewer)
            .await
            .person()
            .unwrap();
        let own = SignedIn::own_way(jonas);
        // Brought back by nobody, by another person, or by a session of a tenant's.
        let owner = SignedIn::own_way(f.owner.person().unwrap());
        let by_it = SignedIn::by_tenant(jonas, f.owner.tenant());
        for here in [None, Some(owner), Some(by_it)] {
            let begun = f.begin_link(own).await.unwrap();
            let callback = f.provider.sign_in(begun.url.as_str());
            let back = answer(&callback, Some(begun.cookie.value), here);
            let refused = f.complete(back).await;
            assert!(matches!(refused, Err(Refusal::OtherPerson)), "{refused:?}");
        }
        assert_eq!(f.provider.asked("/token"), 0);
        // Such a session begins no link, and neither does somebody else's.
        let stranger = SignedIn::own_way(f.world.owner("pier").await.person().unwrap());
        for nobody in [by_it, stranger] {
            let refused = f.begin_link(nobody).await;
            assert!(matches!(refused, Err(BeginError::None)));
        }
        // Nor does what somebody else confirmed.
        let confirmed = Confirmed::for_test(&f.owner);
        let refused = sso::begin_link(services, own, &confirmed, slug).await;
        assert!(matches!(refused, Err(BeginError::None)));
        assert_eq!(f.link(jonas).await.unwrap(), Ended::Linked);
        let mine = sso::mine(services, own).await.unwrap();
        assert!(mine.len() == 1 && mine[0].since.is_some());
        // Their own name stays, whatever the provider calls them.
        let signed_in = f.sign_in().await.unwrap();
        assert_eq!(signed_in.person(), jonas);
        let actor = f.opened(own).await.unwrap();
        assert_eq!(actor.role, Role::Operator, "by the groups");
        let member = members::one(&f.owner, jonas).await.unwrap().unwrap();
        assert_eq!(
            (member.name.as_str(), member.single_sign_on),
            ("jonas", false)
        );

        sso::unlink(services, own, slug, None).await.unwrap();
        let again = sso::unlink(services, own, slug, None).await;
        assert!(matches!(again, Err(UnlinkError::NotFound)));
        assert_ne!(
            f.sign_in().await.unwrap().person(),
            jonas,
            "a person of its own now"
        );
    })
    .await;
}

#[tokio::test]
async fn an_identity_belongs_to_one_member() {
    each(async |f| {
        let first = f.sign_in().await.unwrap();
        let jonas = f
            .member("jonas@x.example", Role::Viewer)
            .await
            .person()
            .unwrap();
        let refused = f.link(jonas).await;
        assert!(matches!(refused, Err(Refusal::Taken)), "{refused:?}");
        assert_eq!(f.sign_in().await.unwrap(), first);
        // Once that member is gone, whoever shows that it is theirs takes it over.
        members::remove(&f.owner, first.person()).await.unwrap();
        f.link(jonas).await.unwrap();
        assert_eq!(f.sign_in().await.unwrap().person(), jonas);
    })
    .await;
}

/// The row of the link also keeps out whom an owner removed.
#[tokio::test]
async fn whoever_was_removed_does_not_let_themselves_in_again() {
    each(async |f| {
        let (services, slug) = (&f.world.services, &f.owner.tenant_slug);
        let jonas = f.member("jonas@x.example", Role::Viewer).await;
        let jonas = jonas.person().unwrap();
        f.link(jonas).await.unwrap();
        members::remove(&f.owner, jonas).await.unwrap();
        let refused = sso::unlink(services, SignedIn::own_way(jonas), slug, None).await;
        assert!(matches!(refused, Err(UnlinkError::NotFound)));
        let refused = f.sign_in().await;
        assert!(matches!(refused, Err(Refusal::Removed)), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_link_to_the_provider_before_is_none_to_this_one() {
    each(async |f| {
        let own = SignedIn::own_way(f.owner.person().unwrap());
        f.link(own.person()).await.unwrap();
        let since = async || sso::mine(&f.world.services, own).await.unwrap()[0].since;
        assert!(since().await.is_some());
        let other = Provider::start().await.unwrap();
        f.change(|form| form.issuer = other.issuer().to_owned())
            .await
            .unwrap();
        assert_eq!(since().await, None);
    })
    .await;
}
