//! Secrets that live for minutes: those that a page shows once, and the content
//! of forms whose session ended. Each is sealed under a key of its own, derived
//! from the installation's data key (HKDF-Expand, RFC 5869 2.3). So they don't
//! count as encryptions of that key, however many there are.

use super::{
    Vault,
    data_keys::{DataKey, keys_of},
};
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    encryption::{
        VaultError,
        seal::{FORMAT, KEY_LENGTH, Key, context},
    },
    entity::data_key,
    host::random::Random,
};
use domain::ids::DataKeyId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Length of the salt that makes the keys of two secrets differ, in bytes.
const SALT_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 12;
const ID_LENGTH: usize = 16;

/// The purpose of such a secret. Its code is authenticated, so it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BriefPurpose {
    /// The result of a form, which is shown for two minutes.
    FormResult,
    /// The content of a form whose session has ended.
    FormDraft,
    /// Who gave their password and has to show their second factor.
    SecondStep,
    /// The challenge that a passkey answers.
    PasskeyChallenge,
}

impl BriefPurpose {
    const fn code(self) -> &'static [u8] {
        match self {
            Self::FormResult => b"form.result",
            Self::FormDraft => b"form.draft",
            Self::SecondStep => b"sign_in.second_step",
            Self::PasskeyChallenge => b"passkey.challenge",
        }
    }
}

impl Vault {
    /// Seals a secret that is needed for minutes. The same `bound` is needed to open it.
    pub(crate) async fn seal_briefly(
        &self,
        services: &Services,
        purpose: BriefPurpose,
        bound: &[&[u8]],
        plain: &[u8],
    ) -> Result<Vec<u8>, InternalError> {
        let newest: Option<data_key::Model> = keys_of(None).row(services.db.read()).await?;
        let newest = newest.ok_or(VaultError::NotSealed)?;
        let DataKey { id, key } = self.unwrap(&newest).await?;
        Ok(seal(&*services.random, id, &key, purpose, bound, plain)?)
    }

    /// The secret that was sealed for the same purpose and with the same
    /// `bound`; `None` if it was sealed for others, or was changed since.
    pub(crate) async fn open_briefly(
        &self,
        services: &Services,
        purpose: BriefPurpose,
        bound: &[&[u8]],
        sealed: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, InternalError> {
        let Some((id, rest)) = sealed.split_first_chunk::<ID_LENGTH>() else {
            return Ok(None);
        };
        let id = DataKeyId(Uuid::from_bytes(*id));
        let Some(key) = self.journal_key_named(services, id).await? else {
            return Ok(None);
        };
        Ok(open(id, key.key(), purpose, bound, rest))
    }
}

/// Gives id of the data key, salt, nonce and ciphertext.
fn seal(
    random: &dyn Random,
    id: DataKeyId,
    key: &Key,
    purpose: BriefPurpose,
    bound: &[&[u8]],
    plain: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let mut salt = [0; SALT_LENGTH];
    random.fill(&mut salt);
    let sealed = derive(key, purpose, &salt)?
        .seal(random, &all(id, purpose, bound), plain)
        .map_err(|_| VaultError::NotSealed)?;
    Ok([
        id.0.as_bytes().as_slice(),
        &salt,
        &sealed.nonce,
        &sealed.ciphertext,
    ]
    .concat())
}

fn open(
    id: DataKeyId,
    key: &Key,
    purpose: BriefPurpose,
    bound: &[&[u8]],
    rest: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let (salt, rest) = rest.split_first_chunk::<SALT_LENGTH>()?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LENGTH>()?;
    derive(key, purpose, salt)
        .ok()?
        .open(&all(id, purpose, bound), nonce, ciphertext)
        .ok()
}

/// The data key is uniformly random, so no extract step is needed (RFC 5869
/// 3.3); one block is as long as the key.
fn derive(key: &Key, purpose: BriefPurpose, salt: &[u8]) -> Result<Key, VaultError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes().as_slice())
        .map_err(|_| VaultError::NotSealed)?;
    mac.update(&context(&[b"brief", purpose.code(), salt]));
    mac.update(&[1]);
    let mut derived = Zeroizing::new([0; KEY_LENGTH]);
    derived.copy_from_slice(&mac.finalize().into_bytes());
    Ok(Key::new(derived))
}

fn all(id: DataKeyId, purpose: BriefPurpose, bound: &[&[u8]]) -> Vec<u8> {
    let format = FORMAT.to_be_bytes();
    let mut parts: Vec<&[u8]> = vec![purpose.code(), id.0.as_bytes(), &format];
    parts.extend_from_slice(bound);
    context(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// security.md 38, 39
    #[tokio::test]
    async fn what_is_sealed_briefly_opens_for_its_purpose_and_owner_alone() {
        testing::on_each_database(async |world| {
            let services = &world.services;
            let vault = services.vault();
            let bound: [&[u8]; 2] = [b"session", b"page"];
            let sealed = vault
                .seal_briefly(services, BriefPurpose::FormResult, &bound, b"canary-brief")
                .await
                .unwrap();
            assert!(!sealed.windows(6).any(|w| w == b"canary"));
            let open = async |purpose, bound: &[&[u8]], sealed: &[u8]| {
                let opened = vault.open_briefly(services, purpose, bound, sealed).await;
                opened.unwrap().map(|plain| plain.to_vec())
            };
            let opened = open(BriefPurpose::FormResult, &bound, &sealed).await;
            assert_eq!(opened.as_deref(), Some(&b"canary-brief"[..]));
            assert_eq!(open(BriefPurpose::FormDraft, &bound, &sealed).await, None);
            let other: [&[u8]; 2] = [b"other", b"page"];
            assert_eq!(open(BriefPurpose::FormResult, &other, &sealed).await, None);
            for at in [0, 20, 50, sealed.len() - 1] {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                assert_eq!(open(BriefPurpose::FormResult, &bound, &changed).await, None);
                assert_eq!(
                    open(BriefPurpose::FormResult, &bound, &sealed[..at]).await,
                    None
                );
            }
            let twice = vault
                .seal_briefly(services, BriefPurpose::FormResult, &bound, b"canary-brief")
                .await
                .unwrap();
            assert_ne!(sealed[ID_LENGTH..], twice[ID_LENGTH..], "a key each");
            // Another process, which was started after a new installation key was made.
            let later = world.second_process().await;
            let opened = later
                .vault()
                .open_briefly(&later, BriefPurpose::FormResult, &bound, &sealed)
                .await
                .unwrap();
            assert_eq!(**opened.as_ref().unwrap(), *b"canary-brief");
        })
        .await;
    }
}
