//! Password hashes: Argon2id (RFC 9106), never more than two at once.

use crate::{core::error::InternalError, host::random::Random};
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{Error as HashError, phc::PasswordHash},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Memory in KiB, passes and lanes: the first choice of OWASP's cheat sheet for
/// password storage, 19 MiB each.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Length of a plain hash, in bytes.
const RAW_LENGTH: usize = 32;

/// The limits on work that takes much memory.
struct Seats {
    /// Those who work, and those who wait.
    queue: Semaphore,
    /// Those who work.
    seats: Semaphore,
}

/// Each hash takes 19 MiB and some 40 ms. With two seats, many concurrent sign-ins
/// wait and don't fill the memory. With a queue of 64 nobody waits for more than
/// about a second, and all others are refused at once (security.md 49). There is
/// one limit for the process, since the process has one memory.
static SEATS: Seats = Seats::new(2, 64);

impl Seats {
    const fn new(seats: usize, waiting: usize) -> Self {
        Self {
            queue: Semaphore::const_new(seats + waiting),
            seats: Semaphore::const_new(seats),
        }
    }

    /// Does the work on another thread once a seat is free.
    async fn take<T: Send + 'static>(
        &'static self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, InternalError> {
        let queue = self.queue.try_acquire();
        let place = queue.map_err(|_| InternalError::TooManyPasswords)?;
        // The semaphore is never closed.
        let seat = self.seats.acquire().await;
        let seat = seat.map_err(|_| InternalError::Password)?;
        #[cfg(feature = "testing")]
        let watch = crate::testing::hashes::watch();
        // The permits go along: if the caller is cancelled, the memory is still in use.
        Ok(tokio::task::spawn_blocking(move || {
            let _held = (place, seat);
            #[cfg(feature = "testing")]
            let _watched = watch.as_ref().map(|watch| watch.begin());
            work()
        })
        .await?)
    }
}

/// A hash that no password gives (its output is made up), with our own
/// parameters, so that an unknown person takes as much work as a wrong
/// password.
pub(super) const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUh$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// Whether a password matches a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It doesn't.
    Wrong,
    /// It does, in the prepared form.
    Right,
    /// It does as it was typed: passwords were hashed so before. The hash
    /// should be made again.
    RightAsTyped,
}

/// The prepared form of a password, the same for all systems' keyboards:
/// composed letters (NFC), and ASCII's space for all other spaces (RFC 8265
/// 4.2.2, OpaqueString).
pub(crate) fn prepare(password: &SecretString) -> SecretString {
    let typed = password.expose_secret();
    if typed.is_ascii() {
        return password.clone();
    }
    // NFC makes a text at most three times as long, so the buffer never moves.
    let mut prepared = Zeroizing::new(String::with_capacity(3 * typed.len()));
    let spaces = typed.chars().map(|c| if is_space(c) { ' ' } else { c });
    prepared.extend(spaces.nfc());
    SecretString::from(prepared.as_str())
}

/// Unicode's space separators (Zs).
fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// A password's hash as PHC string, with its own salt.
pub(crate) async fn hash(
    random: &dyn Random,
    password: &SecretString,
) -> Result<String, InternalError> {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let password = prepare(password);
    SEATS
        .take(move || {
            argon2()?
                .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
                .map(|hash: PasswordHash| hash.to_string())
                .map_err(|_| InternalError::Password)
        })
        .await?
}

/// Whether the password matches the hash. With `None` (no such person) it takes
/// as much work and doesn't match.
pub(crate) async fn verify(
    hash: Option<String>,
    password: &SecretString,
) -> Result<Verdict, InternalError> {
    let prepared = prepare(password);
    let as_typed = prepared.expose_secret() != password.expose_secret();
    if gives(hash.clone(), prepared).await? {
        return Ok(Verdict::Right);
    }
    // Whether it is tried depends only on the typed text, not on the person.
    if as_typed && gives(hash, password.clone()).await? {
        return Ok(Verdict::RightAsTyped);
    }
    Ok(Verdict::Wrong)
}

async fn gives(hash: Option<String>, password: SecretString) -> Result<bool, InternalError> {
    SEATS
        .take(move || {
            let known = hash.is_some();
            let hash = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY))
                .map_err(|_| InternalError::Password)?;
            match argon2()?.verify_password(password.expose_secret().as_bytes(), &hash) {
                Ok(()) => Ok(known),
                Err(HashError::PasswordInvalid) => Ok(false),
                Err(_) => Err(InternalError::Password),
            }
        })
        .await?
}

/// The plain hashes of texts under one salt, in their order, made one after the other on
/// one seat.
pub(crate) async fn raw_hashes(
    salt: Vec<u8>,
    texts: Vec<SecretString>,
) -> Result<Vec<Vec<u8>>, InternalError> {
    SEATS
        .take(move || {
            let argon2 = argon2()?;
            let hash = |text: SecretString| {
                let mut hash = vec![0; RAW_LENGTH];
                argon2
                    .hash_password_into(text.expose_secret().as_bytes(), &salt, &mut hash)
                    .map_err(|_| InternalError::Password)?;
                Ok(hash)
            };
            texts.into_iter().map(hash).collect()
        })
        .await?
}

fn argon2() -> Result<Argon2<'static>, InternalError> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| InternalError::Password)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
#[path = "password_tests.rs"]
mod tests;
