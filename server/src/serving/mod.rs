//! Takes connections, as many as there is room for, and ends those that keep
//! it waiting.
//!
//! `axum::serve` has neither a time for a request's head nor a bound on
//! connections (security.md 75, ADR 21).

mod bounds;
mod timed;
mod turn;

pub use bounds::Bounds;

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use timed::Timed;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;
use turn::{Tracked, Turns};

/// Most bytes of a request's head, with which a connection's memory is bounded
/// as well. Cookies of authorizations come to 16 KiB.
const HEAD_LIMIT: usize = 64 * 1024;

/// How long to leave the system alone that can't accept a connection.
const ACCEPT_AGAIN: Duration = Duration::from_secs(1);

/// Serves until `shutdown`, then lets open requests come to their end.
pub async fn run(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    shutdown: CancellationToken,
) {
    let room = Arc::new(Semaphore::new(bounds.connections));
    let open = TaskTracker::new();
    // Whoever comes when all places are taken waits in the system's queue.
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

/// Whether a connection went before it was accepted.
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
    // Events of a stream go out at once. A peer that is gone already shows soon.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Timed::new(stream, turns.clone()));
    let service = service_fn(move |request: Request<Incoming>| {
        let tracked = turns.begin();
        answer(router.clone(), peer, request, tracked)
    });
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_LIMIT);
    let mut connection = pin!(builder.serve_connection(io, service));
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
    tracked: Tracked<()>,
) -> Result<hyper::Response<Tracked<Body>>, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request).await?;
    Ok(response.map(|body| tracked.with(body)))
}
