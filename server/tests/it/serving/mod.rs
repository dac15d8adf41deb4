//! Connections that keep Mooring waiting, and many of them (security.md 75).

mod early;

use axum::{
    Router,
    body::Body,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    routing::get,
};
use futures::stream;
use server::{
    router::router,
    serving::{self, Bounds},
    state::RouterOptions,
};
use service::testing::World;
use std::{convert::Infallible, future::Future, net::SocketAddr, time::Duration};
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

/// What takes longer on the slowest machine never comes.
const NEVER: Duration = Duration::from_secs(30);

/// Waits for what has to come.
async fn bounded<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(NEVER, what).await.unwrap()
}

fn patient() -> Bounds {
    Bounds {
        head: LONG,
        idle: LONG,
        idle_when_full: LONG,
        write: LONG,
        answer: LONG,
        whole: LONG,
        file: LONG,
        linger: SHORT,
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
        bounded(TcpStream::connect(self.address)).await.unwrap()
    }
}

fn alive() -> Router {
    Router::new().route("/healthz", get(async || "alive"))
}

/// One request, one answer; the connection stays.
async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(REQUEST).await.unwrap();
    until(stream, "alive").await
}

/// What comes until this has come.
async fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut answer = Vec::new();
    loop {
        let so_far = String::from_utf8_lossy(&answer).into_owned();
        if so_far.contains(text) {
            return so_far;
        }
        let read = bounded(stream.read_buf(&mut answer)).await.unwrap();
        assert_ne!(read, 0, "{so_far}");
    }
}

/// What comes until the other side ends.
async fn to_the_end(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    // A reset is an end as well.
    let _ = bounded(stream.read_to_end(&mut rest)).await;
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

/// Tells when it is dropped.
struct Told(Option<oneshot::Sender<()>>);

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.0.take().map(|tell| tell.send(()));
    }
}

/// An answer without an end, and what tells that it was dropped.
fn endless() -> (Router, oneshot::Receiver<()>) {
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
    (router, dropped)
}

#[tokio::test]
async fn s75_an_answer_that_nobody_takes_ends() {
    let (router, dropped) = endless();
    let bounds = Bounds {
        write: SHORT,
        ..patient()
    };
    let server = Server::start(router, bounds).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.unwrap();
    bounded(dropped).await.unwrap();
}

/// The whole of an answer has its time as well, or one byte now and then would
/// hold a connection for ever. A stream of events has none, and a file more.
#[tokio::test]
async fn s75_an_answer_that_is_taken_slowly_ends_and_events_go_on() {
    let (router, dropped) = endless();
    let (send, sent) = tokio::sync::mpsc::channel::<&'static str>(1);
    let sent = std::sync::Mutex::new(Some(sent));
    let events = move || {
        let sent = sent.lock().unwrap().take();
        let events = stream::unfold(sent.unwrap(), async |mut sent| {
            let event = sent.recv().await?;
            Some((Ok::<_, Infallible>(event), sent))
        });
        let events = Body::from_stream(Box::pin(events));
        std::future::ready(([(CONTENT_TYPE, "text/event-stream")], events))
    };
    let events = std::sync::Arc::new(events);
    let (send_file, file) = tokio::sync::mpsc::channel::<&'static str>(1);
    let file = std::sync::Arc::new(std::sync::Mutex::new(Some(file)));
    let file = move || {
        let parts = file.lock().unwrap().take();
        let parts = stream::unfold(parts.unwrap(), async |mut parts| {
            let part = parts.recv().await?;
            Some((Ok::<_, Infallible>(part), parts))
        });
        let name = (CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\"");
        std::future::ready(([name], Body::from_stream(Box::pin(parts))))
    };
    let router = router
        .route("/events", get(move || events()))
        .route("/file", get(file));
    let bounds = Bounds {
        whole: SHORT,
        ..patient()
    };
    let server = Server::start(router, bounds).await;
    let mut events = server.connect().await;
    send.send("alive").await.unwrap();
    let ask = b"GET /events HTTP/1.1\r\nhost: m\r\n\r\n";
    events.write_all(ask).await.unwrap();
    until(&mut events, "alive").await;
    let mut file = server.connect().await;
    send_file.send("first part").await.unwrap();
    let ask = b"GET /file HTTP/1.1\r\nhost: m\r\n\r\n";
    file.write_all(ask).await.unwrap();
    until(&mut file, "first part").await;

    let mut slow = server.connect().await;
    // With something unread behind it, hyper looks no further than the answer.
    slow.write_all(&REQUEST.repeat(2)).await.unwrap();
    let takes = async {
        let mut piece = [0; 1024];
        // Each read lets the server write more.
        while slow.read(&mut piece).await.is_ok_and(|read| read > 0) {}
    };
    bounded(takes).await;
    bounded(dropped).await.unwrap();

    send.send("still alive").await.unwrap();
    until(&mut events, "still alive").await;
    send_file.send("second part").await.unwrap();
    until(&mut file, "second part").await;
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
    bounded(three.read_exact(&mut answer)).await.unwrap();
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
    bounded(is_begun.recv()).await.unwrap();
    server.shutdown.cancel();
    assert_eq!(to_the_end(&mut unused).await, "");
    end.send(true).unwrap();
    assert!(to_the_end(&mut open).await.ends_with("alive"));
    bounded(server.running).await.unwrap();
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
        let _ = bounded(stream.write_all(head.as_bytes())).await;
        let answer = to_the_end(&mut stream).await;
        assert_eq!(answer.starts_with("HTTP/1.1 200"), good, "{answer}");
        assert!(
            good || answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
            "{answer}"
        );
    }
}
