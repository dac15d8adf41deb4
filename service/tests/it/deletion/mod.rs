//! A tenant is deleted, rests, comes back, or is erased for good.

mod large;

use crate::{
    flow::{self, Flow, sub},
    members::{joined, new},
};
use domain::{health::Health, role::Role, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Confirmed,
    api_tokens::{self, ApiRequest, NewApiToken},
    audit::{HeadLog, Whose, erase_on_command_line, verify, verify_heads},
    connections::{
        authorize::{self, BeginError},
        complete,
        links::{self, LinkGone, LinkOptions, Opened},
        token::fast_path,
    },
    core::config::TenantCreation,
    people::{
        SignedIn,
        invitations::{self, InvitationError, NewInvitation, Passing},
        membership,
        owner::{self, CreateOwnerError},
    },
    tenants::{
        self, CreateTenantError,
        deletion::{
            BringBackError, DeleteTenantError, Erased, HELD_FOR, bring_back,
            bring_back_on_command_line, delete, delete_on_command_line, deleted_of, erase_due,
        },
    },
    testing::{
        backends,
        fill::{Given, connect_all},
    },
    worker,
};
use simulator::{Endpoint, Fault};
use tokio_util::sync::CancellationToken;

async fn deleted(f: &Flow) {
    delete(&f.owner, &Confirmed::for_test(&f.owner), "harbour")
        .await
        .unwrap();
}

async fn erased(f: &Flow) -> Erased {
    erase_due(&f.world.services, &CancellationToken::new())
        .await
        .unwrap()
}

/// security.md 53: who may, and only who typed the name and confirmed.
#[tokio::test]
async fn s53_only_an_owner_who_typed_its_name_deletes_a_tenant() {
    flow::each(async |f| {
        let confirmed = Confirmed::for_test(&f.owner);
        for role in [Role::Operator, Role::Success, Role::Viewer] {
            let mut other = f.owner.clone();
            other.role = role;
            let refused = delete(&other, &confirmed, "harbour").await;
            assert!(
                matches!(refused, Err(DeleteTenantError::Forbidden(_))),
                "{role:?}"
            );
        }
        let somebody = Confirmed::for_test(&f.world.owner("pier").await);
        let refused = delete(&f.owner, &somebody, "harbour").await;
        assert!(matches!(refused, Err(DeleteTenantError::Forbidden(_))));
        for typed in ["", "Harbour", "pier"] {
            let refused = delete(&f.owner, &confirmed, typed).await;
            assert!(
                matches!(refused, Err(DeleteTenantError::WrongName(_))),
                "{typed}"
            );
        }
        assert_eq!(f.world.owner("harbour").await.tenant(), f.owner.tenant());
        deleted(&f).await;
        let again = delete(&f.owner, &confirmed, "harbour").await;
        assert!(matches!(again, Err(DeleteTenantError::Before(_))));
    })
    .await;
}

/// security.md 52: nothing of a deleted tenant is there.
#[tokio::test]
async fn s52_nothing_of_a_deleted_tenant_is_found() {
    flow::each(async |f| {
        let services = &f.world.services;
        f.connect("acme").await;
        let new = NewApiToken::new("Backend", Role::Backend);
        let token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
            .await
            .unwrap();
        let account = sub("acme");
        let link = links::create(&f.owner, "returns", &account, LinkOptions::default());
        let link = link.await.unwrap().url;
        let link: SecretString = link.expose_secret().rsplit('/').next().unwrap().into();
        let invitation = NewInvitation {
            emails: "ann@example.com".into(),
            role: Role::Viewer,
            apps: domain::app_limit::AppLimit::All,
        };
        let invited = invitations::invite(&f.owner, None, invitation, Passing::ByHand)
            .await
            .unwrap();
        let invited = invited[0].url.as_ref().unwrap();
        let invited = invited.expose_secret().rsplit('/').next().unwrap().into();
        let under_way = f.approved("late").await;
        let begun_by_operator = f.begun_by_owner("operators").await;
        let by_operator = f.approve(&begun_by_operator);
        let fast = async || {
            let ttl = Span::minutes(1);
            let found = fast_path(
                services,
                &token,
                &ApiRequest::default(),
                "returns",
                &sub("acme"),
                ttl,
            )
            .await;
            found.unwrap().is_some()
        };
        assert!(fast().await);
        deleted(&f).await;

        assert!(!fast().await, "the fast path of token reads");
        let caller = api_tokens::authenticate(services, &token, &ApiRequest::default()).await;
        assert!(caller.is_err(), "API tokens");
        let open = links::open(services, &link).await;
        assert!(
            matches!(open, Ok(Opened::Gone(LinkGone::Unknown, None))),
            "links"
        );
        let begin = authorize::begin_with_link(services, &link, None).await;
        assert!(begin.is_err(), "links");
        let open = invitations::open(services, &invited, None).await;
        assert!(matches!(open, Err(InvitationError::Unknown)), "invitations");
        let person = f.owner.person().unwrap();
        let slug = "harbour".parse().unwrap();
        let member = membership::actor(services, person, &slug).await.unwrap();
        assert!(member.is_none(), "pages, forms and open streams");
        assert!(
            membership::tenants_of(services, person)
                .await
                .unwrap()
                .is_empty()
        );
        // A process may know the app for a second more.
        f.advance(Span::seconds(2));
        let begin = authorize::begin_install(services, f.app.id, &sub("new")).await;
        assert!(
            matches!(begin, Err(BeginError::NotFound)),
            "the install entry"
        );
        let asked = f.sim.token_requests("late").len() + f.sim.token_requests("operators").len();
        assert!(
            complete::complete(services, f.app.id, under_way, None)
                .await
                .is_err()
        );
        let person = SignedIn::own_way(person);
        let done = complete::complete(services, f.app.id, by_operator, Some(person)).await;
        assert!(done.is_err(), "an authorization that was under way");
        assert_eq!(
            f.sim.token_requests("late").len() + f.sim.token_requests("operators").len(),
            asked,
            "no code was exchanged"
        );
    })
    .await;
}

#[tokio::test]
async fn connections_rest_and_are_checked_as_soon_as_the_tenant_is_back() {
    flow::each(async |f| {
        let services = &f.world.services;
        f.connect("acme").await;
        deleted(&f).await;
        let refreshes = || f.sim.refreshes("acme").len();
        let before = refreshes();
        for _ in 0..13 {
            f.advance(Span::days(1));
            worker::tick(services).await.unwrap();
        }
        assert_eq!(refreshes(), before, "they rest");
        // One that was under way as the tenant was deleted planned the next one.
        f.world
            .past("UPDATE connections SET due_at = 1, overdue_at = 1")
            .await;
        assert_eq!(worker::tick(services).await.unwrap(), 1);
        assert_eq!(refreshes(), before, "also those that are due");
        f.advance(Span::minutes(59));
        let taken = worker::tick(services).await.unwrap();
        assert_eq!(taken, 0, "they don't take the rate again and again");
        assert_eq!(erased(&f).await, Erased::default(), "not yet");

        let person = f.owner.person().unwrap();
        let slug = "harbour".parse().unwrap();
        // A tenant's provider can be anybody there, so it brings nothing back.
        let by_tenant = SignedIn::by_tenant(person, f.owner.tenant());
        assert_eq!(deleted_of(services, by_tenant).await.unwrap(), []);
        let refused = bring_back(services, by_tenant, &slug, None).await;
        assert!(matches!(refused, Err(BringBackError::NoTenant(_))));
        let stranger = f.world.owner("pier").await.person().unwrap();
        let refused = bring_back(services, SignedIn::own_way(stranger), &slug, None).await;
        assert!(matches!(refused, Err(BringBackError::NoTenant(_))));
        assert_eq!(
            deleted_of(services, SignedIn::own_way(stranger))
                .await
                .unwrap(),
            []
        );
        let mine = deleted_of(services, SignedIn::own_way(person))
            .await
            .unwrap();
        assert_eq!((mine.len(), mine[0].name.as_str()), (1, "harbour"));
        bring_back(services, SignedIn::own_way(person), &slug, None)
            .await
            .unwrap();
        assert_eq!(f.account("acme").await.row.health, Health::Unchecked);
        worker::tick(services).await.unwrap();
        assert_eq!(f.account("acme").await.row.health, Health::Working);
        assert!(refreshes() > before);
        let again = bring_back(services, SignedIn::own_way(person), &slug, None).await;
        assert!(matches!(again, Err(BringBackError::NoTenant(_))));
    })
    .await;
}

/// security.md 65, 72: the audit stays, and who verifies it needs only the
/// installation's keys.
#[tokio::test]
async fn s65_after_its_time_a_tenant_is_erased_and_its_audit_holds() {
    flow::each(async |f| {
        let services = &f.world.services;
        f.connect("acme").await;
        f.connect("bolt").await;
        let pier = f.world.owner("pier").await;
        f.world.app(&pier, "orders").await;
        // Whom its single sign-on brought goes with it; whoever came in their own way stays.
        let brought = joined(&f.world, &f.owner, new("brought@x.example", Role::Viewer)).await;
        joined(&f.world, &f.owner, new("own@x.example", Role::Viewer)).await;
        let by_sso = "UPDATE people SET sso_tenant_id = \
            (SELECT id FROM tenants WHERE slug = 'harbour') WHERE email = 'brought@x.example'";
        f.world.execute(by_sso).await;
        let mut heads = HeadLog::default();
        heads.note(services).await.unwrap();
        let slug = "harbour".parse().unwrap();
        delete_on_command_line(services, &slug).await.unwrap();
        f.sim
            .account("bolt")
            .fail_always(Endpoint::Revoke, Fault::status(500));
        f.advance(HELD_FOR);
        let late = bring_back_on_command_line(services, &slug).await;
        assert!(matches!(late, Err(BringBackError::NoTenant(_))), "too late");
        let done = erased(&f).await;
        assert_eq!(
            (done.tenants, done.revoked),
            (1, 1),
            "as far as Gorgias answers"
        );
        assert_eq!(f.sim.requests("acme", Endpoint::Revoke).len(), 1);
        assert_eq!(erased(&f).await, Erased::default(), "once");

        let reports = verify(services, Some(&slug)).await.unwrap();
        assert_eq!(reports.len(), 1);
        assert_eq!(reports[0].broken, None, "{reports:?}");
        heads.note(services).await.unwrap();
        assert!(verify_heads(services).await.unwrap().is_good());
        let left = tenants::list(services).await.unwrap();
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(left[0].slug.as_str(), "pier");
        let people = "SELECT email FROM people WHERE email LIKE '%@x.example'";
        let people = f.world.texts(people).await;
        assert_eq!(people, [Some("own@x.example".to_owned())]);
        // Who is named in it can be erased there by the name that it had.
        let whose = Whose::Person(brought.person().unwrap());
        let entries = erase_on_command_line(services, &slug, &whose).await;
        assert_eq!(entries.unwrap(), 1, "that they joined");
        // What is left of it is readable, and editing it shows.
        f.world
            .past("UPDATE audit_entries SET action = 'app.edited' WHERE action = 'tenant.deleted'")
            .await;
        let reports = verify(services, Some(&slug)).await.unwrap();
        assert!(reports[0].broken.is_some());
        // The name is free again.
        tenants::create(services, &slug, "New").await.unwrap();
    })
    .await;
}

/// Nobody is made an owner of what is about to be erased.
#[tokio::test]
async fn a_deleted_tenant_gets_no_owner() {
    flow::each(async |f| {
        let slug = "harbour".parse().unwrap();
        let services = &f.world.services;
        delete_on_command_line(services, &slug).await.unwrap();
        let made = async |slug| {
            let password = "lantern biscuit otter".into();
            owner::create(services, "new@x.example", &slug, &password).await
        };
        let refused = made(slug.clone()).await;
        assert!(
            matches!(refused, Err(CreateOwnerError::Deleted(_))),
            "{refused:?}"
        );
        bring_back_on_command_line(services, &slug).await.unwrap();
        made(slug).await.unwrap();
    })
    .await;
}

/// security.md 78: a clock that jumps erases nothing.
#[tokio::test]
async fn s78_a_clock_that_is_ahead_erases_no_tenant() {
    flow::each(async |f| {
        let services = &f.world.services;
        worker::tidy(services).await.unwrap();
        deleted(&f).await;
        f.world.clock.jump(Span::days(365));
        assert_eq!(erased(&f).await, Erased::default());
        f.world.clock.jump(Span::days(-365));
        let person = f.owner.person().unwrap();
        bring_back(
            services,
            SignedIn::own_way(person),
            &"harbour".parse().unwrap(),
            None,
        )
        .await
        .unwrap();
    })
    .await;
}

/// security.md 53: only owners, and only where the settings allow it.
#[tokio::test]
async fn s53_owners_make_tenants_only_where_the_settings_allow_it() {
    for backend in backends() {
        for creation in [TenantCreation::Nobody, TenantCreation::Owners] {
            let f = Flow::start(&backend, |config| config.tenant_creation = creation).await;
            let services = &f.world.services;
            let owner = membership::person(services, f.owner.person().unwrap()).await;
            let owner = owner.unwrap().unwrap();
            let slug = "second".parse().unwrap();
            let made = tenants::create_as_owner(services, &owner, (&slug, "Second"), None).await;
            if creation == TenantCreation::Nobody {
                assert!(matches!(made, Err(CreateTenantError::Forbidden(_))));
                continue;
            }
            made.unwrap();
            let by_tenant = SignedIn::by_tenant(owner.id, f.owner.tenant());
            assert!(!tenants::may_create(services, by_tenant).await.unwrap());
            let actor = membership::actor(services, owner.id, &slug).await.unwrap();
            assert_eq!(actor.unwrap().role, Role::Owner);
            let taken = tenants::create_as_owner(services, &owner, (&slug, "Second"), None).await;
            assert!(matches!(taken, Err(CreateTenantError::Taken(_))));
            // Whoever owns none makes none: not even who only runs apps, or owns some apps.
            f.world
                .past("UPDATE memberships SET role = 'operator'")
                .await;
            let other = "third".parse().unwrap();
            let made = tenants::create_as_owner(services, &owner, (&other, "Third"), None).await;
            assert!(matches!(made, Err(CreateTenantError::Forbidden(_))));
        }
    }
}
