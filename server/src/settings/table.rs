//! The list of all settings: flags, variables, keys of the file, defaults and the
//! table of README.md are made from it.

use Fallback::{Text, Words};

/// A setting. `key` is its key in the file; the flag is `--key` with hyphens,
/// the variable `MOORING_KEY` in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its key in `mooring.toml`.
    pub key: &'static str,
    /// The name of the value in `--help`.
    pub value: &'static str,
    /// What applies if it is not given.
    pub default: Fallback,
    /// What it is for. README.md shows it, too, and makes links of words that begin
    /// with "docs/".
    pub help: &'static str,
    /// Whether it may also be read from a file that `…_FILE` names.
    pub secret: bool,
}

/// What applies if a setting is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// This value.
    Text(&'static str),
    /// A description in words.
    Words(&'static str),
}

const fn plain(
    key: &'static str,
    value: &'static str,
    default: Fallback,
    help: &'static str,
) -> Setting {
    Setting {
        key,
        value,
        default,
        help,
        secret: false,
    }
}

const fn secret(
    key: &'static str,
    value: &'static str,
    default: Fallback,
    help: &'static str,
) -> Setting {
    Setting {
        secret: true,
        ..plain(key, value, default, help)
    }
}

/// The path of the settings file; no key in the file itself.
pub const CONFIG: Setting = plain(
    "config",
    "PATH",
    Words("`mooring.toml` if it is there"),
    "Settings file, in TOML",
);

macro_rules! settings {
    ($($name:ident = $setting:expr;)*) => {
        $(pub(super) const $name: Setting = $setting;)*
        /// All settings but [`CONFIG`].
        pub const SETTINGS: &[Setting] = &[$($name),*];
    };
}

settings! {
    LISTEN = plain("listen", "ADDRESS", Text("127.0.0.1:3000"),
        "Address and port");
    PUBLIC_URL = plain("public_url", "URL", Text("http://127.0.0.1:3000"),
        "Origin that browsers use; redirect URIs and links are built from it alone; `http` only on the loopback; passkeys need a name in it, not an IP address");
    DATA_DIR = plain("data_dir", "PATH", Text("data"),
        "Folder of what Mooring keeps on disk, also beside PostgreSQL");
    DATABASE_URL = secret("database_url", "URL", Words("`mooring.db` in the data folder"),
        "`sqlite://…` or `postgres://…`");
    MIGRATE_DATABASE_URL = secret("migrate_database_url", "URL", Words("`MOORING_DATABASE_URL`"),
        "The same PostgreSQL database for `mooring migrate` alone, as the login that owns it; see docs/operations.md#logins-and-rights");
    DATABASE_PLAINTEXT = plain("database_plaintext", "allow|deny", Text("deny"),
        "`allow` lets PostgreSQL off this machine be spoken to without verified TLS; see docs/operations.md#tls-to-postgresql");
    MASTER_KEYS = secret("master_keys", "KEYS", Words("none: no start without one, or a key service"),
        "`id:base64` keys separated by commas or line breaks; the first encrypts, all decrypt");
    KEY_SERVICE_URL = plain("key_service_url", "URL", Words("none"),
        "HashiCorp Vault or OpenBao whose transit engine wraps data keys instead; see docs/operations.md#a-key-service");
    KEY_SERVICE_KEY = plain("key_service_key", "MOUNT/NAME", Text("transit/mooring"),
        "Its transit key, as `MOUNT/NAME`");
    KEY_SERVICE_TOKEN = secret("key_service_token", "TOKEN", Words("none"),
        "Token for the key service; its file is read anew each time");
    KEY_SERVICE_NAMESPACE = plain("key_service_namespace", "NAME", Words("none"),
        "Namespace at the key service");
    KEY_SERVICE_CA_FILE = plain("key_service_ca_file", "PATH", Words("the machine's"),
        "Certificate authority to trust at the key service, in PEM");
    KEY_SERVICE_USE = plain("key_service_use", "wrap|unwrap", Text("wrap"),
        "`unwrap`: the key service opens what it wrapped and gets nothing new");
    TRUSTED_PROXIES = plain("trusted_proxies", "NETWORKS", Words("none"),
        "Networks, separated by commas, whose `X-Forwarded-For` is believed for the address in log and audit; see docs/proxies.md");
    EGRESS_PROXY = secret("egress_proxy", "URL", Words("none"),
        "Proxy to the internet, where there is no other way out: `http://user:password@host:port`; `HTTPS_PROXY` is not read");
    OUTBOUND_NETWORKS = plain("outbound_networks", "NETWORKS", Words("none"),
        "Private networks, separated by commas, that single sign-on may reach; see docs/sso.md#a-provider-in-a-private-network");
    GORGIAS_URL = plain("gorgias_url", "TEMPLATE", Text("https://{subdomain}.gorgias.com"),
        "Address of a Gorgias account, with `{subdomain}` in it once");
    GORGIAS_PRIVATE_NETWORK = plain("gorgias_private_network", "allow|deny", Text("deny"),
        "`allow` lets that address be private or on this machine (for the simulator)");
    AUDIT_RETENTION = plain("audit_retention", "SPAN", Text("forever"),
        "How long entries of the audit are kept: `365d`, `forever`");
    AUDIT_STREAM = plain("audit_stream", "stdout|PATH", Words("none"),
        "Where each entry of the audit goes as a JSON line: `stdout`, or a file; see docs/operations.md#the-audit-in-other-systems");
    BREACHED_PASSWORDS = plain("breached_passwords", "PATH", Words("none"),
        "List of breached passwords that nobody may choose: SHA-1 digests, sorted; see docs/operations.md#breached-passwords");
    TENANT_CREATION = plain("tenant_creation", "owners|nobody", Text("nobody"),
        "Who makes tenants in the browser: whoever owns one, or nobody; the command line always can");
    CHECK_INTERVAL = plain("check_interval", "TIME", Text("6h"),
        "Longest time between two checks of a connection, ten seconds at least: `90s`, `30m`, `6h`");
    REFRESH_RATE = plain("refresh_rate", "NUMBER", Text("20"),
        "Token requests to Gorgias a second, all processes together; the sweep slows down by itself where Gorgias asks many accounts to");
    WORKER = plain("worker", "on|off", Text("on"),
        "`on` or `off`: whether this process does the background work");
    SMTP_URL = secret("smtp_url", "URL", Words("none: links are copied by hand"),
        "Mail server: `smtps://user:password@host` (TLS) or `smtp://…` (STARTTLS); `?tls_authority=PATH` for a certificate of your own, `?tls=off` for a relay without TLS");
    MAIL_FROM = plain("mail_from", "ADDRESS", Words("none"),
        "Address that all mail comes from; needed with the mail server");
    MAIL_PER_HOUR = plain("mail_per_hour", "NUMBER", Text("300"),
        "Most mails that a tenant sends in an hour; more of them wait");
    LOG = plain("log", "FILTER", Text("info"),
        "What is logged: `info`, or `info,server=debug`");
    LOG_FORMAT = plain("log_format", "text|json", Text("text"),
        "How it is logged: `text` or `json`, to standard error");
}

impl Setting {
    /// The text for `--help`.
    pub fn full_help(&self) -> String {
        let (Text(default) | Words(default)) = self.default;
        format!("{} [default: {default}]", self.help)
    }

    /// The flag's name without hyphens in front.
    pub fn flag(&self) -> String {
        self.key.replace('_', "-")
    }

    /// The key for a file that holds the value.
    pub fn file_key(&self) -> Option<String> {
        self.secret.then(|| format!("{}_file", self.key))
    }
}
