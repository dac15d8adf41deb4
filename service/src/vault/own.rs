//! A secret of the installation itself, which belongs to no tenant: sealed
//! under the installation's data key, which is never removed.

use super::{
    Vault,
    data_keys::{active, named},
};
use crate::{
    core::{database::Transaction, error::InternalError, services::Services},
    encryption::{
        VaultError,
        seal::{FORMAT, context},
    },
};
use domain::ids::DataKeyId;
use sea_orm::ConnectionTrait;
use secrecy::{ExposeSecret, SecretString};

/// The columns that hold the sealed secret.
#[derive(Clone)]
pub(crate) struct SealedOwn {
    pub data_key: DataKeyId,
    pub nonce: Vec<u8>,
    pub ciphertext: Vec<u8>,
}

impl Vault {
    /// Seals a secret for `purpose`, which never changes.
    pub(crate) async fn seal_own(
        &self,
        services: &Services,
        tx: &Transaction,
        purpose: &str,
        secret: &SecretString,
    ) -> Result<SealedOwn, InternalError> {
        // The first start makes the key.
        let row = active(tx, None).await?.ok_or_else(|| {
            InternalError::inconsistent("data_keys", "tenant_id", "of the installation")
        })?;
        let key = self.unwrap(&row).await?;
        self.count(tx, key.id, 1).await?;
        let sealed = key
            .key
            .seal(
                &*services.random,
                &own_context(purpose, key.id),
                secret.expose_secret().as_bytes(),
            )
            .map_err(|_| VaultError::NotSealed)?;
        Ok(SealedOwn {
            data_key: key.id,
            nonce: sealed.nonce.to_vec(),
            ciphertext: sealed.ciphertext,
        })
    }

    /// The secret that was sealed for `purpose`; `None` if it was changed,
    /// moved or planted.
    pub(crate) async fn open_own(
        &self,
        db: &impl ConnectionTrait,
        purpose: &str,
        sealed: &SealedOwn,
    ) -> Result<Option<SecretString>, InternalError> {
        let Some(row) = named(db, None, sealed.data_key).await? else {
            return Ok(None);
        };
        let key = self.unwrap(&row).await?.key;
        let context = own_context(purpose, sealed.data_key);
        Ok(key
            .open_text(&context, &sealed.nonce, &sealed.ciphertext)
            .ok())
    }
}

fn own_context(purpose: &str, data_key: DataKeyId) -> Vec<u8> {
    context(&[
        b"installation",
        purpose.as_bytes(),
        data_key.0.as_bytes(),
        &FORMAT.to_be_bytes(),
    ])
}
