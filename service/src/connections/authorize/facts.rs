//! The facts of an authorization at Gorgias, sealed for the browser to keep.

use crate::{
    core::{error::InternalError, services::Services},
    entity::authorization,
    vault::carried::{self, Carried, Kind},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    customer::Language,
    ids::{AppId, LinkId, PersonId, TenantId},
    scope::ScopeSet,
    subdomain::Subdomain,
    time::Timestamp,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

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

    const fn kind(self) -> Kind {
        match self {
            Self::Install => Kind::Install,
            Self::Operator(_) => Kind::Operator,
            Self::Link(_) => Kind::Link,
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
    /// The language that the person chose, or that of the link.
    pub language: Option<Language>,
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
    /// The code of the language; cookies of the version before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
}

impl Facts {
    /// Seals the facts into the cookie's value.
    pub async fn seal(
        &self,
        services: &Services,
        state: &SecretString,
    ) -> Result<Carried, InternalError> {
        let payload = Payload {
            tenant: self.tenant,
            subdomain: self.subdomain.clone(),
            origin: self.origin,
            requested: self.requested.clone(),
            seed: self.seed.expose_secret(),
            language: self.language.map(Language::code),
        };
        let plain = serde_json::to_vec(&payload).map(Zeroizing::new);
        let plain =
            plain.map_err(|_| InternalError::inconsistent("apps", "requested_scopes", self.app))?;
        let outline = (self.origin.kind(), self.begun_at);
        carried::seal(services, state, outline, self.app.0.as_bytes(), &plain).await
    }

    /// The facts that were sealed for this app and state; `None` if the value
    /// was sealed for something else, or is too old.
    pub async fn open(
        services: &Services,
        app: AppId,
        state: &SecretString,
        value: &SecretString,
    ) -> Result<Option<Self>, InternalError> {
        let opened = carried::open(services, state, app.0.as_bytes(), value).await?;
        let Some((begun_at, plain)) = opened else {
            return Ok(None);
        };
        let payload = serde_json::from_slice::<Payload<'_>>(&plain);
        Ok(payload.ok().map(|payload| Self {
            tenant: payload.tenant,
            app,
            subdomain: payload.subdomain,
            origin: payload.origin,
            requested: payload.requested,
            language: payload.language.and_then(|code| code.parse().ok()),
            begun_at,
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
            language: row.language,
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
}
