//! A mailbox: a mail server on loopback that keeps everything it gets, for tests
//! and the demo. Nothing leaves the machine.

mod page;
mod smtp;

pub(crate) use page::routes;

use crate::clock::Clock;
use mail_parser::{Addr, Address, MessageParser};
use serde::Serialize;
use std::{
    collections::BTreeSet,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// The most mails that are kept; older ones are dropped.
const MOST: usize = 500;
/// The longest wait of [`Mailbox::wait_for`].
const WAIT: Duration = Duration::from_secs(60);

/// A mail as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceivedMail {
    /// Counted from 1.
    pub number: u64,
    /// When it came by the simulator's clock, in seconds since 1970.
    pub at: u64,
    /// The sender of the envelope.
    pub envelope_from: String,
    /// The recipients of the envelope.
    pub envelope_to: Vec<String>,
    /// The user who signed in to the mail server, if one did.
    pub user: Option<String>,
    /// `From`: the name, and the address.
    pub from: (String, String),
    /// `To`: the name, and the address.
    pub to: (String, String),
    /// The address of `Reply-To`.
    pub reply_to: Option<String>,
    /// `Subject`.
    pub subject: String,
    /// `Message-ID`.
    pub message_id: String,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The whole mail.
    pub source: String,
}

impl ReceivedMail {
    /// The first address in the plain part that begins like this.
    pub fn link(&self, beginning: &str) -> Option<&str> {
        let mut words = self.text.split_whitespace();
        words.find(|word| word.starts_with(beginning))
    }
}

/// How the mail server behaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MailBehaviour {
    /// Every mail is put off (451).
    pub defers: bool,
    /// Domains whose mailboxes are gone (550).
    pub refuses: BTreeSet<String>,
    /// Mails are kept, but the connection ends before the answer.
    pub loses_answers: bool,
    /// User and password that are wanted (535 to others).
    pub wants: Option<(String, String)>,
}

#[derive(Debug, Default)]
struct Kept {
    mails: Vec<ReceivedMail>,
    last: u64,
    behaviour: MailBehaviour,
}

/// What the mail server and the mailbox share.
#[derive(Debug)]
pub(crate) struct Store {
    kept: Mutex<Kept>,
    changed: watch::Sender<u64>,
    clock: Arc<Clock>,
}

impl Store {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The simulator's time, in seconds since 1970.
    fn now(&self) -> u64 {
        u64::try_from(self.clock.now()).unwrap_or_default()
    }

    pub(crate) fn behaviour(&self) -> MailBehaviour {
        self.kept().behaviour.clone()
    }

    pub(crate) fn behave(&self, change: impl FnOnce(&mut MailBehaviour)) {
        change(&mut self.kept().behaviour);
    }

    pub(crate) fn mails(&self) -> Vec<ReceivedMail> {
        self.kept().mails.clone()
    }

    pub(crate) fn clear(&self) {
        self.kept().mails.clear();
    }

    fn came(&self, envelope: Envelope, source: &[u8]) {
        let mut mail = read(envelope, source);
        mail.at = self.now();
        {
            let mut kept = self.kept();
            kept.last += 1;
            mail.number = kept.last;
            if kept.mails.len() >= MOST {
                kept.mails.remove(0);
            }
            kept.mails.push(mail);
        }
        self.changed.send_modify(|version| *version += 1);
    }
}

/// The envelope of a mail (RFC 5321 2.3.1).
#[derive(Debug, Clone, Default)]
struct Envelope {
    user: Option<String>,
    from: String,
    to: Vec<String>,
}

fn read(envelope: Envelope, source: &[u8]) -> ReceivedMail {
    let parsed = MessageParser::default().parse(source).unwrap_or_default();
    let first = |address: Option<&Address<'_>>| {
        let first: Option<&Addr<'_>> = address.and_then(Address::first);
        let name = first.and_then(|a| a.name.as_deref()).unwrap_or_default();
        let address = first.and_then(|a| a.address.as_deref()).unwrap_or_default();
        (name.to_owned(), address.to_owned())
    };
    ReceivedMail {
        number: 0,
        at: 0,
        envelope_from: envelope.from,
        envelope_to: envelope.to,
        user: envelope.user,
        from: first(parsed.from()),
        to: first(parsed.to()),
        reply_to: parsed.reply_to().map(|address| first(Some(address)).1),
        subject: parsed.subject().unwrap_or_default().to_owned(),
        message_id: parsed.message_id().unwrap_or_default().to_owned(),
        text: parsed.body_text(0).unwrap_or_default().into_owned(),
        html: parsed.body_html(0).unwrap_or_default().into_owned(),
        source: String::from_utf8_lossy(source).into_owned(),
    }
}

/// A mail server with its mails; it stops when it is dropped.
#[derive(Debug)]
pub struct Mailbox {
    store: Arc<Store>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Mailbox {
    /// Listens on this address; port 0 takes a free one.
    ///
    /// # Errors
    /// The address can't be bound.
    pub async fn start(listen: SocketAddr) -> io::Result<Self> {
        Self::start_with(listen, Arc::default()).await
    }

    /// As [`Self::start`], with the time of this clock.
    pub(crate) async fn start_with(listen: SocketAddr, clock: Arc<Clock>) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let store = Arc::new(Store {
            kept: Mutex::default(),
            changed: watch::Sender::new(0),
            clock,
        });
        let task = tokio::spawn(smtp::serve(listener, Arc::clone(&store)));
        Ok(Self {
            store,
            address,
            task,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The value for `MOORING_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub(crate) fn store(&self) -> Arc<Store> {
        Arc::clone(&self.store)
    }

    /// All mails, oldest first.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.store.mails()
    }

    /// Waits until so many mails are here, at most for a minute, and gives them.
    pub async fn wait_for(&self, count: usize) -> Vec<ReceivedMail> {
        let mut changed = self.store.changed.subscribe();
        let deadline = tokio::time::Instant::now() + WAIT;
        loop {
            changed.borrow_and_update();
            let mails = self.mails();
            if mails.len() >= count
                || tokio::time::timeout_at(deadline, changed.changed())
                    .await
                    .is_err()
            {
                return mails;
            }
        }
    }

    /// Removes all mails.
    pub fn clear(&self) {
        self.store.clear();
    }

    /// Changes how it behaves.
    pub fn behave(&self, change: impl FnOnce(&mut MailBehaviour)) {
        self.store.behave(change);
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}
