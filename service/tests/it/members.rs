//! Members: given a role and apps, and removed.

use domain::{app_limit::AppLimit, ids::PersonId, permission::Permission, role::Role};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Actor, Confirmed, apps,
    people::{
        invitations::{
            self, ChangeInvitationError, InviteError, Invited, NewInvitation, NewPerson, Passing,
        },
        members::{self, MemberError},
        membership,
    },
    testing::{self, World},
};
use std::collections::BTreeSet;

const PASSWORD: &str = "lantern biscuit otter";

pub fn new(email: &str, role: Role) -> NewInvitation {
    NewInvitation {
        emails: email.to_owned(),
        role,
        apps: AppLimit::All,
    }
}

pub fn token_of(invited: &Invited) -> SecretString {
    let url = invited.url.as_ref().unwrap().expose_secret();
    SecretString::from(url.rsplit('/').next().unwrap_or_default())
}

pub async fn invited(actor: &Actor, new: NewInvitation) -> SecretString {
    let invited = invitations::invite(
        actor,
        Some(&Confirmed::for_test(actor)),
        new,
        Passing::ByHand,
    )
    .await
    .unwrap();
    assert_eq!(invited.len(), 1);
    token_of(&invited[0])
}

pub fn person(name: &str) -> NewPerson {
    NewPerson {
        name: name.to_owned(),
        password: SecretString::from(PASSWORD),
    }
}

pub async fn actor_of(world: &World, of: &Actor, id: PersonId) -> Option<Actor> {
    membership::actor(&world.services, id, &of.tenant_slug)
        .await
        .unwrap()
}

/// Somebody who was invited with this and joined.
pub async fn joined(world: &World, by: &Actor, new: NewInvitation) -> Actor {
    let name = new.emails.split('@').next().unwrap_or_default().to_owned();
    let token = invited(by, new).await;
    let (id, _) = invitations::accept_as_new(&world.services, &token, person(&name), None)
        .await
        .unwrap();
    actor_of(world, by, id).await.unwrap()
}

/// security.md 53
#[tokio::test]
async fn s53_nobody_gives_more_than_they_have() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let operator = joined(&world, &owner, new("o@x.example", Role::Operator)).await;
        let viewer = joined(&world, &owner, new("v@x.example", Role::Viewer)).await;
        for role in [Role::Owner, Role::Operator, Role::Backend] {
            let refused = invitations::invite(
                &operator,
                Some(&Confirmed::for_test(&operator)),
                new("e@x.example", role),
                Passing::ByHand,
            )
            .await;
            assert!(matches!(refused, Err(InviteError::Invalid(_))), "{role:?}");
            let id = viewer.person().unwrap();
            let refused = members::change(
                &operator,
                Some(&Confirmed::for_test(&operator)),
                id,
                role,
                &AppLimit::All,
            )
            .await;
            assert!(matches!(refused, Err(MemberError::Invalid(_))), "{role:?}");
        }
        let owners = invitations::invite(
            &owner,
            Some(&Confirmed::for_test(&owner)),
            new("p@x.example", Role::Owner),
            Passing::ByHand,
        )
        .await
        .unwrap()[0]
            .id;
        for refused in [
            invitations::withdraw(&operator, owners).await,
            invitations::renew(
                &operator,
                Some(&Confirmed::for_test(&operator)),
                owners,
                Passing::ByHand,
            )
            .await
            .map(drop),
        ] {
            assert!(matches!(refused, Err(ChangeInvitationError::Forbidden(_))));
        }
        let (id, all) = (owner.person().unwrap(), AppLimit::All);
        for refused in [
            members::change(
                &operator,
                Some(&Confirmed::for_test(&operator)),
                id,
                Role::Viewer,
                &all,
            )
            .await
            .map(drop),
            members::change(
                &operator,
                Some(&Confirmed::for_test(&operator)),
                operator.person().unwrap(),
                Role::Viewer,
                &all,
            )
            .await
            .map(drop),
            members::remove(&operator, id).await,
            members::remove(&viewer, operator.person().unwrap()).await,
        ] {
            assert!(
                matches!(refused, Err(MemberError::Forbidden(_))),
                "{refused:?}"
            );
        }
        let id = viewer.person().unwrap();
        assert!(
            members::change(
                &operator,
                Some(&Confirmed::for_test(&operator)),
                id,
                Role::Success,
                &all
            )
            .await
            .unwrap()
        );
        assert!(
            !members::change(
                &operator,
                Some(&Confirmed::for_test(&operator)),
                id,
                Role::Success,
                &all
            )
            .await
            .unwrap()
        );
        members::remove(&operator, id).await.unwrap();
        assert!(actor_of(&world, &owner, id).await.is_none(), "at once");
    })
    .await;
}

/// security.md 53
#[tokio::test]
async fn s53_an_owner_always_remains() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let id = owner.person().unwrap();
        for refused in [
            members::change(
                &owner,
                Some(&Confirmed::for_test(&owner)),
                id,
                Role::Operator,
                &AppLimit::All,
            )
            .await
            .map(drop),
            members::remove(&owner, id).await,
        ] {
            assert!(matches!(refused, Err(MemberError::LastOwner)));
        }
        let second = joined(&world, &owner, new("b@x.example", Role::Owner)).await;
        // Of two who leave at the same moment, one stays.
        let (one, two) = tokio::join!(
            members::remove(&owner, id),
            members::remove(&second, second.person().unwrap())
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        let left = if one.is_ok() { &second } else { &owner };
        assert_eq!(members::list(left).await.unwrap().len(), 1);
    })
    .await;
}

/// security.md 52
#[tokio::test]
async fn s52_who_is_limited_to_an_app_sees_that_app_alone() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let returns = world.app(&owner, "returns").await;
        let loyalty = world.app(&owner, "loyalty").await;
        let limited = NewInvitation {
            apps: AppLimit::from(Some(returns.id)),
            ..new("o@x.example", Role::Operator)
        };
        let operator = joined(&world, &owner, limited).await;
        let seen = apps::list::all(&operator).await.unwrap();
        assert_eq!(seen.len(), 1);
        assert!(
            apps::list::one(&operator, "loyalty")
                .await
                .unwrap()
                .is_none()
        );
        for permission in [
            Permission::AddApps,
            Permission::ManageMembers,
            Permission::ManageKeys,
            Permission::ReadAudit,
        ] {
            assert!(!operator.may(permission), "{permission:?}");
        }
        assert!(operator.may(Permission::ManageApps));

        let id = operator.person().unwrap();
        let both = AppLimit::Only(BTreeSet::from([returns.id, loyalty.id]));
        members::change(
            &owner,
            Some(&Confirmed::for_test(&owner)),
            id,
            Role::Operator,
            &both,
        )
        .await
        .unwrap();
        let operator = actor_of(&world, &owner, id).await.unwrap();
        assert_eq!(apps::list::all(&operator).await.unwrap().len(), 2);
        for (role, apps) in [
            (Role::Owner, both.clone()),
            (Role::Viewer, AppLimit::Only(BTreeSet::new())),
            (Role::Viewer, AppLimit::from(Some(world.services.new_id()))),
        ] {
            let refused =
                members::change(&owner, Some(&Confirmed::for_test(&owner)), id, role, &apps).await;
            assert!(matches!(refused, Err(MemberError::Invalid(_))), "{apps:?}");
        }
        // What is left when the apps are removed is nothing, not everything.
        for app in [returns.id, loyalty.id] {
            apps::remove::remove(&owner, app).await.unwrap();
        }
        let operator = actor_of(&world, &owner, id).await.unwrap();
        world.app(&owner, "newer").await;
        assert_eq!(apps::list::all(&operator).await.unwrap().len(), 0);
    })
    .await;
}

/// security.md 52
#[tokio::test]
async fn s52_members_of_another_tenant_are_out_of_reach() {
    testing::on_each_database(async |world| {
        let (owner, other) = (
            world.owner("harbour").await,
            world.owner("lighthouse").await,
        );
        let theirs = joined(&world, &other, new("v@x.example", Role::Viewer)).await;
        let waiting = invitations::invite(
            &other,
            Some(&Confirmed::for_test(&other)),
            new("w@x.example", Role::Viewer),
            Passing::ByHand,
        )
        .await
        .unwrap()[0]
            .id;
        let id = theirs.person().unwrap();
        assert!(members::one(&owner, id).await.unwrap().is_none());
        assert_eq!(members::list(&owner).await.unwrap().len(), 1);
        assert_eq!(invitations::pending(&owner).await.unwrap(), []);
        let all = AppLimit::All;
        for refused in [
            members::change(
                &owner,
                Some(&Confirmed::for_test(&owner)),
                id,
                Role::Owner,
                &all,
            )
            .await
            .map(drop),
            members::remove(&owner, id).await,
        ] {
            assert!(matches!(refused, Err(MemberError::NotFound)));
        }
        for refused in [
            invitations::withdraw(&owner, waiting).await,
            invitations::renew(
                &owner,
                Some(&Confirmed::for_test(&owner)),
                waiting,
                Passing::ByHand,
            )
            .await
            .map(drop),
        ] {
            assert!(matches!(refused, Err(ChangeInvitationError::NotFound)));
        }
        assert!(actor_of(&world, &other, id).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn who_used_mooring_was_seen() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let id = owner.person().unwrap();
        let seen = async || {
            members::one(&owner, id)
                .await
                .unwrap()
                .unwrap()
                .last_seen_at
        };
        assert_eq!(seen().await, None);
        membership::seen(&world.services, id).await.unwrap();
        assert_eq!(seen().await, Some(world.services.now()));
    })
    .await;
}

/// Processes of the previous version know no limits, so they don't see who has one.
#[tokio::test]
async fn the_previous_version_shows_nothing_to_who_is_limited() {
    testing::on_each_database(async |world| {
        if world.services.db.is_sqlite() {
            return; // There is one process.
        }
        let owner = world.owner("harbour").await;
        let returns = world.app(&owner, "returns").await;
        let viewer = joined(&world, &owner, new("v@x.example", Role::Viewer)).await;
        let id = viewer.person().unwrap();
        let beneath = world.beneath().await;
        let sql = format!(
            "SELECT count(*) AS n FROM mooring_memberships_of('{}')",
            id.0
        );
        assert_eq!(beneath.number(&sql).await, 1);
        let limit = AppLimit::from(Some(returns.id));
        members::change(
            &owner,
            Some(&Confirmed::for_test(&owner)),
            id,
            Role::Viewer,
            &limit,
        )
        .await
        .unwrap();
        assert_eq!(beneath.number(&sql).await, 0);
    })
    .await;
}

/// security.md 53
#[tokio::test]
async fn s53_who_lost_the_role_meanwhile_changes_nobody() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let second = joined(&world, &owner, new("b@x.example", Role::Owner)).await;
        let viewer = joined(&world, &owner, new("v@x.example", Role::Viewer)).await;
        let (id, all) = (viewer.person().unwrap(), AppLimit::All);
        members::remove(&owner, second.person().unwrap())
            .await
            .unwrap();
        // Their request had begun before.
        for refused in [
            members::change(
                &second,
                Some(&Confirmed::for_test(&second)),
                id,
                Role::Owner,
                &all,
            )
            .await
            .map(drop),
            members::remove(&second, id).await,
        ] {
            assert!(
                matches!(refused, Err(MemberError::Forbidden(_))),
                "{refused:?}"
            );
        }
    })
    .await;
}
