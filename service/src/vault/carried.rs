//! What a browser carries for us through an authorization, sealed: its facts,
//! until it comes back. A callback is bound to them, so an attacker must not be
//! able to choose them (RFC 9700 2.1.1).
//!
//! Before the sealed part, in plain text but authenticated, is what a server
//! needs without the state: the data key, when the authorization was begun and
//! how, so that the oldest cookies can be removed first.

use crate::core::{digest::digest, error::InternalError, services::Services};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    ids::DataKeyId,
    time::{Span, Timestamp},
};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long a person may take to come back.
pub const STATE_LIFE: Span = Span::minutes(10);

/// The layout of the cookie: this byte, the kind, the instant, the data key's
/// id; then nonce and ciphertext.
const FORMAT: u8 = 1;
const HEAD: usize = 1 + 1 + 8 + 16;

/// How an authorization was begun. The codes never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// At Gorgias, by somebody who isn't known.
    Install,
    /// At Gorgias, by a person who is signed in.
    Operator,
    /// At Gorgias, with a reconnect link.
    Link,
    /// At a tenant's provider of single sign-on.
    SingleSignOn,
}

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Self::Install => 0,
            Self::Operator => 1,
            Self::Link => 2,
            Self::SingleSignOn => 3,
        }
    }
}

/// The readable part of a cookie, without opening it. A forged cookie can hold
/// any outline, but harms only the browser that sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline {
    /// When the authorization was begun.
    pub begun_at: Timestamp,
    /// Whether the person who began it is unknown.
    pub anonymous: bool,
}

impl Outline {
    /// The outline of a cookie's value; `None` if Mooring can't have made the cookie.
    pub fn of(value: &str) -> Option<Self> {
        // Base64 in whole groups of four letters, which is 24 bytes.
        let head = value.get(..32)?;
        let head = BASE64_URL_SAFE_NO_PAD.decode(head).ok()?;
        let (format, rest) = head.split_first()?;
        let (kind, rest) = rest.split_first()?;
        let begun_at = i64::from_be_bytes(*rest.first_chunk()?);
        (*format == FORMAT).then_some(Self {
            begun_at: Timestamp(begun_at),
            anonymous: *kind == Kind::Install.code(),
        })
    }

    /// Whether a state of that age is still accepted.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        // Clocks of several processes may differ a little.
        (Span::minutes(-1)..STATE_LIFE).contains(&now.since(self.begun_at))
    }
}

/// The end of the name of a state's cookie. It can be computed from the state,
/// but doesn't reveal it.
pub fn cookie_name(state: &SecretString) -> String {
    let digest = digest("authorization_cookie", state);
    let mut name = BASE64_URL_SAFE_NO_PAD.encode(digest);
    name.truncate(16);
    name
}

/// An authorization that was begun. The browser has to keep the cookie until it
/// comes back.
#[derive(Debug)]
pub struct Carried {
    /// The end of the cookie's name. It can be computed from the state.
    pub name: String,
    /// The cookie's value.
    pub value: SecretString,
}

/// Seals facts for the browser. They open with the same state and `bound` alone.
pub(crate) async fn seal(
    services: &Services,
    state: &SecretString,
    (kind, begun_at): (Kind, Timestamp),
    bound: &[u8],
    plain: &[u8],
) -> Result<Carried, InternalError> {
    let key = services.vault().authorization_key(services, state).await?;
    let mut cookie = vec![FORMAT, kind.code()];
    cookie.extend_from_slice(&begun_at.0.to_be_bytes());
    cookie.extend_from_slice(key.id().0.as_bytes());
    let sealed = key.seal(&*services.random, &[&cookie, bound], plain)?;
    cookie.extend_from_slice(&sealed);
    Ok(Carried {
        name: cookie_name(state),
        value: SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(cookie)),
    })
}

/// The facts that were sealed for this state and `bound`, and when that was;
/// `None` if the value was sealed for something else, or is too old.
pub(crate) async fn open(
    services: &Services,
    state: &SecretString,
    bound: &[u8],
    value: &SecretString,
) -> Result<Option<(Timestamp, Zeroizing<Vec<u8>>)>, InternalError> {
    let Ok(cookie) = BASE64_URL_SAFE_NO_PAD.decode(value.expose_secret()) else {
        return Ok(None);
    };
    let outline = Outline::of(value.expose_secret());
    let outline = outline.filter(|outline| outline.is_alive(services.expiry_now()));
    let (Some(outline), Some((head, sealed))) = (outline, cookie.split_at_checked(HEAD)) else {
        return Ok(None);
    };
    let Some(id) = head.last_chunk().map(|id| DataKeyId(Uuid::from_bytes(*id))) else {
        return Ok(None);
    };
    let vault = services.vault();
    let Some(key) = vault.authorization_key_named(services, id, state).await? else {
        return Ok(None);
    };
    let plain = key.open(&[head, bound], sealed);
    Ok(plain.map(|plain| (outline.begun_at, plain)))
}

/// A value that only a browser with the cookie and the state can have caused:
/// the nonce (OIDC Core 15.5.2) and the PKCE verifier (RFC 7636 4.1, 43
/// letters). They are derived, so they need not be stored.
pub(crate) fn derived(seed: &SecretString, purpose: &str, state: &SecretString) -> SecretString {
    // HMAC takes keys of any length, so this can't fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(seed.expose_secret().as_bytes()) else {
        return SecretString::from(String::new());
    };
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(state.expose_secret().as_bytes());
    SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_is_of_our_cookies_alone() {
        for text in [
            "",
            "a",
            "ü",
            &"é".repeat(40),
            &"A".repeat(31),
            &"A".repeat(40),
        ] {
            assert_eq!(Outline::of(text), None, "{text}");
        }
        let mut head = vec![FORMAT, 1];
        head.extend(5_i64.to_be_bytes());
        head.extend([0; 20]);
        let outline = Outline::of(&BASE64_URL_SAFE_NO_PAD.encode(head)).unwrap();
        assert_eq!((outline.begun_at, outline.anonymous), (Timestamp(5), false));
        assert!(outline.is_alive(Timestamp(6)));
        assert!(!outline.is_alive(Timestamp(5).plus(STATE_LIFE)));
        assert!(!outline.is_alive(Timestamp(4).minus(Span::minutes(1))));
    }

    #[test]
    fn derived_values_differ_by_seed_purpose_and_state() {
        let s = |text: &str| SecretString::from(text);
        let one = derived(&s("b1"), "nonce", &s("s1"));
        assert_eq!(one.expose_secret().len(), 43);
        for other in [
            derived(&s("b2"), "nonce", &s("s1")),
            derived(&s("b1"), "pkce", &s("s1")),
            derived(&s("b1"), "nonce", &s("s2")),
        ] {
            assert_ne!(one.expose_secret(), other.expose_secret());
        }
    }
}
