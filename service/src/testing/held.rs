//! The stored state of all connections.

use super::World;
use crate::{
    core::services::Services, encryption::Purpose, entity::connection, records::connection::Record,
    tenancy::TenantScope,
};
use domain::{health::Health, ids::TenantId, subdomain::Subdomain};
use secrecy::SecretString;

/// A connection, according to its row and its sealed tokens.
pub struct Held {
    /// The account.
    pub subdomain: Subdomain,
    /// Its health, without faults of the app.
    pub health: Health,
    /// 1 after [`fill::connect_all`](super::fill::connect_all); one more for each new token.
    pub token_version: i64,
    /// Whether its lease is taken.
    pub leased: bool,
    /// The access token.
    pub access_token: Option<SecretString>,
    /// The refresh token.
    pub refresh_token: Option<SecretString>,
}

impl World {
    /// All connections of a tenant with their tokens, opened with the keys of `services`.
    pub async fn held(&self, services: &Services, tenant: TenantId) -> Vec<Held> {
        let tx = TenantScope::new(services, tenant).read().await.unwrap();
        let rows = tx.all::<connection::Entity>().all(&*tx).await.unwrap();
        let mut held = Vec::new();
        for row in rows {
            let leased = row.lease_until.0 > 0;
            let record = Record::try_from(row).unwrap();
            let open = |purpose| services.vault().open(&tx, purpose, record.id.0);
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
