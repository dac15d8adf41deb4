//! The facts of an authorization, sealed for the browser to keep. A callback is
//! bound to them, so an attacker must not be able to choose them (RFC 9700
//! 2.1.1).
//!
//! Before the sealed part, in plain text but authenticated, is what a server
//! needs without the state: the data key, when the authorization was begun and
//! how, so that the oldest cookies can be removed first.

use super::STATE_LIFE;
use crate::{
    core::{digest::digest, error::InternalError, services::Services},
    entity::authorization,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    ids::{AppId, DataKeyId, LinkId, PersonId, TenantId},
    scope::ScopeSet,
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The layout of the cookie: this byte, the kind of origin, the instant, the
/// data key's id; then nonce and ciphertext.
const FORMAT: u8 = 1;
const HEAD: usize = 1 + 1 + 8 + 16;
/// Scopes longer than this are stored only as a digest, so that the cookie
/// stays small whatever an app requests.
const LONGEST_SCOPES: usize = 600;

/// Where an authorization was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// “Connect app” in the helpdesk; the person is not known.
    Install,
    /// “Authorize now”, by a person who is signed in.
    Operator(PersonId),
    /// A reconnect link.
    Link(LinkId),
}

impl Origin {
    /// The code in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Operator(_) => "operator",
            Self::Link(_) => "link",
        }
    }

    /// The person who has to complete it.
    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Operator(person) => Some(person),
            _ => None,
        }
    }

    /// The link that it was begun with.
    pub const fn link(self) -> Option<LinkId> {
        match self {
            Self::Link(link) => Some(link),
            _ => None,
        }
    }

    const fn kind(self) -> u8 {
        match self {
            Self::Install => 0,
            Self::Operator(_) => 1,
            Self::Link(_) => 2,
        }
    }
}

/// The requested scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Requested {
    /// The scopes.
    Scopes(ScopeSet),
    /// The scopes' digest.
    Digest(String),
}

impl Requested {
    /// Of the scopes that an app requests now.
    pub fn of(scopes: &ScopeSet) -> Self {
        if scopes.to_string().len() <= LONGEST_SCOPES {
            Self::Scopes(scopes.clone())
        } else {
            Self::Digest(fingerprint(scopes))
        }
    }

    /// The scopes; `None` if only their digest is known and `now` has another one.
    pub fn scopes(&self, now: &ScopeSet) -> Option<ScopeSet> {
        match self {
            Self::Scopes(scopes) => Some(scopes.clone()),
            Self::Digest(digest) => (*digest == fingerprint(now)).then(|| now.clone()),
        }
    }
}

fn fingerprint(scopes: &ScopeSet) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(scopes.to_string().as_bytes()))
}

/// All facts that a callback needs from the beginning of its authorization.
#[derive(Clone)]
pub(crate) struct Facts {
    pub tenant: TenantId,
    pub app: AppId,
    pub subdomain: Subdomain,
    pub origin: Origin,
    pub requested: Requested,
    pub begun_at: Timestamp,
    /// Nonce and PKCE verifier are derived from it.
    pub seed: SecretString,
}

/// The sealed part; the rest is in front of it or bound to it.
#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    tenant: TenantId,
    subdomain: Subdomain,
    origin: Origin,
    requested: Requested,
    seed: &'a str,
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
            anonymous: *kind == Origin::Install.kind(),
        })
    }

    /// Whether a state of that age is still accepted.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        is_alive(self.begun_at, now)
    }
}

/// Clocks of several processes may differ a little.
fn is_alive(begun_at: Timestamp, now: Timestamp) -> bool {
    (Span::minutes(-1)..STATE_LIFE).contains(&now.since(begun_at))
}

/// The end of the name of a state's cookie. It can be computed from the state,
/// but doesn't reveal it.
pub fn cookie_name(state: &SecretString) -> String {
    let digest = digest("authorization_cookie", state);
    let mut name = BASE64_URL_SAFE_NO_PAD.encode(digest);
    name.truncate(16);
    name
}

impl Facts {
    /// Seals the facts into the cookie's value.
    pub async fn seal(
        &self,
        services: &Services,
        state: &SecretString,
    ) -> Result<SecretString, InternalError> {
        let key = services.vault().authorization_key(services, state).await?;
        let payload = Payload {
            tenant: self.tenant,
            subdomain: self.subdomain.clone(),
            origin: self.origin,
            requested: self.requested.clone(),
            seed: self.seed.expose_secret(),
        };
        let plain = serde_json::to_vec(&payload).map(Zeroizing::new);
        let plain =
            plain.map_err(|_| InternalError::inconsistent("apps", "requested_scopes", self.app))?;
        let mut cookie = vec![FORMAT, self.origin.kind()];
        cookie.extend_from_slice(&self.begun_at.0.to_be_bytes());
        cookie.extend_from_slice(key.id().0.as_bytes());
        let bound = [cookie.as_slice(), self.app.0.as_bytes()];
        let sealed = key.seal(&*services.random, &bound, &plain)?;
        cookie.extend_from_slice(&sealed);
        Ok(SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(cookie)))
    }

    /// The facts that were sealed for this app and state; `None` if the value
    /// was sealed for something else, or is too old.
    pub async fn open(
        services: &Services,
        app: AppId,
        state: &SecretString,
        value: &SecretString,
    ) -> Result<Option<Self>, InternalError> {
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
        let Some(plain) = key.open(&[head, app.0.as_bytes()], sealed) else {
            return Ok(None);
        };
        let payload = serde_json::from_slice::<Payload<'_>>(&plain);
        Ok(payload.ok().map(|payload| Self {
            tenant: payload.tenant,
            app,
            subdomain: payload.subdomain,
            origin: payload.origin,
            requested: payload.requested,
            begun_at: outline.begun_at,
            seed: SecretString::from(payload.seed),
        }))
    }

    /// The facts of an authorization that the previous version stored as a row.
    /// It derived nonce and verifier from the browser's secret.
    pub fn of_row(
        row: &authorization::Model,
        browser: &SecretString,
    ) -> Result<Self, InternalError> {
        let bad = |column| InternalError::inconsistent("authorizations", column, row.id);
        let origin = match (row.origin.as_str(), row.person_id, row.link_id) {
            ("install", _, _) => Origin::Install,
            ("operator", Some(person), _) => Origin::Operator(person),
            ("link", _, Some(link)) => Origin::Link(link),
            _ => return Err(bad("origin")),
        };
        Ok(Self {
            tenant: row.tenant_id,
            app: row.app_id,
            subdomain: row.subdomain.clone(),
            origin,
            requested: Requested::Scopes(row.requested_scopes.clone()),
            begun_at: row.created_at,
            seed: browser.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_many_scopes_are_known_by_their_digest() {
        let few: ScopeSet = "openid offline".parse().unwrap();
        let many: ScopeSet = (0..100)
            .map(|n| format!("thing{n}:read "))
            .collect::<String>()
            .parse()
            .unwrap();
        assert_eq!(Requested::of(&few).scopes(&many), Some(few.clone()));
        assert_eq!(Requested::of(&many).scopes(&many), Some(many.clone()));
        assert_eq!(Requested::of(&many).scopes(&few), None, "changed meanwhile");
    }

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
}
