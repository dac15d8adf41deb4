//! The facts of a sign-in, sealed for the browser to keep.

use crate::{
    core::{error::InternalError, services::Services},
    vault::carried::{self, Carried, Kind},
};
use domain::{
    ids::{PersonId, TenantId},
    time::Timestamp,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What somebody comes back for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Purpose {
    /// To sign in.
    SignIn,
    /// This person, who is signed in, links the identity to themselves.
    Link(PersonId),
    /// This person, whom it brought, shows that it is still them.
    Confirm(PersonId),
}

/// All that a callback needs from the beginning of its sign-in.
pub(super) struct Facts {
    pub tenant: TenantId,
    pub purpose: Purpose,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// When the settings were last changed: for others, it begins again.
    pub settings: Timestamp,
    /// The page that was wanted.
    pub next: String,
    /// Nonce and PKCE verifier are derived from it.
    pub seed: SecretString,
}

#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    purpose: Purpose,
    settings: Timestamp,
    next: String,
    seed: &'a str,
}

/// Cookies of apps' authorizations are bound to 16 bytes, these to more.
fn bound(tenant: TenantId) -> Vec<u8> {
    [b"sso".as_slice(), tenant.0.as_bytes()].concat()
}

impl Facts {
    pub async fn seal(
        &self,
        services: &Services,
        state: &SecretString,
    ) -> Result<Carried, InternalError> {
        let payload = Payload {
            purpose: self.purpose,
            settings: self.settings,
            next: self.next.clone(),
            seed: self.seed.expose_secret(),
        };
        let plain = serde_json::to_vec(&payload).map(Zeroizing::new);
        let plain = plain
            .map_err(|_| InternalError::inconsistent("sso_settings", "tenant_id", self.tenant))?;
        let outline = (Kind::SingleSignOn, self.begun_at);
        carried::seal(services, state, outline, &bound(self.tenant), &plain).await
    }

    /// The facts that were sealed for this tenant and state.
    pub async fn open(
        services: &Services,
        tenant: TenantId,
        state: &SecretString,
        value: &SecretString,
    ) -> Result<Option<Self>, InternalError> {
        let opened = carried::open(services, state, &bound(tenant), value).await?;
        let Some((begun_at, plain)) = opened else {
            return Ok(None);
        };
        let payload = serde_json::from_slice::<Payload<'_>>(&plain).ok();
        Ok(payload.map(|payload| Self {
            tenant,
            begun_at,
            purpose: payload.purpose,
            settings: payload.settings,
            next: payload.next,
            seed: SecretString::from(payload.seed),
        }))
    }
}
