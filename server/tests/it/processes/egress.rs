//! Refreshes by the only way out (`MOORING_EGRESS_PROXY`).

use super::{fleet::Fleet, serving::Serving};
use service::testing::{Authority, backends};
use simulator::SimulatorConfig;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// The names of all accounts; nobody could resolve them.
const NAMES: &str = "*.gorgias.test";

/// A proxy whose tunnels all lead to the simulator, which is behind TLS there.
struct Proxy {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(authority: &Authority, to: SocketAddr) -> Self {
        let (certificate, key) = authority.certify(&[NAMES]);
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(tunnel(stream, acceptor.clone(), to, Arc::clone(&seen)));
            }
        });
        Self { address, heads }
    }
}

async fn tunnel(
    mut stream: TcpStream,
    acceptor: TlsAcceptor,
    to: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    heads.lock().unwrap().push(String::from_utf8(head).unwrap());
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let mut stream = acceptor.accept(stream).await.unwrap();
    let mut upstream = TcpStream::connect(to).await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut upstream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn token_requests_go_by_the_proxy_and_nobody_reads_its_password() {
    for backend in backends() {
        let simulator = SimulatorConfig {
            url_template: Some("https://{subdomain}.gorgias.test".into()),
            ..SimulatorConfig::default()
        };
        let fleet = Fleet::of(&backend, simulator).await;
        fleet.connect("shop", 3).await;
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        let trusted = authority.write(folder.path(), "authority.pem");
        let simulator = url::Url::parse(fleet.simulator.base_url()).unwrap();
        let to = simulator.socket_addrs(|| None).unwrap()[0];
        let proxy = Proxy::start(&authority, to).await;

        let mut command = fleet.mooring("data", &["serve"]);
        command
            .env("MOORING_GORGIAS_PRIVATE_NETWORK", "deny")
            .env(
                "MOORING_EGRESS_PROXY",
                format!("http://mooring:can%40ary@{}", proxy.address),
            )
            .env("MOORING_LOG", "trace")
            .env("SSL_CERT_FILE", trusted)
            // Nobody listens there, and nobody is asked to.
            .env("HTTPS_PROXY", "http://127.0.0.1:9");
        let mut process = Serving::start(command);
        process.address().await;
        fleet.fall_due().await;
        fleet.settled().await;
        assert_eq!(fleet.calls().len(), 3, "each was asked for");
        fleet.assert_whole().await;
        let heads = proxy.heads.lock().unwrap().clone();
        for account in ["shop-0", "shop-1", "shop-2"] {
            let way = format!("CONNECT {account}.gorgias.test:443 ");
            assert!(heads.iter().any(|head| head.starts_with(&way)), "{heads:?}");
        }
        for head in heads {
            let head = head.to_ascii_lowercase();
            // mooring:can@ary
            assert!(head.contains("basic bw9vcmluzzpjyw5ayxj5"), "{head}");
        }
        process.signal(rustix::process::Signal::TERM);
        assert!(process.ended().await.success());
        for line in process.log() {
            for secret in ["can%40ary", "can@ary", "bW9vcmluZzpjYW5AYXJ5"] {
                assert!(!line.contains(secret), "{line}");
            }
        }
    }
}
