//! The limits of connections.

use std::time::Duration;

/// The most connections at once, if the process may open enough files.
const CONNECTIONS: usize = 4_096;

/// How many open files are left for the database, for requests to Gorgias, for the
/// journal and for files of the site.
#[cfg(unix)]
const OTHER_FILES: u64 = 1_024;

/// How many connections there may be, and how long each may make Mooring wait.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Connections at once; more wait to be accepted.
    pub connections: usize,
    /// For the whole head of a request, from the connection or the first byte on.
    pub head: Duration,
    /// Between an answer and the next request. This is longer than proxies keep
    /// unused connections (nginx: 60 s), so that the proxy closes first and no
    /// request meets a closed connection.
    pub idle: Duration,
    /// Like `idle`, once less than a quarter of the places is free.
    pub idle_when_full: Duration,
    /// For a peer that doesn't read what is sent.
    pub write: Duration,
    /// From the head of a request, its body included, to the head of the answer.
    pub answer: Duration,
    /// From the head of a request to the last byte of its answer, unless that
    /// is a stream of events or a file.
    pub whole: Duration,
    /// The same for a file that is saved, such as an export: it may have any length,
    /// and is read from the database as fast as the peer takes it.
    pub file: Duration,
    /// For a peer that was answered before its whole request was read, to read the answer.
    pub linger: Duration,
    /// Event streams of one session.
    pub streams_of_session: usize,
    /// Event streams of all sessions.
    pub streams: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            idle_when_full: Duration::from_secs(5),
            write: Duration::from_secs(30),
            answer: Duration::from_secs(30),
            whole: Duration::from_secs(300),
            file: Duration::from_secs(4 * 3_600),
            linger: Duration::from_secs(2),
            streams_of_session: 20,
            streams: CONNECTIONS / 4,
        }
    }
}

impl Bounds {
    /// The bounds of this machine. Raises the process's limit of open files, as far
    /// as needed and allowed.
    pub fn of_this_machine() -> Self {
        let connections = connections();
        Self {
            connections,
            streams: (connections / 4).max(1),
            ..Self::default()
        }
    }
}

#[cfg(unix)]
fn connections() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = CONNECTIONS as u64 + OTHER_FILES;
    let raised = limit.maximum.map_or(wanted, |most| most.min(wanted));
    if limit.current.is_some_and(|current| current < raised) {
        limit.current = Some(raised);
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "The limit of open files can't be raised");
        }
    }
    let files = getrlimit(Resource::Nofile).current;
    let connections = within(files);
    if connections < CONNECTIONS {
        tracing::warn!(
            connections,
            files,
            "The limit of open files leaves room for few connections; raise it (ulimit -n) to 5120"
        );
    }
    connections
}

#[cfg(not(unix))]
fn connections() -> usize {
    CONNECTIONS
}

/// At least half of the files is left for other things.
#[cfg(unix)]
fn within(files: Option<u64>) -> usize {
    let Some(files) = files else {
        return CONNECTIONS;
    };
    let left = files - OTHER_FILES.min(files / 2);
    usize::try_from(left).map_or(CONNECTIONS, |left| left.clamp(1, CONNECTIONS))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn s75_connections_leave_files_to_all_else() {
        assert_eq!(within(None), 4_096);
        assert_eq!(within(Some(1_048_576)), 4_096);
        assert_eq!(within(Some(5_120)), 4_096);
        assert_eq!(within(Some(4_096)), 3_072);
        assert_eq!(within(Some(1_024)), 512);
        assert_eq!(within(Some(256)), 128);
        assert_eq!(within(Some(1)), 1);
    }
}
