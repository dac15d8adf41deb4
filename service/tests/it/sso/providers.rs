//! What providers do: new keys, faults, and answers in other forms.

use super::{each, each_within};
use domain::{role::Role, time::Span};
use serde_json::json;
use service::{
    oidc::{ProfileError, ProviderError},
    sso::{self, Refusal},
};
use simulator::provider::ProviderFault;
use std::time::Duration;

#[tokio::test]
async fn new_keys_are_fetched_at_most_once_a_minute() {
    each(async |f| {
        for algorithm in [
            jsonwebtoken::Algorithm::RS256,
            jsonwebtoken::Algorithm::EdDSA,
            jsonwebtoken::Algorithm::ES256,
        ] {
            f.world.clock.advance(Span::minutes(2));
            f.provider.advance(Duration::from_secs(120));
            f.provider.rotate(algorithm);
            f.sign_in().await.unwrap();
        }
        let asked = f.provider.asked("/keys");
        f.sign_in().await.unwrap();
        assert_eq!(f.provider.asked("/keys"), asked, "kept");
        // Keys that it never publishes don't have it asked again and again.
        f.provider.rotate(jsonwebtoken::Algorithm::ES256);
        for _ in 0..5 {
            let refused = f.sign_in().await;
            let no_key = ProviderError::NoKey;
            assert!(
                matches!(&refused, Err(Refusal::Provider(e)) if *e == no_key),
                "{refused:?}"
            );
        }
        assert_eq!(f.provider.asked("/keys"), asked);
        f.world.clock.advance(Span::minutes(1));
        f.provider.advance(Duration::from_secs(60));
        f.sign_in().await.unwrap();
        assert_eq!(f.provider.asked("/keys"), asked + 1);
        assert_eq!(f.provider.asked("/.well-known/openid-configuration"), 1);
        // A key that was taken back is not trusted for ever.
        f.world.clock.advance(Span::hours(1));
        f.provider.advance(Duration::from_secs(3_600));
        f.sign_in().await.unwrap();
        assert_eq!(f.provider.asked("/keys"), asked + 2);
        assert_eq!(f.provider.asked("/.well-known/openid-configuration"), 2);
    })
    .await;
}

/// security.md 10, 17, 18
#[tokio::test]
async fn s17_a_provider_that_does_not_answer_is_said_so_and_not_asked_in_a_flood() {
    // Long enough for a busy machine, and short enough to wait for.
    each_within(Duration::from_secs(2), async |f| {
        let people = f.people().await;
        let elsewhere = f.provider.issuer().to_owned() + "/elsewhere";
        let faults = [
            ProviderFault::Status(500),
            ProviderFault::Status(404),
            ProviderFault::Status(429),
            ProviderFault::Redirect(elsewhere),
            ProviderFault::Huge,
            ProviderFault::Html,
            ProviderFault::Silent,
        ];
        for path in ["/.well-known/openid-configuration", "/keys", "/token"] {
            for fault in &faults {
                f.world.clock.advance(Span::hours(2));
                f.provider.advance(Duration::from_secs(7_200));
                f.provider
                    .change(|ways| ways.fault = Some((path, fault.clone())));
                let refused = f.sign_in().await;
                assert!(
                    matches!(refused, Err(Refusal::Provider(_))),
                    "{path}: {refused:?}"
                );
            }
        }
        assert_eq!(
            f.provider.asked("/elsewhere"),
            0,
            "redirects are not followed"
        );
        assert_eq!(f.people().await, people);
        // Of a hundred sign-ins at once, one asks.
        let described = "/.well-known/openid-configuration";
        f.world.clock.advance(Span::hours(2));
        f.provider.advance(Duration::from_secs(7_200));
        let fault = (described, ProviderFault::Status(500));
        f.provider.change(|ways| ways.fault = Some(fault));
        let before = f.provider.asked(described);
        let services = &f.world.services;
        let all = (0..100).map(|_| sso::begin(services, &f.owner.tenant_slug, "/"));
        let all = futures::future::join_all(all).await;
        assert!(all.iter().all(Result::is_err));
        assert_eq!(f.provider.asked(described), before + 1);
        f.world.clock.advance(Span::seconds(10));
        f.provider.change(|ways| ways.fault = None);
        f.sign_in().await.unwrap();
        // The same of its keys.
        f.world.clock.advance(Span::hours(2));
        f.provider.advance(Duration::from_secs(7_200));
        let fault = ("/keys", ProviderFault::Status(500));
        f.provider.change(|ways| ways.fault = Some(fault));
        let before = f.provider.asked("/keys");
        for _ in 0..3 {
            let refused = f.sign_in().await;
            assert!(matches!(refused, Err(Refusal::Provider(_))), "{refused:?}");
        }
        assert_eq!(f.provider.asked("/keys"), before + 1);
        f.world.clock.advance(Span::seconds(10));
        f.provider.change(|ways| ways.fault = None);
        f.sign_in().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_the_id_token_lacks_comes_from_userinfo_about_the_same_person() {
    each(async |f| {
        f.provider.change(|ways| {
            ways.only_in_userinfo = vec!["email", "email_verified", "name", "groups"];
        });
        let signed_in = f.sign_in().await.unwrap();
        assert_eq!(f.opened(signed_in).await.unwrap().role, Role::Operator);
        assert_eq!(f.provider.asked("/userinfo"), 1);
        // As Okta does it: the id_token names the address, userinfo says that it is verified.
        f.provider
            .change(|ways| ways.only_in_userinfo = vec!["email_verified"]);
        assert_eq!(f.sign_in().await.unwrap(), signed_in);
        // Of another address that says nothing.
        f.provider.change(|ways| {
            let other = json!("other@parcelwise.example");
            ways.userinfo.insert("email".into(), other);
        });
        let refused = f.sign_in().await;
        assert!(
            matches!(
                refused,
                Err(Refusal::Profile(ProfileError::EmailNotVerified))
            ),
            "{refused:?}"
        );
        // About somebody else: nobody.
        f.provider.change(|ways| {
            let other = json!("somebody-else");
            ways.userinfo = [("sub".to_owned(), other)].into_iter().collect();
        });
        let refused = f.sign_in().await;
        let unfit = ProviderError::Unfit("it answered about another person");
        assert!(
            matches!(&refused, Err(Refusal::Provider(error)) if *error == unfit),
            "{refused:?}"
        );
    })
    .await;
}
