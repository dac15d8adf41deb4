//! Who comes in, and as what.

use super::{Sso, each};
use domain::{app_limit::AppLimit, role::Role, time::Span};
use secrecy::SecretString;
use service::{
    Confirmed,
    audit::verify,
    people::{
        SignedIn,
        invitations::{self, AcceptError},
        me::{self, MeError},
        members::{self, MemberError},
        membership::{self, Opened},
        sessions,
    },
    sso::{self, Refusal},
    testing,
};

/// An address that a provider names proves nothing about people of this installation.
#[tokio::test]
async fn a_first_sign_in_makes_a_new_person_also_for_an_address_that_is_there() {
    each(async |f| {
        let services = &f.world.services;
        // The provider says that its person has the address of this tenant's owner.
        let address = "harbour-owner@mooring.example";
        f.provider.is("intruder", address, &["support"]);
        let people = f.people().await;
        let signed_in = f.sign_in().await.unwrap();
        assert_eq!(f.people().await, people + 1);
        assert_ne!(Some(signed_in.person()), f.owner.person());
        let actor = f.opened(signed_in).await.unwrap();
        assert_eq!(actor.role, Role::Success);
        let summary = membership::person(services, signed_in).await.unwrap();
        assert_eq!(
            summary.unwrap().email,
            address,
            "shown as the provider gave it"
        );
        // The owner is who they were, signs in as before, and nothing else does.
        let password = SecretString::from(testing::PASSWORD);
        let owner = testing::sign_in(services, address, &password)
            .await
            .unwrap();
        assert_eq!(Some(owner), f.owner.person());
        let placeholder = format!("SSO:{}", signed_in.person());
        for typed in [placeholder.as_str(), &placeholder.to_lowercase()] {
            for password in ["", testing::PASSWORD] {
                let password = SecretString::from(password);
                assert!(testing::sign_in(services, typed, &password).await.is_err());
            }
        }
        // Once more it is the same person, also with another address.
        f.provider
            .is("intruder", "else@where.example", &["support"]);
        assert_eq!(f.sign_in().await.unwrap(), signed_in);
        let summary = membership::person(services, signed_in).await.unwrap();
        assert_eq!(summary.unwrap().email, "else@where.example");
    })
    .await;
}

/// A tenant is not the master of people who belong to others as well.
#[tokio::test]
async fn s52_single_sign_on_opens_its_own_tenant_alone() {
    each(async |f| {
        let services = &f.world.services;
        // Ben works in both tenants, and owns the other one.
        let pier = f.world.owner("pier").await;
        let ben = pier.person().unwrap();
        let invited = crate::members::new("pier-owner@mooring.example", Role::Viewer);
        let token = crate::members::invited(&f.owner, invited).await;
        invitations::accept_as(services, &token, ben, None)
            .await
            .unwrap();
        f.provider.is("ben", "ben@parcelwise.example", &["ops"]);
        f.link(ben).await.unwrap();
        // Harbour's provider can be Ben at harbour, and nowhere else.
        let there = f.sign_in().await.unwrap();
        assert_eq!(there, SignedIn::by_tenant(ben, f.owner.tenant()));
        assert_eq!(f.opened(there).await.unwrap().role, Role::Operator);
        let opened = membership::open(services, there, &pier.tenant_slug)
            .await
            .unwrap();
        assert!(matches!(opened, Opened::Not));
        let tenants = membership::tenants_of(services, there).await.unwrap();
        assert_eq!(tenants.len(), 1, "not even the name of the other");
        // It joins no other tenant with an invitation for Ben's own address.
        let third = f.world.owner("third").await;
        let invited = crate::members::new("pier-owner@mooring.example", Role::Owner);
        let token = crate::members::invited(&third, invited).await;
        let refused = invitations::accept_as(services, &token, there, None).await;
        assert!(matches!(refused, Err(AcceptError::OtherPerson)));
        // By his own way in, he has both.
        let own = SignedIn::own_way(ben);
        assert_eq!(
            membership::tenants_of(services, own).await.unwrap().len(),
            2
        );
        let summary = membership::person(services, own).await.unwrap().unwrap();
        assert_eq!(summary.email, "pier-owner@mooring.example", "his own stays");
    })
    .await;
}

/// security.md 53
#[tokio::test]
async fn s53_groups_decide_the_role_and_nobody_gets_more() {
    each(async |f| {
        let role = async |f: &Sso, groups: &[&str]| {
            f.provider.is("priya", "priya@parcelwise.example", groups);
            let signed_in = f.sign_in().await?;
            Ok::<_, Refusal>(f.opened(signed_in).await.unwrap().role)
        };
        assert_eq!(
            role(&f, &["ops", "support", "else"]).await.unwrap(),
            Role::Operator
        );
        assert_eq!(role(&f, &["support"]).await.unwrap(), Role::Success);
        // Whom no group lets in is out at once, also where they still are.
        let signed_in = f.sign_in().await.unwrap();
        let id = SecretString::from("a session by single sign-on");
        let soon = f.world.clock_now().plus(Span::hours(1));
        let services = &f.world.services;
        sessions::save(services, &id, Some(signed_in), "{}", soon)
            .await
            .unwrap();
        let refused = role(&f, &["else"]).await;
        assert!(matches!(refused, Err(Refusal::NotLetIn)), "{refused:?}");
        assert!(sessions::load(services, &id).await.unwrap().is_none());
        f.change(|form| form.others = Some(Role::Viewer))
            .await
            .unwrap();
        assert_eq!(role(&f, &["else"]).await.unwrap(), Role::Viewer);
        assert_eq!(role(&f, &["heads"]).await.unwrap(), Role::Owner);
        assert_eq!(role(&f, &["ops"]).await.unwrap(), Role::Operator);
        let reports = verify(services, None).await.unwrap();
        assert!(
            reports.iter().all(|report| report.broken.is_none()),
            "{reports:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn without_groups_roles_are_given_by_hand() {
    each(async |f| {
        f.change(|form| {
            form.groups.clear();
            form.others = Some(Role::Viewer);
        })
        .await
        .unwrap();
        let signed_in = f.sign_in().await.unwrap();
        let role = async || f.opened(signed_in).await.unwrap().role;
        assert_eq!(role().await, Role::Viewer);
        let (person, all) = (signed_in.person(), AppLimit::All);
        members::change(&f.owner, None, person, Role::Success, &all)
            .await
            .unwrap();
        f.sign_in().await.unwrap();
        assert_eq!(role().await, Role::Success);
        // With groups, they count.
        f.world.clock.advance(Span::seconds(1));
        f.change(|form| form.others = Some(Role::Viewer))
            .await
            .unwrap();
        f.sign_in().await.unwrap();
        assert_eq!(role().await, Role::Operator);
    })
    .await;
}

#[tokio::test]
async fn only_addresses_of_the_domain_are_let_in() {
    each(async |f| {
        f.change(|form| form.email_domain = " @Parcelwise.EXAMPLE".to_owned())
            .await
            .unwrap();
        f.sign_in().await.unwrap();
        let people = f.people().await;
        for address in [
            "eve@parcelwise.example.evil.example",
            "eve@evil-parcelwise.example",
            "eve@sub.parcelwise.example",
            "eve@evil.example",
        ] {
            f.provider.is("eve", address, &["heads"]);
            let refused = f.sign_in().await;
            assert!(
                matches!(refused, Err(Refusal::NotLetIn)),
                "{address}: {refused:?}"
            );
        }
        assert_eq!(f.people().await, people);
    })
    .await;
}

/// security.md 53
#[tokio::test]
async fn s53_the_last_owner_stays_owner_whatever_the_groups_say() {
    each(async |f| {
        let owner = f.owner.person().unwrap();
        f.provider
            .is("maren", "maren@parcelwise.example", &["support"]);
        f.link(owner).await.unwrap();
        let signed_in = f.sign_in().await.unwrap();
        assert_eq!(f.opened(signed_in).await.unwrap().role, Role::Owner);
        // One whom the provider brought is no help while it doesn't answer.
        f.provider.is("head", "head@parcelwise.example", &["heads"]);
        f.sign_in().await.unwrap();
        f.provider
            .is("maren", "maren@parcelwise.example", &["support"]);
        f.sign_in().await.unwrap();
        let actor = f.opened(SignedIn::own_way(owner)).await.unwrap();
        assert_eq!(actor.role, Role::Owner);
        let refused = members::remove(&f.owner, owner).await;
        assert!(
            matches!(refused, Err(MemberError::LastOwnerOfOwnWay)),
            "{refused:?}"
        );
        // With another owner of a way of their own, the groups count.
        f.member("second@x.example", Role::Owner).await;
        f.sign_in().await.unwrap();
        let actor = f.opened(SignedIn::own_way(owner)).await.unwrap();
        assert_eq!(actor.role, Role::Success);
    })
    .await;
}

#[tokio::test]
async fn a_removed_member_comes_in_again_only_once_an_owner_says_so() {
    each(async |f| {
        let signed_in = f.sign_in().await.unwrap();
        members::remove(&f.owner, signed_in.person()).await.unwrap();
        assert!(f.opened(signed_in).await.is_none(), "at once");
        let refused = f.sign_in().await;
        assert!(matches!(refused, Err(Refusal::Removed)), "{refused:?}");
        let barred = sso::barred(&f.owner).await.unwrap();
        assert_eq!(barred.len(), 1);
        assert_eq!(barred[0].email, "priya@parcelwise.example");
        sso::admit(&f.owner, barred[0].id).await.unwrap();
        assert!(sso::barred(&f.owner).await.unwrap().is_empty());
        assert!(
            f.opened(signed_in).await.is_none(),
            "not before they sign in"
        );
        assert_eq!(f.sign_in().await.unwrap(), signed_in);
        assert_eq!(f.opened(signed_in).await.unwrap().role, Role::Operator);
    })
    .await;
}

#[tokio::test]
async fn as_the_only_way_it_keeps_others_out_and_owners_keep_their_own() {
    each(async |f| {
        let services = &f.world.services;
        let member = f.member("jonas@x.example", Role::Operator).await;
        let own = SignedIn::own_way(member.person().unwrap());
        assert!(f.opened(own).await.is_some());
        f.change(|form| form.only_way = true).await.unwrap();
        let slug = &f.owner.tenant_slug;
        let opened = membership::open(services, own, slug).await.unwrap();
        assert!(matches!(opened, Opened::BySingleSignOn), "at once");
        let tenants = membership::tenants_of(services, own).await.unwrap();
        assert!(tenants[0].by_single_sign_on);
        let owner = SignedIn::own_way(f.owner.person().unwrap());
        assert!(
            f.opened(owner).await.is_some(),
            "else a fault would lock all out"
        );
        let by_it = f.sign_in().await.unwrap();
        assert!(f.opened(by_it).await.is_some());
        f.change(|form| form.only_way = false).await.unwrap();
        assert!(f.opened(own).await.is_some());
    })
    .await;
}

/// The person is not the tenant's: what is theirs in all tenants stays out of reach.
#[tokio::test]
async fn whom_it_brought_has_no_password_to_change() {
    each(async |f| {
        let services = &f.world.services;
        let signed_in = f.sign_in().await.unwrap();
        let summary = membership::person(services, signed_in)
            .await
            .unwrap()
            .unwrap();
        assert!(!summary.signed_in.is_own_way());
        let (current, new) = (
            SecretString::from(""),
            SecretString::from("lantern biscuit otter"),
        );
        let change = me::NewPassword {
            current: &current,
            new: &new,
            address: None,
            session: "",
        };
        let refused = me::change_password(services, &summary, change).await;
        assert!(matches!(refused, Err(MeError::Invalid(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn switching_it_off_ends_what_came_by_it() {
    each(async |f| {
        let services = &f.world.services;
        let signed_in = f.sign_in().await.unwrap();
        let soon = f.world.clock_now().plus(Span::hours(1));
        let (by_it, own) = (SecretString::from("by it"), SecretString::from("own"));
        let owner = SignedIn::own_way(f.owner.person().unwrap());
        for (id, who) in [(&by_it, signed_in), (&own, owner)] {
            sessions::save(services, id, Some(who), "{}", soon)
                .await
                .unwrap();
        }
        let confirmed = Confirmed::for_test(&f.owner);
        sso::switch_off(&f.owner, &confirmed).await.unwrap();
        assert!(sessions::load(services, &by_it).await.unwrap().is_none());
        assert!(sessions::load(services, &own).await.unwrap().is_some());
        assert_eq!(sso::settings(&f.owner).await.unwrap(), None);
        let begun = sso::begin(services, &f.owner.tenant_slug, "/").await;
        assert!(matches!(begun, Err(sso::BeginError::None)));
    })
    .await;
}
