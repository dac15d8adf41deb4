//! The real client against the simulator, on the wire.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use async_trait::async_trait;
use domain::{basic_encoding::BasicEncoding, subdomain::Subdomain, time::Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use service::{
    clock::SystemClock,
    gorgias::{
        AuthorizeParams, ClientCredentials, Gorgias, GorgiasTemplate, Grant, HttpGorgias, Limits,
        Unavailable, UpstreamError,
        guard::{Lookup, SystemLookup},
        id_token::{self, Expected},
        pkce,
    },
};
use simulator::{
    App, Endpoint, ExpiresIn, Fault, FaultKind, IdToken, RetryAfter, Rotation, Simulator,
    SimulatorConfig,
};
use std::{
    io::{self, ErrorKind},
    net::{IpAddr, TcpListener},
    sync::{Arc, Mutex},
    time::Duration,
};

const REDIRECT: &str = "https://mooring.example/oauth/1/callback";
/// Every character for which the two ways to encode credentials differ.
const ODD_SECRET: &str = "s+e/c=r%e t:x&y";

fn acme() -> Subdomain {
    "acme".parse().unwrap()
}

fn credentials(encoding: BasicEncoding) -> ClientCredentials {
    ClientCredentials {
        client_id: "app+1".into(),
        client_secret: ODD_SECRET.into(),
        encoding,
    }
}

struct Setting {
    simulator: Simulator,
    gorgias: HttpGorgias,
    refresh_token: SecretString,
}

/// A client that waits so long for the simulator, and a token to refresh.
async fn setting(time: Duration) -> Setting {
    let simulator = Simulator::start(SimulatorConfig::default()).await.unwrap();
    simulator.register_app("app+1", ODD_SECRET, &[REDIRECT]);
    let granted = simulator
        .account("acme")
        .grant("app+1", "openid offline account:read");
    let template = GorgiasTemplate::parse(simulator.url_template(), true).unwrap();
    let limits = Limits {
        time,
        ..Limits::default()
    };
    let gorgias = client(template, true, limits, Arc::new(SystemLookup));
    Setting {
        simulator,
        gorgias,
        refresh_token: granted.refresh_token.into(),
    }
}

fn client(
    template: GorgiasTemplate,
    private: bool,
    limits: Limits,
    lookup: Arc<dyn Lookup>,
) -> HttpGorgias {
    HttpGorgias::with(template, private, Arc::new(SystemClock), limits, lookup).unwrap()
}

impl Setting {
    async fn patient() -> Self {
        setting(Limits::default().time).await
    }

    async fn refresh(&self) -> Result<Grant, UpstreamError> {
        let client = credentials(BasicEncoding::Raw);
        self.gorgias
            .refresh(&client, &acme(), &self.refresh_token)
            .await
    }

    /// The error that a fault of the token endpoint becomes, after one request.
    async fn refused(&self, fault: impl Into<Fault>) -> UpstreamError {
        self.simulator.clear_log();
        let account = self.simulator.account("acme");
        account.fail_once(Endpoint::Token, fault.into());
        let error = self.refresh().await.unwrap_err();
        let requests = self.simulator.token_requests("acme").len();
        assert_eq!(requests, 1, "{error}: nothing is tried again by itself");
        let shown = format!("{error} {error:?} {}", error.sentence());
        assert!(!shown.contains(self.refresh_token.expose_secret()));
        assert!(!shown.contains(ODD_SECRET));
        error
    }

    async fn unavailable(&self, fault: impl Into<Fault>) -> Unavailable {
        match self.refused(fault).await {
            UpstreamError::Unavailable { why, .. } => why,
            other => panic!("sorted as {other:?}"),
        }
    }

    /// Approves and exchanges the code; the nonce is `n-1`.
    async fn exchange(
        &self,
        challenge: Option<&str>,
        verifier: Option<&SecretString>,
    ) -> Result<Grant, UpstreamError> {
        let scope = "openid offline account:read".parse().unwrap();
        let params = AuthorizeParams {
            client_id: "app+1",
            redirect_uri: REDIRECT,
            scope: &scope,
            state: "s-1",
            nonce: "n-1",
            pkce_challenge: challenge,
        };
        let url = self
            .gorgias
            .template()
            .authorize_url(&acme(), &params)
            .unwrap();
        let callback = self.simulator.approve(url.as_str()).unwrap();
        let callback = url::Url::parse(&callback).unwrap();
        let code = callback
            .query_pairs()
            .find(|(name, _)| name == "code")
            .map(|(_, code)| SecretString::from(code.into_owned()))
            .unwrap();
        let client = credentials(BasicEncoding::Raw);
        self.gorgias
            .exchange_code(&client, &acme(), &code, REDIRECT, verifier)
            .await
    }
}

#[tokio::test]
async fn a_grant_from_code_to_revocation() {
    let s = Setting::patient().await;
    let grant = s.exchange(None, None).await.unwrap();
    assert_eq!(grant.expires_in, Some(0), "as Gorgias has been seen to say");
    assert!(grant.jwt_exp.unwrap() > s.simulator.now());
    let issuer = s.gorgias.template().issuer(&acme());
    assert_eq!(issuer, s.simulator.issuer("acme"));
    assert_eq!(grant.jwt_iss.as_deref(), Some(issuer.as_str()));
    assert!(grant.scope.as_ref().unwrap().contains("account:read"));

    let account = s.gorgias.account(&acme(), &grant.access_token).await;
    assert_eq!(account.unwrap().domain, "acme");

    let client = credentials(BasicEncoding::Raw);
    let first = grant.refresh_token.unwrap();
    let again = s.gorgias.refresh(&client, &acme(), &first).await.unwrap();
    assert!(again.refresh_token.is_none() && again.id_token.is_none());
    assert_ne!(
        again.access_token.expose_secret(),
        grant.access_token.expose_secret()
    );

    s.gorgias.revoke(&client, &acme(), &first).await.unwrap();
    let ended = s.gorgias.refresh(&client, &acme(), &first).await;
    assert_eq!(ended.unwrap_err(), UpstreamError::InvalidGrant);
}

#[tokio::test]
async fn pkce_is_sent_when_an_app_has_it() {
    let s = Setting::patient().await;
    s.simulator.account("acme").change(|b| b.check_pkce = true);
    let verifier = SecretString::from("v".repeat(43));
    let challenge = pkce::challenge(&verifier);
    assert!(s.exchange(Some(&challenge), Some(&verifier)).await.is_ok());
    let other = SecretString::from("w".repeat(43));
    let wrong = s.exchange(Some(&challenge), Some(&other)).await;
    assert_eq!(wrong.unwrap_err(), UpstreamError::InvalidGrant);
}

#[tokio::test]
async fn credentials_are_written_as_the_app_is_set() {
    let s = Setting::patient().await;
    for (wanted, raw, form) in [
        (simulator::BasicEncoding::Raw, true, false),
        (simulator::BasicEncoding::Form, false, true),
    ] {
        s.simulator.register(App {
            client_id: "app+1".into(),
            client_secret: ODD_SECRET.into(),
            redirect_uris: vec![REDIRECT.into()],
            install_url: None,
            basic_encoding: wanted,
        });
        for (encoding, good) in [(BasicEncoding::Raw, raw), (BasicEncoding::Form, form)] {
            let client = credentials(encoding);
            let result = s
                .gorgias
                .refresh(&client, &acme(), &s.refresh_token)
                .await
                .map(|_| ());
            let expected = if good {
                Ok(())
            } else {
                Err(UpstreamError::InvalidClient)
            };
            assert_eq!(result, expected, "{wanted:?} {encoding:?}");
        }
    }
}

/// security.md 16
#[tokio::test]
async fn lifetimes_and_rotation_come_through_as_sent() {
    let s = Setting::patient().await;
    let account = s.simulator.account("acme");
    for (sent, read) in [
        (ExpiresIn::Zero, Some(0)),
        (ExpiresIn::Absent, None),
        (ExpiresIn::Real, Some(86_400)),
        (ExpiresIn::Negative, Some(-3_600)),
        (ExpiresIn::Text, Some(86_400)),
        (ExpiresIn::Huge, Some(1_000_000_000_000)),
    ] {
        account.expires_in(sent);
        assert_eq!(s.refresh().await.unwrap().expires_in, read, "{sent:?}");
    }
    account.opaque_access_token(true);
    let opaque = s.refresh().await.unwrap();
    assert_eq!((opaque.jwt_exp, opaque.jwt_iss), (None, None));
    for odd in [Some("mac"), None] {
        account.token_type(odd);
        let refused = s.refresh().await.unwrap_err();
        assert_eq!(refused.code(), "nonsense");
    }
    account.token_type(Some("bearer")).rotation(Rotation::On);
    let rotated = s.refresh().await.unwrap();
    let next = rotated.refresh_token.unwrap();
    assert_ne!(next.expose_secret(), s.refresh_token.expose_secret());
}

/// security.md 17
#[tokio::test]
async fn large_and_slow_answers_are_cut_off() {
    let s = Setting::patient().await;
    assert_eq!(
        s.unavailable(Fault::big_body()).await,
        Unavailable::TooLarge
    );
    assert_eq!(
        s.unavailable(Fault::gzip_bomb()).await,
        Unavailable::TooLarge
    );
    // Some 4 kB on the wire: only unpacked bytes give it away.
    let small_bomb = FaultKind::GzipBomb { bytes: 4 << 20 };
    assert_eq!(s.unavailable(small_bomb).await, Unavailable::TooLarge);
    // A refusal with an endless body is no refusal.
    let long = json!({"error": "invalid_grant", "x": "y".repeat(70_000)});
    let why = s.unavailable(Fault::json(400, &long)).await;
    assert_eq!(why, Unavailable::TooLarge);

    let hasty = setting(Duration::from_millis(300)).await;
    assert_eq!(hasty.unavailable(Fault::drip()).await, Unavailable::Timeout);
    let late = Fault::latency(60_000);
    assert_eq!(hasty.unavailable(late).await, Unavailable::Timeout);
    assert_eq!(Limits::default().time, Duration::from_secs(10));
    assert_eq!(Limits::default().body, 65_536);
}

/// security.md 10
#[tokio::test]
async fn redirects_are_not_followed() {
    let s = Setting::patient().await;
    let elsewhere = format!("{}/oauth/token", s.simulator.issuer("evil"));
    for status in [301, 302, 303, 307, 308] {
        let why = s.unavailable(Fault::redirect(status, &elsewhere)).await;
        assert_eq!(why, Unavailable::Redirected, "{status}");
    }
    s.simulator
        .account("acme")
        .fail_always(Endpoint::Account, Fault::redirect(307, &elsewhere));
    let account = s.gorgias.account(&acme(), &"at".into()).await;
    assert_eq!(account.unwrap_err(), Unavailable::Redirected.into());
    assert!(s.simulator.token_requests("evil").is_empty());
}

/// security.md 18
#[tokio::test]
async fn nonsense_is_unavailable_and_never_a_refusal() {
    let s = Setting::patient().await;
    let html = "<html>invalid_grant</html>";
    let of_gateway = json!({"error": "invalid_grant"});
    for (fault, why) in [
        (Fault::server_error(), Unavailable::Status(500)),
        (Fault::json(503, &of_gateway), Unavailable::Status(503)),
        (Fault::html(), Unavailable::NotJson),
        (
            Fault::answer(404, "text/html", html),
            Unavailable::Status(404),
        ),
        (
            Fault::answer(401, "text/html", html),
            Unavailable::Status(401),
        ),
        (Fault::invalid_utf8(), Unavailable::NotJson),
        (Fault::deep_json(), Unavailable::TooLarge),
        (
            FaultKind::DeepJson { depth: 30_000 }.into(),
            Unavailable::NotJson,
        ),
        (Fault::truncated_json(), Unavailable::NotJson),
        (Fault::answer(204, "text/plain", ""), Unavailable::NotJson),
        (Fault::reset(), Unavailable::Reset),
        (
            Fault::json(200, &json!({"access_token": "", "token_type": "Bearer"})),
            Unavailable::Nonsense("there is no access token"),
        ),
        (
            Fault::json(400, &json!({"error": "invalid_scope"})),
            Unavailable::Rejected {
                code: "invalid_scope".into(),
            },
        ),
        // An upstream that echoes what it got must not get it into a log.
        (
            Fault::json(400, &json!({"error": s.refresh_token.expose_secret()})),
            Unavailable::Rejected {
                code: "unreadable".into(),
            },
        ),
    ] {
        let name = format!("{:.60}", format!("{:?}", fault.kind));
        assert_eq!(s.unavailable(fault).await, why, "{name}");
    }
    assert!(s.refresh().await.is_ok(), "nothing of it sticks");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let s = Setting::patient().await;
    let grant = s.refused(Fault::invalid_grant()).await;
    assert_eq!(grant, UpstreamError::InvalidGrant);
    let client = s.refused(Fault::invalid_client()).await;
    assert_eq!(client, UpstreamError::InvalidClient);
    s.simulator.rotate_secret("app+1", "another");
    let rotated = s.refresh().await.unwrap_err();
    assert_eq!(rotated, UpstreamError::InvalidClient);
    s.simulator.rotate_secret("app+1", ODD_SECRET);
    let account = s.simulator.account("acme");
    account.deactivate();
    for status in [400, 401, 403] {
        account.change(|b| b.invalid_grant_status = status);
        let gone = s.refresh().await.unwrap_err();
        assert_eq!(gone, UpstreamError::InvalidGrant, "{status}");
    }
    let bad = s.gorgias.account(&acme(), &"no token".into()).await;
    assert_eq!(bad.unwrap_err(), UpstreamError::Unauthorized);
}

/// security.md 31
#[tokio::test]
async fn retry_after_in_three_forms() {
    let s = Setting::patient().await;
    let wait = async |fault| match s.refused(fault).await {
        UpstreamError::RateLimited { retry_after } => retry_after.map(|w| w.whole_seconds()),
        other => panic!("sorted as {other:?}"),
    };
    assert_eq!(
        wait(Fault::retry_after(RetryAfter::Seconds(90))).await,
        Some(90)
    );
    let capped = Fault::retry_after(RetryAfter::Seconds(999_999));
    assert_eq!(wait(capped).await, Some(3_600));
    let date = wait(Fault::retry_after(RetryAfter::DateIn(120))).await;
    // The two dates of one answer may fall on both sides of a second.
    assert!((118..=122).contains(&date.unwrap()), "{date:?}");
    let text = Fault::retry_after(RetryAfter::Text("soon".into()));
    assert_eq!(wait(text).await, None);
    assert_eq!(wait(Fault::too_many_requests()).await, None);
    let busy = s
        .refused(Fault::status(503).with_header("retry-after", "7"))
        .await;
    assert_eq!(busy.retry_after().map(|w| w.whole_seconds()), Some(7));
}

/// security.md 19
#[tokio::test]
async fn id_tokens_of_the_simulator_pass_or_fail() {
    use id_token::IdTokenError::*;
    let s = Setting::patient().await;
    for (kind, outcome) in [
        (IdToken::Normal, Ok(())),
        (IdToken::TextAud, Ok(())),
        (IdToken::TextSub, Ok(())),
        (IdToken::WrongNonce, Err(WrongNonce)),
        (IdToken::NoNonce, Err(WrongNonce)),
        (IdToken::WrongAud, Err(WrongAudience)),
        (IdToken::WrongIss, Err(WrongIssuer)),
        (IdToken::Expired, Err(Expired)),
        (IdToken::AlgNone, Err(Unsigned)),
        (IdToken::Garbage, Err(Malformed)),
    ] {
        s.simulator.account("acme").id_token(kind);
        let grant = s.exchange(None, None).await.unwrap();
        let issuer = s.gorgias.template().issuer(&acme());
        let expected = Expected {
            issuer: &issuer,
            client_id: "app+1",
            nonce: &"n-1".into(),
            now: Timestamp::from_unix_seconds(s.simulator.now()),
        };
        let result = id_token::verify(&grant.id_token.unwrap(), &expected);
        assert_eq!(result.map(|_| ()), outcome, "{kind:?}");
    }
    s.simulator.account("acme").id_token(IdToken::Absent);
    assert!(s.exchange(None, None).await.unwrap().id_token.is_none());
}

/// A name server that gives another answer each time it is asked.
struct Rebinding(Mutex<Vec<Vec<&'static str>>>);

impl Rebinding {
    fn answers(answers: &[&[&'static str]]) -> Arc<Self> {
        let answers = answers.iter().rev().map(|a| a.to_vec()).collect();
        Arc::new(Self(Mutex::new(answers)))
    }

    fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

#[async_trait]
impl Lookup for Rebinding {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let answer = self.0.lock().unwrap().pop();
        let answer = answer.ok_or(ErrorKind::NotFound)?;
        Ok(answer.iter().map(|ip| ip.parse().unwrap()).collect())
    }
}

async fn ask(template: &str, private: bool, lookup: &Arc<Rebinding>) -> UpstreamError {
    let template = GorgiasTemplate::parse(template, private).unwrap();
    let gorgias = client(template, private, Limits::default(), lookup.clone());
    gorgias.account(&acme(), &"at".into()).await.unwrap_err()
}

/// security.md 9: the address that was checked is the one that is connected to.
#[tokio::test]
async fn rebinding_is_blocked_where_the_connection_is_made() {
    let simulator = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let port = url::Url::parse(simulator.base_url())
        .unwrap()
        .port()
        .unwrap();
    let template = format!("http://rebind.test:{port}/a/{{subdomain}}");
    let lookup = Rebinding::answers(&[
        &["127.0.0.1"],
        &["169.254.169.254"],
        &["127.0.0.1", "8.8.8.8"],
    ]);
    let first = ask(&template, true, &lookup).await;
    assert_eq!(first, UpstreamError::Unauthorized, "the simulator answered");
    assert_eq!(lookup.left(), 2, "one request, one look-up");
    for left in [1, 0] {
        let error = ask(&template, true, &lookup).await;
        assert_eq!(error, Unavailable::Blocked.into());
        assert_eq!(lookup.left(), left);
    }
    assert_eq!(ask(&template, true, &lookup).await, Unavailable::Dns.into());
    assert_eq!(simulator.requests("acme", Endpoint::Account).len(), 1);
}

/// security.md 9
#[tokio::test]
async fn private_addresses_are_blocked_before_a_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let by_name = format!("https://{{subdomain}}.rebind.test:{port}");
    for address in ["127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0"] {
        let lookup = Rebinding::answers(&[&[address]]);
        let error = ask(&by_name, false, &lookup).await;
        assert_eq!(error, Unavailable::Blocked.into(), "{address}");
        assert_eq!(lookup.left(), 0, "the guard ran");
    }
    for host in ["127.0.0.1", "[::ffff:7f00:1]"] {
        let by_address = format!("https://{host}:{port}/{{subdomain}}");
        let lookup = Rebinding::answers(&[]);
        let error = ask(&by_address, false, &lookup).await;
        assert_eq!(error, Unavailable::Blocked.into(), "{host}");
    }
    // A connection would stand in the listener's queue by now.
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);

    // With private networks allowed, the same name does connect.
    let answered = tokio::task::spawn_blocking(move || {
        listener.set_nonblocking(false).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let lookup = Rebinding::answers(&[&["127.0.0.1"]]);
    let error = ask(&by_name, true, &lookup).await;
    assert_eq!(error, Unavailable::Tls.into(), "plain text isn't TLS");
    answered.await.unwrap();
    // And once nobody listens, the connection is refused.
    let lookup = Rebinding::answers(&[&["127.0.0.1"]]);
    assert_eq!(
        ask(&by_name, true, &lookup).await,
        Unavailable::Connect.into()
    );
}
