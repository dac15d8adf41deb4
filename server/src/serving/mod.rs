//! Accepts connections, as many as there is room for, and ends those that make it
//! wait too long.
//!
//! `axum::serve` has neither a time limit for a request's head nor a bound on
//! connections (security.md 75, ADR 21).

mod bounds;
mod timed;
mod turn;

pub use bounds::Bounds;

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{
        HeaderMap, HeaderValue,
        header::{CONNECTION, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};
use timed::Timed;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;
use turn::{Tracked, Turns};

/// The most bytes of a request's head, which bounds a connection's memory as well.
/// Cookies of authorizations take up to 16 KiB.
const HEAD_LIMIT: usize = 64 * 1024;

/// How long to wait after the system could not accept a connection.
const ACCEPT_AGAIN: Duration = Duration::from_secs(1);

/// Serves until `shutdown`, then finishes open requests.
pub async fn run(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    shutdown: CancellationToken,
) {
    let room = Arc::new(Semaphore::new(bounds.connections));
    let open = TaskTracker::new();
    // If all places are taken, new connections wait in the system's queue.
    while let Some((stream, peer, place)) = tokio::select! {
        biased;
        () = shutdown.cancelled() => None,
        next = next(&listener, &room) => next,
    } {
        let turns = Turns::new(bounds, Arc::clone(&room));
        let (router, shutdown) = (router.clone(), shutdown.clone());
        open.spawn(async move {
            let _place = place;
            connection(stream, peer, router, turns, shutdown).await;
        });
    }
    drop(listener);
    open.close();
    open.wait().await;
}

async fn next(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // The semaphore is never closed.
    let place = Arc::clone(room).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                tracing::trace!(%peer, "A connection was accepted");
                return Some((stream, peer, place));
            }
            Err(error) if of_the_peer(&error) => (),
            Err(error) => {
                tracing::error!(%error, "A connection can't be accepted; if it is for want of open files, raise their limit");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

/// Whether the peer went away before the connection was accepted.
fn of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    turns: Turns,
    shutdown: CancellationToken,
) {
    // Events of a stream are sent at once. If this fails, the peer is gone, which
    // the next read shows.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Timed::new(stream, turns.clone()));
    let of_requests = turns.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let tracked = of_requests.begin();
        answer(router.clone(), peer, request, of_requests.clone(), tracked)
    });
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_LIMIT);
    let mut connection = builder.serve_connection(io, service);
    let ended = tokio::select! {
        biased;
        ended = to_its_end(&mut connection, &turns) => ended,
        () = shutdown.cancelled() => {
            Pin::new(&mut connection).graceful_shutdown();
            to_its_end(&mut connection, &turns).await
        }
    };
    match ended {
        Some(Ok(())) => (),
        Some(Err(error)) => tracing::debug!(%error, "a connection broke off"),
        None => {
            let stream = connection.into_parts().io.into_inner().into_inner();
            leave(stream, turns.linger_limit()).await;
        }
    }
}

/// Drives a connection until it ends, or until it is over: hyper would wait for the
/// rest of a request that was answered already.
async fn to_its_end<C>(connection: &mut C, turns: &Turns) -> Option<C::Output>
where
    C: Future + Unpin,
{
    poll_fn(|cx| match Pin::new(&mut *connection).poll(cx) {
        Poll::Ready(ended) => Poll::Ready(Some(ended)),
        Poll::Pending if turns.are_over() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}

/// Closes the sending side, and gives the peer a moment to read the answer: the
/// system discards the answer if a connection is closed while data still comes in
/// (RFC 9112 9.6).
async fn leave(mut stream: TcpStream, limit: Duration) {
    let read = async {
        stream.shutdown().await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
    };
    let _ = tokio::time::timeout(limit, read).await;
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
    turns: Turns,
    tracked: Tracked<()>,
) -> Result<hyper::Response<Tracked<Body>>, Infallible> {
    let mut request = request.map(|body| Body::new(turns.reading(body)));
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.oneshot(request).await?;
    let headers = response.headers_mut();
    if is_stream(headers) {
        turns.stream();
    } else if headers.contains_key(CONTENT_DISPOSITION) {
        turns.file();
    }
    if !turns.is_read() {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| tracked.with(body)))
}

fn is_stream(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}
