//! What is known of the permissions that an account granted.

use crate::flow::{self, sub};
use domain::health::Health;
use serde_json::{Value, json};
use service::{connections::check_now::check_now, engine::refresh::Verdict};

/// security.md 15, 89: read in every form; what can't be read is unknown, and
/// neither all that was asked for nor missing
#[tokio::test]
async fn s89_scopes_are_read_in_every_form_or_called_unknown() {
    flow::each(async |f| {
        f.connect("acme").await;
        let all = f.account("acme").await.row.granted;
        let some = "openid offline".parse().unwrap();
        let check = async |scope: Value| {
            f.sim.account("acme").token_member("scope", scope);
            let verdict = check_now(&f.owner, "returns", &sub("acme")).await;
            assert_eq!(verdict.unwrap(), Verdict::Fine);
            f.account("acme").await.row
        };
        for form in [
            json!("openid,offline"),
            json!(["openid", "offline"]),
            json!("openid+offline"),
            json!(" OFFLINE openid, "),
        ] {
            let row = check(form.clone()).await;
            assert_eq!(row.granted, some, "{form}");
            assert_eq!((row.health, row.scopes_unknown), (Health::Limited, false));
        }
        for form in [json!(""), json!([]), json!({"a": 1}), json!("openid \"x\"")] {
            let row = check(form.clone()).await;
            assert_eq!(row.granted, some, "{form}: what was told last");
            assert_eq!((row.health, row.scopes_unknown), (Health::Working, true));
            assert!(row.missing.is_empty());
            assert!(row.explanation.detail.contains("isn't known"), "{form}");
        }
        // As before, so still unknown.
        let row = check(Value::Null).await;
        assert!(row.scopes_unknown);
        let told: Vec<String> = all.iter().map(ToString::to_string).collect();
        let row = check(json!(told)).await;
        assert_eq!((row.granted, row.scopes_unknown), (all, false));
        assert_eq!(row.health, Health::Working);
    })
    .await;
}

#[tokio::test]
async fn s89_an_approval_whose_scopes_can_not_be_read_grants_nothing_for_sure() {
    flow::each(async |f| {
        f.sim.account("acme").token_member("scope", json!(""));
        f.connect("acme").await;
        let row = f.account("acme").await.row;
        assert!(row.scopes_unknown && row.granted.is_empty());
        assert_eq!(row.health, Health::Working);
        // Not told at all: what was asked for (RFC 6749 5.1).
        f.sim.account("bolt").token_member("scope", Value::Null);
        f.connect("bolt").await;
        let row = f.account("bolt").await.row;
        assert!(!row.scopes_unknown);
        assert_eq!(row.granted, f.app.requested);
    })
    .await;
}

/// security.md 20: the account's own name, however it is written
#[tokio::test]
async fn s20_the_accounts_name_is_read_in_every_form() {
    flow::each(async |f| {
        let template = f.sim.account("acme").issuer();
        for (name, agrees) in [
            ("acme", true),
            ("ACME", true),
            ("Acme & Sons", true),
            (&format!("{template}/"), true),
            ("bolt", false),
            ("https://bolt.gorgias.com", false),
        ] {
            f.sim.account("acme").change(|to| {
                to.account_domain = Some(name.to_owned());
                to.granted_scope = Some("openid offline account:read".into());
            });
            let ends = f.ends(f.approved("acme").await).await;
            let approved = matches!(ends, service::connections::result::Outcome::Approved { .. });
            assert_eq!(approved, agrees, "{name}: {ends:?}");
        }
    })
    .await;
}
