//! Rows of authorizations: counts them, and stores them as the previous version did.

use super::World;
use crate::{
    core::digest::digest,
    entity::authorization::{ActiveModel, Entity},
    tenancy::TenantScope,
    vault::carried::{STATE_LIFE, derived},
};
use domain::ids::{AppId, TenantId};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};
use secrecy::{ExposeSecret, SecretString};

impl World {
    /// How many rows a tenant has.
    pub async fn authorizations(&self, tenant: TenantId) -> u64 {
        let scope = TenantScope::new(&self.services, tenant);
        let tx = scope.read().await.unwrap();
        tx.all::<Entity>().count(&*tx).await.unwrap()
    }

    /// Stores an installation as the previous version began it. Gives the nonce
    /// that it sent to Gorgias.
    pub async fn begun_by_the_version_before(
        &self,
        app: (TenantId, AppId),
        account: &str,
        state: &SecretString,
        browser: &SecretString,
    ) -> String {
        let now = self.services.now();
        let row = ActiveModel {
            id: Set(self.services.new_id()),
            tenant_id: Set(app.0),
            app_id: Set(app.1),
            subdomain: Set(account.parse().unwrap()),
            state_hash: Set(digest("state", state)),
            browser_hash: Set(digest("browser", browser)),
            origin: Set("install".to_owned()),
            requested_scopes: Set("offline openid".parse().unwrap()),
            created_at: Set(now),
            expires_at: Set(now.plus(STATE_LIFE)),
            ..Default::default()
        };
        let tx = TenantScope::new(&self.services, app.0)
            .write()
            .await
            .unwrap();
        Entity::insert(row)
            .exec_without_returning(&*tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        derived(browser, "nonce", state).expose_secret().to_owned()
    }
}
