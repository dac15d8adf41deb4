//! How PostgreSQL is reached: with TLS and a proof of the server's identity,
//! unless it is on this machine or the settings allow plain text.

use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::RootCertStore;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::{fmt, fs, net::IpAddr, path::PathBuf, str::FromStr};
use url::Url;

/// Whether plain text to PostgreSQL on another machine is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Plaintext {
    /// The server has to prove its identity.
    #[default]
    Deny,
    /// The network is trusted.
    Allow,
}

/// Where the server is, according to the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind a socket of this machine.
    Socket,
    /// On this machine's loopback.
    Loopback,
    /// On another machine.
    Elsewhere,
}

/// How a database is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// A file.
    File,
    /// A socket of this machine.
    Socket,
    /// TLS, with PostgreSQL's name of the mode.
    Tls(&'static str),
    /// Plain text on this machine.
    Loopback,
    /// Plain text, or TLS that is optional.
    Plain(&'static str),
}

impl Transport {
    /// The warning about this way, if there is one.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Self::Tls("require") => Some(
                "sslmode=require encrypts, but proves nobody: whoever is on the way to the database can answer in its place; give sslmode=verify-full",
            ),
            Self::Plain(_) => Some(
                "the database is off this machine and may be spoken to in plain text, as MOORING_DATABASE_PLAINTEXT allows: whoever is on the way reads and changes everything",
            ),
            _ => None,
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("a file"),
            Self::Socket => f.write_str("a socket of this machine"),
            Self::Tls(mode) => write!(f, "TLS, sslmode={mode}"),
            Self::Loopback => f.write_str("plain text on this machine"),
            Self::Plain(mode) => write!(f, "plain text allowed, sslmode={mode}"),
        }
    }
}

/// Why the address of the database can't be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// It is no address.
    #[error(
        "it is not an address of PostgreSQL ({0}); give one such as postgres://user:password@host/name"
    )]
    Address(String),
    /// There is no such mode.
    #[error(
        "{place} says “{mode}”, which is no mode of TLS; give verify-full (or verify-ca, require)"
    )]
    Mode {
        /// The setting that names it.
        place: &'static str,
        /// Its value.
        mode: String,
    },
    /// Without TLS, or without a proof of the server's identity.
    #[error(
        "sslmode={mode} lets others on the way to {host} read and change everything; \
         give sslmode=verify-full (with sslrootcert=… if the certificate is not from a public authority), \
         or set MOORING_DATABASE_PLAINTEXT=allow if nobody else is on that network"
    )]
    Plaintext {
        /// The mode.
        mode: &'static str,
        /// The server.
        host: String,
    },
    /// The certificate of the authority can't be used.
    #[error("sslrootcert: {path} {problem}; name a file with the authority's certificate in PEM")]
    Authority {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// No authority is trusted.
    #[error(
        "this machine has no certificate authorities; install them (Debian: ca-certificates), or give the one of the database with sslrootcert=…"
    )]
    NoAuthorities,
    /// Any certificate of a public authority would be accepted.
    #[error(
        "sslmode={0} needs sslrootcert: without an authority of its own, whoever has a certificate of any public one could answer; add sslrootcert=…, or give sslmode=verify-full"
    )]
    NoAuthority(&'static str),
}

/// All names of the parameter in a URL, as in SQLx.
const MODE: [&str; 2] = ["sslmode", "ssl-mode"];
const AUTHORITY: [&str; 3] = ["sslrootcert", "ssl-root-cert", "ssl-ca"];
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
/// Stands for the machine's authorities, as in libpq.
const SYSTEM: &str = "system";

/// The options from a URL and the variables of libpq, which SQLx reads as well.
pub(super) fn prepare(
    url: &str,
    plaintext: Plaintext,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(PgConnectOptions, Transport), TransportError> {
    let address = |error: &dyn fmt::Display| TransportError::Address(error.to_string());
    let mut url = Url::parse(url).map_err(|e| address(&e))?;
    let (mut mode, mut authority) = (None, None);
    let mut others = Vec::new();
    for (name, value) in url.query_pairs().into_owned() {
        if MODE.contains(&&*name) {
            mode = Some(("sslmode", value));
        } else if AUTHORITY.contains(&&*name) {
            authority = Some(value);
        } else {
            others.push((name, value));
        }
    }
    // Read here, so that a given mode can be told from the driver's default.
    url.query_pairs_mut().clear().extend_pairs(others);
    let mode = mode.or_else(|| Some(("PGSSLMODE", variable("PGSSLMODE")?)));
    let mode = mode.map(|(place, mode)| {
        PgSslMode::from_str(&mode).map_err(|_| TransportError::Mode { place, mode })
    });
    let mode = mode.transpose()?;
    let authority = authority.or_else(|| variable("PGSSLROOTCERT"));
    let mut options: PgConnectOptions =
        url.as_str().parse().map_err(|e: sqlx::Error| address(&e))?;
    // A URL puts IPv6 addresses in brackets, names and certificates don't.
    let host = options.get_host().trim_matches(['[', ']']).to_owned();
    options = options.host(&host);
    let place = place(options.get_socket(), &host);
    let (mode, transport) = decide(place, mode, &host, plaintext)?;
    options = options.ssl_mode(mode);
    let trusted = match (mode, authority.filter(|path| path != SYSTEM)) {
        (PgSslMode::VerifyCa | PgSslMode::VerifyFull, Some(path)) => read_authority(&path)?,
        (PgSslMode::VerifyFull, None) => authorities_of_machine()?,
        (PgSslMode::VerifyCa, None) => return Err(TransportError::NoAuthority(name(mode))),
        _ => return Ok((options, transport)),
    };
    Ok((options.ssl_root_cert_from_pem(trusted), transport))
}

/// Where the server is. A name counts as elsewhere, whatever its address.
fn place(socket: Option<&PathBuf>, host: &str) -> Place {
    let loopback = |ip: IpAddr| ip.to_canonical().is_loopback();
    if socket.is_some() || host.starts_with('/') {
        Place::Socket
    } else if host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(loopback) {
        Place::Loopback
    } else {
        Place::Elsewhere
    }
}

/// The mode, and whether it is allowed.
fn decide(
    place: Place,
    mode: Option<PgSslMode>,
    host: &str,
    plaintext: Plaintext,
) -> Result<(PgSslMode, Transport), TransportError> {
    let mode = match (place, mode) {
        // TLS over a socket proves no more than the socket itself.
        (Place::Socket, _) => return Ok((PgSslMode::Disable, Transport::Socket)),
        (_, Some(mode)) => mode,
        (Place::Loopback, None) => PgSslMode::Disable,
        (Place::Elsewhere, None) if plaintext == Plaintext::Allow => PgSslMode::Prefer,
        (Place::Elsewhere, None) => PgSslMode::VerifyFull,
    };
    let name = name(mode);
    let transport = match (mode, place) {
        (PgSslMode::VerifyFull | PgSslMode::VerifyCa | PgSslMode::Require, _) => {
            Transport::Tls(name)
        }
        (_, Place::Loopback | Place::Socket) => Transport::Loopback,
        (_, Place::Elsewhere) if plaintext == Plaintext::Allow => Transport::Plain(name),
        (_, Place::Elsewhere) => {
            let host = host.to_owned();
            return Err(TransportError::Plaintext { mode: name, host });
        }
    };
    Ok((mode, transport))
}

/// The mode's name in URLs.
fn name(mode: PgSslMode) -> &'static str {
    match mode {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    }
}

/// The certificates of authorities in a file, or in the variable itself.
fn read_authority(path: &str) -> Result<Vec<u8>, TransportError> {
    if path.trim_start().starts_with(BEGIN) {
        return Ok(path.as_bytes().to_vec());
    }
    let wrong = |problem: String| TransportError::Authority {
        path: path.to_owned(),
        problem,
    };
    let text = fs::read_to_string(path).map_err(|e| wrong(format!("can't be read: {e}")))?;
    if !text.contains(BEGIN) {
        return Err(wrong("holds no certificate".into()));
    }
    Ok(text.into_bytes())
}

/// The certificates of the authorities that this machine trusts, in PEM.
fn authorities_of_machine() -> Result<Vec<u8>, TransportError> {
    let mut known = RootCertStore::empty();
    let mut pem = String::new();
    for certificate in rustls_native_certs::load_native_certs().certs {
        // One certificate that TLS can't read would make the driver refuse all.
        if known.add(certificate.clone()).is_ok() {
            let text = STANDARD.encode(&certificate);
            pem += &format!("{BEGIN}\n{text}\n-----END CERTIFICATE-----\n");
        }
    }
    if pem.is_empty() {
        return Err(TransportError::NoAuthorities);
    }
    Ok(pem.into_bytes())
}

#[cfg(test)]
mod tests;
