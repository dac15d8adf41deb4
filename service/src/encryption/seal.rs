//! AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces and associated data.

use crate::host::random::Random;
use aes_gcm::{
    AeadInOut, Aes256Gcm, Key as AesKey, KeyInit, Nonce, Tag,
    aead::{consts::U12, inout::InOutBuf},
};
use secrecy::SecretString;
use zeroize::{Zeroize, Zeroizing};

/// The version of the layout and authentication of rows; part of the associated data.
pub(crate) const FORMAT: i16 = 1;

/// Length of a key in bytes.
pub(crate) const KEY_LENGTH: usize = 32;

/// Length of a nonce in bytes.
const NONCE_LENGTH: usize = 12;

/// Length of the authentication tag in bytes.
const TAG_LENGTH: usize = 16;

/// A key of 256 bits, without `Debug`. The key, and the round keys that the
/// cipher makes from it, are wiped when dropped.
pub(crate) struct Key {
    bytes: Zeroizing<[u8; KEY_LENGTH]>,
    cipher: Aes256Gcm,
}

/// The sealed columns of a row.
pub(crate) struct Sealed {
    pub nonce: [u8; NONCE_LENGTH],
    /// Ends with the tag of 16 bytes.
    pub ciphertext: Vec<u8>,
}

/// The authentication failed. Gives no details on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

impl Key {
    /// A random key.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        random.fill(bytes.as_mut());
        Self::new(bytes)
    }

    /// A key from its bytes; `None` if there are not exactly 32.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        (bytes.len() == KEY_LENGTH).then(|| {
            key.copy_from_slice(bytes);
            Self::new(key)
        })
    }

    /// A key from bytes that are wiped on drop already.
    pub fn new(bytes: Zeroizing<[u8; KEY_LENGTH]>) -> Self {
        // A reference to the array: the key is not copied.
        let cipher = Aes256Gcm::new(<&AesKey<Aes256Gcm>>::from(&*bytes));
        Self { bytes, cipher }
    }

    /// The bytes, for wrapping.
    pub fn bytes(&self) -> &Zeroizing<[u8; KEY_LENGTH]> {
        &self.bytes
    }

    /// The bytes, unwrapped.
    pub fn into_bytes(self) -> Zeroizing<[u8; KEY_LENGTH]> {
        self.bytes
    }

    /// Encrypts under a fresh nonce. The same `context` is needed to open.
    pub fn seal(
        &self,
        random: &dyn Random,
        context: &[u8],
        plain: &[u8],
    ) -> Result<Sealed, Broken> {
        let mut nonce = [0; NONCE_LENGTH];
        random.fill(&mut nonce);
        // From one buffer into another: no copy of the plaintext is made.
        let mut ciphertext = Vec::with_capacity(plain.len() + TAG_LENGTH);
        ciphertext.resize(plain.len(), 0);
        let buffers = InOutBuf::new(plain, &mut ciphertext).map_err(|_| Broken)?;
        let tag = self
            .cipher
            .encrypt_inout_detached(&Nonce::<U12>::from(nonce), context, buffers)
            .map_err(|_| Broken)?;
        ciphertext.extend_from_slice(&tag);
        Ok(Sealed { nonce, ciphertext })
    }

    /// Decrypts what [`Key::seal`] encrypted with the same `context`.
    pub fn open(
        &self,
        context: &[u8],
        nonce: &[u8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Broken> {
        let nonce = <[u8; NONCE_LENGTH]>::try_from(nonce).map_err(|_| Broken)?;
        let (ciphertext, tag) = ciphertext.split_last_chunk::<TAG_LENGTH>().ok_or(Broken)?;
        let mut plain = Zeroizing::new(vec![0; ciphertext.len()]);
        let buffers = InOutBuf::new(ciphertext, &mut plain).map_err(|_| Broken)?;
        self.cipher
            .decrypt_inout_detached(
                &Nonce::<U12>::from(nonce),
                context,
                buffers,
                &Tag::from(*tag),
            )
            .map_err(|_| Broken)?;
        Ok(plain)
    }

    /// [`Key::open`] for a text. It stays in the buffer that it was decrypted into.
    pub fn open_text(
        &self,
        context: &[u8],
        nonce: &[u8],
        ciphertext: &[u8],
    ) -> Result<SecretString, Broken> {
        let mut plain = self.open(context, nonce, ciphertext)?;
        match String::from_utf8(std::mem::take(&mut *plain)) {
            // Exactly that length, so it isn't moved to a shorter buffer.
            Ok(text) => Ok(SecretString::from(text)),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(Broken)
            }
        }
    }
}

/// Joins the parts so that no two lists of parts give the same bytes: each part
/// is preceded by its length.
pub(crate) fn context(parts: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(parts.iter().map(|p| p.len() + 8).sum());
    for part in parts {
        joined.extend_from_slice(&(part.len() as u64).to_be_bytes());
        joined.extend_from_slice(part);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::random::SystemRandom;
    use std::collections::HashSet;

    const SECRET: &[u8] = b"a refresh token";

    fn parts() -> [&'static [u8]; 5] {
        [b"tenant", b"purpose", b"row", b"data key", &[0, 1]]
    }

    fn key(byte: u8) -> Key {
        Key::from_bytes(&[byte; KEY_LENGTH]).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_again_and_shows_nothing() {
        for secret in [SECRET, b"", &[0xff; 5_000]] {
            let sealed = key(1)
                .seal(&SystemRandom, &context(&parts()), secret)
                .unwrap();
            assert_eq!(sealed.ciphertext.len(), secret.len() + 16);
            if !secret.is_empty() {
                assert!(!sealed.ciphertext.windows(secret.len()).any(|w| w == secret));
            }
            let opened = key(1).open(&context(&parts()), &sealed.nonce, &sealed.ciphertext);
            assert_eq!(**opened.as_ref().unwrap(), *secret);
        }
    }

    /// The cipher matches others' AES-256-GCM: test case 16 of McGrew and
    /// Viega, "The Galois/Counter Mode of Operation", with its associated data.
    #[test]
    fn the_cipher_is_the_published_one() {
        let bytes = |hex: &str| -> Vec<u8> {
            (0..hex.len())
                .step_by(2)
                .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
                .collect()
        };
        let key = Key::from_bytes(&bytes(
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        ))
        .unwrap();
        let opened = key.open(
            &bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
            &bytes("cafebabefacedbaddecaf888"),
            &bytes("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"),
        );
        assert_eq!(
            **opened.as_ref().unwrap(),
            bytes(
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
            )
        );
    }

    /// Security 38: another key, tenant, purpose, row, key id or format.
    #[test]
    fn s38_another_key_or_context_does_not_open() {
        let sealed = key(1)
            .seal(&SystemRandom, &context(&parts()), SECRET)
            .unwrap();
        assert!(
            key(2)
                .open(&context(&parts()), &sealed.nonce, &sealed.ciphertext)
                .is_err()
        );
        for i in 0..parts().len() {
            let mut other = parts();
            other[i] = b"other";
            assert!(
                key(1)
                    .open(&context(&other), &sealed.nonce, &sealed.ciphertext)
                    .is_err(),
                "part {i}"
            );
        }
        assert!(key(1).open(b"", &sealed.nonce, &sealed.ciphertext).is_err());
    }

    /// Security 39: flipped, cut, lengthened, planted; nonces of another length.
    #[test]
    fn s39_whatever_was_changed_does_not_open() {
        let context = context(&parts());
        let sealed = key(1).seal(&SystemRandom, &context, SECRET).unwrap();
        for at in 0..sealed.ciphertext.len() {
            for bit in 0..8 {
                let mut flipped = sealed.ciphertext.clone();
                flipped[at] ^= 1 << bit;
                assert!(
                    key(1).open(&context, &sealed.nonce, &flipped).is_err(),
                    "bit {bit} of byte {at}"
                );
            }
            assert!(
                key(1)
                    .open(&context, &sealed.nonce, &sealed.ciphertext[..at])
                    .is_err(),
                "cut at {at}"
            );
            assert!(
                key(1)
                    .open(&context, &sealed.nonce, &sealed.ciphertext[at + 1..])
                    .is_err(),
                "from {at}"
            );
        }
        for at in 0..sealed.nonce.len() {
            for bit in 0..8 {
                let mut nonce = sealed.nonce;
                nonce[at] ^= 1 << bit;
                assert!(
                    key(1).open(&context, &nonce, &sealed.ciphertext).is_err(),
                    "bit {bit} of nonce byte {at}"
                );
            }
            assert!(
                key(1)
                    .open(&context, &sealed.nonce[..at], &sealed.ciphertext)
                    .is_err(),
                "nonce of {at}"
            );
        }
        assert!(
            key(1)
                .open(
                    &context,
                    &[sealed.nonce.as_slice(), &[0]].concat(),
                    &sealed.ciphertext
                )
                .is_err()
        );
        assert!(
            key(1)
                .open(
                    &context,
                    &sealed.nonce,
                    &[sealed.ciphertext.as_slice(), &[0]].concat()
                )
                .is_err()
        );
        assert!(
            key(1).open(&context, &sealed.nonce, SECRET).is_err(),
            "planted plaintext"
        );
        assert!(
            key(1)
                .open(&context, &sealed.nonce, b"a plaintext longer than any tag")
                .is_err()
        );
    }

    #[test]
    fn keys_have_32_bytes() {
        for length in [0, 16, 31, 33, 64] {
            assert!(Key::from_bytes(&vec![1; length]).is_none(), "{length}");
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(context(&[b"ab", b"c"]), context(&[b"a", b"bc"]));
        assert_ne!(context(&[b"ab", b""]), context(&[b"", b"ab"]));
        assert_ne!(context(&[b"ab"]), context(&[b"ab", b""]));
    }

    /// Security 42.
    #[test]
    fn s42_a_million_nonces_are_all_different() {
        let key = Key::generate(&SystemRandom);
        let nonces: HashSet<_> = (0..1_000_000)
            .map(|_| key.seal(&SystemRandom, b"", b"").unwrap().nonce)
            .collect();
        assert_eq!(nonces.len(), 1_000_000);
    }
}
