//! Leases between real processes.

use super::{fleet::Fleet, storm::postgres};
use domain::role::Role;
use secrecy::ExposeSecret;
use service::{
    api_tokens::{self, NewApiToken},
    connections::check_now::check_now,
    engine::refresh::Verdict,
    testing::{Backend, Held, backends},
};
use simulator::{Endpoint, LoggedRequest, Rotation};

/// Readers of each process.
const READERS: usize = 100;

/// security.md 22
#[tokio::test(flavor = "multi_thread")]
async fn s22_readers_in_two_processes_make_one_call() {
    let Some(backend) = postgres() else { return };
    let fleet = Fleet::on(&backend).await;
    let shop = fleet.simulator.account("shop-0");
    shop.token_lifetime(300);
    fleet.connect("shop", 1).await;
    shop.token_lifetime(86_400);
    let services = &fleet.world.services;
    let slug = &fleet.owner.tenant_slug;
    let token =
        api_tokens::create_on_command_line(services, slug, NewApiToken::new("test", Role::Owner));
    let token = token.await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut processes = [fleet.serve("0").await, fleet.serve("1").await];
    let addresses = [processes[0].address().await, processes[1].address().await];

    shop.hold(Endpoint::Token);
    let begun = tokio::sync::watch::Sender::new(0);
    let read = async |number: usize| {
        let path = "/api/v1/connections/returns/shop-0/token?min_ttl=600";
        let request = http
            .get(format!("{}{path}", addresses[number % 2]))
            .bearer_auth(token.expose_secret());
        begun.send_modify(|begun| *begun += 1);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    };
    let readers = futures::future::join_all((0..2 * READERS).map(read));
    let release = async {
        fleet.simulator.wait_for("shop-0", Endpoint::Token, 1).await;
        let mut begun = begun.subscribe();
        begun.wait_for(|begun| *begun == 2 * READERS).await.unwrap();
        shop.release(Endpoint::Token);
    };
    let (tokens, ()) = tokio::join!(readers, release);
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert!(shop.accepts_access_token(&tokens[0]));
    assert_eq!(fleet.calls()["shop-0"], 1);
    for process in processes {
        process.end().await;
    }
    fleet.assert_whole().await;
}

/// The holder is stopped while Gorgias answers, its lease runs out, another
/// process makes the next attempt, and only then the first goes on. Gives what
/// the other found, and what is held after it and at the end.
async fn overtaken(backend: &Backend, rotation: Rotation) -> (Fleet, Verdict, Held, Held) {
    let fleet = Fleet::on(backend).await;
    fleet.connect("shop", 1).await;
    let shop = fleet.simulator.account("shop-0");
    shop.rotation(rotation).hold(Endpoint::Token);
    let first = fleet.serve("first").await;
    fleet.fall_due().await;
    fleet.simulator.wait_for("shop-0", Endpoint::Token, 1).await;
    first.freeze().await;
    // Its answer waits for it from here on.
    shop.release(Endpoint::Token);
    let answered = |call: &LoggedRequest| call.is_refresh() && call.done;
    fleet.simulator.wait_until(1, answered).await;
    fleet.run_out(&fleet.leases().await).await;

    // The other process is this one.
    let account = "shop-0".parse().unwrap();
    let verdict = check_now(&fleet.owner, "returns", &account).await.unwrap();
    let between = only(&fleet).await;
    first.go_on();
    // It finishes what it holds before it ends.
    first.end().await;
    let after = only(&fleet).await;
    (fleet, verdict, between, after)
}

async fn only(fleet: &Fleet) -> Held {
    fleet.held().await.pop().unwrap()
}

fn text(token: &Option<secrecy::SecretString>) -> &str {
    token.as_ref().unwrap().expose_secret()
}

/// security.md 23
#[tokio::test(flavor = "multi_thread")]
async fn s23_a_holder_that_was_overtaken_overwrites_nothing() {
    for backend in backends() {
        let (fleet, verdict, between, after) = overtaken(&backend, Rotation::Off).await;
        assert_eq!(verdict, Verdict::Fine);
        assert_eq!(fleet.calls()["shop-0"], 2);
        assert_eq!((between.token_version, after.token_version), (2, 2));
        assert_eq!(text(&between.access_token), text(&after.access_token));
        fleet.assert_whole().await;
    }
}

/// security.md 23: with an upstream that rotates strictly, the late answer is the
/// only true one. The row still has the tokens that it was derived from, so it is kept.
#[tokio::test(flavor = "multi_thread")]
async fn s23_a_late_but_true_answer_is_kept() {
    for backend in backends() {
        let (fleet, verdict, between, after) = overtaken(&backend, Rotation::On).await;
        assert_eq!(verdict, Verdict::Lost, "the second was refused");
        assert_eq!(between.token_version, 1);
        assert!(fleet.problem(&between).is_some());
        assert_eq!(after.token_version, 2);
        fleet.assert_whole().await;
    }
}
