//! Every setting once: the flags, the variables and the keys of the file come from this list.

/// A setting. `key` is its key in the file; the flag is `--key` with hyphens,
/// the variable `MOORING_KEY` in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its key in `mooring.toml`.
    pub key: &'static str,
    /// What `--help` calls the value.
    pub value: &'static str,
    /// What it is for.
    pub help: &'static str,
    /// Whether it may also be read from a file that `…_FILE` names.
    pub secret: bool,
}

const fn plain(key: &'static str, value: &'static str, help: &'static str) -> Setting {
    Setting {
        key,
        value,
        help,
        secret: false,
    }
}

const fn secret(key: &'static str, value: &'static str, help: &'static str) -> Setting {
    Setting {
        key,
        value,
        help,
        secret: true,
    }
}

/// The path of the settings file; no key in the file itself.
pub const CONFIG: Setting = plain(
    "config",
    "PATH",
    "Settings file; mooring.toml if it is there",
);

/// All settings but [`CONFIG`].
pub const SETTINGS: &[Setting] = &[
    plain(
        "listen",
        "ADDRESS",
        "Address and port [default: 127.0.0.1:3000]",
    ),
    plain(
        "public_url",
        "URL",
        "Origin that browsers use [default: http://127.0.0.1:3000]",
    ),
    plain(
        "data_dir",
        "PATH",
        "Folder of what Mooring keeps on disk [default: data]",
    ),
    plain(
        "audit_retention",
        "SPAN",
        "How long entries of the audit are kept, such as 365d [default: for ever]",
    ),
    plain(
        "trusted_proxies",
        "NETWORKS",
        "Networks whose X-Forwarded-For is believed, separated by commas [default: none]",
    ),
    secret(
        "database_url",
        "URL",
        "sqlite://… or postgres://… [default: mooring.db in the data folder]",
    ),
    plain(
        "database_plaintext",
        "allow|deny",
        "Whether PostgreSQL off this machine may be spoken to without verified TLS [default: deny]",
    ),
    secret(
        "migrate_database_url",
        "URL",
        "The same database for `mooring migrate` alone, as the login that owns it [default: database_url]",
    ),
    secret(
        "master_keys",
        "KEYS",
        "id:base64 keys separated by commas; the first encrypts, all decrypt",
    ),
    plain(
        "key_service_url",
        "URL",
        "HashiCorp Vault or OpenBao whose transit engine wraps data keys [default: none]",
    ),
    plain(
        "key_service_key",
        "NAME",
        "Its key: MOUNT/NAME [default: transit/mooring]",
    ),
    secret("key_service_token", "TOKEN", "Token for the key service"),
    plain(
        "key_service_namespace",
        "NAME",
        "Namespace at the key service [default: none]",
    ),
    plain(
        "key_service_ca_file",
        "PATH",
        "Certificate authority of the key service, in PEM [default: those of the machine]",
    ),
    plain(
        "key_service_use",
        "wrap|unwrap",
        "Whether it wraps new data keys, or only unwraps what it wrapped [default: wrap]",
    ),
    plain(
        "gorgias_url",
        "TEMPLATE",
        "Address of a Gorgias account [default: https://{subdomain}.gorgias.com]",
    ),
    plain(
        "gorgias_private_network",
        "allow|deny",
        "Whether that address may be private or on this machine [default: deny]",
    ),
    secret(
        "egress_proxy",
        "URL",
        "Proxy to the internet, where there is no other way out: http://user:password@host:port [default: none]",
    ),
    plain(
        "check_interval",
        "TIME",
        "Longest time between two checks of a connection [default: 6h]",
    ),
    plain(
        "refresh_rate",
        "NUMBER",
        "Token requests to Gorgias a second, all processes together [default: 20]",
    ),
    plain(
        "worker",
        "on|off",
        "Whether this process does the background work [default: on]",
    ),
    plain("log", "FILTER", "What is logged [default: info]"),
    plain(
        "log_format",
        "text|json",
        "How it is logged [default: text]",
    ),
];

impl Setting {
    /// The variable's name.
    pub fn variable(&self) -> String {
        format!("MOORING_{}", self.key.to_ascii_uppercase())
    }

    /// The flag's name without hyphens in front.
    pub fn flag(&self) -> String {
        self.key.replace('_', "-")
    }

    /// The key under which a file with the value is named.
    pub fn file_key(&self) -> Option<String> {
        self.secret.then(|| format!("{}_file", self.key))
    }
}
