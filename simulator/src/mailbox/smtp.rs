//! The conversation (RFC 5321), as far as programs that send mail have it.

use super::{Envelope, Store};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};

/// The longest line and the largest mail, in bytes.
const LINE: u64 = 4096;
const LARGEST: usize = 10 * 1024 * 1024;
/// How long the other side may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// Takes mails until the task is aborted, which also ends open connections.
pub(super) async fn serve(listener: TcpListener, store: Arc<Store>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let store = Arc::clone(&store);
                    connections.spawn(async move {
                        let _ = Conversation::new(stream, store).run().await;
                    });
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

struct Conversation {
    stream: BufStream<TcpStream>,
    store: Arc<Store>,
    envelope: Envelope,
}

impl Conversation {
    fn new(stream: TcpStream, store: Arc<Store>) -> Self {
        Self {
            stream: BufStream::new(stream),
            store,
            envelope: Envelope::default(),
        }
    }

    async fn run(mut self) -> io::Result<()> {
        self.say("220 mailbox.invalid ready").await?;
        loop {
            let line = self.line().await?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    self.say("250-mailbox.invalid").await?;
                    self.say("250-8BITMIME").await?;
                    self.say("250-SMTPUTF8").await?;
                    self.say("250 AUTH PLAIN").await?;
                }
                "HELO" => self.say("250 mailbox.invalid").await?,
                "AUTH" => self.sign_in(rest).await?,
                "MAIL" => self.begin(rest).await?,
                "RCPT" => self.add_recipient(rest).await?,
                "DATA" => {
                    if !self.take().await? {
                        return Ok(());
                    }
                }
                "RSET" => {
                    self.forget();
                    self.say("250 forgotten").await?;
                }
                "NOOP" => self.say("250 nothing done").await?,
                "QUIT" => return self.say("221 goodbye").await,
                _ => self.say("500 what?").await?,
            }
        }
    }

    fn forget(&mut self) {
        let user = self.envelope.user.take();
        self.envelope = Envelope {
            user,
            ..Envelope::default()
        };
    }

    /// `AUTH PLAIN` with its answer in the same line (RFC 4954 4).
    async fn sign_in(&mut self, rest: &str) -> io::Result<()> {
        let answer = rest.strip_prefix("PLAIN ").unwrap_or_default();
        let decoded = BASE64_STANDARD.decode(answer).unwrap_or_default();
        let decoded = String::from_utf8_lossy(&decoded).into_owned();
        let mut parts = decoded.split('\0').skip(1);
        let given = (parts.next(), parts.next());
        let wanted = self.store.behaviour().wants;
        let right = wanted.is_none_or(|(user, password)| given == (Some(&*user), Some(&*password)));
        if right {
            self.envelope.user = given.0.map(str::to_owned);
            self.say("235 welcome").await
        } else {
            self.say("535 5.7.8 wrong user or password").await
        }
    }

    async fn begin(&mut self, rest: &str) -> io::Result<()> {
        let behaviour = self.store.behaviour();
        if behaviour.wants.is_some() && self.envelope.user.is_none() {
            return self.say("530 5.7.0 sign in first").await;
        }
        if behaviour.defers {
            return self.say("451 4.3.0 not now, try again later").await;
        }
        self.forget();
        self.envelope.from = address(rest);
        self.say("250 sender taken").await
    }

    async fn add_recipient(&mut self, rest: &str) -> io::Result<()> {
        let to = address(rest);
        let domain = to.rsplit('@').next().unwrap_or_default();
        if self.store.behaviour().refuses.contains(domain) {
            return self.say("550 5.1.1 no such mailbox").await;
        }
        self.envelope.to.push(to);
        self.say("250 recipient taken").await
    }

    /// Reads a mail; gives whether the conversation goes on.
    async fn take(&mut self) -> io::Result<bool> {
        if self.envelope.to.is_empty() {
            self.say("503 5.5.1 no recipient").await?;
            return Ok(true);
        }
        self.say("354 go on, and end with a dot").await?;
        let mut source = Vec::new();
        loop {
            let line = self.raw_line().await?;
            if line == b".\r\n" {
                break;
            }
            // A dot at a line's beginning is doubled (RFC 5321 4.5.2).
            let line = line.strip_prefix(b".").unwrap_or(&line);
            if source.len() + line.len() > LARGEST {
                self.say("552 5.3.4 too large").await?;
                return Ok(false);
            }
            source.extend_from_slice(line);
        }
        let envelope = self.envelope.clone();
        self.store.came(envelope, &source);
        self.forget();
        if self.store.behaviour().loses_answers {
            return Ok(false);
        }
        self.say("250 2.0.0 taken").await?;
        Ok(true)
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(line.as_bytes()).await?;
        self.stream.write_all(b"\r\n").await?;
        self.stream.flush().await
    }

    async fn raw_line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(LINE);
        timeout(SILENCE, limited.read_until(b'\n', &mut line)).await??;
        if line.ends_with(b"\n") {
            Ok(line)
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }

    async fn line(&mut self) -> io::Result<String> {
        let line = self.raw_line().await?;
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }
}

/// The address between the angle brackets of `FROM:<…>` and `TO:<…>`.
fn address(text: &str) -> String {
    let inside = text
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or("", |(address, _)| address).to_owned()
}
