//! Hands mails to the mail server (RFC 5321), by lettre.

use super::queue::Sealed;
use crate::core::{
    mail_server::{MailServer, MailTls},
    services::{Inner, ProcessState, Services},
};
use domain::ids::MailId;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error as SmtpError, PoolConfig,
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::ExposeSecret;
use std::{fs, time::Duration};
use url::Url;

/// How long the server may take for one answer, and for a whole mail.
const ANSWER: Duration = Duration::from_secs(20);
pub(super) const WHOLE: Duration = Duration::from_secs(90);
/// How many connections to the server are open at most.
const AT_ONCE: u32 = 4;
/// The longest kept answer, in letters.
const LONGEST: usize = 300;

/// The id of the logo in a mail's HTML part (RFC 2392).
const LOGO: &str = "logo";

/// A content type, and a picture.
pub(super) type Logo = (String, Vec<u8>);

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// The open connections to the mail server.
pub(super) struct Smtp {
    /// Or what is wrong with the settings.
    transport: Result<Transport, String>,
    from: String,
    /// The right side of ids of mails.
    host: String,
}

impl ProcessState for Smtp {
    fn begin(process: &Inner) -> Self {
        let url = Url::parse(&process.config.public_url).ok();
        let host = url.and_then(|url| url.host_str().map(str::to_owned));
        let host = host.unwrap_or_else(|| "localhost".to_owned());
        let Some(mail) = &process.config.mail else {
            return Self {
                transport: Err("MOORING_SMTP_URL is not set".to_owned()),
                from: String::new(),
                host,
            };
        };
        Self {
            transport: transport(&mail.server, &host),
            from: mail.from.clone(),
            host,
        }
    }
}

/// Reads the address that every mail comes from.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn parse_from(text: &str) -> Result<String, String> {
    let address: Result<Address, _> = text.trim().parse();
    let address = address.map_err(|error| format!("“{text}” is no address for mail: {error}"))?;
    Ok(address.to_string())
}

fn transport(server: &MailServer, host: &str) -> Result<Transport, String> {
    let tls = match server.tls {
        MailTls::Off => Tls::None,
        MailTls::StartTls => Tls::Required(parameters(server)?),
        MailTls::Implicit => Tls::Wrapper(parameters(server)?),
    };
    let mut builder = Transport::builder_dangerous(&server.host)
        .port(server.port)
        .tls(tls)
        .timeout(Some(ANSWER))
        .hello_name(ClientId::Domain(host.to_owned()))
        .pool_config(PoolConfig::new().max_size(AT_ONCE));
    if let Some((user, password)) = &server.login {
        let password = password.expose_secret().to_owned();
        builder = builder.credentials(Credentials::new(user.clone(), password));
    }
    Ok(builder.build())
}

fn parameters(server: &MailServer) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(server.host.clone());
    if let Some(path) = &server.authority {
        let pem = fs::read(path);
        let pem = pem.map_err(|error| format!("{} can't be read: {error}", path.display()))?;
        let authority = Certificate::from_pem(&pem)
            .map_err(|_| format!("{} holds no certificate in PEM", path.display()))?;
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(authority);
    }
    let built = builder.build_rustls();
    built.map_err(|error| format!("TLS can't be set up: {error}"))
}

/// What the mail server made of a mail.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It took it.
    Sent(String),
    /// It will never take it.
    Refused(String),
    /// It may take it later.
    Later(String),
}

/// Hands one mail over. A mail that is handed over twice has the same id.
pub(super) async fn send(
    services: &Services,
    id: MailId,
    mail: &Sealed,
    logo: Option<Logo>,
) -> Verdict {
    let smtp = services.state::<Smtp>();
    let message = match message(smtp, id, mail, logo) {
        Ok(message) => message,
        Err(problem) => return Verdict::Refused(problem),
    };
    let transport = match &smtp.transport {
        Ok(transport) => transport,
        Err(problem) => return Verdict::Later(problem.clone()),
    };
    match tokio::time::timeout(WHOLE, transport.send(message)).await {
        Ok(Ok(response)) => {
            let words: Vec<_> = response.message().collect();
            Verdict::Sent(cut(&format!("{} {}", response.code(), words.join(" "))))
        }
        Ok(Err(error)) => verdict(&error),
        Err(_) => Verdict::Later("the mail server did not answer in time".to_owned()),
    }
}

fn verdict(error: &SmtpError) -> Verdict {
    let Some(code) = error.status() else {
        return Verdict::Later(cut(&error.to_string()));
    };
    let said = error.to_string();
    let words = said.split_once("): ").map_or(&*said, |(_, words)| words);
    let answer = cut(&format!("{code} {words}"));
    // 53x is about our own login (RFC 4954 6), which is not the mail's fault.
    let ours = u16::from(code) / 10 == 53;
    if error.is_permanent() && !ours {
        Verdict::Refused(answer)
    } else {
        Verdict::Later(answer)
    }
}

/// Without control characters.
fn one_line(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    text.trim().to_owned()
}

fn cut(answer: &str) -> String {
    one_line(answer).chars().take(LONGEST).collect()
}

fn message(smtp: &Smtp, id: MailId, mail: &Sealed, logo: Option<Logo>) -> Result<Message, String> {
    let address = |text: &str| {
        text.parse::<Address>()
            .map_err(|error| format!("“{text}” is no address for mail: {error}"))
    };
    // A name can't begin a header of its own.
    let name = |text: &str| Some(one_line(text)).filter(|name| !name.is_empty());
    let from = Mailbox::new(name(&mail.from_name), address(&smtp.from)?);
    let to_name = mail.to_name.as_deref().and_then(name);
    let to = Mailbox::new(to_name, address(&mail.to)?);
    let mut builder = Message::builder()
        .from(from)
        .to(to)
        .subject(one_line(&mail.subject))
        .message_id(Some(format!("<{id}@{}>", smtp.host)))
        // Nobody's absence notice answers it (RFC 3834 5).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if let Some(reply_to) = &mail.reply_to {
        builder = builder.reply_to(Mailbox::new(None, address(reply_to)?));
    }
    let html = SinglePart::html(mail.html.clone());
    let parts = MultiPart::alternative().singlepart(SinglePart::plain(mail.text.clone()));
    let parts = match logo {
        // Beside the page that shows it (RFC 2387).
        Some((kind, bytes)) => {
            let kind = ContentType::parse(&kind);
            let kind = kind.map_err(|error| format!("the logo can't go along: {error}"))?;
            let logo = Attachment::new_inline(LOGO.to_owned()).body(bytes, kind);
            parts.multipart(MultiPart::related().singlepart(html).singlepart(logo))
        }
        None => parts.singlepart(html),
    };
    let message = builder.multipart(parts);
    message.map_err(|error| format!("the mail can't be made: {error}"))
}

/// Whether the mail server answers and lets us in; nothing is sent.
///
/// # Errors
/// What is wrong.
pub async fn preflight(services: &Services) -> Result<(), String> {
    let transport = services.state::<Smtp>().transport.as_ref();
    let transport = transport.map_err(Clone::clone)?;
    match tokio::time::timeout(WHOLE, transport.test_connection()).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err("the mail server ended the conversation".to_owned()),
        Ok(Err(error)) => Err(cut(&error.to_string())),
        Err(_) => Err("the mail server did not answer in time".to_owned()),
    }
}
