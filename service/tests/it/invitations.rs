//! Invitations: made, sent again, withdrawn, accepted.

use crate::members::{actor_of, invited, joined, new, person, token_of};
use domain::{app_limit::AppLimit, permission::Permission, role::Role, time::Span};
use service::{
    Actor, Confirmed,
    audit::{self, Filter},
    people::{
        invitations::{
            self, AcceptError, ChangeInvitationError, InvitationError, InviteError, Joining, LIFE,
            Passing,
        },
        members, membership,
    },
    testing,
};

async fn actions(actor: &Actor) -> Vec<&'static str> {
    let page = audit::list(actor, &Filter::default(), None).await.unwrap();
    let entries = page.rows.iter().map(|row| row.action.code());
    entries.collect()
}

#[tokio::test]
async fn an_invited_person_joins_once_with_the_role_they_were_invited_for() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let token = invited(&owner, new("Ines@Harbour.example", Role::Operator)).await;
        let open = invitations::open(services, &token, None).await.unwrap();
        assert_eq!(
            (open.email.as_str(), open.role, open.joining),
            ("ines@harbour.example", Role::Operator, Joining::AsNew)
        );
        assert_eq!(invitations::pending(&owner).await.unwrap().len(), 1);

        let (id, slug) = invitations::accept_as_new(services, &token, person("Ines"), None)
            .await
            .unwrap();
        assert_eq!(slug, owner.tenant_slug);
        let ines = actor_of(&world, &owner, id).await.unwrap();
        assert!(ines.may(Permission::ManageApps) && !ines.may(Permission::ManageKeys));
        assert_eq!(invitations::pending(&owner).await.unwrap(), []);
        let again = invitations::accept_as_new(services, &token, person("Eve"), None).await;
        assert!(matches!(
            again,
            Err(AcceptError::Invitation(InvitationError::Accepted))
        ));
        let listed = members::list(&owner).await.unwrap();
        let listed: Vec<_> = listed.iter().map(|one| (one.id, one.role)).collect();
        assert_eq!(
            listed,
            [(owner.person().unwrap(), Role::Owner), (id, Role::Operator)]
        );
        assert_eq!(
            actions(&owner).await[..2],
            ["person.joined", "person.invited"]
        );
    })
    .await;
}

#[tokio::test]
async fn an_invitation_ends_is_withdrawn_and_made_anew() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let first = invitations::invite(
            &owner,
            Some(&Confirmed::for_test(&owner)),
            new("a@x.example", Role::Viewer),
            Passing::ByHand,
        )
        .await
        .unwrap();
        let (id, first) = (first[0].id, token_of(&first[0]));
        let renewed = invitations::renew(
            &owner,
            Some(&Confirmed::for_test(&owner)),
            id,
            Passing::ByHand,
        )
        .await
        .unwrap();
        let ended = invitations::open(services, &first, None).await;
        assert!(
            matches!(ended, Err(InvitationError::Unknown)),
            "the address before"
        );
        let renewed = token_of(&renewed);
        assert!(invitations::open(services, &renewed, None).await.is_ok());

        invitations::withdraw(&owner, id).await.unwrap();
        let gone = invitations::open(services, &renewed, None).await;
        assert!(matches!(gone, Err(InvitationError::Withdrawn)));
        let gone = invitations::accept_as_new(services, &renewed, person("A"), None).await;
        assert!(matches!(
            gone,
            Err(AcceptError::Invitation(InvitationError::Withdrawn))
        ));
        for changed in [
            invitations::withdraw(&owner, id).await,
            invitations::renew(
                &owner,
                Some(&Confirmed::for_test(&owner)),
                id,
                Passing::ByHand,
            )
            .await
            .map(drop),
        ] {
            assert!(matches!(changed, Err(ChangeInvitationError::NotFound)));
        }

        // The newest one for an address counts.
        let second = invited(&owner, new("a@x.example", Role::Viewer)).await;
        let third = invited(&owner, new("a@x.example", Role::Viewer)).await;
        let gone = invitations::open(services, &second, None).await;
        assert!(matches!(gone, Err(InvitationError::Withdrawn)));
        world.clock.advance(LIFE);
        let late = invitations::accept_as_new(services, &third, person("A"), None).await;
        assert!(matches!(
            late,
            Err(AcceptError::Invitation(InvitationError::Expired))
        ));
        assert!(invitations::pending(&owner).await.unwrap()[0].is_expired);
        world.clock.advance(Span::days(30));
        assert_eq!(invitations::pending(&owner).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn several_are_invited_at_once_or_nobody() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let member = joined(&world, &owner, new("a@x.example", Role::Viewer)).await;
        let email = "a@x.example, b@x.example, nonsense";
        let refused = invitations::invite(
            &owner,
            Some(&Confirmed::for_test(&owner)),
            new(email, Role::Viewer),
            Passing::ByHand,
        )
        .await;
        let Err(InviteError::Invalid(errors)) = refused else {
            panic!("{refused:?}");
        };
        let said: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "“nonsense” is not an e-mail address.",
                "a@x.example is a member already."
            ]
        );
        assert_eq!(invitations::pending(&owner).await.unwrap(), []);
        let both = new("b@x.example;c@x.example", Role::Viewer);
        let two = invitations::invite(&owner, None, both, Passing::ByHand);
        assert_eq!(two.await.unwrap().len(), 2);
        assert_eq!(invitations::pending(&owner).await.unwrap().len(), 2);
        let refused = invitations::invite(
            &member,
            Some(&Confirmed::for_test(&member)),
            new("d@x.example", Role::Viewer),
            Passing::ByHand,
        )
        .await;
        assert!(matches!(refused, Err(InviteError::Forbidden(_))));
    })
    .await;
}

#[tokio::test]
async fn a_person_of_another_tenant_joins_as_the_same_person() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (owner, other) = (
            world.owner("harbour").await,
            world.owner("lighthouse").await,
        );
        let (id, email) = match &other.who {
            service::tenancy::Who::Person { id, email, .. } => (*id, email.clone()),
            service::tenancy::Who::ApiToken { .. } => panic!("a person"),
        };
        let token = invited(&owner, new(&email, Role::Success)).await;
        let joining = async |signed_in| {
            let open = invitations::open(services, &token, signed_in).await;
            open.unwrap().joining
        };
        assert_eq!(joining(None).await, Joining::SignIn);
        assert_eq!(joining(owner.person()).await, Joining::OtherPerson);
        assert_eq!(joining(Some(id)).await, Joining::Confirm);

        // Neither a new person nor another one takes it.
        let as_new = invitations::accept_as_new(services, &token, person("Eve"), None).await;
        assert!(matches!(as_new, Err(AcceptError::OtherPerson)));
        let as_other =
            invitations::accept_as(services, &token, owner.person().unwrap(), None).await;
        assert!(matches!(as_other, Err(AcceptError::OtherPerson)));
        let slug = invitations::accept_as(services, &token, id, None)
            .await
            .unwrap();
        assert_eq!(slug, owner.tenant_slug);
        let there = actor_of(&world, &owner, id).await.unwrap();
        assert_eq!(there.role, Role::Success);
        let tenants = membership::tenants_of(services, id).await.unwrap();
        assert_eq!(tenants.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn whoever_was_removed_left_no_invitation_behind() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let operator = joined(&world, &owner, new("o@x.example", Role::Operator)).await;
        let token = invited(&operator, new("back@x.example", Role::Success)).await;
        assert!(invitations::open(services, &token, None).await.is_ok());
        let id = operator.person().unwrap();
        members::change(
            &owner,
            Some(&Confirmed::for_test(&owner)),
            id,
            Role::Viewer,
            &AppLimit::All,
        )
        .await
        .unwrap();
        let open = invitations::open(services, &token, None).await;
        assert!(
            matches!(open, Err(InvitationError::Withdrawn)),
            "may not invite any more"
        );
        members::remove(&owner, id).await.unwrap();
        let back = invitations::accept_as_new(services, &token, person("Back"), None).await;
        assert!(matches!(
            back,
            Err(AcceptError::Invitation(InvitationError::Withdrawn))
        ));
    })
    .await;
}
