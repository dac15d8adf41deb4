//! The way out by a proxy.

use super::{
    acme,
    guard::{Rebinding, ask_with},
};
use gorgias::{EgressProxy, Unavailable};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Notes what it is asked for, and refuses.
async fn refusing_proxy() -> (EgressProxy, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            seen.lock().unwrap().push(String::from_utf8(head).unwrap());
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await;
        }
    });
    let proxy = format!("http://mooring:can%40ary@{address}");
    (EgressProxy::parse(&proxy.into()).unwrap(), heads)
}

const TEMPLATE: &str = "https://{subdomain}.gorgias.test";

/// Names that nobody here knows are the proxy's to look up and to refuse.
#[tokio::test]
async fn unknown_and_public_names_go_to_the_proxy() {
    let (proxy, heads) = refusing_proxy().await;
    for answers in [&[][..], &[&["8.8.8.8"][..]]] {
        let lookup = Rebinding::answers(answers);
        let error = ask_with(Some(&proxy), TEMPLATE, false, &lookup).await;
        assert_eq!(error, Unavailable::Connect.into());
        assert_eq!(lookup.left(), 0, "it was looked for");
        let heads = std::mem::take(&mut *heads.lock().unwrap());
        let [head] = &heads[..] else {
            panic!("{heads:?}")
        };
        let name = format!("{}.gorgias.test:443", acme());
        assert!(
            head.starts_with(&format!("CONNECT {name} HTTP/1.1\r\n")),
            "{head}"
        );
        let head = head.to_ascii_lowercase();
        // mooring:can@ary
        assert!(
            head.contains("proxy-authorization: basic bw9vcmluzzpjyw5ayxj5"),
            "{head}"
        );
        assert!(!head.contains("bearer"), "{head}");
    }
}

/// security.md 9: what is known to be private here doesn't go out.
#[tokio::test]
async fn s09_private_names_and_addresses_never_reach_the_proxy() {
    let (proxy, heads) = refusing_proxy().await;
    for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"] {
        let lookup = Rebinding::answers(&[&[address]]);
        let error = ask_with(Some(&proxy), TEMPLATE, false, &lookup).await;
        assert_eq!(error, Unavailable::Blocked.into(), "{address}");
    }
    for host in ["127.0.0.1", "[::1]", "169.254.169.254"] {
        let template = format!("https://{host}/{{subdomain}}");
        let lookup = Rebinding::answers(&[]);
        let error = ask_with(Some(&proxy), &template, false, &lookup).await;
        assert_eq!(error, Unavailable::Blocked.into(), "{host}");
    }
    assert!(heads.lock().unwrap().is_empty());
}

/// Plain http is for private networks alone, so no proxy reads what is in it.
#[tokio::test]
async fn plain_http_never_goes_to_the_proxy() {
    let (proxy, heads) = refusing_proxy().await;
    let lookup = Rebinding::answers(&[&["127.0.0.1"]]);
    let template = "http://rebind.test:1/a/{subdomain}";
    let error = ask_with(Some(&proxy), template, true, &lookup).await;
    assert_eq!(error, Unavailable::Connect.into());
    assert!(heads.lock().unwrap().is_empty());
}
