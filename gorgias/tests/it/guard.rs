//! The address guard, on the wire.

use super::{acme, now};
use async_trait::async_trait;
use gorgias::{
    EgressProxy, Gorgias, GorgiasTemplate, HttpGorgias, Reaching, Unavailable, UpstreamError,
    guard::Lookup,
};
use simulator::{Endpoint, Simulator, SimulatorConfig};
use std::{
    io::{self, ErrorKind},
    net::{IpAddr, TcpListener},
    sync::{Arc, Mutex},
};

/// A name server that gives another answer each time it is asked.
pub struct Rebinding(Mutex<Vec<Vec<&'static str>>>);

impl Rebinding {
    pub fn answers(answers: &[&[&'static str]]) -> Arc<Self> {
        let answers = answers.iter().rev().map(|a| a.to_vec()).collect();
        Arc::new(Self(Mutex::new(answers)))
    }

    pub fn left(&self) -> usize {
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
    ask_with(None, template, private, lookup).await
}

/// What comes of a request, by a proxy if there is one.
pub async fn ask_with(
    egress: Option<&EgressProxy>,
    template: &str,
    private: bool,
    lookup: &Arc<Rebinding>,
) -> UpstreamError {
    let template = GorgiasTemplate::parse(template, private).unwrap();
    let reaching = Reaching {
        egress: egress.cloned(),
        private_network: private,
        lookup: lookup.clone(),
        ..Reaching::default()
    };
    let gorgias = HttpGorgias::new(template, Arc::new(now), reaching).unwrap();
    gorgias.account(&acme(), &"at".into()).await.unwrap_err()
}

/// security.md 9: the address that was checked is the one that is connected to.
#[tokio::test]
async fn s09_rebinding_is_blocked_where_the_connection_is_made() {
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
async fn s09_private_addresses_are_blocked_before_a_connection() {
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
