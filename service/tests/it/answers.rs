//! Every answer that the simulator can give to a refresh, and what becomes of
//! it: a table. What drips a byte a second is in `gorgias/faults.rs`, with a
//! short limit.

use crate::flow::{self, Flow, sub};
use domain::{health::Health, time::Span};
use service::{connections::check_now::check_now, engine::refresh::Verdict};
use simulator::{AccountHandle, Endpoint, ExpiresIn, Fault, Packing, RetryAfter, Rotation};

/// What is to come of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Becomes {
    /// New tokens, Working.
    Renewed,
    /// New tokens, but not all that was asked for.
    Limited,
    /// Old tokens, Retrying; the wait lies between so many seconds.
    Retrying(i64, i64),
    /// Old tokens, Disconnected, after one confirmation.
    Lost,
}

use Becomes::{Limited, Lost, Renewed, Retrying};

/// Backoff after the first failure: full jitter up to 30 s, at least 5 s.
const FIRST: Becomes = Retrying(5, 30);

type Prepare = fn(&AccountHandle) -> &AccountHandle;

fn fails(account: &AccountHandle, fault: Fault) -> &AccountHandle {
    account.fail_always(Endpoint::Token, fault)
}

/// What the account does, by name, and what becomes of it.
const TABLE: &[(&str, Prepare, Becomes)] = &[
    ("as documented", |a| a, Renewed),
    ("expires_in 0", |a| a.expires_in(ExpiresIn::Zero), Renewed),
    (
        "expires_in absent",
        |a| a.expires_in(ExpiresIn::Absent),
        Renewed,
    ),
    (
        "expires_in real",
        |a| a.expires_in(ExpiresIn::Real),
        Renewed,
    ),
    (
        "expires_in negative",
        |a| a.expires_in(ExpiresIn::Negative),
        Renewed,
    ),
    (
        "expires_in text",
        |a| a.expires_in(ExpiresIn::Text),
        Renewed,
    ),
    (
        "expires_in huge",
        |a| a.expires_in(ExpiresIn::Huge),
        Renewed,
    ),
    ("opaque token", |a| a.opaque_access_token(true), Renewed),
    ("rotating", |a| a.rotation(Rotation::On), Renewed),
    (
        "rotating, family kill",
        |a| a.rotation(Rotation::FamilyKill),
        Renewed,
    ),
    (
        "id_token on refresh",
        |a| a.change(|to| to.id_token_on_refresh = true),
        Renewed,
    ),
    (
        "no scope",
        |a| a.change(|to| to.scope_in_response = false),
        Renewed,
    ),
    (
        "narrower scope",
        |a| a.granted_scope(Some("openid offline")),
        Limited,
    ),
    ("token_type mac", |a| a.token_type(Some("mac")), FIRST),
    ("token_type absent", |a| a.token_type(None), FIRST),
    (
        "another account's token",
        |a| a.token_account(Some("bolt")),
        FIRST,
    ),
    ("late", |a| fails(a, Fault::latency(20)), Renewed),
    ("500", |a| fails(a, Fault::server_error()), FIRST),
    ("502", |a| fails(a, Fault::status(502)), FIRST),
    ("403", |a| fails(a, Fault::status(403)), FIRST),
    (
        "404 with HTML",
        |a| fails(a, Fault::answer(404, "text/html", "<h1>none</h1>")),
        FIRST,
    ),
    ("200 with HTML", |a| fails(a, Fault::html()), FIRST),
    (
        "200 and empty",
        |a| fails(a, Fault::answer(200, "application/json", "")),
        FIRST,
    ),
    ("invalid UTF-8", |a| fails(a, Fault::invalid_utf8()), FIRST),
    ("10 MB", |a| fails(a, Fault::big_body()), FIRST),
    ("gzip bomb", |a| fails(a, Fault::gzip_bomb()), FIRST),
    ("deep JSON", |a| fails(a, Fault::deep_json()), FIRST),
    ("cut JSON", |a| fails(a, Fault::truncated_json()), FIRST),
    ("reset", |a| fails(a, Fault::reset()), FIRST),
    (
        "302",
        |a| fails(a, Fault::redirect(302, "http://127.0.0.1:1/")),
        FIRST,
    ),
    (
        "307",
        |a| fails(a, Fault::redirect(307, "http://127.0.0.1:1/")),
        FIRST,
    ),
    (
        "308",
        |a| fails(a, Fault::redirect(308, "http://127.0.0.1:1/")),
        FIRST,
    ),
    ("429", |a| fails(a, Fault::too_many_requests()), FIRST),
    (
        "429, 600 s",
        |a| fails(a, Fault::retry_after(RetryAfter::Seconds(600))),
        Retrying(600, 600),
    ),
    (
        "429, a date",
        |a| fails(a, Fault::retry_after(RetryAfter::DateIn(600))),
        Retrying(590, 601),
    ),
    (
        "429, absurd",
        |a| fails(a, Fault::retry_after(RetryAfter::Seconds(u64::MAX))),
        Retrying(5, 3_600),
    ),
    (
        "429, a past date",
        |a| fails(a, Fault::retry_after(RetryAfter::DateIn(-600))),
        FIRST,
    ),
    (
        "429, text",
        |a| fails(a, Fault::retry_after(RetryAfter::Text("-5".into()))),
        FIRST,
    ),
    ("invalid_grant", |a| fails(a, Fault::invalid_grant()), Lost),
    ("deactivated", |a| a.deactivate(), Lost),
    (
        "another OAuth error",
        |a| {
            fails(
                a,
                Fault::json(400, &serde_json::json!({"error": "invalid_request"})),
            )
        },
        FIRST,
    ),
    (
        "invalid_grant with 500",
        |a| {
            fails(
                a,
                Fault::json(500, &serde_json::json!({"error": "invalid_grant"})),
            )
        },
        FIRST,
    ),
    // Nobody has confirmed it.
    (
        "invalid_client",
        |a| fails(a, Fault::invalid_client()),
        Retrying(300, 300),
    ),
    (
        "200 with invalid_grant",
        |a| {
            fails(
                a,
                Fault::json(200, &serde_json::json!({"error": "invalid_grant"})),
            )
        },
        Lost,
    ),
    (
        "401 as the API has it",
        |a| fails(a, Fault::status(401)),
        FIRST,
    ),
    (
        "401 and empty",
        |a| fails(a, Fault::answer(401, "text/plain", "")),
        FIRST,
    ),
    (
        "no useful scope",
        |a| a.token_member("scope", serde_json::json!([["offline"]])),
        Renewed,
    ),
    ("UTF-16", |a| a.packing(Packing::Utf16), Renewed),
    (
        "a byte order mark",
        |a| a.packing(Packing::ByteOrderMark),
        Renewed,
    ),
    ("x-gzip", |a| a.packing(Packing::XGzip), Renewed),
    (
        "gzip, unannounced",
        |a| a.packing(Packing::GzipUnannounced),
        Renewed,
    ),
    ("deflate", |a| a.packing(Packing::Deflate), Renewed),
    ("bare deflate", |a| a.packing(Packing::BareDeflate), Renewed),
];

/// One answer, for an account of its own.
async fn check(f: &Flow, shop: &str, name: &str, prepare: Prepare, becomes: Becomes) {
    f.connect(shop).await;
    let before = f.account(shop).await;
    f.advance(Span::hours(1));
    prepare(&f.sim.account(shop));
    f.sim.clear_log();
    let verdict = check_now(&f.owner, "returns", &sub(shop)).await.unwrap();
    let after = f.account(shop).await;
    let calls = f.sim.refreshes(shop).len();
    let kept = after.access_token_stored == before.access_token_stored;
    assert!(after.refresh_token_stored.is_some(), "{name}");
    let health = (after.row.health, after.row.own_health);
    let same = |h: Health| (h, h);
    match becomes {
        Renewed | Limited => {
            assert_eq!((verdict, kept, calls), (Verdict::Fine, false, 1), "{name}");
            let expected = if becomes == Limited {
                Health::Limited
            } else {
                Health::Working
            };
            assert_eq!(health, same(expected), "{name}");
            let life = after
                .row
                .access_expires_at
                .unwrap()
                .since(f.world.clock_now());
            assert!(
                (Span::hours(22)..=Span::hours(25)).contains(&life),
                "{name}: {life:?}"
            );
        }
        Retrying(least, most) => {
            let Verdict::Unavailable { next, .. } = verdict else {
                panic!("{name}: {verdict:?}")
            };
            let wait = next.since(f.world.clock_now()).whole_seconds();
            assert!((least..=most).contains(&wait), "{name}: {wait} s");
            assert_eq!(
                (kept, calls, health),
                (true, 1, same(Health::Retrying)),
                "{name}"
            );
        }
        Lost => {
            assert_eq!((verdict, kept, calls), (Verdict::Lost, true, 2), "{name}");
            assert_eq!(health, same(Health::Disconnected), "{name}");
        }
    }
}

/// security.md 10, 14 to 18, 28 to 31
#[tokio::test]
async fn every_answer_is_sorted_as_the_table_says() {
    for backend in service::testing::backends() {
        let f = Flow::start(&backend, |_| ()).await;
        for (i, (name, prepare, becomes)) in TABLE.iter().enumerate() {
            check(&f, &format!("shop-{i}"), name, *prepare, *becomes).await;
        }
    }
}

#[tokio::test]
async fn an_authorization_without_refresh_token_is_the_one_answer_for_codes_only() {
    flow::each(async |f| {
        f.sim.account("acme").refresh_token(false);
        f.connect("acme").await;
        assert_eq!(f.account("acme").await.row.health, Health::StoppingSoon);
        assert_eq!(
            check_now(&f.owner, "returns", &sub("acme")).await.unwrap(),
            Verdict::NotRenewable
        );
        assert!(f.sim.refreshes("acme").is_empty());
    })
    .await;
}
