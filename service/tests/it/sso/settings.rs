//! What owners set, and who else may not.

use super::{each, form};
use domain::role::Role;
use secrecy::SecretString;
use serde_json::json;
use service::{
    Confirmed,
    sso::{self, ChangeError, SsoForm},
};

/// The fields that a change is refused for.
fn fields(refused: Result<(), ChangeError>) -> Vec<String> {
    match refused {
        Err(ChangeError::Invalid(errors)) => errors
            .into_iter()
            .map(|error| error.field.into_owned())
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn only_owners_see_and_change_it() {
    each(async |f| {
        for role in [Role::Operator, Role::Success, Role::Viewer] {
            let member = f.member(&format!("{}@x.example", role.code()), role).await;
            let confirmed = Confirmed::for_test(&member);
            for refused in [
                sso::settings(&member).await.map(drop),
                sso::save(&member, &confirmed, &form(&f.provider)).await,
                sso::switch_off(&member, &confirmed).await,
                sso::try_out(&member).await.map(drop),
                sso::barred(&member).await.map(drop),
                sso::admit(&member, f.owner.person().unwrap()).await,
            ] {
                assert!(
                    matches!(refused, Err(ChangeError::Forbidden(_))),
                    "{role:?}"
                );
            }
        }
        // Nor does somebody else's confirmation do.
        let other = f.world.owner("pier").await;
        let refused = sso::save(&f.owner, &Confirmed::for_test(&other), &form(&f.provider)).await;
        assert!(matches!(refused, Err(ChangeError::Forbidden(_))));
    })
    .await;
}

/// Who may not see the secret can't have it sent to themselves.
#[tokio::test]
async fn the_secret_goes_to_the_provider_that_it_was_entered_for_alone() {
    each(async |f| {
        let elsewhere = simulator::provider::Provider::start().await.unwrap();
        for change in [
            Box::new(|form: &mut SsoForm| form.issuer = elsewhere.issuer().to_owned())
                as Box<dyn FnOnce(&mut SsoForm)>,
            Box::new(|form: &mut SsoForm| form.client_id = "another".to_owned()),
        ] {
            let refused = f.change(|form| {
                form.client_secret = None;
                change(form);
            });
            assert_eq!(fields(refused.await), ["client_secret"]);
        }
        // Kept where only other things change.
        f.change(|form| {
            form.client_secret = None;
            form.others = Some(Role::Viewer);
        })
        .await
        .unwrap();
        f.sign_in().await.unwrap();
        f.change(|form| form.client_secret = Some(SecretString::from("wrong")))
            .await
            .unwrap();
        let refused = f.sign_in().await;
        let wrong = matches!(refused, Err(sso::Refusal::Refused("invalid_client")));
        assert!(wrong, "{refused:?}");
        let dump = f.world.dump().await;
        assert!(!dump.contains("canary"), "sealed");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_provider_is_not_stored() {
    each(async |f| {
        let before = sso::settings(&f.owner).await.unwrap();
        let described = |name: &str, value| {
            f.provider.change(|ways| {
                ways.described = [(name.to_owned(), value)].into_iter().collect();
            });
        };
        let elsewhere = simulator::provider::Provider::start().await.unwrap();
        elsewhere.change(|ways| {
            ways.described = [("issuer".to_owned(), json!(f.provider.issuer()))]
                .into_iter()
                .collect();
        });
        let to = async |issuer: &str| {
            let refused = f.change(|form| form.issuer = issuer.to_owned()).await;
            assert_eq!(fields(refused), ["issuer"], "{issuer}");
        };
        to(elsewhere.issuer()).await;
        to(&format!("{}/", f.provider.issuer())).await;
        to("https://10.0.0.1").await;
        to("https://169.254.169.254/latest").await;
        to("http://parcelwise.example").await;
        to("parcelwise").await;
        assert_eq!(sso::settings(&f.owner).await.unwrap(), before);
        // Trying says what is wrong with the one that is stored.
        let tried = sso::try_out(&f.owner).await.unwrap();
        assert_eq!((tried.keys, tried.algorithms.as_str()), (1, "ES256"));
        described("code_challenge_methods_supported", json!(["plain"]));
        assert_eq!(fields(sso::try_out(&f.owner).await.map(drop)), ["issuer"]);
        for (change, field) in [
            (
                Box::new(|form: &mut SsoForm| form.client_id.clear())
                    as Box<dyn FnOnce(&mut SsoForm)>,
                "client_id",
            ),
            (
                Box::new(|form| form.groups_claim = "two words".into()),
                "groups_claim",
            ),
            (
                Box::new(|form| form.groups.push(("ops".into(), Role::Viewer))),
                "groups",
            ),
            (Box::new(|form| form.others = Some(Role::Backend)), "others"),
            (
                Box::new(|form| form.email_domain = "a b".into()),
                "email_domain",
            ),
            (
                Box::new(|form| form.issuer = "https://accounts.google.com".into()),
                "email_domain",
            ),
        ] {
            assert_eq!(fields(f.change(change).await), [field]);
        }
    })
    .await;
}
