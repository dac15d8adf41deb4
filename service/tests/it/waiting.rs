//! security.md 22: readers that wait for somebody else's refresh, in this
//! process or another, and what their waiting costs.

use crate::flow::{self, Flow, sub};
use domain::time::Span;
use futures::future::join_all;
use secrecy::ExposeSecret;
use service::{
    Actor, Services,
    connections::{
        check_now::check_now,
        disconnect::disconnect,
        token::{self, ServedToken, TokenError},
    },
    core::relay,
    engine::refresh::Verdict,
    host::clock::{Clock, SystemClock},
    people::membership,
};
use simulator::Endpoint;
use std::{collections::HashSet, time::Duration};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

/// For a machine however slow. Who is stranded runs out of patience before it,
/// and has no token then.
const LIMIT: Duration = Duration::from_secs(60);
const WRITES: &str = "BEGIN to write";

/// An account whose token ran out, and nothing asked of the simulator yet.
async fn expired(f: &Flow) {
    f.connect("acme").await;
    f.advance(Span::hours(24));
    f.sim.clear_log();
    f.world.statements.take();
}

async fn read(actor: &Actor) -> Result<ServedToken, TokenError> {
    token::read(actor, "returns", &sub("acme"), Span::minutes(1)).await
}

fn reader(actor: &Actor) -> JoinHandle<Result<ServedToken, TokenError>> {
    let actor = actor.clone();
    tokio::spawn(async move { read(&actor).await })
}

/// The same owner in another process.
async fn owner_in(f: &Flow, services: &Services) -> Actor {
    let person = f.owner.person().unwrap();
    membership::actor(services, person, &f.owner.tenant_slug)
        .await
        .unwrap()
        .unwrap()
}

/// Somebody who never comes back holds the lease, for longer than anybody waits.
async fn hold_lease(f: &Flow) {
    let end = SystemClock.now().plus(Span::seconds(40));
    let sql = format!("UPDATE connections SET lease_until = {}", end.0);
    assert_eq!(f.world.past(&sql).await, 1);
}

async fn free_lease(f: &Flow) {
    assert_eq!(
        f.world.past("UPDATE connections SET lease_until = 0").await,
        1
    );
}

async fn until(holds: impl Fn() -> bool) {
    let enough = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LIMIT, enough).await.unwrap();
}

/// Until so many statements that begin like this were asked.
async fn asked(f: &Flow, beginning: &str, times: usize) {
    until(|| f.world.statements.count(beginning) >= times).await;
}

/// Until so many readers have looked in vain, while somebody holds the lease:
/// from then on each of them leads or follows. Who leads looks again and again,
/// but by the app's id, and asks for that first, so these are never too many.
async fn have_come(f: &Flow, readers: usize) {
    let asked = &f.world.statements;
    until(|| {
        let by_leaders = asked.containing(r#""apps"."id" = "#);
        let looks = asked.containing(r#""connections"."subdomain" = "#);
        looks >= by_leaders + readers
    })
    .await;
}

/// What who leads asks: whether the lease is free.
const LOOKS_AT_LEASE: &str =
    "SELECT id FROM connections WHERE id = $1 AND tenant_id = $2 AND lease_until";

#[tokio::test]
async fn s22_a_hundred_readers_in_each_of_two_processes_make_one_call() {
    flow::each(async |f| {
        expired(&f).await;
        hold_lease(&f).await;
        let other = f.world.second_process().await;
        let there = owner_in(&f, &other).await;
        let stop = CancellationToken::new();
        let relays = [&f.world.services, &other]
            .map(|services| tokio::spawn(relay::relay(services.clone(), stop.clone())));
        f.world.statements.take();
        let readers: Vec<_> = (0..200)
            .map(|i| reader(if i % 2 == 0 { &f.owner } else { &there }))
            .collect();
        have_come(&f, readers.len()).await;
        assert_eq!(f.sim.log().len(), 0);
        // Everybody waits, and one of the two that lead is asking.
        f.sim.account("acme").hold(Endpoint::Token);
        free_lease(&f).await;
        f.sim.wait_for("acme", Endpoint::Token, 1).await;
        let looked = f.world.statements.count(LOOKS_AT_LEASE);
        asked(&f, LOOKS_AT_LEASE, looked + 1).await;
        f.sim.account("acme").release(Endpoint::Token);
        let tokens = timeout(LIMIT, join_all(readers)).await.unwrap();
        let tokens: HashSet<String> = tokens
            .into_iter()
            .map(|token| token.unwrap().unwrap())
            .map(|token| token.access_token.expose_secret().to_owned())
            .collect();
        assert_eq!(tokens.len(), 1, "everybody has the new one");
        assert_eq!(f.sim.refreshes("acme").len(), 1);
        // Of whoever led: the lease, the result, the lease given back. Of each
        // process the audit's entry. Of the other leader at most a lease that
        // it took, or failed to take, in the same instant. Waiting writes nothing.
        let writes = f.world.statements.count(WRITES);
        assert!((5..=8).contains(&writes), "{writes}");
        stop.cancel();
        join_all(relays).await;
    })
    .await;
}

#[tokio::test]
async fn s22_waiting_for_another_holder_costs_one_look_now_and_then_however_many_wait() {
    flow::each(async |f| {
        expired(&f).await;
        hold_lease(&f).await;
        let readers: Vec<_> = (0..50).map(|_| reader(&f.owner)).collect();
        have_come(&f, readers.len()).await;
        assert_eq!(f.world.statements.count(WRITES), 0);
        f.world.statements.take();
        asked(&f, LOOKS_AT_LEASE, 3).await;
        assert_eq!(f.world.statements.count(WRITES), 0);
        let looked = f.world.statements.count(LOOKS_AT_LEASE);
        assert!(looked <= 4, "one looks for all: {looked}");
        let read = f.world.statements.count("BEGIN to read");
        assert!(read <= 2 * looked + 2, "and nobody else: {read}");
        assert_eq!(f.sim.log().len(), 0);
        free_lease(&f).await;
        for token in timeout(LIMIT, join_all(readers)).await.unwrap() {
            token.unwrap().unwrap();
        }
        assert_eq!(f.sim.refreshes("acme").len(), 1);
        let writes = f.world.statements.count(WRITES);
        assert_eq!(writes, 4, "lease, result, lease given back, audit");
    })
    .await;
}

#[tokio::test]
async fn s22_a_leader_that_is_given_up_strands_nobody() {
    flow::each(async |f| {
        expired(&f).await;
        hold_lease(&f).await;
        let leader = reader(&f.owner);
        asked(&f, LOOKS_AT_LEASE, 1).await;
        let followers: Vec<_> = (0..5).map(|_| reader(&f.owner)).collect();
        have_come(&f, 1 + followers.len()).await;
        leader.abort();
        assert!(leader.await.unwrap_err().is_cancelled());
        free_lease(&f).await;
        for token in timeout(LIMIT, join_all(followers)).await.unwrap() {
            token.unwrap().unwrap();
        }
        assert_eq!(f.sim.refreshes("acme").len(), 1);
        // Nothing is left of the flight: the next one is led again.
        f.advance(Span::hours(24));
        read(&f.owner).await.unwrap();
        assert_eq!(f.sim.refreshes("acme").len(), 2);
    })
    .await;
}

#[tokio::test]
async fn s22_an_attempt_that_fails_inside_is_not_repeated_by_each_who_waits() {
    flow::each(async |f| {
        expired(&f).await;
        hold_lease(&f).await;
        let readers: Vec<_> = (0..20).map(|_| reader(&f.owner)).collect();
        have_come(&f, readers.len()).await;
        let damaged = f.world.past(
            "UPDATE credentials SET nonce = ciphertext WHERE purpose = 'connection.refresh_token'",
        );
        assert_eq!(damaged.await, 1);
        free_lease(&f).await;
        for token in timeout(LIMIT, join_all(readers)).await.unwrap() {
            let token = token.unwrap();
            assert!(matches!(token, Err(TokenError::Internal(_))), "{token:?}");
        }
        let writes = f.world.statements.count(WRITES);
        assert_eq!(writes, 2, "lease, lease given back");
    })
    .await;
}

/// The holder before may bring the token between a reader's look and its lease.
#[tokio::test]
async fn s22_who_takes_a_lease_looks_again_before_asking() {
    flow::each(async |f| {
        expired(&f).await;
        let expires_at = f.world.clock_now().plus(Span::hours(24));
        f.world.bring_tokens_before_leases(expires_at).await;
        let token = read(&f.owner).await.unwrap();
        assert_eq!(token.expires_at, expires_at);
        assert_eq!(f.sim.refreshes("acme").len(), 0, "it was there already");
        let held = f.world.held(&f.world.services, f.owner.tenant()).await;
        assert!(!held[0].leased, "and the lease was given back");
    })
    .await;
}

#[tokio::test]
async fn a_check_and_a_disconnect_wait_for_the_holder_without_writing() {
    flow::each(async |f| {
        expired(&f).await;
        f.sim.account("acme").hold(Endpoint::Token);
        let acme = sub("acme");
        let check = || check_now(&f.owner, "returns", &acme);
        let release = async {
            f.sim.wait_for("acme", Endpoint::Token, 1).await;
            asked(&f, LOOKS_AT_LEASE, 2).await;
            f.sim.account("acme").release(Endpoint::Token);
        };
        let (first, second, ()) = tokio::join!(check(), check(), release);
        let verdicts = [first.unwrap(), second.unwrap()];
        assert!(verdicts.contains(&Verdict::Fine) && verdicts.contains(&Verdict::Superseded));
        assert_eq!(f.sim.refreshes("acme").len(), 1);

        hold_lease(&f).await;
        f.world.statements.take();
        let owner = f.owner.clone();
        let leaving =
            tokio::spawn(async move { disconnect(&owner, "returns", &sub("acme")).await });
        asked(&f, LOOKS_AT_LEASE, 2).await;
        assert_eq!(f.world.statements.count(WRITES), 0);
        free_lease(&f).await;
        timeout(LIMIT, leaving).await.unwrap().unwrap().unwrap();
    })
    .await;
}
