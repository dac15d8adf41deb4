//! Password hashes: Argon2id (RFC 9106), never more than two at once.

use crate::{error::Fault, random::Random};
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{Error as HashError, phc::PasswordHash},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// Memory in KiB, passes and lanes: the first choice of OWASP's cheat sheet for
/// password storage, 19 MiB each.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Each hash takes 19 MiB; with two seats a flood of sign-ins waits instead of
/// filling the memory. One bound for the process, as there is one memory.
static SEATS: Semaphore = Semaphore::const_new(2);

/// A hash that no password gives (its output is made up), with our own
/// parameters, so that an unknown person takes as long as a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUh$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// A password's hash as PHC string, with a salt of its own.
pub(crate) async fn hash(random: &dyn Random, password: &SecretString) -> Result<String, Fault> {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let password = password.clone();
    on_a_seat(move || {
        argon2()?
            .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
            .map(|hash: PasswordHash| hash.to_string())
            .map_err(|_| Fault::Password)
    })
    .await?
}

/// Whether the password gives the hash. `None`, nobody's hash, takes as long
/// and says no.
pub(crate) async fn verify(hash: Option<String>, password: &SecretString) -> Result<bool, Fault> {
    let password = password.clone();
    on_a_seat(move || {
        let known = hash.is_some();
        let hash =
            PasswordHash::new(hash.as_deref().unwrap_or(NOBODY)).map_err(|_| Fault::Password)?;
        match argon2()?.verify_password(password.expose_secret().as_bytes(), &hash) {
            Ok(()) => Ok(known),
            Err(HashError::PasswordInvalid) => Ok(false),
            Err(_) => Err(Fault::Password),
        }
    })
    .await?
}

fn argon2() -> Result<Argon2<'static>, Fault> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| Fault::Password)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn on_a_seat<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    // The semaphore is never closed.
    let seat = SEATS.acquire().await.map_err(|_| Fault::Password)?;
    // The seat goes along: a caller who gives up doesn't free the memory yet.
    Ok(tokio::task::spawn_blocking(move || {
        let _seat = seat;
        work()
    })
    .await?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::random::SystemRandom;

    #[tokio::test]
    async fn a_password_gives_its_own_hash_and_no_other() {
        let password = SecretString::from("correct horse battery staple");
        let one = hash(&SystemRandom, &password).await.unwrap();
        let two = hash(&SystemRandom, &password).await.unwrap();
        assert_ne!(one, two, "each has its own salt");
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert!(!one.contains("horse"));
        assert!(verify(Some(one.clone()), &password).await.unwrap());
        assert!(
            !verify(
                Some(one),
                &SecretString::from("correct horse battery stapl")
            )
            .await
            .unwrap()
        );
    }

    #[tokio::test]
    async fn nobody_is_computed_in_full_and_always_wrong() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let real = hash(
            &SystemRandom,
            &SecretString::from("correct horse battery staple"),
        )
        .await
        .unwrap();
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!(
            nobody.params.to_string(),
            real.params.to_string(),
            "same work"
        );
        assert_eq!(nobody.hash.unwrap().len(), real.hash.unwrap().len());
        for password in ["", "nobody", "correct horse battery staple"] {
            assert!(!verify(None, &SecretString::from(password)).await.unwrap());
        }
    }

    #[tokio::test]
    async fn a_planted_text_is_no_hash() {
        let password = SecretString::from("planted in clear");
        for planted in [
            "",
            "planted in clear",
            "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUh",
        ] {
            assert!(
                !matches!(verify(Some(planted.into()), &password).await, Ok(true)),
                "{planted}"
            );
        }
    }
}
