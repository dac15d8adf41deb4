//! A proxy between Mooring and its database in tests: it can lead to another
//! server from some moment on, or to none.

use std::sync::Arc;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// Where connections lead.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// The port for new ones; `None`: they are accepted, but never answered.
    port: Option<u16>,
    /// How many times the existing connections were silenced.
    silenced: u32,
}

/// A port on 127.0.0.1 that leads to another one.
pub struct Proxy {
    port: u16,
    way: Arc<watch::Sender<Way>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Leads to a port of this machine.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let first = Way {
            port: Some(port),
            silenced: 0,
        };
        let way = Arc::new(watch::Sender::new(first));
        let ways = Arc::clone(&way);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(lead(client, ways.subscribe()));
            }
        });
        Self {
            port: own,
            way,
            task,
        }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on nothing answers, as if the machine behind it were stopped:
    /// connections stay open, and new ones are accepted.
    pub fn fall_silent(&self) {
        self.way.send_modify(|way| {
            way.port = None;
            way.silenced += 1;
        });
    }

    /// New connections lead to this port; existing ones stay as they are.
    pub fn lead_to(&self, port: u16) {
        self.way.send_modify(|way| way.port = Some(port));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn lead(mut client: TcpStream, mut ways: watch::Receiver<Way>) {
    let begun = *ways.borrow();
    if let Some(port) = begun.port {
        let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else {
            return;
        };
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => return,
            _ = ways.wait_for(|way| way.silenced != begun.silenced) => (),
        }
        hold(&mut ways, (client, server)).await;
    } else {
        hold(&mut ways, client).await;
    }
}

/// Keeps connections open until the test ends.
async fn hold<T>(ways: &mut watch::Receiver<Way>, _connections: T) {
    while ways.changed().await.is_ok() {}
}
