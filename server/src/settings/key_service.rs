//! The settings of a key service.

use super::{Reader, SettingsError, parse, table};
use gorgias::EgressProxy;
use service::encryption::key_service::KeyService;
use std::{path::Path, sync::Arc};

#[cfg(feature = "transit")]
use {
    secrecy::SecretString,
    service::{
        encryption::transit::{TokenSource, TransitConfig, TransitConfigError, TransitKeys},
        host::clock::SystemClock,
    },
};

/// A key service outside of this process.
#[derive(Debug, Clone)]
pub struct KeyServiceSettings {
    /// Whether it wraps new data keys.
    wraps: bool,
    #[cfg(feature = "transit")]
    transit: TransitConfig,
}

impl Reader<'_> {
    /// The key service, if its address was given.
    pub(super) fn key_service(
        &self,
        folder: &Path,
        egress: Option<&EgressProxy>,
    ) -> Result<Option<KeyServiceSettings>, SettingsError> {
        let wraps = self.parsed(
            &table::KEY_SERVICE_USE,
            |t| parse::either(t, "wrap", "unwrap"),
            "give wrap or unwrap",
        )?;
        let Some(url) = self.sources.get(&table::KEY_SERVICE_URL)? else {
            return Ok(None);
        };
        self.at(&url, folder, wraps, egress).map(Some)
    }

    #[cfg(not(feature = "transit"))]
    fn at(
        &self,
        url: &super::Given,
        _: &Path,
        _: bool,
        _: Option<&EgressProxy>,
    ) -> Result<KeyServiceSettings, SettingsError> {
        Err(SettingsError::new(
            &url.name,
            "this mooring was built without key services",
            "build it with the feature “transit”, or use MOORING_MASTER_KEYS",
        ))
    }

    #[cfg(feature = "transit")]
    fn at(
        &self,
        url: &super::Given,
        folder: &Path,
        wraps: bool,
        egress: Option<&EgressProxy>,
    ) -> Result<KeyServiceSettings, SettingsError> {
        let address = TransitConfig::parse_url(&url.text)
            .map_err(|e| SettingsError::new(&url.name, &e.to_string(), ""))?;
        let token = self.token(folder)?;
        let new = |key: &str| TransitConfig::new(address, key, token).map_err(|e| e.to_string());
        let config = self.parsed(&table::KEY_SERVICE_KEY, new, "")?;
        let namespace = self.sources.get(&table::KEY_SERVICE_NAMESPACE)?;
        let namespace = namespace.map(|given| given.text);
        let authorities = match self.sources.get(&table::KEY_SERVICE_CA_FILE)? {
            None => None,
            Some(given) => {
                let pem = std::fs::read(folder.join(&given.text));
                let pem = pem.map_err(|e| {
                    let problem = format!("{} can't be read: {e}", given.text);
                    SettingsError::new(&given.name, &problem, "name a file that this user may read")
                })?;
                Some(pem)
            }
        };
        Ok(KeyServiceSettings {
            wraps,
            transit: config
                .namespace(namespace)
                .authorities(authorities)
                .egress(egress.cloned()),
        })
    }

    #[cfg(feature = "transit")]
    fn token(&self, folder: &Path) -> Result<TokenSource, SettingsError> {
        let setting = &table::KEY_SERVICE_TOKEN;
        match (self.sources.get(setting)?, self.sources.file(setting)) {
            (Some(_), Some(file)) => Ok(TokenSource::File(folder.join(file.text))),
            (Some(given), None) => Ok(TokenSource::Fixed(SecretString::from(given.text))),
            (None, _) => Err(SettingsError::new(
                "MOORING_KEY_SERVICE_TOKEN",
                "it is missing",
                "give a token whose policy allows “update” on the key's paths encrypt and decrypt, better in a file that MOORING_KEY_SERVICE_TOKEN_FILE names",
            )),
        }
    }
}

impl KeyServiceSettings {
    /// Puts it before the others, or after them if it only unwraps.
    #[cfg(feature = "transit")]
    pub(super) fn join(
        &self,
        services: &mut Vec<Arc<dyn KeyService>>,
    ) -> Result<(), SettingsError> {
        let wrong = |problem: &str, remedy: &str| {
            SettingsError::new("MOORING_KEY_SERVICE_USE", problem, remedy)
        };
        if !self.wraps && services.is_empty() {
            return Err(wrong(
                "nothing is left to wrap data keys",
                "set MOORING_MASTER_KEYS, or leave it at wrap",
            ));
        }
        let keys = TransitKeys::new(self.transit.clone(), Arc::new(SystemClock));
        let keys = keys.map_err(|error| {
            let name = match error {
                TransitConfigError::BadNamespace => "MOORING_KEY_SERVICE_NAMESPACE",
                _ => "MOORING_KEY_SERVICE_CA_FILE",
            };
            SettingsError::new(name, &error.to_string(), "")
        })?;
        let place = if self.wraps { 0 } else { services.len() };
        services.insert(place, Arc::new(keys));
        Ok(())
    }

    #[cfg(not(feature = "transit"))]
    pub(super) fn join(&self, _: &mut Vec<Arc<dyn KeyService>>) -> Result<(), SettingsError> {
        // Without the feature there is never a key service.
        let _ = self.wraps;
        Ok(())
    }
}
