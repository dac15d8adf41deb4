//! Attempts that share batches, and how each stays independent.

use super::{
    Verdict,
    load::{Loaded, load},
    store::store_answer,
};
use crate::{
    core::error::InternalError,
    engine::journal::Answer,
    tenancy::TenantScope,
    testing::{
        World, backends,
        fill::{Given, connect_all},
    },
    vault::Bound,
};
use domain::{
    event::Actor,
    granted::Granted,
    ids::ConnectionId,
    time::{Span, Timestamp},
};
use futures::future::join_all;
use gorgias::{Grant, Renewal};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

const ACCOUNTS: [&str; 5] = ["alpha", "bravo", "charlie", "delta", "echo"];

/// Five connected accounts of one tenant.
struct Five {
    world: World,
    scope: TenantScope,
    ids: Vec<ConnectionId>,
}

impl Five {
    /// Runs on each database.
    async fn each(test: impl AsyncFn(Five)) {
        for backend in backends() {
            let world = World::on(&backend, "https://{subdomain}.gorgias.invalid").await;
            let owner = world.owner("acme").await;
            let app = world.app(&owner, "returns").await;
            let given = ACCOUNTS.map(|account| Given {
                subdomain: account.parse().unwrap(),
                access_token: "first".into(),
                refresh_token: "first".into(),
                expires_at: owner.now().plus(Span::hours(1)),
            });
            connect_all(&owner, &app, given).await.unwrap();
            let tx = owner.read().await.unwrap();
            let mut ids = Vec::new();
            for account in ACCOUNTS {
                let subdomain = account.parse().unwrap();
                let record = crate::records::find::find(&tx, app.id, &subdomain);
                ids.push(record.await.unwrap().unwrap().id);
            }
            drop(tx);
            let scope = owner.scope().clone();
            world.statements.take();
            test(Five { world, scope, ids }).await;
        }
    }

    /// Loads all at once.
    async fn load(&self) -> Vec<Loaded> {
        let all = join_all(self.ids.iter().map(|id| load(&self.scope, *id))).await;
        all.into_iter().map(|one| one.unwrap().unwrap()).collect()
    }

    /// Stores a new token for each, all at once.
    async fn store_answer(&self, loaded: &[Loaded]) -> Vec<Result<Verdict, InternalError>> {
        let answers: Vec<Arc<Answer>> = loaded
            .iter()
            .map(|one| {
                let version = one.record.token_version;
                Arc::new(self.answer(one.record.id, version))
            })
            .collect();
        let kept = loaded
            .iter()
            .zip(&answers)
            .map(|(one, answer)| store_answer(&self.scope, &one.record, answer));
        join_all(kept).await
    }

    fn answer(&self, connection: ConnectionId, version: i64) -> Answer {
        let now: Timestamp = self.scope.now();
        Answer {
            bound: Bound {
                tenant: self.scope.tenant(),
                connection,
                version,
            },
            at: now,
            in_use: true,
            who: Actor::Worker,
            renewal: Renewal::Grant(Grant {
                access_token: "second".into(),
                refresh_token: Some(SecretString::from("second")),
                id_token: None,
                expires_in: None,
                jwt_exp: None,
                jwt_iss: None,
                scope: Granted::NotTold,
            }),
        }
    }

    /// The present versions and refresh tokens.
    async fn held(&self) -> Vec<(i64, String)> {
        let held = self.load().await.into_iter().map(|one| {
            let token = one.refresh_token.unwrap().unwrap();
            (one.record.token_version, token.expose_secret().to_owned())
        });
        held.collect()
    }
}

#[tokio::test]
async fn what_comes_together_is_read_and_stored_in_one_transaction() {
    Five::each(async |five| {
        let loaded = five.load().await;
        assert_eq!(five.world.statements.count("BEGIN to read"), 1);
        let kept = five.store_answer(&loaded).await;
        assert!(kept.iter().all(|one| matches!(one, Ok(Verdict::Fine))));
        assert_eq!(five.world.statements.count("BEGIN to write"), 1);
        assert_eq!(five.held().await, vec![(2, "second".to_owned()); 5]);
        // Once more, from input that is outdated by now.
        let kept = five.store_answer(&loaded).await;
        let outdated = |one: &Result<_, _>| matches!(one, Ok(Verdict::Superseded));
        assert!(kept.iter().all(outdated), "{kept:?}");
    })
    .await;
}

/// security.md 25: one row of several can't be written.
#[tokio::test]
async fn s25_one_that_can_not_be_stored_holds_up_no_other() {
    Five::each(async |five| {
        let loaded = five.load().await;
        five.world.make_tokens_unwritable_of("b%").await;
        let kept = five.store_answer(&loaded).await;
        let fine: Vec<bool> = kept.iter().map(Result::is_ok).collect();
        assert_eq!(fine, [true, false, true, true, true]);
        five.world.make_tokens_writable().await;
        let second = (2, "second".to_owned());
        let expected = [true, false, true, true, true].map(|fine| match fine {
            true => second.clone(),
            false => (1, "first".to_owned()),
        });
        assert_eq!(five.held().await, expected);
        // The one is stored as soon as that is possible.
        let kept = five.store_answer(&loaded).await;
        assert!(matches!(kept.as_slice(), [_, Ok(Verdict::Fine), ..]));
        assert_eq!(five.held().await, vec![second; 5]);
    })
    .await;
}

/// security.md 37: one secret of several can't be read.
#[tokio::test]
async fn s37_one_that_can_not_be_read_holds_up_no_other() {
    Five::each(async |five| {
        let damaged = format!(
            "UPDATE credentials SET nonce = ciphertext WHERE purpose = 'connection.refresh_token' \
             AND owner_id = {}",
            five.world.uuid(five.ids[1].0)
        );
        assert_eq!(five.world.past(&damaged).await, 1);
        let loaded = five.load().await;
        let readable: Vec<bool> = loaded.iter().map(|one| one.refresh_token.is_ok()).collect();
        assert_eq!(readable, [true, false, true, true, true]);
        assert!(loaded.iter().all(|one| one.client_secret.is_ok()));
    })
    .await;
}

/// The same for an app's row: the connections of another app continue.
#[tokio::test]
async fn s37_an_app_that_can_not_be_read_holds_up_no_other() {
    Five::each(async |five| {
        let owner = five.world.owner("acme").await;
        let other = five.world.app(&owner, "reviews").await;
        let given = Given {
            subdomain: "foxtrot".parse().unwrap(),
            access_token: "first".into(),
            refresh_token: "first".into(),
            expires_at: owner.now().plus(Span::hours(1)),
        };
        connect_all(&owner, &other, [given]).await.unwrap();
        let tx = owner.read().await.unwrap();
        let subdomain = "foxtrot".parse().unwrap();
        let foxtrot = crate::records::find::find(&tx, other.id, &subdomain);
        let foxtrot = foxtrot.await.unwrap().unwrap().id;
        drop(tx);
        let ruined = "UPDATE apps SET basic_encoding = 'nonsense' WHERE slug = 'reviews'";
        assert_eq!(five.world.past(ruined).await, 1);
        let all = five.ids.iter().copied().chain([foxtrot]);
        let loaded = join_all(all.map(|id| load(&five.scope, id))).await;
        let readable: Vec<bool> = loaded.iter().map(Result::is_ok).collect();
        assert_eq!(readable, [true, true, true, true, true, false]);
    })
    .await;
}
