//! Other secrets for API tokens: the old one works for a while, and nobody gets more
//! than they could make.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use domain::{app_limit::AppLimit, role::Role, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Actor, Confirmed, Services,
    api_tokens::{
        self, ApiRequest, ApiTokenRow, AuthenticateError, NewApiToken, Overlap, Refusal,
        RotateApiTokenError, Rotated, authenticate, create, end_old_secret, list,
        list_on_command_line, revoke, rotate_on_command_line,
    },
    audit::{self, Action, Filter},
    testing::{self, World},
};

async fn made(owner: &Actor, new: NewApiToken) -> (SecretString, ApiTokenRow) {
    let secret = create(owner, &Confirmed::for_test(owner), new).await;
    let rows = list(owner).await.unwrap();
    (secret.unwrap(), rows.into_iter().next().unwrap())
}

async fn rotate(
    actor: &Actor,
    row: &ApiTokenRow,
    overlap: Overlap,
) -> Result<Rotated, RotateApiTokenError> {
    api_tokens::rotate(actor, &Confirmed::for_test(actor), row.id, overlap).await
}

async fn refusal(services: &Services, token: &SecretString) -> Option<Refusal> {
    match authenticate(services, token, &ApiRequest::default()).await {
        Ok(_) => None,
        Err(AuthenticateError::Refused(refusal)) => Some(refusal),
        Err(error) => panic!("{error}"),
    }
}

/// What the audit says of tokens, newest first.
async fn told(owner: &Actor) -> Vec<(Action, String)> {
    let page = audit::list(owner, &Filter::default(), None).await.unwrap();
    let rows = page.rows.into_iter();
    rows.filter(|row| row.target_kind == "api_token")
        .map(|row| (row.action, row.detail))
        .collect()
}

#[tokio::test]
async fn s60_both_secrets_work_until_the_chosen_time_is_over() {
    testing::on_each_database(async |world| {
        let (services, other) = (&world.services, world.second_process().await);
        let owner = world.owner("harbour").await;
        let new = NewApiToken {
            networks: "203.0.113.0/24".parse().unwrap(),
            ..NewApiToken::new("Backend", Role::Backend)
        };
        let (_, limited) = made(&owner, new).await;
        rotate(&owner, &limited, Overlap::Week).await.unwrap();
        let row = list(&owner).await.unwrap().remove(0);
        assert_eq!(row.networks, limited.networks, "the limits stay");

        let (old, before) = made(&owner, NewApiToken::new("Plain", Role::Backend)).await;
        let rotated = rotate(&owner, &before, Overlap::Hour).await.unwrap();
        let new = &rotated.secret;
        assert_ne!(new.expose_secret(), old.expose_secret());
        let end = services.now().plus(Span::hours(1));
        assert_eq!(rotated.old_works_until, Some(end));
        let row = list(&owner).await.unwrap().remove(0);
        assert_eq!(
            (row.id, row.role, &row.name),
            (before.id, before.role, &before.name)
        );
        assert_eq!(row.prefix, new.expose_secret()[..12]);
        let shown = row.old.unwrap();
        assert_eq!((shown.prefix, shown.works_until), (before.prefix, end));
        assert_eq!(row.rotated_at, Some(services.now()));
        for process in [services, &other] {
            assert_eq!(refusal(process, &old).await, None);
            assert_eq!(refusal(process, new).await, None);
        }
        world.clock.advance(Span::hours(1));
        for process in [services, &other] {
            assert_eq!(refusal(process, &old).await, Some(Refusal::Replaced));
            assert_eq!(refusal(process, new).await, None);
        }
        assert_eq!(list(&owner).await.unwrap()[0].old, None);
        let (action, detail) = told(&owner).await.remove(0);
        assert_eq!(action, Action::ApiTokenRotated);
        assert_eq!(detail, format!("old_works_until={}", end.rfc3339()));
    })
    .await;
}

#[tokio::test]
async fn s60_the_old_secret_ends_at_once_where_that_is_chosen_or_asked_for() {
    testing::on_each_database(async |world| {
        let (services, other) = (&world.services, world.second_process().await);
        let owner = world.owner("harbour").await;
        let (first, row) = made(&owner, NewApiToken::new("Backend", Role::Backend)).await;
        let second = rotate(&owner, &row, Overlap::None).await.unwrap();
        assert_eq!(second.old_works_until, None);
        assert_eq!(refusal(&other, &first).await, Some(Refusal::Replaced));
        assert_eq!(refusal(&other, &second.secret).await, None);

        // Not by the time of a process whose clock may be ahead of another's.
        let ended = "SELECT count(*) AS n FROM api_tokens WHERE old_works_until IS NULL";
        assert_eq!(world.beneath().await.number(ended).await, 1);
        let third = rotate(&owner, &row, Overlap::Week).await.unwrap();
        // Of the secrets before, the last one alone is known.
        assert_eq!(refusal(services, &first).await, Some(Refusal::Unknown));
        assert_eq!(refusal(&other, &second.secret).await, None);
        end_old_secret(&owner, row.id).await.unwrap();
        end_old_secret(&owner, row.id).await.expect("twice is fine");
        for process in [services, &other] {
            assert_eq!(
                refusal(process, &second.secret).await,
                Some(Refusal::Replaced)
            );
            assert_eq!(refusal(process, &third.secret).await, None);
        }
        let ended: Vec<_> = told(&owner).await;
        let ended = ended
            .iter()
            .filter(|(a, _)| *a == Action::ApiTokenOldSecretEnded);
        assert_eq!(ended.count(), 1);
        let none = "SELECT count(*) AS n FROM api_tokens WHERE old_works_until IS NULL";
        assert_eq!(world.beneath().await.number(none).await, 1);

        let fourth = rotate(&owner, &row, Overlap::Week).await.unwrap();
        assert_eq!(refusal(&other, &third.secret).await, None);
        revoke(&owner, row.id).await.unwrap();
        assert_eq!(list(&owner).await.unwrap()[0].old, None);
        for process in [services, &other] {
            for secret in [&third.secret, &fourth.secret] {
                assert_eq!(refusal(process, secret).await, Some(Refusal::Unknown));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_over_or_has_two_secrets_is_not_rotated() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let (_, row) = made(&owner, NewApiToken::new("Backend", Role::Backend)).await;
        let rotated = rotate(&owner, &row, Overlap::Day).await.unwrap();
        let again = rotate(&owner, &row, Overlap::Day).await;
        let Err(RotateApiTokenError::OldSecretWorks(until)) = again else {
            panic!("{again:?}")
        };
        assert_eq!(Some(until), rotated.old_works_until);
        assert_eq!(refusal(&world.services, &rotated.secret).await, None);
        revoke(&owner, row.id).await.unwrap();
        let new = NewApiToken {
            expires_in: Some(Span::days(1)),
            ..NewApiToken::new("Short", Role::Backend)
        };
        let (secret, short) = made(&owner, new).await;
        rotate(&owner, &short, Overlap::Week).await.unwrap();
        world.clock.advance(Span::days(1));
        assert_eq!(list(&owner).await.unwrap()[0].old, None);
        // Its time is over, and so the old secret's is.
        assert_eq!(
            refusal(&world.services, &secret).await,
            Some(Refusal::Expired)
        );
        for row in [&row, &short] {
            let refused = rotate(&owner, row, Overlap::None).await;
            assert!(
                matches!(refused, Err(RotateApiTokenError::Over)),
                "{refused:?}"
            );
        }
    })
    .await;
}

/// Whoever has a token can do with it what its role may.
#[tokio::test]
async fn s80_nobody_rotates_a_token_that_they_could_not_make() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (owner, stranger) = (world.owner("harbour").await, world.owner("pier").await);
        let actor = async |new: NewApiToken| {
            let (secret, row) = made(&owner, new).await;
            let request = ApiRequest::default();
            (
                authenticate(services, &secret, &request).await.unwrap(),
                row,
            )
        };
        let app = world.app(&owner, "returns").await;
        let (operator, operators) = actor(NewApiToken::new("Operator", Role::Operator)).await;
        let (backend, backends) = actor(NewApiToken::new("Backend", Role::Backend)).await;
        let tied = NewApiToken {
            app: Some(app.id),
            ..NewApiToken::new("Tied", Role::Operator)
        };
        let (tied, of_app) = actor(tied).await;
        assert_ne!(tied.apps, AppLimit::All);

        let forbidden = |got: Result<Rotated, RotateApiTokenError>| {
            assert!(
                matches!(got, Err(RotateApiTokenError::Forbidden(_))),
                "{got:?}"
            );
        };
        let hidden = |got: Result<Rotated, RotateApiTokenError>| {
            assert!(matches!(got, Err(RotateApiTokenError::NotFound)), "{got:?}");
        };
        forbidden(rotate(&operator, &operators, Overlap::Day).await);
        forbidden(rotate(&operator, &of_app, Overlap::Day).await);
        forbidden(rotate(&backend, &backends, Overlap::Day).await);
        hidden(rotate(&tied, &backends, Overlap::Day).await);
        hidden(rotate(&stranger, &backends, Overlap::Day).await);
        let others = Confirmed::for_test(&stranger);
        forbidden(api_tokens::rotate(&owner, &others, backends.id, Overlap::Day).await);
        let pier = "pier".parse().unwrap();
        let refused = rotate_on_command_line(services, &pier, backends.id, Overlap::Day);
        hidden(refused.await);

        rotate(&operator, &backends, Overlap::Day).await.unwrap();
        for (who, row) in [(&tied, &backends), (&stranger, &backends)] {
            let kept = end_old_secret(who, row.id).await;
            assert!(
                matches!(kept, Err(RotateApiTokenError::NotFound)),
                "{kept:?}"
            );
        }
        rotate(&owner, &operators, Overlap::Day).await.unwrap();
        for (who, row) in [(&operator, &operators), (&backend, &backends)] {
            let kept = end_old_secret(who, row.id).await;
            assert!(
                matches!(kept, Err(RotateApiTokenError::Forbidden(_))),
                "{kept:?}"
            );
        }
        let works = list(&owner).await.unwrap();
        assert_eq!(works.iter().filter(|row| row.old.is_some()).count(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_command_line_lists_and_rotates_the_tokens_of_its_tenant() {
    testing::on_each_database(async |world: World| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let (old, row) = made(&owner, NewApiToken::new("Backend", Role::Backend)).await;
        let slug = "harbour".parse().unwrap();
        let listed = list_on_command_line(services, &slug).await.unwrap();
        assert_eq!(listed.unwrap(), list(&owner).await.unwrap());
        let nowhere = "nowhere".parse().unwrap();
        assert_eq!(
            list_on_command_line(services, &nowhere).await.unwrap(),
            None
        );
        let refused = rotate_on_command_line(services, &nowhere, row.id, Overlap::Day).await;
        assert!(matches!(refused, Err(RotateApiTokenError::NoTenant(_))));

        let rotated = rotate_on_command_line(services, &slug, row.id, Overlap::None).await;
        assert_eq!(refusal(services, &rotated.unwrap().secret).await, None);
        assert_eq!(refusal(services, &old).await, Some(Refusal::Replaced));
        let page = audit::list(&owner, &Filter::default(), None).await.unwrap();
        assert_eq!(page.rows[0].action, Action::ApiTokenRotated);
        assert_eq!(page.rows[0].actor_kind, "command_line");

        // A leak is stopped without a browser, also while an old secret works.
        let second = rotate_on_command_line(services, &slug, row.id, Overlap::Week).await;
        let second = second.unwrap().secret;
        let third = rotate_on_command_line(services, &slug, row.id, Overlap::None).await;
        assert_eq!(refusal(services, &third.unwrap().secret).await, None);
        assert_eq!(refusal(services, &second).await, Some(Refusal::Replaced));
    })
    .await;
}
