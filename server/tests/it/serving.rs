//! Connections that keep Mooring waiting, and many of them (security.md 75).

use crate::house::on_each_database;
use axum::{Router, body::Body, routing::get};
use futures::stream;
use server::{
    router::router,
    serving::{self, Bounds},
    state::RouterOptions,
};
use service::testing::World;
use std::{convert::Infallible, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: m\r\n\r\n";

/// So short that a test doesn't wait, and no test that wants an answer has it.
const SHORT: Duration = Duration::from_millis(50);

/// No limit at all: what ends within it ends for another reason.
const LONG: Duration = Duration::from_secs(3_600);

fn patient() -> Bounds {
    Bounds {
        head: LONG,
        idle: LONG,
        idle_when_full: LONG,
        write: LONG,
        answer: LONG,
        ..Bounds::default()
    }
}

struct Server {
    address: SocketAddr,
    shutdown: CancellationToken,
    running: JoinHandle<()>,
}

impl Server {
    async fn start(router: Router, bounds: Bounds) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(serving::run(listener, router, bounds, shutdown.clone()));
        Self {
            address,
            shutdown,
            running,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

fn alive() -> Router {
    Router::new().route("/healthz", get(async || "alive"))
}

/// One request, one answer; the connection stays.
async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(REQUEST).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"alive") {
        let read = stream.read_buf(&mut answer).await.unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&answer));
    }
    String::from_utf8(answer).unwrap()
}

/// What comes until the other side ends.
async fn to_the_end(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut rest).await;
    String::from_utf8_lossy(&rest).into_owned()
}

#[tokio::test]
async fn s75_a_head_that_never_ends_is_cut_off() {
    let bounds = Bounds {
        head: SHORT,
        ..patient()
    };
    let server = Server::start(alive(), bounds).await;
    for piece in [&b""[..], b"GET", &REQUEST[..REQUEST.len() - 2]] {
        let mut stream = server.connect().await;
        stream.write_all(piece).await.unwrap();
        assert_eq!(to_the_end(&mut stream).await, "");
    }
}

#[tokio::test]
async fn s75_a_connection_that_nobody_uses_ends() {
    let bounds = Bounds {
        idle: SHORT,
        ..patient()
    };
    let server = Server::start(alive(), bounds).await;
    let mut stream = server.connect().await;
    assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200"));
    assert_eq!(to_the_end(&mut stream).await, "");
}

#[tokio::test]
async fn s75_a_body_that_never_ends_is_answered_in_time() {
    on_each_database(async |house| {
        let bounds = Bounds {
            answer: SHORT,
            ..patient()
        };
        let options = RouterOptions {
            bounds,
            ..RouterOptions::default()
        };
        let router = router(house.world.services.clone(), options);
        let server = Server::start(router, bounds).await;
        for path in ["/signin", "/api/v1/apps"] {
            let mut stream = server.connect().await;
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: m\r\ncontent-length: 100\r\n\
                 content-type: application/x-www-form-urlencoded\r\n\r\na=b"
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            let answer = to_the_end(&mut stream).await;
            // Without a token nobody reads the body of a call.
            let statuses = ["HTTP/1.1 503", "HTTP/1.1 401"];
            assert!(statuses.iter().any(|s| answer.starts_with(s)), "{answer}");
        }
    })
    .await;
}

/// Tells when it is dropped.
struct Told(Option<oneshot::Sender<()>>);

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.0.take().map(|tell| tell.send(()));
    }
}

#[tokio::test]
async fn s75_an_answer_that_nobody_takes_ends() {
    let (told, dropped) = oneshot::channel();
    let told = std::sync::Mutex::new(Some(Told(Some(told))));
    let endless = move || {
        let told = told.lock().unwrap().take();
        let pieces = stream::unfold(told, async |told| {
            let piece: Result<Vec<u8>, Infallible> = Ok(vec![0; 64 * 1024]);
            Some((piece, told))
        });
        std::future::ready(Body::from_stream(Box::pin(pieces)))
    };
    let endless = std::sync::Arc::new(endless);
    let router = Router::new().route("/healthz", get(move || endless()));
    let bounds = Bounds {
        write: SHORT,
        ..patient()
    };
    let server = Server::start(router, bounds).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.unwrap();
    dropped.await.unwrap();
}

#[tokio::test]
async fn s75_beyond_the_bound_new_ones_wait_and_old_ones_go_on() {
    let bounds = Bounds {
        connections: 2,
        ..patient()
    };
    let server = Server::start(alive(), bounds).await;
    let (mut one, mut two) = (server.connect().await, server.connect().await);
    ask(&mut one).await;
    ask(&mut two).await;
    let mut three = server.connect().await;
    three.write_all(REQUEST).await.unwrap();
    for _ in 0..20 {
        ask(&mut one).await;
        ask(&mut two).await;
    }
    let early = three.try_read(&mut [0; 1]);
    assert!(
        matches!(&early, Err(e) if e.kind() == std::io::ErrorKind::WouldBlock),
        "{early:?}"
    );
    drop(one);
    let mut answer = [0; 12];
    three.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    ask(&mut two).await;
}

#[tokio::test]
async fn s75_when_places_are_few_unused_connections_make_room() {
    let bounds = Bounds {
        connections: 8,
        idle_when_full: SHORT,
        ..patient()
    };
    let server = Server::start(alive(), bounds).await;
    let mut kept = Vec::new();
    // A sixth place is kept for whoever comes next.
    for _ in 0..5 {
        let mut stream = server.connect().await;
        ask(&mut stream).await;
        kept.push(stream);
    }
    for _ in 0..4 {
        let mut stream = server.connect().await;
        ask(&mut stream).await;
        assert_eq!(to_the_end(&mut stream).await, "");
    }
    for stream in &mut kept {
        ask(stream).await;
    }
}

/// security.md 34
#[tokio::test]
async fn s34_at_the_end_open_requests_are_answered_and_unused_connections_closed() {
    let (begun, mut is_begun) = tokio::sync::mpsc::channel(1);
    let (end, ends) = tokio::sync::watch::channel(false);
    let slow = move || {
        let (begun, mut ends) = (begun.clone(), ends.clone());
        async move {
            begun.send(()).await.unwrap();
            ends.wait_for(|end| *end).await.unwrap();
            "alive"
        }
    };
    let router = alive().route("/slow", get(slow));
    let server = Server::start(router, patient()).await;
    let mut unused = server.connect().await;
    ask(&mut unused).await;
    let mut open = server.connect().await;
    open.write_all(b"GET /slow HTTP/1.1\r\nhost: m\r\n\r\n")
        .await
        .unwrap();
    is_begun.recv().await.unwrap();
    server.shutdown.cancel();
    assert_eq!(to_the_end(&mut unused).await, "");
    end.send(true).unwrap();
    assert!(to_the_end(&mut open).await.ends_with("alive"));
    server.running.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

/// The cookies of eight authorizations fit into a head; the memory of a
/// connection is bounded all the same.
#[tokio::test]
async fn heads_of_sixteen_kilobytes_are_read_and_endless_ones_refused() {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let router = router(world.services.clone(), RouterOptions::default());
    let server = Server::start(router, patient()).await;
    for (size, good) in [(16 * 1024, true), (200 * 1024, false)] {
        let mut stream = server.connect().await;
        let cookie = "c".repeat(size);
        let head = format!(
            "GET /healthz HTTP/1.1\r\nhost: m\r\nconnection: close\r\ncookie: a={cookie}\r\n\r\n"
        );
        // It may be refused before all is written, and then the answer be lost.
        let _ = stream.write_all(head.as_bytes()).await;
        let answer = to_the_end(&mut stream).await;
        assert_eq!(answer.starts_with("HTTP/1.1 200"), good, "{answer}");
        assert!(
            good || answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
            "{answer}"
        );
    }
}
