//! Accounts that nobody vouches for, and what they can't make Mooring do.

use crate::flow::{self, Flow, sub};
use domain::{error::AuthorizationProblem as Problem, health::Health, time::Span};
use futures::future::join_all;
use secrecy::{ExposeSecret, SecretString};
use service::connections::{
    authorize::{self, BeginError},
    complete::{self, Callback},
    links::{self, LinkError, LinkOptions},
    result::Outcome,
};
use simulator::{Endpoint, Fault};
use std::net::IpAddr;

/// A link for an account, and what its admin's browser begins with it.
async fn begun_with_link(f: &Flow, account: &str) -> authorize::Begun {
    let link = links::create(&f.owner, "returns", &sub(account), LinkOptions::default())
        .await
        .unwrap();
    let token: SecretString = link.url.expose_secret().rsplit('/').next().unwrap().into();
    authorize::begin_with_link(&f.world.services, &token, None)
        .await
        .unwrap()
}

fn no_account(name: &str) -> Outcome {
    Outcome::Failed {
        problem: Problem::NoAccount {
            subdomain: sub(name),
        },
    }
}

/// security.md 70: whoever begins it, a host that shows to be no account is
/// asked once, without credentials and without a state, and gets no secret.
#[tokio::test]
async fn s70_a_host_that_is_no_account_gets_no_secret() {
    flow::each(async |f| {
        for status in [404, 410] {
            let host = format!("gone-{status}");
            let gone = Fault::answer(status, "text/html", "<h1>Nothing here</h1>");
            f.sim.account(&host).fail_always(Endpoint::Authorize, gone);
            let anonymous = f.begun(&host).await;
            assert_eq!(f.ends(f.made_up(&anonymous)).await, no_account(&host));
            let operator = f.begun_by_owner(&host).await;
            let id = f.complete_as(f.made_up(&operator), f.owner.person()).await;
            assert_eq!(f.outcome(id.unwrap()).await, no_account(&host));
            let by_link = begun_with_link(&f, &host).await;
            assert_eq!(f.ends(f.made_up(&by_link)).await, no_account(&host));

            assert!(f.sim.with_credentials(&host).is_empty());
            let looks = f.sim.requests(&host, Endpoint::Authorize);
            assert_eq!(looks.len(), 3);
            for look in looks {
                assert_eq!(
                    (look.method.as_str(), look.parameter("state")),
                    ("GET", None)
                );
                assert_eq!(look.parameter("nonce"), None);
            }
        }
    })
    .await;
}

/// security.md 70: no answer is no account either; any other answer passes, since
/// it is a probe and no proof.
#[tokio::test]
async fn s70_what_answers_anything_else_passes() {
    flow::each(async |f| {
        f.sim
            .account("torn")
            .fail_always(Endpoint::Authorize, Fault::reset());
        let outcome = f.ends(f.made_up(&f.begun("torn").await)).await;
        let problem = Problem::Unavailable;
        assert_eq!(outcome, Outcome::Failed { problem });
        assert!(f.sim.with_credentials("torn").is_empty());
        for (host, answer) in [
            ("html", Fault::html()),
            ("moved", Fault::redirect(302, "/login")),
            ("refuses", Fault::status(403)),
            ("wrong", Fault::status(400)),
            ("broken", Fault::status(500)),
        ] {
            f.sim.account(host).fail_always(Endpoint::Authorize, answer);
            f.connect(host).await;
        }
    })
    .await;
}

/// security.md 70: a name without an address is no account.
#[tokio::test]
async fn s70_a_name_without_an_address_is_no_account() {
    service::testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let app = world.app(&owner, "returns").await;
        let begun = authorize::begin_install(&world.services, app.id, &sub("nowhere"))
            .await
            .unwrap();
        let (_, state) = begun.url.query_pairs().find(|(k, _)| k == "state").unwrap();
        let browser = world.browser();
        let back = Callback {
            sealed: Some(begun.cookie.value.clone()),
            browser: browser.clone(),
            ..flow::callback(&format!("http://a/?code=made-up&state={state}"))
        };
        let id = service::connections::complete::complete(&world.services, app.id, back, None)
            .await
            .unwrap();
        let result = service::connections::result::show(&world.services, app.id, id, &browser)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(result.outcome, no_account("nowhere"));
    })
    .await;
}

/// security.md 70: an account that gave tokens to an app of the tenant is known,
/// and isn't probed any more; nothing else counts as proof.
#[tokio::test]
async fn s70_only_tokens_make_an_account_known() {
    flow::each(async |f| {
        let probes = |f: &Flow| f.sim.requests("acme", Endpoint::Authorize).len();
        f.ends(f.made_up(&f.begun("acme").await)).await;
        f.ends(f.approved("acme").await).await;
        assert_eq!(probes(&f), 2, "a refused code is no proof");
        f.connect("acme").await;
        assert_eq!(probes(&f), 2, "tokens are");
        let other = f.world.owner("pier").await;
        let app = f.world.app(&other, "elsewhere").await;
        let redirect = f.world.services.config.redirect_uri(app.id);
        f.sim
            .register_app("elsewhere-id", "elsewhere-secret", &[&redirect]);
        let begun = authorize::begin_install(&f.world.services, app.id, &sub("acme"))
            .await
            .unwrap();
        let back = f.approve(&begun);
        service::connections::complete::complete(&f.world.services, app.id, back, None)
            .await
            .unwrap();
        assert_eq!(probes(&f), 3, "for this tenant, not for another");
    })
    .await;
}

/// security.md 70: reserved names are refused wherever an account is named first.
#[tokio::test]
async fn s70_reserved_names_are_refused_everywhere() {
    flow::each(async |f| {
        for name in ["www", "docs", "mcp"] {
            let name = sub(name);
            let services = &f.world.services;
            let install = authorize::begin_install(services, f.app.id, &name).await;
            assert!(matches!(install, Err(BeginError::NoAccount(_))));
            let operator = authorize::begin_as_operator(&f.owner, "returns", &name).await;
            assert!(matches!(operator, Err(BeginError::NoAccount(_))));
            let link = links::create(&f.owner, "returns", &name, LinkOptions::default()).await;
            assert!(matches!(link, Err(LinkError::NoAccount(_))));
        }
        assert!(f.sim.log().is_empty());
    })
    .await;
}

/// security.md 70: what is refused to strangers doesn't touch those that are
/// known, however many strangers come, from wherever, in two processes.
#[tokio::test]
async fn s70_made_up_codes_are_shed_and_the_known_are_not() {
    flow::each(async |f| {
        f.connect("acme").await;
        let second = f.world.second_process().await;
        let waiting = f.approved("fresh").await;
        let (operator, by_link) = (
            f.begun_by_owner("mine").await,
            begun_with_link(&f, "sent").await,
        );
        let mut sent = 0;
        for n in 0_u8..100 {
            let host = format!("evil-{n}");
            let mut back = f.made_up(&f.begun(&host).await);
            back.address = Some(IpAddr::from([198, 51, 100, n]));
            let services = if n % 2 == 0 {
                &f.world.services
            } else {
                &second
            };
            let ended =
                service::connections::complete::complete(services, f.app.id, back, None).await;
            sent += f.sim.with_credentials(&host).len();
            assert_eq!(ended.is_ok(), n < 60, "{n}");
        }
        assert_eq!(sent, 60);
        let wait = f.complete(waiting).await;
        assert_eq!(wait, Err(Problem::Busy), "an account that nobody knows");
        assert!(f.sim.with_credentials("fresh").is_empty());

        f.connect("acme").await;
        let id = f
            .complete_as(f.approve(&operator), f.owner.person())
            .await
            .unwrap();
        assert!(matches!(f.outcome(id).await, Outcome::Approved { .. }));
        let outcome = f.ends(f.approve(&by_link)).await;
        assert!(matches!(outcome, Outcome::Approved { .. }));

        f.advance(Span::minutes(10));
        f.connect("fresh").await;
    })
    .await;
}

/// security.md 70: many at once don't all find the same room. There are two
/// looks, each of which covers the other where one comes after the other: the
/// one before the exchange, and the one under the lock that uses the state up.
#[tokio::test]
async fn s70_many_at_once_find_no_more_room_than_one_after_the_other() {
    flow::each(async |f| {
        let second = f.world.second_process().await;
        let host = |n: u8| format!("evil-{n}");
        let mut backs = Vec::new();
        for n in 0_u8..80 {
            let mut back = f.made_up(&f.begun(&host(n)).await);
            back.address = Some(IpAddr::from([198, 51, 100, n]));
            backs.push(back);
            f.sim.account(&host(n)).hold(Endpoint::Authorize);
        }
        let all = join_all(backs.into_iter().enumerate().map(|(n, back)| {
            let services = [&f.world.services, &second][n % 2];
            complete::complete(services, f.app.id, back, None)
        }));
        let meanwhile = async {
            for n in 0_u8..80 {
                f.sim.wait_for(&host(n), Endpoint::Authorize, 1).await;
            }
            for n in 0_u8..80 {
                f.sim.account(&host(n)).release(Endpoint::Authorize);
            }
        };
        let (ends, ()) = tokio::join!(all, meanwhile);
        assert_eq!(ends.iter().filter(|ended| ended.is_ok()).count(), 60);
        let sent = (0_u8..80).map(|n| f.sim.with_credentials(&host(n)).len());
        assert_eq!(sent.sum::<usize>(), 60);
    })
    .await;
}

/// security.md 70: so many accounts that nobody vouches for are asked at once,
/// however long each takes; the known and those that somebody sent go on.
#[tokio::test]
async fn s70_slow_strangers_hold_up_nobody_who_is_known() {
    flow::each(async |f| {
        f.connect("acme").await;
        let by_link = begun_with_link(&f, "sent").await;
        let mut backs = Vec::new();
        for _ in 0..64 {
            backs.push(f.approved("slow").await);
        }
        f.sim.account("slow").hold(Endpoint::Authorize);
        let slow = join_all(backs.into_iter().map(|back| f.complete(back)));
        let meanwhile = async {
            f.sim.wait_for("slow", Endpoint::Authorize, 64).await;
            let one_more = f.complete(f.approved("fresh").await).await;
            assert_eq!(one_more, Err(Problem::Busy));
            f.connect("acme").await;
            let outcome = f.ends(f.approve(&by_link)).await;
            assert!(matches!(outcome, Outcome::Approved { .. }), "{outcome:?}");
            f.sim.account("slow").release(Endpoint::Authorize);
        };
        let (ends, ()) = tokio::join!(slow, meanwhile);
        // What is under way counts as failed until it isn't.
        assert!(ends.iter().filter(|ended| ended.is_ok()).count() >= 60);
        f.advance(Span::minutes(10));
        f.connect("fresh").await;
    })
    .await;
}

/// security.md 70: from one address fewer; one that is known is let through.
#[tokio::test]
async fn s70_one_address_is_shed_before_all_are() {
    flow::each(async |f| {
        f.connect("acme").await;
        let from = |back: Callback, address: &str| Callback {
            address: address.parse().ok(),
            ..back
        };
        for n in 0..16 {
            let back = f.made_up(&f.begun(&format!("evil-{n}")).await);
            // The last 64 bits are the sender's to choose.
            let ended = f.complete(from(back, &format!("2001:db8::{n:x}"))).await;
            assert_eq!(ended.is_ok(), n < 15, "{n}");
        }
        let back = f.approved("acme").await;
        f.complete(from(back, "2001:db8::1")).await.unwrap();
        let back = f.approved("fresh").await;
        f.complete(from(back, "2001:db8:1::1")).await.unwrap();
    })
    .await;
}

/// security.md 70: a stranger's `invalid_client` stops nothing; the operators
/// read of it, and the next success takes it away.
#[tokio::test]
async fn s70_a_refused_exchange_is_told_and_opens_no_breaker() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.sim
            .account("evil")
            .fail_always(Endpoint::Token, Fault::invalid_client());
        let outcome = f.ends(f.made_up(&f.begun("evil").await)).await;
        let problem = Problem::AppRefused;
        assert_eq!(outcome, Outcome::Failed { problem });
        let app = service::apps::list::one(&f.owner, "returns").await.unwrap();
        let app = app.unwrap();
        assert_eq!(app.credentials.fault, None);
        let told = app.credentials.exchange_refused.map(|(_, by)| by);
        assert_eq!(told, Some(sub("evil")));
        assert_eq!(f.account("acme").await.row.health, Health::Working);

        f.connect("bolt").await;
        let app = service::apps::list::one(&f.owner, "returns").await.unwrap();
        assert_eq!(app.unwrap().credentials.exchange_refused, None);
    })
    .await;
}

/// The wrong secret of a new app is told at once, though nothing proves it yet.
#[tokio::test]
async fn a_wrong_secret_of_a_new_app_is_told_at_once() {
    flow::each(async |f| {
        f.sim.rotate_secret("returns-id", "another");
        f.ends(f.approved("acme").await).await;
        let one = async || {
            let found = service::apps::list::one(&f.owner, "returns").await;
            found.unwrap().unwrap()
        };
        let app = one().await;
        assert_eq!(
            app.credentials.exchange_refused.map(|(_, by)| by),
            Some(sub("acme"))
        );
        f.advance(Span::seconds(1));
        let form = service::apps::form::AppForm {
            name: "Returns".into(),
            client_id: "returns-id".into(),
            client_secret: Some(SecretString::from("another")),
            scopes: vec!["openid".into(), "offline".into()],
            ..Default::default()
        };
        service::apps::edit::edit(&f.owner, f.app.id, &form)
            .await
            .unwrap();
        assert_eq!(one().await.credentials.exchange_refused, None);
    })
    .await;
}
