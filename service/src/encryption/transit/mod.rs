//! Data keys wrapped by the transit engine of HashiCorp Vault or OpenBao, over
//! its HTTP API: `POST /v1/{mount}/encrypt/{key}` and `…/decrypt/{key}`.
//!
//! The service's own `rewrap` takes no associated data. So to move a data key
//! to a newer version, it is unwrapped and wrapped again.

mod answer;
mod client;
mod config;

pub use client::Limits;
pub use config::{TokenSource, TransitConfig, TransitConfigError};

use super::{
    key_service::{DataKeyBytes, KeyOwner, KeyService, KeyServiceError, Trouble, Wrapped},
    seal::KEY_LENGTH,
};
use crate::host::{clock::Clock, random::Random};
use answer::{ciphertext, is_ciphertext, plaintext};
use async_trait::async_trait;
use base64::{Engine, prelude::BASE64_STANDARD};
use client::{Client, Failed};
use domain::ids::DataKeyId;
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// One key of a transit engine.
pub struct TransitKeys {
    id: String,
    shown: String,
    client: Client,
}

#[derive(Serialize)]
struct Encrypt<'a> {
    plaintext: &'a str,
    associated_data: String,
}

#[derive(Serialize)]
struct Decrypt<'a> {
    ciphertext: &'a str,
    associated_data: String,
}

/// Whether a service may be asked that failed a moment ago.
#[derive(Clone, Copy)]
enum When {
    Rested,
    Now,
}

impl TransitKeys {
    /// A client for the key.
    ///
    /// # Errors
    /// If TLS can't be set up, for example because a certificate is invalid.
    pub fn new(config: TransitConfig, clock: Arc<dyn Clock>) -> Result<Self, TransitConfigError> {
        Self::with(config, clock, Limits::default())
    }

    /// As [`Self::new`], with limits.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with(
        config: TransitConfig,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Result<Self, TransitConfigError> {
        Ok(Self {
            id: config.id(),
            shown: config.shown(),
            client: Client::new(config, clock, limits)?,
        })
    }

    /// The name of its key in `data_keys`.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn associated_data(&self, owner: &KeyOwner) -> String {
        BASE64_STANDARD.encode(owner.associated_data(&self.id))
    }

    fn error(&self, failed: Failed) -> KeyServiceError {
        match failed {
            Failed::NotOpened => KeyServiceError::NotOpened,
            Failed::Trouble(trouble) => KeyServiceError::Trouble {
                service: self.shown.clone(),
                trouble,
            },
        }
    }

    async fn encrypt(
        &self,
        when: When,
        owner: &KeyOwner,
        key: &DataKeyBytes,
    ) -> Result<Wrapped, Failed> {
        // Large enough, so that growing leaves no copy behind.
        let mut text = Zeroizing::new(String::with_capacity(KEY_LENGTH * 4 / 3 + 4));
        BASE64_STANDARD.encode_string(key.as_slice(), &mut text);
        let body = Encrypt {
            plaintext: &text,
            associated_data: self.associated_data(owner),
        };
        let answer = match when {
            When::Rested => self.client.encrypt(&body).await?,
            When::Now => self.client.encrypt_now(&body).await?,
        };
        Ok(Wrapped {
            key_id: self.id.clone(),
            nonce: Vec::new(),
            ciphertext: ciphertext(&answer)?.into_bytes(),
        })
    }

    async fn decrypt(
        &self,
        when: When,
        owner: &KeyOwner,
        wrapped: &Wrapped,
    ) -> Result<DataKeyBytes, Failed> {
        // The service isn't asked about text that it can't have written.
        let ciphertext = std::str::from_utf8(&wrapped.ciphertext)
            .ok()
            .filter(|text| wrapped.nonce.is_empty() && is_ciphertext(text))
            .ok_or(Failed::NotOpened)?;
        let body = Decrypt {
            ciphertext,
            associated_data: self.associated_data(owner),
        };
        let answer = match when {
            When::Rested => self.client.decrypt(&body).await?,
            When::Now => self.client.decrypt_now(&body).await?,
        };
        plaintext(&answer)
    }

    /// Tries both before any data key depends on it: with a token that may
    /// encrypt but not decrypt, nothing could be read at the next start.
    async fn try_out(&self, random: &dyn Random) -> Result<Option<u32>, Failed> {
        let owner = |n| KeyOwner {
            tenant: None,
            data_key: DataKeyId(Uuid::from_u128(n)),
        };
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        random.fill(key.as_mut());
        let wrapped = self.encrypt(When::Now, &owner(1), &key).await?;
        match self.decrypt(When::Now, &owner(1), &wrapped).await {
            Ok(back) if back == key => (),
            Ok(_) | Err(Failed::NotOpened) => return Err(Trouble::Nonsense.into()),
            Err(failed) => return Err(failed),
        }
        match self.decrypt(When::Now, &owner(2), &wrapped).await {
            Err(Failed::NotOpened) => Ok(wrapped.version()),
            Ok(_) => Err(Trouble::NotBound.into()),
            Err(failed) => Err(failed),
        }
    }
}

#[async_trait]
impl KeyService for TransitKeys {
    fn ids(&self) -> Vec<String> {
        vec![self.id.clone()]
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn prove(&self, random: &dyn Random) -> Result<Option<u32>, KeyServiceError> {
        self.try_out(random).await.map_err(|e| self.error(e))
    }

    async fn wrap(
        &self,
        _: &dyn Random,
        owner: &KeyOwner,
        key: &DataKeyBytes,
    ) -> Result<Wrapped, KeyServiceError> {
        let wrapped = self.encrypt(When::Rested, owner, key).await;
        wrapped.map_err(|e| self.error(e))
    }

    async fn unwrap(
        &self,
        owner: &KeyOwner,
        wrapped: &Wrapped,
    ) -> Result<DataKeyBytes, KeyServiceError> {
        let key = self.decrypt(When::Rested, owner, wrapped).await;
        key.map_err(|e| self.error(e))
    }
}
