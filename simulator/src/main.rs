//! `gorgias-simulator`: the simulator as a program, for the demo and for browser tests.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use simulator::{Simulator, SimulatorConfig};

/// Simulates Gorgias; its control API is below `/_control/`.
#[derive(Debug, Parser)]
#[command(name = "gorgias-simulator", version)]
struct Options {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(
        long,
        env = "GORGIAS_SIMULATOR_LISTEN",
        default_value = "127.0.0.1:4000"
    )]
    listen: SocketAddr,
    /// Address of an account, with `{subdomain}` once; by default `http://{listen}/a/{subdomain}`.
    #[arg(long)]
    url_template: Option<String>,
    /// Address and port for mail; what comes is shown at `/mailbox`.
    #[arg(long)]
    mail: Option<SocketAddr>,
    /// An app as `client-id:client-secret:redirect-uri`; may be given several times.
    #[arg(long = "app", value_parser = app)]
    apps: Vec<(String, String, String)>,
    /// Answer accounts that nobody made with 404.
    #[arg(long)]
    strict_accounts: bool,
    /// Life of an authorization code in seconds.
    #[arg(long, default_value_t = 60)]
    code_lifetime: u64,
}

fn app(text: &str) -> Result<(String, String, String), String> {
    let mut parts = text.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(id), Some(secret), Some(uri)) if !id.is_empty() && uri.contains("://") => {
            Ok((id.to_owned(), secret.to_owned(), uri.to_owned()))
        }
        _ => Err("expected client-id:client-secret:redirect-uri".to_owned()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let started = Simulator::start(SimulatorConfig {
        listen: options.listen,
        url_template: options.url_template,
        strict_accounts: options.strict_accounts,
        code_lifetime: Duration::from_secs(options.code_lifetime),
        mail: options.mail,
        ..SimulatorConfig::default()
    })
    .await;
    let simulator = match started {
        Ok(simulator) => simulator,
        Err(error) => {
            eprintln!(
                "gorgias-simulator can't start on {}: {error}",
                options.listen
            );
            return ExitCode::FAILURE;
        }
    };
    for (id, secret, uri) in &options.apps {
        simulator.register_app(id, secret, &[uri]);
    }
    eprintln!("gorgias-simulator listens on {}", simulator.base_url());
    eprintln!("accounts are at {}", simulator.url_template());
    if let Some(mailbox) = simulator.mailbox() {
        let page = format!("{}/mailbox", simulator.base_url());
        eprintln!("mail is taken at {} and shown at {page}", mailbox.url());
    }
    tokio::select! {
        () = simulator.run() => ExitCode::FAILURE,
        _ = tokio::signal::ctrl_c() => ExitCode::SUCCESS,
    }
}
