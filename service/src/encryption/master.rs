//! Master keys, the only secret in the settings. They wrap data keys.

use super::{
    key_service::{DataKeyBytes, KeyOwner, KeyService, KeyServiceError, Wrapped},
    seal::{KEY_LENGTH, Key},
};
use crate::host::random::Random;
use async_trait::async_trait;
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// Padding may be missing: settings files often lose it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The keys in the order of the settings. The first wraps, all unwrap.
pub struct MasterKeys(Vec<MasterKey>);

struct MasterKey {
    id: String,
    key: Key,
}

/// The text does not hold usable master keys. No message shows a part of a key,
/// or gives advice that could lose one: with a lost key, everything that it
/// sealed is lost.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeysError {
    /// There is no key at all.
    #[error(
        "MOORING_MASTER_KEYS is empty, and secrets are never kept without a key; set the keys of this installation, or for a new one what `mooring keys generate` prints"
    )]
    Missing,
    /// An entry is not `id:base64`.
    #[error(
        "entry {position} of MOORING_MASTER_KEYS is not “id:key”; copy the whole line that `mooring keys generate` printed when the key was made"
    )]
    Malformed {
        /// Counted from 1.
        position: usize,
    },
    /// Two entries without anything between them.
    #[error(
        "entry {position} of MOORING_MASTER_KEYS holds more than one key; put a comma or a line break between two keys"
    )]
    NotSeparated {
        /// Counted from 1.
        position: usize,
    },
    /// An id has other characters than allowed, or is too long.
    #[error(
        "the id of entry {position} of MOORING_MASTER_KEYS is not 1 to 40 letters, digits, hyphens and underscores; write it as it was when the key was made"
    )]
    BadId {
        /// Counted from 1.
        position: usize,
    },
    /// The key is not base64.
    #[error(
        "key “{id}” of MOORING_MASTER_KEYS is not base64; copy it again from where it is kept safe"
    )]
    NotBase64 {
        /// The key's id.
        id: String,
    },
    /// The key has the wrong length.
    #[error(
        "key “{id}” of MOORING_MASTER_KEYS has {bytes} bytes instead of 32; copy it again, as a whole, from where it is kept safe"
    )]
    WrongLength {
        /// The key's id.
        id: String,
        /// Its length in bytes.
        bytes: usize,
    },
    /// The key is all zeros.
    #[error(
        "key “{id}” of MOORING_MASTER_KEYS is all zeros and protects nothing; set the real one, or for a new installation what `mooring keys generate` prints"
    )]
    Weak {
        /// The key's id.
        id: String,
    },
    /// Two different keys have the same id.
    #[error(
        "MOORING_MASTER_KEYS has two different keys with the id “{id}”; keep both in a safe place, set one of them, and `mooring check` says whether it is the right one"
    )]
    Double {
        /// The id.
        id: String,
    },
}

impl MasterKeys {
    /// Reads `id:base64(32 bytes)`, separated by commas or line breaks. Empty
    /// entries and comments (from `#` to the end of a line) are ignored.
    ///
    /// # Errors
    /// If there is none, or one is not usable; names the entry and the remedy.
    pub fn parse(text: &SecretString) -> Result<Self, MasterKeysError> {
        let entries = text
            .expose_secret()
            .split(['\n', '\r'])
            // Neither ids nor base64 contain this character.
            .filter_map(|line| line.split('#').next())
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let mut keys: Vec<MasterKey> = Vec::new();
        for (position, entry) in (1..).zip(entries) {
            let key = MasterKey::parse(position, entry)?;
            match keys.iter().find(|k| k.id == key.id) {
                None => keys.push(key),
                Some(same) if same.key.bytes() == key.key.bytes() => (),
                Some(_) => return Err(MasterKeysError::Double { id: key.id }),
            }
        }
        if keys.is_empty() {
            return Err(MasterKeysError::Missing);
        }
        Ok(Self(keys))
    }

    /// A new key as `id:base64`, to be put first in the settings.
    pub fn generate(random: &dyn Random) -> SecretString {
        let mut id = [0; 4];
        random.fill(&mut id);
        let mut text = format!("key-{:08x}:", u32::from_be_bytes(id));
        text.reserve_exact(KEY_LENGTH * 4 / 3 + 4);
        BASE64.encode_string(Key::generate(random).bytes(), &mut text);
        SecretString::from(text)
    }

    /// The ids, in order. They are not secret.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|k| k.id.as_str())
    }

    /// The key with this id.
    fn get(&self, id: &str) -> Option<&Key> {
        self.0.iter().find(|k| k.id == id).map(|k| &k.key)
    }
}

#[async_trait]
impl KeyService for MasterKeys {
    fn ids(&self) -> Vec<String> {
        Self::ids(self).map(str::to_owned).collect()
    }

    /// The keys were checked when they were read.
    async fn prove(&self, _: &dyn Random) -> Result<Option<u32>, KeyServiceError> {
        Ok(None)
    }

    async fn wrap(
        &self,
        random: &dyn Random,
        owner: &KeyOwner,
        key: &DataKeyBytes,
    ) -> Result<Wrapped, KeyServiceError> {
        // There is at least one, and 32 bytes can always be encrypted.
        let master = self.0.first().ok_or(KeyServiceError::NotOpened)?;
        let sealed = master
            .key
            .seal(random, &owner.associated_data(&master.id), key.as_slice())
            .map_err(|_| KeyServiceError::NotOpened)?;
        Ok(Wrapped {
            key_id: master.id.clone(),
            nonce: sealed.nonce.to_vec(),
            ciphertext: sealed.ciphertext,
        })
    }

    async fn unwrap(
        &self,
        owner: &KeyOwner,
        wrapped: &Wrapped,
    ) -> Result<DataKeyBytes, KeyServiceError> {
        let context = owner.associated_data(&wrapped.key_id);
        self.get(&wrapped.key_id)
            .and_then(|key| key.open(&context, &wrapped.nonce, &wrapped.ciphertext).ok())
            .and_then(|bytes| Key::from_bytes(&bytes))
            .map(Key::into_bytes)
            .ok_or(KeyServiceError::NotOpened)
    }
}

impl MasterKey {
    fn parse(position: usize, entry: &str) -> Result<Self, MasterKeysError> {
        let (id, key) = entry
            .trim()
            .split_once(':')
            .ok_or(MasterKeysError::Malformed { position })?;
        let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !(1..=40).contains(&id.len()) || !id.bytes().all(good) {
            return Err(MasterKeysError::BadId { position });
        }
        let id = id.to_owned();
        let key = key.trim();
        if key.contains([':', ';']) || key.contains(char::is_whitespace) {
            return Err(MasterKeysError::NotSeparated { position });
        }
        let bytes = match BASE64.decode(key) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(_) => return Err(MasterKeysError::NotBase64 { id }),
        };
        if !bytes.is_empty() && bytes.iter().all(|b| *b == 0) {
            return Err(MasterKeysError::Weak { id });
        }
        match Key::from_bytes(&bytes) {
            Some(key) => Ok(Self { id, key }),
            None => Err(MasterKeysError::WrongLength {
                id,
                bytes: bytes.len(),
            }),
        }
    }
}

/// Shows only the ids.
impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::random::SystemRandom;

    fn parse(text: &str) -> Result<MasterKeys, MasterKeysError> {
        MasterKeys::parse(&SecretString::from(text))
    }

    fn encoded(byte: u8, length: usize) -> String {
        BASE64.encode(vec![byte; length])
    }

    #[test]
    fn generated_keys_parse_and_differ() {
        let one = MasterKeys::generate(&SystemRandom);
        let two = MasterKeys::generate(&SystemRandom);
        assert_ne!(one.expose_secret(), two.expose_secret());
        let both = parse(&format!("{},{}", one.expose_secret(), two.expose_secret())).unwrap();
        let id = one.expose_secret().split_once(':').unwrap().0;
        assert_eq!(both.ids().next(), Some(id), "the first one wraps");
        assert!(both.ids().all(|id| both.get(id).is_some()), "all unwrap");
        assert!(both.get("other").is_none());
    }

    #[test]
    fn spaces_line_ends_and_lost_padding_are_forgiven() {
        let keys = parse(&format!(
            " a:{} ,\n b_2:{}\n",
            encoded(1, 32),
            encoded(2, 32).trim_end_matches('=')
        ))
        .unwrap();
        assert_eq!(keys.ids().collect::<Vec<_>>(), ["a", "b_2"]);
    }

    /// security.md 88: one key on each line, as `keys generate >> file` writes them.
    #[test]
    fn s88_keys_stand_on_lines_of_their_own_too() {
        let (one, two) = (encoded(1, 32), encoded(2, 32));
        for text in [
            format!("a:{one}\nb:{two}\n"),
            format!("a:{one}\r\n\r\nb:{two}\r\n"),
            format!("# since May\na:{one}, # the newer one\n\tb:{two}"),
            format!("a:{one},b:{two},"),
            format!("a:{one}\na:{one}\nb:{two}"),
        ] {
            let keys = parse(&text).unwrap();
            assert_eq!(keys.ids().collect::<Vec<_>>(), ["a", "b"], "{text}");
        }
    }

    /// A person who follows a message still has the keys afterwards.
    #[test]
    fn s88_no_message_leads_to_the_loss_of_a_key() {
        let (one, two) = (encoded(1, 32), encoded(2, 32));
        for text in [
            format!("a:{one} b:{two}"),
            format!("a:{one};b:{two}"),
            format!("a:{one}b:{two}"),
        ] {
            let found = parse(&text).unwrap_err();
            assert_eq!(found, MasterKeysError::NotSeparated { position: 1 });
            assert!(found.to_string().contains("put a comma"), "{found}");
        }
        for text in [
            format!("a:{one},b"),
            "a:!!!".to_owned(),
            format!("a:{}", &one[..20]),
            format!("a:{one},a:{two}"),
            format!("a b:{one}"),
        ] {
            let found = parse(&text).unwrap_err().to_string();
            for harm in ["remove", "new installation", "run `mooring keys generate`"] {
                assert!(!found.contains(harm), "{found}");
            }
        }
    }

    /// Security 40: missing, wrong and short keys.
    #[test]
    fn s40_unusable_keys_are_refused_with_a_remedy_and_without_their_text() {
        let good = encoded(1, 32);
        let secret = encoded(9, 31);
        for (text, error) in [
            (String::new(), MasterKeysError::Missing),
            ("  \n".into(), MasterKeysError::Missing),
            (good.clone(), MasterKeysError::Malformed { position: 1 }),
            (
                format!("a:{good},b"),
                MasterKeysError::Malformed { position: 2 },
            ),
            (" # none \n,".into(), MasterKeysError::Missing),
            (format!(":{good}"), MasterKeysError::BadId { position: 1 }),
            (
                format!("a b:{good}"),
                MasterKeysError::BadId { position: 1 },
            ),
            (
                "a:!!!".into(),
                MasterKeysError::NotBase64 { id: "a".into() },
            ),
            (
                "a:".into(),
                MasterKeysError::WrongLength {
                    id: "a".into(),
                    bytes: 0,
                },
            ),
            (
                format!("a:{secret}"),
                MasterKeysError::WrongLength {
                    id: "a".into(),
                    bytes: 31,
                },
            ),
            (
                format!("a:{}", encoded(9, 33)),
                MasterKeysError::WrongLength {
                    id: "a".into(),
                    bytes: 33,
                },
            ),
            (
                format!("a:{}", encoded(0, 32)),
                MasterKeysError::Weak { id: "a".into() },
            ),
            (
                format!("a:{good},a:{}", encoded(2, 32)),
                MasterKeysError::Double { id: "a".into() },
            ),
        ] {
            let found = parse(&text).unwrap_err();
            assert_eq!(found, error);
            let shown = format!("{found} {found:?}");
            assert!(
                !shown.contains(&secret) && !shown.contains(&good),
                "{shown}"
            );
        }
        assert!(
            MasterKeysError::Missing
                .to_string()
                .contains("`mooring keys generate`")
        );
    }

    #[test]
    fn debug_shows_ids_alone() {
        let text = MasterKeys::generate(&SystemRandom);
        let (id, key) = text.expose_secret().split_once(':').unwrap();
        let shown = format!("{:?}", parse(text.expose_secret()).unwrap());
        assert!(shown.contains(id) && !shown.contains(key));
    }
}
