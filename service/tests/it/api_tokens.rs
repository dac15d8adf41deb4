//! API tokens: made once, recognized, listed, revoked.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use domain::{app_limit::AppLimit, ids::ApiTokenId, role::Role, slug::Slug, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Actor, Confirmed, Services,
    api_tokens::{
        ApiRequest, AuthenticateError, CreateApiTokenError, ListApiTokensError, NewApiToken,
        Refusal, RevokeApiTokenError, authenticate, create, create_on_command_line, flush, list,
        revoke,
    },
    people::{membership, owner},
    testing,
};

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

async fn an_owner(services: &Services, email: &str, tenant: &str) -> Actor {
    let password = SecretString::from("lantern biscuit otter");
    let person = owner::create(services, email, &slug(tenant), &password)
        .await
        .unwrap();
    membership::actor(services, person, &slug(tenant))
        .await
        .unwrap()
        .unwrap()
}

fn new(name: &str, role: Role) -> NewApiToken {
    NewApiToken::new(name, role)
}

#[tokio::test]
async fn a_token_is_shown_once_and_recognized_afterwards() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        let token = create(
            &anna,
            &Confirmed::for_test(&anna),
            new(" Returns backend ", Role::Operator),
        )
        .await
        .unwrap();
        let text = token.expose_secret();
        assert!(text.starts_with("mrg_") && text.len() == 47, "{text}");
        let actor = authenticate(services, &token, &ApiRequest::default())
            .await
            .unwrap();
        assert_eq!(
            (actor.tenant(), actor.role, actor.apps.clone()),
            (anna.tenant(), Role::Operator, AppLimit::All)
        );
        assert_eq!(actor.person(), None);

        let rows = list(&anna).await.unwrap();
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!(
            (row.name.as_str(), row.created_by.as_str()),
            ("Returns backend", "anna")
        );
        assert_eq!(
            (row.role, row.prefix.as_str()),
            (Role::Operator, &text[..12])
        );
        assert_eq!(row.created_at, services.now());
        assert!(!format!("{rows:?}").contains(&text[12..]));
    })
    .await;
}

#[tokio::test]
async fn what_is_no_token_is_nobody() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        let token = create(
            &anna,
            &Confirmed::for_test(&anna),
            new("Backend", Role::Owner),
        )
        .await
        .unwrap();
        let text = token.expose_secret();
        let flipped: String = text
            .chars()
            .map(|c| {
                if c.is_lowercase() {
                    c.to_ascii_uppercase()
                } else {
                    c.to_ascii_lowercase()
                }
            })
            .collect();
        for wrong in [
            String::new(),
            "mrg_".into(),
            text[4..].into(),
            text[..46].into(),
            format!("{text}="),
            flipped,
            format!("mrg_{}", "A".repeat(43)),
        ] {
            let found = authenticate(
                services,
                &SecretString::from(wrong.as_str()),
                &ApiRequest::default(),
            )
            .await;
            assert!(
                matches!(found, Err(AuthenticateError::Refused(Refusal::Unknown))),
                "{wrong}"
            );
        }
    })
    .await;
}

/// Security 60.
#[tokio::test]
async fn a_revoked_token_is_nobodys_at_once() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        let ben = an_owner(services, "ben@pier.example", "pier").await;
        let token = create(
            &anna,
            &Confirmed::for_test(&anna),
            new("Backend", Role::Viewer),
        )
        .await
        .unwrap();
        let id = list(&anna).await.unwrap()[0].id;
        assert!(
            list(&ben).await.unwrap().is_empty(),
            "another tenant sees nothing"
        );
        assert!(
            matches!(revoke(&ben, id).await, Err(RevokeApiTokenError::NotFound)),
            "nor ends anything"
        );
        let nothing = ApiTokenId(services.new_id());
        assert!(matches!(
            revoke(&anna, nothing).await,
            Err(RevokeApiTokenError::NotFound)
        ));
        assert!(
            authenticate(services, &token, &ApiRequest::default())
                .await
                .is_ok()
        );
        revoke(&anna, id).await.unwrap();
        let revoked = services.now();
        assert!(
            authenticate(services, &token, &ApiRequest::default())
                .await
                .is_err()
        );
        world.clock.advance(Span::hours(1));
        revoke(&anna, id).await.expect("twice is fine");
        assert_eq!(
            list(&anna).await.unwrap()[0].revoked_at,
            Some(revoked),
            "the first time counts"
        );
    })
    .await;
}

#[tokio::test]
async fn the_last_use_is_noted_without_a_write_in_the_request() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        let (used, unused) = (
            create(
                &anna,
                &Confirmed::for_test(&anna),
                new("Used", Role::Viewer),
            )
            .await
            .unwrap(),
            create(
                &anna,
                &Confirmed::for_test(&anna),
                new("Unused", Role::Viewer),
            )
            .await
            .unwrap(),
        );
        // What the pages of this process show, and those of another one.
        let other = world.second_process().await;
        let there = membership::actor(&other, anna.person().unwrap(), &slug("harbour"))
            .await
            .unwrap()
            .unwrap();
        let last_use = async |actor: &Actor, name: &str| {
            let rows = list(actor).await.unwrap();
            rows.iter().find(|r| r.name == name).unwrap().last_used_at
        };
        assert_eq!(last_use(&anna, "Used").await, None);

        let first = services.now();
        world.statements.take();
        for _ in 0..3 {
            authenticate(services, &used, &ApiRequest::default())
                .await
                .unwrap();
        }
        assert_eq!(world.statements.count("BEGIN to write"), 0);
        assert_eq!(last_use(&anna, "Used").await, Some(first));
        assert_eq!(last_use(&there, "Used").await, None);
        flush(services).await.unwrap();
        assert_eq!(last_use(&there, "Used").await, Some(first));

        // Once there, it isn't written again; and an older mark doesn't replace a newer one.
        world.statements.take();
        flush(services).await.unwrap();
        assert_eq!(world.statements.take(), Vec::<String>::new());
        world.clock.advance(Span::minutes(1));
        authenticate(services, &used, &ApiRequest::default())
            .await
            .unwrap();
        world.clock.advance(Span::minutes(1));
        authenticate(&other, &used, &ApiRequest::default())
            .await
            .unwrap();
        flush(&other).await.unwrap();
        flush(services).await.unwrap();
        let newest = Some(services.now());
        assert_eq!(last_use(&anna, "Used").await, newest);
        assert_eq!(last_use(&there, "Used").await, newest);
        assert_eq!(last_use(&there, "Unused").await, None);
        authenticate(services, &unused, &ApiRequest::default())
            .await
            .unwrap();
        assert_eq!(last_use(&anna, "Unused").await, newest);
    })
    .await;
}

#[tokio::test]
async fn the_marks_of_a_tenants_tokens_are_written_together_and_kept_if_that_fails() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        for i in 0..10 {
            let token = create(
                &anna,
                &Confirmed::for_test(&anna),
                new(&format!("Backend {i}"), Role::Viewer),
            )
            .await
            .unwrap();
            authenticate(services, &token, &ApiRequest::default())
                .await
                .unwrap();
        }
        world
            .execute("ALTER TABLE api_tokens RENAME TO elsewhere")
            .await;
        assert!(flush(services).await.is_err());
        world
            .execute("ALTER TABLE elsewhere RENAME TO api_tokens")
            .await;
        world.statements.take();
        flush(services).await.unwrap();
        assert_eq!(world.statements.count("UPDATE"), 1);
        assert_eq!(world.statements.count("BEGIN to write"), 1);
        let there = world.second_process().await;
        let there = membership::actor(&there, anna.person().unwrap(), &slug("harbour"))
            .await
            .unwrap()
            .unwrap();
        let rows = list(&there).await.unwrap();
        assert!(rows.iter().all(|r| r.last_used_at == Some(services.now())));
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_or_revokes_tokens_above_their_own_role() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        let token = create(
            &anna,
            &Confirmed::for_test(&anna),
            new("Operator", Role::Operator),
        )
        .await
        .unwrap();
        let operators = list(&anna).await.unwrap()[0].id;
        let operator = authenticate(services, &token, &ApiRequest::default())
            .await
            .unwrap();
        for role in Role::ALL {
            let made = create(
                &operator,
                &Confirmed::for_test(&operator),
                new(role.label(), role),
            )
            .await;
            let may = matches!(role, Role::Success | Role::Viewer | Role::Backend);
            assert_eq!(made.is_ok(), may, "{role:?}");
            if may {
                let id = list(&operator).await.unwrap()[0].id;
                revoke(&operator, id).await.unwrap();
            }
        }
        assert!(matches!(
            revoke(&operator, operators).await,
            Err(RevokeApiTokenError::Forbidden(_))
        ));
        for role in [Role::Success, Role::Viewer, Role::Backend] {
            let token = create(&anna, &Confirmed::for_test(&anna), new(role.label(), role))
                .await
                .unwrap();
            let weak = authenticate(services, &token, &ApiRequest::default())
                .await
                .unwrap();
            let made = create(&weak, &Confirmed::for_test(&weak), new("More", role)).await;
            assert!(
                matches!(made, Err(CreateApiTokenError::Forbidden(_))),
                "{role:?}"
            );
            assert!(
                matches!(list(&weak).await, Err(ListApiTokensError::Forbidden(_))),
                "{role:?}"
            );
            let id = list(&anna).await.unwrap()[0].id;
            assert!(
                matches!(
                    revoke(&weak, id).await,
                    Err(RevokeApiTokenError::Forbidden(_))
                ),
                "{role:?}"
            );
        }
        assert_eq!(list(&anna).await.unwrap().len(), 7);
    })
    .await;
}

#[tokio::test]
async fn the_command_line_makes_tokens_of_a_tenant_that_is_there() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let anna = an_owner(services, "anna@harbour.example", "harbour").await;
        let token = create_on_command_line(
            services,
            &slug("harbour"),
            NewApiToken::new("Backend", Role::Operator),
        )
        .await
        .unwrap();
        let actor = authenticate(services, &token, &ApiRequest::default())
            .await
            .unwrap();
        assert_eq!(
            (actor.tenant(), actor.role),
            (anna.tenant(), Role::Operator)
        );
        assert_eq!(list(&anna).await.unwrap()[0].created_by, "Command line");
        let nowhere = create_on_command_line(
            services,
            &slug("pier"),
            NewApiToken::new("Backend", Role::Operator),
        )
        .await
        .unwrap_err();
        assert!(nowhere.to_string().contains("“pier”"), "{nowhere}");
        for name in ["", "  ", "a\nb", &"x".repeat(101)] {
            let refused = create_on_command_line(
                services,
                &slug("harbour"),
                NewApiToken::new(name, Role::Viewer),
            )
            .await;
            let Err(CreateApiTokenError::Invalid(errors)) = refused else {
                panic!("{name:?}")
            };
            assert_eq!(errors[0].field, "name");
        }
    })
    .await;
}
