//! A stream that fails if its peer makes it wait too long.

use super::turn::Turns;
use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// A stream with the time limits of its connection's turns.
pub(super) struct Timed<S> {
    stream: S,
    turns: Turns,
    read: Pin<Box<Sleep>>,
    /// The turn for which `read` was set.
    set_for: Option<u64>,
    write: Pin<Box<Sleep>>,
    /// Whether the peer still has to read something.
    writing: bool,
}

impl<S> Timed<S> {
    /// The stream without limits.
    pub fn into_inner(self) -> S {
        self.stream
    }

    pub fn new(stream: S, turns: Turns) -> Self {
        let write = Box::pin(sleep(turns.write_limit()));
        Self {
            stream,
            read: Box::pin(sleep(turns.write_limit())),
            turns,
            set_for: None,
            write,
            writing: false,
        }
    }

    /// Ready if the turn took too long. If it is `Pending`, the connection is woken
    /// when the time is over.
    fn waits(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (turn, limit) = self.turns.limit();
        let Some(limit) = limit else {
            return Poll::Pending;
        };
        if self.set_for != Some(turn) {
            self.read.as_mut().reset(Instant::now() + limit);
            self.set_for = Some(turn);
        }
        self.read.as_mut().poll(cx)
    }

    /// The result of a write. If nothing was written: whether the time limits still hold.
    fn wrote<T>(
        &mut self,
        cx: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.writing = false;
            return result;
        }
        if !self.writing {
            let limit = self.turns.write_limit();
            self.write.as_mut().reset(Instant::now() + limit);
            self.writing = true;
        }
        // A peer that reads a byte now and then has the time of the whole answer.
        if self.waits(cx).is_pending() {
            ready!(self.write.as_mut().poll(cx));
        }
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        if result.is_pending() {
            ready!(self.waits(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if buf.filled().len() > before {
            self.turns.received();
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(cx, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        if matches!(result, Poll::Ready(Ok(()))) {
            self.turns.flushed();
            // hyper may not read again after an answer if it did before: it waits
            // to be woken. This sets the timer; if the time is over, the next read
            // fails.
            let _ = self.waits(cx);
        }
        self.wrote(cx, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.wrote(cx, result)
    }
}
