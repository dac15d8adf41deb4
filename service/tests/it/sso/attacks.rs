//! Answers that must not be accepted.

use super::{answer, each, form, sign_in};
use domain::time::Span;
use futures::future::join_all;
use secrecy::SecretString;
use serde_json::{Value, json};
use service::{
    Confirmed,
    oidc::id_token::IdTokenError,
    sso::{self, Answer, Ended, Refusal, SsoForm},
};
use simulator::provider::{CLIENT_ID, Provider, ProviderFault, Signing};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// security.md 19
#[tokio::test]
async fn s19_id_tokens_that_do_not_fit_bring_nobody() {
    each(async |f| {
        let people = f.people().await;
        let refused = async |claim: &str, value: Value, wanted: IdTokenError| {
            f.provider.is("priya", "priya@parcelwise.example", &["ops"]);
            f.provider.change(|ways| {
                ways.claims.insert(claim.to_owned(), value.clone());
            });
            let refused = f.sign_in().await;
            let fits = matches!(&refused, Err(Refusal::IdToken(error)) if *error == wanted);
            assert!(fits, "{claim}: {value}: {refused:?}");
        };
        let now = f.world.clock_now().0 / 1_000_000;
        use IdTokenError::{
            Expired, Malformed, WrongAccessToken, WrongAudience, WrongIssuer, WrongNonce, WrongTime,
        };
        let slash = format!("{}/", f.provider.issuer());
        refused("iss", json!("https://evil.example"), WrongIssuer).await;
        refused("iss", json!(slash), WrongIssuer).await;
        refused("iss", Value::Null, WrongIssuer).await;
        refused("aud", json!("another"), WrongAudience).await;
        refused("aud", json!([CLIENT_ID, "another"]), WrongAudience).await;
        refused("aud", json!([]), WrongAudience).await;
        refused("azp", json!("another"), WrongAudience).await;
        refused("exp", json!(now - 121), Expired).await;
        refused("exp", json!("soon"), Malformed).await;
        refused("exp", Value::Null, Malformed).await;
        refused("iat", json!(now + 200), WrongTime).await;
        refused("iat", json!(now - 1_000), WrongTime).await;
        refused("iat", Value::Null, Malformed).await;
        refused("nonce", json!("another"), WrongNonce).await;
        refused("nonce", Value::Null, WrongNonce).await;
        refused("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), WrongAccessToken).await;
        refused("at_hash", json!(7), WrongAccessToken).await;
        refused("sub", json!(""), Malformed).await;
        refused("sub", json!(7), Malformed).await;
        refused("sub", json!("x".repeat(256)), Malformed).await;
        assert_eq!(f.people().await, people);
        // The same with all in order, several clients among them, and clocks that differ a little.
        f.provider.is("priya", "priya@parcelwise.example", &["ops"]);
        f.provider.change(|ways| {
            ways.claims
                .insert("aud".into(), json!([CLIENT_ID, "another"]));
            ways.claims.insert("azp".into(), json!(CLIENT_ID));
            ways.claims.insert("exp".into(), json!(now - 100));
        });
        f.sign_in().await.unwrap();
    })
    .await;
}

/// security.md 19
#[tokio::test]
async fn s19_signatures_that_the_provider_did_not_make_bring_nobody() {
    each(async |f| {
        let people = f.people().await;
        for (signing, wanted) in [
            (Signing::Unsigned, IdTokenError::BadAlgorithm),
            (Signing::PublicKeyAsSecret, IdTokenError::BadAlgorithm),
            (Signing::ClientSecret, IdTokenError::BadAlgorithm),
            (Signing::StrangeKey, IdTokenError::BadSignature),
            (Signing::Changed, IdTokenError::BadSignature),
        ] {
            f.provider.change(|ways| ways.signing = signing);
            let refused = f.sign_in().await;
            let fits = matches!(&refused, Err(Refusal::IdToken(error)) if *error == wanted);
            assert!(fits, "{wanted:?}: {refused:?}");
        }
        assert_eq!(f.people().await, people);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_not_verified_brings_nobody() {
    each(async |f| {
        let people = f.people().await;
        for value in [json!(false), json!("false"), Value::Null] {
            f.provider.change(|ways| {
                ways.claims.insert("email_verified".into(), value.clone());
            });
            let refused = f.sign_in().await;
            assert!(
                matches!(refused, Err(Refusal::Profile(_))),
                "{value}: {refused:?}"
            );
        }
        assert_eq!(f.people().await, people);
    })
    .await;
}

/// security.md 1, 2, 3
#[tokio::test]
async fn s02_a_callback_counts_once_in_its_browser_and_for_ten_minutes() {
    each(async |f| {
        let services = &f.world.services;
        let slug = &f.owner.tenant_slug;
        let begin = async || sso::begin(services, slug, "/").await.unwrap();
        // Another browser, with no cookie, with a cookie of its own, or a changed one.
        let (one, other) = (begin().await, begin().await);
        let callback = f.provider.sign_in(one.url.as_str());
        for cookie in [
            None,
            Some(other.cookie.value.clone()),
            Some(SecretString::from("A".repeat(300))),
        ] {
            let refused = f.complete(answer(&callback, cookie, None)).await;
            assert!(matches!(refused, Err(Refusal::StateUnknown)), "{refused:?}");
        }
        assert_eq!(f.provider.asked("/token"), 0, "no code is handed in");
        // Twice, and twice at once.
        let back = || answer(&callback, Some(one.cookie.value.clone()), None);
        let (a, b) = tokio::join!(f.complete(back()), f.complete(back()));
        let (good, bad) = if a.is_ok() { (a, b) } else { (b, a) };
        good.unwrap();
        assert!(matches!(bad, Err(Refusal::StateUsed)), "{bad:?}");
        let again = f.complete(back()).await;
        assert!(matches!(again, Err(Refusal::StateUsed)), "{again:?}");
        assert_eq!(f.provider.asked("/token"), 1);
        // Too late.
        let late = begin().await;
        let callback = f.provider.sign_in(late.url.as_str());
        f.world.clock.advance(Span::minutes(10));
        f.provider.advance(Duration::from_secs(600));
        let refused = f
            .complete(answer(&callback, Some(late.cookie.value), None))
            .await;
        assert!(matches!(refused, Err(Refusal::StateUnknown)), "{refused:?}");
        assert_eq!(f.provider.asked("/token"), 1);
    })
    .await;
}

/// security.md 5, 7: one provider's answer at another's callback.
#[tokio::test]
async fn s05_providers_are_not_mixed_up() {
    each(async |f| {
        let services = &f.world.services;
        // Another tenant with the same provider, so that nothing else could refuse it.
        let pier = f.world.owner("pier").await;
        let confirmed = service::Confirmed::for_test(&pier);
        sso::save(&pier, &confirmed, &super::form(&f.provider))
            .await
            .unwrap();
        let begun = sso::begin(services, &f.owner.tenant_slug, "/")
            .await
            .unwrap();
        let callback = f.provider.sign_in(begun.url.as_str());
        f.provider.change(|ways| ways.careless = true);
        let back = answer(&callback, Some(begun.cookie.value), None);
        let refused = sso::complete(services, &pier.tenant_slug, back).await;
        let refused = refused.map_err(|error| error.why);
        assert!(matches!(refused, Err(Refusal::StateUnknown)), "{refused:?}");
        // RFC 9207: an answer that names another issuer, or none though it always should.
        f.provider
            .change(|ways| ways.iss = Some("https://evil.example".into()));
        let refused = f.sign_in().await;
        assert!(matches!(refused, Err(Refusal::WrongIssuer)), "{refused:?}");
        f.provider.change(|ways| {
            ways.iss = None;
            let always = "authorization_response_iss_parameter_supported";
            ways.described.insert(always.into(), json!(true));
        });
        f.world.clock.advance(Span::hours(1));
        f.provider.advance(Duration::from_secs(3_600));
        let refused = f.sign_in().await;
        assert!(matches!(refused, Err(Refusal::WrongIssuer)), "{refused:?}");
        let issuer = f.provider.issuer().to_owned();
        f.provider.change(|ways| ways.iss = Some(issuer));
        f.sign_in().await.unwrap();
    })
    .await;
}

/// A code that was stolen and brought to another's sign-in (RFC 9700 4.5).
#[tokio::test]
async fn a_code_of_another_sign_in_is_of_no_use() {
    each(async |f| {
        let services = &f.world.services;
        let slug = &f.owner.tenant_slug;
        let theirs = sso::begin(services, slug, "/").await.unwrap();
        let mine = sso::begin(services, slug, "/").await.unwrap();
        let stolen = answer(&f.provider.sign_in(theirs.url.as_str()), None, None);
        let own = f.provider.sign_in(mine.url.as_str());
        let mut back = answer(&own, Some(mine.cookie.value), None);
        back.code = stolen.code;
        let refused = f.complete(back).await;
        assert!(
            matches!(refused, Err(Refusal::Refused("invalid_grant"))),
            "{refused:?}"
        );
        // Where the provider doesn't look at PKCE, by the nonce.
        f.provider.change(|ways| ways.careless = true);
        let theirs = sso::begin(services, slug, "/").await.unwrap();
        let mine = sso::begin(services, slug, "/").await.unwrap();
        let stolen = answer(&f.provider.sign_in(theirs.url.as_str()), None, None);
        let own = f.provider.sign_in(mine.url.as_str());
        let mut back = answer(&own, Some(mine.cookie.value), None);
        back.code = stolen.code;
        let refused = f.complete(back).await;
        let nonce = IdTokenError::WrongNonce;
        assert!(
            matches!(&refused, Err(Refusal::IdToken(e)) if *e == nonce),
            "{refused:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn settings_that_changed_meanwhile_begin_anew() {
    each(async |f| {
        let services = &f.world.services;
        let begun = sso::begin(services, &f.owner.tenant_slug, "/")
            .await
            .unwrap();
        let callback = f.provider.sign_in(begun.url.as_str());
        f.world.clock.advance(Span::seconds(1));
        f.change(|form: &mut SsoForm| form.groups.clear())
            .await
            .unwrap();
        let refused = f
            .complete(answer(&callback, Some(begun.cookie.value), None))
            .await;
        assert!(matches!(refused, Err(Refusal::Changed)), "{refused:?}");
    })
    .await;
}

/// What is under way when the settings change ends as if it had come later.
#[tokio::test]
async fn a_sign_in_does_not_outrun_a_change_of_the_settings() {
    each(async |f| {
        for off in [false, true] {
            let gate = Arc::new(Semaphore::new(0));
            let fault = ("/token", ProviderFault::Waits(Arc::clone(&gate)));
            let asked = f.provider.asked("/token");
            f.provider.change(|ways| ways.fault = Some(fault));
            let people = f.people().await;
            let change = async {
                while f.provider.asked("/token") == asked {
                    tokio::task::yield_now().await;
                }
                f.world.clock.advance(Span::seconds(1));
                if off {
                    let confirmed = Confirmed::for_test(&f.owner);
                    sso::switch_off(&f.owner, &confirmed).await.unwrap();
                } else {
                    f.change(|form| form.groups.clear()).await.unwrap();
                }
                gate.add_permits(1);
            };
            let (refused, ()) = tokio::join!(f.sign_in(), change);
            assert!(matches!(refused, Err(Refusal::Changed)), "{refused:?}");
            assert_eq!(f.people().await, people);
            f.provider.change(|ways| ways.fault = None);
            f.change(|_| ()).await.unwrap();
        }
        let services = &f.world.services;
        f.provider.is("priya", "priya@parcelwise.example", &["ops"]);
        let begun = sso::begin(services, &f.owner.tenant_slug, "/").await;
        let begun = begun.unwrap();
        let callback = f.provider.sign_in(begun.url.as_str());
        let ended = f
            .complete(answer(&callback, Some(begun.cookie.value), None))
            .await;
        let Ok(Ended::SignedIn { settings, .. }) = ended else {
            panic!("{ended:?}");
        };
        // Whoever switches it off has looked for sessions before the change is there.
        let holder = f.world.hold().await;
        let mut asked = Box::pin(sso::still_holds(services, settings));
        let meanwhile = async {
            for _ in 0..20 {
                sso::settings(&f.owner).await.unwrap();
            }
        };
        tokio::select! {
            biased;
            held = &mut asked => panic!("it didn't wait: {held:?}"),
            () = meanwhile => (),
        }
        drop(holder);
        assert!(asked.await.unwrap());
        f.world.clock.advance(Span::seconds(1));
        f.change(|form| form.groups.clear()).await.unwrap();
        assert!(!sso::still_holds(services, settings).await.unwrap());
        let confirmed = Confirmed::for_test(&f.owner);
        sso::switch_off(&f.owner, &confirmed).await.unwrap();
        assert!(!sso::still_holds(services, settings).await.unwrap());
    })
    .await;
}

/// A slow provider holds up its own tenant alone, and one network not all of that.
#[tokio::test]
async fn exchanges_of_a_tenant_and_a_network_are_bounded() {
    each(async |f| {
        let services = &f.world.services;
        let pier = f.world.owner("pier").await;
        let theirs = Provider::start().await.unwrap();
        theirs.is("noa", "noa@pier.example", &["ops"]);
        let confirmed = Confirmed::for_test(&pier);
        sso::save(&pier, &confirmed, &form(&theirs)).await.unwrap();
        let gate = Arc::new(Semaphore::new(0));
        let fault = ("/token", ProviderFault::Waits(Arc::clone(&gate)));
        f.provider.change(|ways| ways.fault = Some(fault));
        let from = async |address: &str| {
            let slug = &f.owner.tenant_slug;
            let begun = sso::begin(services, slug, "/").await.unwrap();
            let callback = f.provider.sign_in(begun.url.as_str());
            let mut answer = answer(&callback, Some(begun.cookie.value), None);
            answer.address = Some(address.parse().unwrap());
            answer
        };
        let wait_for = async |asked| {
            while f.provider.asked("/token") < asked {
                tokio::task::yield_now().await;
            }
        };
        let again = |answer: &Answer| Answer {
            state: answer.state.clone(),
            code: answer.code.clone(),
            issuer: None,
            cookie: answer.cookie.clone(),
            address: answer.address,
            signed_in: None,
        };
        let mut first = Vec::new();
        for _ in 0..4 {
            first.push(from("203.0.113.9").await);
        }
        let fifth = from("203.0.113.9").await;
        let mut others = Vec::new();
        for last in 1..=4 {
            others.push(from(&format!("198.51.100.{last}")).await);
        }
        let ninth = from("192.0.2.1").await;
        let waiting = join_all(first.into_iter().map(|answer| f.complete(answer)));
        let more = join_all(others.into_iter().map(|answer| f.complete(answer)));
        let meanwhile = async {
            wait_for(4).await;
            let refused = f.complete(again(&fifth)).await;
            assert!(matches!(refused, Err(Refusal::Busy)), "{refused:?}");
        };
        let last = async {
            wait_for(8).await;
            let refused = f.complete(again(&ninth)).await;
            assert!(matches!(refused, Err(Refusal::Busy)), "{refused:?}");
            // Another tenant doesn't notice.
            sign_in(&pier, &theirs).await.unwrap();
            gate.add_permits(100);
        };
        let others = async {
            meanwhile.await;
            tokio::join!(more, last).0
        };
        let (waited, more) = tokio::join!(waiting, others);
        for ended in waited.into_iter().chain(more) {
            ended.unwrap();
        }
        // Whoever was refused used nothing up.
        for answer in [fifth, ninth] {
            f.complete(answer).await.unwrap();
        }
    })
    .await;
}
