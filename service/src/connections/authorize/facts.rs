//! The facts of an authorization, sealed for the browser to keep (RFC 9700 2.1.1:
//! what a callback is bound to must not be what an attacker can choose).
//!
//! In front, in clear but authenticated, stands what a server needs to know
//! without the state: which data key it is sealed under, and since when and in
//! what way the authorization is under way, so that the oldest can make room.

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

/// How the cookie is laid out: this, the kind of origin, the instant, the data
/// key's id; then nonce and ciphertext.
const FORMAT: u8 = 1;
const HEAD: usize = 1 + 1 + 8 + 16;
/// Scopes that take more room than this are told by their digest alone, so that
/// the cookie stays small whatever an app asks for.
const LONGEST_SCOPES: usize = 600;

/// Where an authorization was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// “Connect app” in the helpdesk; nobody is known.
    Install,
    /// “Authorize now”, by somebody signed in.
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

    /// Who has to bring it back.
    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Operator(person) => Some(person),
            _ => None,
        }
    }

    /// The link that it came from.
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

/// The scopes that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Requested {
    /// These.
    Scopes(ScopeSet),
    /// Those with this digest.
    Digest(String),
}

impl Requested {
    /// Of what an app asks for now.
    pub fn of(scopes: &ScopeSet) -> Self {
        if scopes.to_string().len() <= LONGEST_SCOPES {
            Self::Scopes(scopes.clone())
        } else {
            Self::Digest(fingerprint(scopes))
        }
    }

    /// The scopes; `None` if all that is known of them is that they aren't `now` any more.
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

/// All that a callback has to know of its beginning.
#[derive(Clone)]
pub(crate) struct Facts {
    pub tenant: TenantId,
    pub app: AppId,
    pub subdomain: Subdomain,
    pub origin: Origin,
    pub requested: Requested,
    pub begun_at: Timestamp,
    /// What nonce and PKCE verifier are derived from.
    pub seed: SecretString,
}

/// What is sealed; the rest stands in front or is bound to it.
#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    tenant: TenantId,
    subdomain: Subdomain,
    origin: Origin,
    requested: Requested,
    seed: &'a str,
}

/// What a cookie shows to who can't open it. Whoever makes up a cookie makes
/// this up as well, and harms nobody but their own browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline {
    /// When the authorization was begun.
    pub begun_at: Timestamp,
    /// Whether it was begun by nobody known.
    pub anonymous: bool,
}

impl Outline {
    /// Of a cookie's value; `None` if it can't be one of ours.
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

    /// Whether a state of that age is taken.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        is_alive(self.begun_at, now)
    }
}

/// Clocks of several processes may differ by a little.
fn is_alive(begun_at: Timestamp, now: Timestamp) -> bool {
    (Span::minutes(-1)..STATE_LIFE).contains(&now.since(begun_at))
}

/// The end of the name of a state's cookie: found by who has the state, which it
/// doesn't give away.
pub fn cookie_name(state: &SecretString) -> String {
    let digest = digest("authorization_cookie", state);
    let mut name = BASE64_URL_SAFE_NO_PAD.encode(digest);
    name.truncate(16);
    name
}

impl Facts {
    /// The cookie's value.
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

    /// What was sealed for this app and state; `None` if it wasn't, or is too old.
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

    /// Of an authorization that the version before this one stored. What it
    /// derived from was the secret of the browser.
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
