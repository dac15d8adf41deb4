//! `mooring-demo`: a simulator of Gorgias with a month of two vendors, whose Mooring it has
//! filled. It runs beside `mooring serve` until it is stopped.

use anyhow::{Context, Result};
use clap::Parser;
use demo::{PEOPLE, Place, tell};
use secrecy::SecretString;
use simulator::{Simulator, SimulatorConfig};
use std::{fs, net::SocketAddr, path::PathBuf};

/// Fills an empty installation, then simulates Gorgias for it.
#[derive(Debug, Parser)]
struct Options {
    /// Address and port of the simulator.
    #[arg(long)]
    listen: SocketAddr,
    /// Address and port for mail; what comes is shown at `/mailbox`.
    #[arg(long)]
    mail: SocketAddr,
    /// Where a JSON file is written as soon as the installation is filled.
    #[arg(long)]
    report: PathBuf,
    /// The other settings of `mooring serve`.
    #[arg(long, env = "MOORING_DATABASE_URL", hide_env_values = true)]
    database_url: SecretString,
    #[arg(long, env = "MOORING_DATA_DIR")]
    data_dir: PathBuf,
    #[arg(long, env = "MOORING_PUBLIC_URL")]
    public_url: String,
    #[arg(long, env = "MOORING_MASTER_KEYS", hide_env_values = true)]
    master_keys: SecretString,
    #[arg(long, env = "MOORING_MAIL_FROM")]
    mail_from: String,
    /// The password of all people.
    #[arg(long, env = "MOORING_DEMO_PASSWORD", hide_env_values = true)]
    password: SecretString,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .init();
    let simulator = Simulator::start(SimulatorConfig {
        listen: options.listen,
        mail: Some(options.mail),
        ..SimulatorConfig::default()
    })
    .await
    .with_context(|| format!("the simulator can't start on {}", options.listen))?;
    let place = Place {
        database_url: options.database_url,
        data_dir: options.data_dir,
        public_url: options.public_url,
        master_keys: options.master_keys,
        mail_from: options.mail_from,
    };
    let told = tell(&place, &simulator, &options.password).await?;
    let people = PEOPLE.map(|person| {
        serde_json::json!({
            "name": person.name,
            "email": person.email,
            "role": person.role.label(),
            "role_in_second": person.role_in_second.map(|role| role.label()),
        })
    });
    let report = serde_json::json!({
        "people": people,
        "customers": told.customers,
        "mails": told.mails,
    });
    // Whole or not at all: somebody waits for it.
    let unfinished = options.report.with_extension("part");
    fs::write(&unfinished, report.to_string())?;
    fs::rename(&unfinished, &options.report)?;
    simulator.run().await;
    Ok(())
}
