//! Settings: a flag is stronger than a variable `MOORING_…`, which is stronger
//! than a key of `mooring.toml`.

mod key_service;
mod mail;
pub mod parse;
mod sources;
pub mod table;

pub use key_service::KeyServiceSettings;
pub use sources::{Given, Sources};

use domain::time::Span;
use gorgias::{EgressProxy, GorgiasTemplate, OutboundOptions};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use service::{
    core::{
        config::{StreamTo, TenantCreation, parse_public_url},
        database::{self, Plaintext},
        mail_server::MailSettings,
    },
    encryption::{MasterKeys, key_service::KeyService},
    people::breached_passwords,
    vault::Vault,
};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};
use table::Setting;

/// A setting is wrong or missing: one line that names it and the remedy.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(String);

impl SettingsError {
    /// `name` is the name under which the setting was given; `problem` must not
    /// quote a secret. `remedy` is empty if `problem` ends with one.
    pub fn new(name: &str, problem: &str, remedy: &str) -> Self {
        let remedy = if remedy.is_empty() {
            String::new()
        } else {
            format!("; {remedy}")
        };
        // One line, whatever the value was.
        let text = format!("{name}: {problem}{remedy}");
        Self(text.replace(|c: char| c.is_control(), " "))
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How requests reach Mooring.
#[derive(Debug, Clone)]
pub struct WebSettings {
    /// Address and port.
    pub listen: SocketAddr,
    /// The origin that browsers use.
    pub public_url: String,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
}

/// Where data is kept.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// The data folder.
    pub data_dir: PathBuf,
    /// The database, with its password.
    pub database_url: SecretString,
    /// The address by which `mooring migrate` signs in to the same database, if it differs.
    pub migrate_database_url: Option<SecretString>,
    /// Whether a connection in plain text to another machine is allowed.
    pub database_plaintext: Plaintext,
    /// How long entries of the audit are kept; `None` is for ever.
    pub audit_retention: Option<Span>,
    /// Where the audit is streamed to.
    pub audit_stream: Option<StreamTo>,
    /// The list of breached passwords.
    pub breached_passwords: Option<PathBuf>,
    /// Who makes tenants in the browser.
    pub tenant_creation: TenantCreation,
    /// Keys as given; [`Settings::master_keys`] reads them.
    master_keys: Option<(String, SecretString)>,
    /// The key service, which wraps data keys outside of this process.
    key_service: Option<KeyServiceSettings>,
}

/// How Gorgias is reached and how often.
#[derive(Debug, Clone)]
pub struct GorgiasSettings {
    /// The template of accounts' addresses.
    pub template: GorgiasTemplate,
    /// Whether accounts may have a private or loopback address.
    pub private_network: bool,
    /// Longest time between two checks of a connection.
    pub check_interval: Span,
    /// Token requests a second.
    pub refresh_rate: u32,
    /// Whether this process does the background work.
    pub worker: bool,
    /// The proxy to Gorgias, if there is one.
    pub egress: Option<EgressProxy>,
    /// Private networks that requests to other hosts than Gorgias may reach.
    pub outbound_networks: Vec<IpNet>,
}

/// The settings of the log.
#[derive(Debug, Clone)]
pub struct LogSettings {
    /// Filter in the syntax of `tracing`.
    pub filter: String,
    /// Text or JSON.
    pub format: LogFormat,
}

/// All settings, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How requests reach Mooring.
    pub web: WebSettings,
    /// Where data is kept.
    pub store: StoreSettings,
    /// How Gorgias is reached and how often.
    pub gorgias: GorgiasSettings,
    /// How mail is sent, if it is.
    pub mail: Option<MailSettings>,
    /// The log.
    pub log: LogSettings,
    /// Files that secrets were read from.
    pub secret_files: Vec<PathBuf>,
}

impl Settings {
    /// Checks all given settings; relative paths count from `folder`.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn read(sources: &Sources, folder: &Path) -> Result<Self, SettingsError> {
        let read = Reader { sources };
        let private_network = read.parsed(
            &table::GORGIAS_PRIVATE_NETWORK,
            |t| parse::either(t, "allow", "deny"),
            "give allow or deny",
        )?;
        let data_dir = folder.join(read.parsed(&table::DATA_DIR, |t| Ok(PathBuf::from(t)), "")?);
        let egress = read.egress()?;
        Ok(Self {
            secret_files: sources.secret_files(folder),
            web: WebSettings {
                listen: read.parsed(
                    &table::LISTEN,
                    |t| {
                        t.parse()
                            .map_err(|_| format!("“{t}” is not an address with a port"))
                    },
                    "give one such as 127.0.0.1:3000 or [::]:3000",
                )?,
                public_url: read.parsed(&table::PUBLIC_URL, parse_public_url, "")?,
                trusted_proxies: read.parsed(
                    &table::TRUSTED_PROXIES,
                    parse::networks,
                    "give networks such as 10.0.0.0/8, separated by commas",
                )?,
            },
            gorgias: GorgiasSettings {
                template: read.parsed(
                    &table::GORGIAS_URL,
                    |t| GorgiasTemplate::parse(t, private_network).map_err(|e| e.to_string()),
                    "",
                )?,
                private_network,
                check_interval: read.parsed(
                    &table::CHECK_INTERVAL,
                    parse::interval,
                    "give one such as 90s, 30m or 6h",
                )?,
                refresh_rate: read.parsed(
                    &table::REFRESH_RATE,
                    |t| match t.parse() {
                        Ok(rate @ 1..=10_000) => Ok(rate),
                        _ => Err(format!("“{t}” is not a number from 1 to 10000")),
                    },
                    "give a number such as 20",
                )?,
                worker: read.parsed(
                    &table::WORKER,
                    |t| parse::either(t, "on", "off"),
                    "give on or off",
                )?,
                egress: egress.clone(),
                outbound_networks: read.parsed(
                    &table::OUTBOUND_NETWORKS,
                    parse::networks,
                    "give networks such as 10.0.0.0/8, separated by commas",
                )?,
            },
            mail: mail::read(&read)?,
            log: LogSettings {
                filter: read.parsed(
                    &table::LOG,
                    |t| match tracing_subscriber::EnvFilter::try_new(t) {
                        Ok(_) => Ok(t.to_owned()),
                        Err(e) => Err(e.to_string()),
                    },
                    "give a level such as info, or info,server=debug",
                )?,
                format: read.parsed(
                    &table::LOG_FORMAT,
                    |t| match t {
                        "text" => Ok(LogFormat::Text),
                        "json" => Ok(LogFormat::Json),
                        _ => Err(format!("“{t}” is neither text nor json")),
                    },
                    "give text or json",
                )?,
            },
            store: StoreSettings {
                database_url: match read.database_url(&table::DATABASE_URL, folder)? {
                    Some(url) => url,
                    None => sqlite_in(&data_dir),
                },
                migrate_database_url: read.database_url(&table::MIGRATE_DATABASE_URL, folder)?,
                database_plaintext: read.parsed(
                    &table::DATABASE_PLAINTEXT,
                    |t| match parse::either(t, "allow", "deny")? {
                        true => Ok(Plaintext::Allow),
                        false => Ok(Plaintext::Deny),
                    },
                    "give allow or deny",
                )?,
                audit_retention: read.parsed(
                    &table::AUDIT_RETENTION,
                    parse::retention,
                    "give one such as 365d, or forever",
                )?,
                audit_stream: read.audit_stream(folder)?,
                breached_passwords: read.breached_passwords(folder)?,
                tenant_creation: read.parsed(
                    &table::TENANT_CREATION,
                    |t| match parse::either(t, "owners", "nobody")? {
                        true => Ok(TenantCreation::Owners),
                        false => Ok(TenantCreation::Nobody),
                    },
                    "give owners or nobody",
                )?,
                master_keys: read
                    .sources
                    .get(&table::MASTER_KEYS)?
                    .map(|g| (g.name, SecretString::from(g.text))),
                key_service: read.key_service(folder, egress.as_ref())?,
                data_dir,
            },
        })
    }

    /// The folder of the SQLite file, if that is the database.
    pub fn sqlite_folder(&self) -> Option<&Path> {
        sqlite_folder(&self.store.database_url)
    }

    /// The master keys, if there are any. Not every command needs them, so they are read last.
    ///
    /// # Errors
    /// If they are wrong.
    pub fn master_keys(&self) -> Result<Option<MasterKeys>, SettingsError> {
        let Some((name, keys)) = &self.store.master_keys else {
            return Ok(None);
        };
        let keys = MasterKeys::parse(keys);
        let keys = keys.map_err(|e| SettingsError::new(name, &e.to_string(), ""))?;
        Ok(Some(keys))
    }

    /// The vault with the master keys and the key service.
    ///
    /// # Errors
    /// If there is neither, or one of them is wrong.
    pub fn vault(&self) -> Result<Vault, SettingsError> {
        let masters = self.master_keys()?;
        let mut services: Vec<Arc<dyn KeyService>> = Vec::new();
        if let Some(masters) = masters {
            services.push(Arc::new(masters));
        }
        if let Some(service) = &self.store.key_service {
            service.join(&mut services)?;
        }
        if services.is_empty() {
            return Err(SettingsError::new(
                "MOORING_MASTER_KEYS",
                "it is missing, and nothing is kept unencrypted",
                "set the keys of this installation; for a new one, make a key with `mooring keys generate` and set it",
            ));
        }
        Ok(Vault::with(services))
    }

    /// The configuration of the use cases.
    pub fn config(&self) -> service::core::config::Config {
        service::core::config::Config {
            public_url: self.web.public_url.clone(),
            gorgias: self.gorgias.template.clone(),
            check_interval: self.gorgias.check_interval,
            refresh_rate: self.gorgias.refresh_rate,
            audit_retention: self.store.audit_retention,
            audit_stream: self.store.audit_stream.clone(),
            breached_passwords: self.store.breached_passwords.clone(),
            mail: self.mail.clone(),
            tenant_creation: self.store.tenant_creation,
            data_dir: self.store.data_dir.clone(),
            outbound: OutboundOptions {
                networks: self.gorgias.outbound_networks.clone().into(),
                egress: self.gorgias.egress.clone(),
                ..OutboundOptions::default()
            },
        }
    }
}

pub(super) struct Reader<'a> {
    sources: &'a Sources,
}

impl Reader<'_> {
    fn parsed<T>(
        &self,
        setting: &Setting,
        parse: impl FnOnce(&str) -> Result<T, String>,
        remedy: &str,
    ) -> Result<T, SettingsError> {
        let (name, text) = match (self.sources.get(setting)?, setting.default) {
            (Some(given), _) => (given.name, given.text),
            (None, table::Fallback::Text(text)) => (setting.key.into(), text.into()),
            (None, table::Fallback::Words(_)) => (setting.key.into(), String::new()),
        };
        parse(&text).map_err(|problem| SettingsError::new(&name, &problem, remedy))
    }

    fn egress(&self) -> Result<Option<EgressProxy>, SettingsError> {
        let Some(given) = self.sources.get(&table::EGRESS_PROXY)? else {
            return Ok(None);
        };
        let proxy = EgressProxy::parse(&SecretString::from(given.text));
        let proxy = proxy.map_err(|e| SettingsError::new(&given.name, &e.to_string(), ""))?;
        Ok(Some(proxy))
    }

    fn audit_stream(&self, folder: &Path) -> Result<Option<StreamTo>, SettingsError> {
        let given = self.sources.get(&table::AUDIT_STREAM)?;
        Ok(given.map(|given| match given.text.trim() {
            "stdout" => StreamTo::StandardOutput,
            path => StreamTo::File(folder.join(path)),
        }))
    }

    fn breached_passwords(&self, folder: &Path) -> Result<Option<PathBuf>, SettingsError> {
        let Some(given) = self.sources.get(&table::BREACHED_PASSWORDS)? else {
            return Ok(None);
        };
        let path = folder.join(given.text.trim());
        match breached_passwords::look_at(&path) {
            Ok(()) => Ok(Some(path)),
            Err(error) => Err(SettingsError::new(
                &given.name,
                &format!("{}: {error}", path.display()),
                "name a file of SHA-1 digests, sorted, one in each line",
            )),
        }
    }

    /// A path of SQLite counts from `folder`, like all paths.
    fn database_url(
        &self,
        setting: &Setting,
        folder: &Path,
    ) -> Result<Option<SecretString>, SettingsError> {
        let Some(given) = self.sources.get(setting)? else {
            return Ok(None);
        };
        let url = SecretString::from(given.text);
        let text = url.expose_secret();
        if let Some(path) = text.strip_prefix("sqlite://") {
            return Ok(Some(sqlite_at(&folder.join(path))));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Some(url));
        }
        Err(SettingsError::new(
            &given.name,
            "it begins neither with sqlite:// nor with postgres://",
            "give sqlite:///var/lib/mooring/mooring.db or postgres://user:password@host/name",
        ))
    }
}

fn sqlite_in(data_dir: &Path) -> SecretString {
    sqlite_at(&data_dir.join("mooring.db"))
}

fn sqlite_at(path: &Path) -> SecretString {
    SecretString::from(format!("sqlite://{}", path.display()))
}

impl StoreSettings {
    /// The login of `mooring serve` at PostgreSQL, if `mooring migrate` has another
    /// address and this one names a login.
    pub fn login_that_serves(&self) -> Option<String> {
        self.migrate_database_url.as_ref()?;
        database::login_of(&self.database_url)
    }
}

/// The folder of the file that a `sqlite://` address names.
pub fn sqlite_folder(url: &SecretString) -> Option<&Path> {
    let path = url.expose_secret().strip_prefix("sqlite://")?;
    let path = path.split('?').next().unwrap_or(path);
    Some(Path::new(path).parent().unwrap_or(Path::new(".")))
}

#[cfg(test)]
mod tests;
