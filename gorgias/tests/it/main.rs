//! The real client against the simulator, on the wire.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod egress;
mod faults;
mod guard;

use domain::{basic_encoding::BasicEncoding, subdomain::Subdomain, time::Timestamp};
use gorgias::{
    AuthorizeParams, ClientCredentials, Gorgias, GorgiasTemplate, Grant, HttpGorgias, Limits,
    Reaching, Renewal, Unavailable, UpstreamError,
    guard::{Lookup, SystemLookup},
    id_token::{self, Expected},
    pkce,
};
use secrecy::{ExposeSecret, SecretString};
use simulator::{App, Endpoint, ExpiresIn, Fault, IdToken, Rotation, Simulator, SimulatorConfig};
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

const REDIRECT: &str = "https://mooring.example/oauth/1/callback";
/// Every character for which the two ways to encode credentials differ.
const ODD_SECRET: &str = "s+e/c=r%e t:x&y";

#[allow(clippy::disallowed_methods)] // The simulator's tokens end by the machine's clock.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Timestamp(since.unwrap().as_micros().try_into().unwrap())
}

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
    let reaching = Reaching {
        private_network: private,
        limits,
        lookup,
        ..Reaching::default()
    };
    HttpGorgias::new(template, Arc::new(now), reaching).unwrap()
}

impl Setting {
    async fn patient() -> Self {
        setting(Limits::default().time).await
    }

    async fn refresh(&self) -> Result<Grant, UpstreamError> {
        self.refresh_with(&self.refresh_token).await
    }

    async fn refresh_with(&self, token: &SecretString) -> Result<Grant, UpstreamError> {
        let client = credentials(BasicEncoding::Raw);
        match self.gorgias.refresh(&client, &acme(), token).await? {
            Renewal::Grant(grant) => Ok(grant),
            Renewal::Leftover(leftover) => Err(leftover.why.into()),
        }
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
    assert!(grant.scope.told().unwrap().contains("account:read"));

    let account = s.gorgias.account(&acme(), &grant.access_token).await;
    assert_eq!(account.unwrap().domain, "acme");

    let client = credentials(BasicEncoding::Raw);
    let first = grant.refresh_token.unwrap();
    let again = s.refresh_with(&first).await.unwrap();
    assert!(again.refresh_token.is_none() && again.id_token.is_none());
    assert_ne!(
        again.access_token.expose_secret(),
        grant.access_token.expose_secret()
    );

    s.gorgias.revoke(&client, &acme(), &first).await.unwrap();
    let ended = s.refresh_with(&first).await;
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
