//! What measurements need of the vault: very many secrets at once, and its cipher by itself.

use super::{
    Purpose, Vault, VaultError,
    credentials::credential_context,
    seal::{FORMAT, Key},
};
use crate::{
    entity::credential, error::Fault, random::SystemRandom, services::Services, tenant_scope::Tx,
};
use domain::ids::{DataKeyId, TenantId};
use sea_orm::{ActiveValue::Set, EntityTrait};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

impl Vault {
    /// Keeps the first secrets of many owners: what [`Vault::seal`] does for
    /// one, with one statement for all.
    pub(crate) async fn seal_many(
        &self,
        services: &Services,
        tx: &Tx,
        secrets: &[(Uuid, Purpose, SecretString)],
    ) -> Result<(), Fault> {
        let tenant = tx.tenant();
        let data_key = self.encrypting_key(services, tx, tenant).await?;
        let mut rows = Vec::with_capacity(secrets.len());
        for (owner, purpose, secret) in secrets {
            let context = credential_context(tenant, purpose.code(), *owner, data_key.id, FORMAT);
            let sealed = data_key
                .key
                .seal(
                    &*services.random,
                    &context,
                    secret.expose_secret().as_bytes(),
                )
                .map_err(|_| VaultError::NotSealed)?;
            rows.push(credential::ActiveModel {
                tenant_id: Set(tenant.0),
                owner_id: Set(*owner),
                purpose: Set(purpose.code().to_owned()),
                data_key_id: Set(data_key.id.0),
                format: Set(FORMAT),
                nonce: Set(sealed.nonce.to_vec()),
                ciphertext: Set(sealed.ciphertext),
                updated_at: Set(services.now().0),
                set_aside_at: Set(None),
            });
        }
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        self.count(tx, data_key.id, count).await?;
        credential::Entity::insert_many(rows)
            .exec_without_returning(&**tx)
            .await?;
        Ok(())
    }
}

/// What a secret goes through on its way into a row and out again, without the row.
pub struct Cipher {
    key: Key,
    tenant: TenantId,
    owner: Uuid,
    data_key: DataKeyId,
}

impl Cipher {
    /// A key of its own.
    pub fn new() -> Self {
        Self {
            key: Key::generate(&SystemRandom),
            tenant: TenantId(Uuid::from_u128(1)),
            owner: Uuid::from_u128(2),
            data_key: DataKeyId(Uuid::from_u128(3)),
        }
    }

    /// Seals and opens again.
    ///
    /// # Errors
    /// Never, or the vault is broken.
    pub fn there_and_back(&self, secret: &SecretString) -> Result<SecretString, VaultError> {
        let purpose = Purpose::ConnectionAccessToken;
        let unreadable = VaultError::Unreadable {
            owner: self.owner,
            purpose,
        };
        let context = || {
            credential_context(
                self.tenant,
                purpose.code(),
                self.owner,
                self.data_key,
                FORMAT,
            )
        };
        let sealed = self
            .key
            .seal(&SystemRandom, &context(), secret.expose_secret().as_bytes())
            .map_err(|_| VaultError::NotSealed)?;
        self.key
            .open_text(&context(), &sealed.nonce, &sealed.ciphertext)
            .map_err(|_| unreadable)
    }
}

impl Default for Cipher {
    fn default() -> Self {
        Self::new()
    }
}
