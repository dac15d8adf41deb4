//! Requests that are answered before all of them came (security.md 75).

use super::{NEVER, SHORT, Server, alive, ask, bounded, patient, to_the_end, until};
use crate::test_server::on_each_database;
use axum::{
    Router,
    body::{Body, Bytes},
    http::StatusCode,
    routing::post,
};
use secrecy::ExposeSecret;
use server::{router::router, serving::Bounds, state::RouterOptions};
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn s75_a_body_that_never_ends_is_answered_in_time() {
    on_each_database(async |test_server| {
        let bounds = Bounds {
            answer: SHORT,
            ..patient()
        };
        let options = RouterOptions {
            bounds,
            ..RouterOptions::default()
        };
        let token = test_server.tenant("acme").await.token;
        let router = router(test_server.world.services.clone(), options);
        let server = Server::start(router, bounds).await;
        let bearer = format!("authorization: Bearer {}", token.expose_secret());
        for (path, kind, header) in [
            (
                "/signin",
                "application/x-www-form-urlencoded",
                "accept: */*",
            ),
            ("/api/v1/apps", "application/json", &bearer),
        ] {
            let mut stream = server.connect().await;
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: m\r\ncontent-length: 100\r\n\
                 content-type: {kind}\r\n{header}\r\n\r\n{{  "
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            let answer = to_the_end(&mut stream).await;
            assert!(answer.starts_with("HTTP/1.1 503"), "{path}: {answer}");
        }
    })
    .await;
}

const HALF: &[u8] = b"POST /healthz HTTP/1.1\r\nhost: m\r\ncontent-length: 10\r\n\r\nhalf.";

/// Answers to POST, too, whether the body was read or not.
fn posted_to() -> Router {
    alive()
        .route("/healthz", post(async || "alive"))
        .route("/read", post(async |_: Bytes| "alive"))
}

/// Of all limits none but the last one is short: whoever was answered has no
/// time for the rest of the request.
#[tokio::test]
async fn s75_the_rest_of_an_answered_request_is_not_waited_for() {
    let server = Server::start(posted_to(), patient()).await;
    let mut silent = server.connect().await;
    silent.write_all(HALF).await.unwrap();
    let answer = to_the_end(&mut silent).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    // Nor does a rest that drips help.
    let mut dripping = server.connect().await;
    dripping.write_all(HALF).await.unwrap();
    bounded(async {
        while dripping.write_all(b".").await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    // While somebody else still reads it.
    let (held, holder) = std::sync::mpsc::channel();
    let hold = move |body: Body| {
        held.send(body).unwrap();
        std::future::ready("alive")
    };
    let router = Router::new().route("/healthz", post(hold));
    let server = Server::start(router, patient()).await;
    let mut silent = server.connect().await;
    silent.write_all(HALF).await.unwrap();
    assert!(to_the_end(&mut silent).await.ends_with("alive"));
    let body = holder.recv().unwrap();
    let read = bounded(axum::body::to_bytes(body, 100)).await;
    assert!(read.is_err(), "{read:?}");
}

#[tokio::test]
async fn a_connection_whose_requests_are_read_stays() {
    let server = Server::start(posted_to(), patient()).await;
    let mut stream = server.connect().await;
    let request = |headers: &str, body: &str| {
        format!("POST /read HTTP/1.1\r\nhost: m\r\n{headers}\r\n\r\n{body}")
    };
    for request in [
        request("content-length: 4", "body"),
        request("content-length: 0", ""),
        request("transfer-encoding: chunked", "4\r\nbody\r\n0\r\n\r\n"),
    ] {
        stream.write_all(request.as_bytes()).await.unwrap();
        until(&mut stream, "alive").await;
        ask(&mut stream).await;
    }
}

/// An early answer reaches a peer that sends all of its request first.
#[tokio::test]
async fn an_answer_before_the_end_of_a_request_is_not_lost() {
    let bounds = Bounds {
        linger: NEVER,
        ..patient()
    };
    let refuse = async || StatusCode::PAYLOAD_TOO_LARGE;
    let router = Router::new().route("/healthz", post(refuse));
    let server = Server::start(router, bounds).await;
    let mut stream = server.connect().await;
    let size = 8 * 1024 * 1024;
    let head = format!("POST /healthz HTTP/1.1\r\nhost: m\r\ncontent-length: {size}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    bounded(stream.write_all(&vec![0; size])).await.unwrap();
    let answer = to_the_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}
