//! Many connections at once, and what is held of them.

use super::World;
use crate::{
    actor::Actor, apps::App, connections::record::Record, entity::connection, services::Services,
    tenant_scope::TenantScope, vault::Purpose,
};
use domain::{
    health::Health,
    ids::TenantId,
    subdomain::Subdomain,
    time::{Span, Timestamp},
    token,
};
use secrecy::SecretString;

/// How many connections go into one transaction.
const BATCH: usize = 250;

/// What Gorgias gave for an account.
pub struct Given {
    /// The account.
    pub subdomain: Subdomain,
    /// The access token.
    pub access_token: SecretString,
    /// The refresh token.
    pub refresh_token: SecretString,
    /// When the access token runs out.
    pub expires_at: Timestamp,
}

/// A connection as its row and its sealed tokens say.
pub struct Held {
    /// The account.
    pub subdomain: Subdomain,
    /// Its health, but for faults of the app.
    pub health: Health,
    /// 1 after [`World::fill`]; one more for each new token.
    pub token_version: i64,
    /// Whether somebody holds its lease.
    pub leased: bool,
    /// The access token.
    pub access_token: Option<SecretString>,
    /// The refresh token.
    pub refresh_token: Option<SecretString>,
}

impl World {
    /// Puts connections in as if each account had been checked an hour ago.
    /// None is due before the check interval ends.
    pub async fn fill(&self, actor: &Actor, app: &App, accounts: Vec<Given>) {
        let services = &self.services;
        let (now, interval) = (services.now(), services.config.check_interval);
        let mut accounts = accounts.into_iter().peekable();
        while accounts.peek().is_some() {
            let tx = actor.write().await.unwrap();
            for account in accounts.by_ref().take(BATCH) {
                let mut record = Record::offered(services, app.id, account.subdomain);
                record.proven(now.minus(Span::hours(1)));
                record.renewable = true;
                record.granted = app.requested.clone();
                record.access_expires_at = Some(account.expires_at);
                record.due_at = Some(now.plus(interval));
                record.overdue_at = Some(token::overdue_at(now, interval));
                record.token_version = 1;
                record.health = Health::own(&record.condition(None), now);
                record.strip = record.strip.record(now.day(), None, record.health);
                record.insert(&tx).await.unwrap();
                for (purpose, secret) in [
                    (Purpose::ConnectionAccessToken, account.access_token),
                    (Purpose::ConnectionRefreshToken, account.refresh_token),
                ] {
                    let id = record.id.0;
                    let sealed = services.vault.seal(services, &tx, purpose, id, &secret);
                    sealed.await.unwrap();
                }
            }
            tx.commit().await.unwrap();
        }
    }

    /// All connections of a tenant with their tokens, opened with the keys of `services`.
    pub async fn held(&self, services: &Services, tenant: TenantId) -> Vec<Held> {
        let tx = TenantScope::new(services, tenant).read().await.unwrap();
        let rows = tx.all::<connection::Entity>().all(&*tx).await.unwrap();
        let mut held = Vec::new();
        for row in rows {
            let leased = row.lease_until > 0;
            let record = Record::try_from(row).unwrap();
            let open = |purpose| services.vault.open(&tx, purpose, record.id.0);
            held.push(Held {
                access_token: open(Purpose::ConnectionAccessToken).await.unwrap(),
                refresh_token: open(Purpose::ConnectionRefreshToken).await.unwrap(),
                health: Health::own(&record.condition(None), services.now()),
                token_version: record.token_version,
                subdomain: record.subdomain,
                leased,
            });
        }
        held
    }
}
