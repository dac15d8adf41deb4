//! Asks a tenant's provider for its description and keys, and says what came.

use super::{
    begin::issuer,
    settings::{self, ChangeError},
};
use crate::{
    core::error::FieldError,
    oidc::{ProviderError, Providers},
    tenancy::Actor,
};
use domain::permission::Permission;

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The host of the issuer.
    pub host: String,
    /// How many keys fit.
    pub keys: usize,
    /// The algorithms that they can verify, in words.
    pub algorithms: String,
    /// Whether answers name their issuer (RFC 9207).
    pub names_issuer: bool,
}

/// Asks the provider of the settings now, whatever is remembered of it.
///
/// # Errors
/// [`ChangeError::Invalid`] if it can't be used, at the field `issuer`.
pub async fn try_out(actor: &Actor) -> Result<Tried, ChangeError> {
    actor.require(Permission::ManageTenant)?;
    let tx = actor.read().await?;
    let row = settings::row(&tx).await?;
    drop(tx);
    let Some(row) = row else {
        let message = "Save the settings first, then try them.";
        return Err(ChangeError::Invalid(vec![FieldError::new("", message)]));
    };
    let tried = async {
        let issuer = issuer(actor, &row)?;
        let services = actor.services();
        let providers = services.state::<Providers>();
        providers.forget(&issuer);
        let metadata = providers.metadata(services, &issuer).await?;
        let some = |keys: &crate::oidc::Keys| keys.len() > 0;
        let keys = providers.keys(services, &issuer, &metadata, some).await?;
        Ok(Tried {
            host: issuer.host().to_owned(),
            keys: keys.len(),
            algorithms: keys.algorithms(),
            names_issuer: metadata.names_issuer,
        })
    };
    tried.await.map_err(|error: ProviderError| {
        let message = format!("{error}.");
        ChangeError::Invalid(vec![FieldError::new("issuer", message)])
    })
}
