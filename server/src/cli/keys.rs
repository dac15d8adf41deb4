//! `mooring keys`

use crate::{settings::Settings, start};
use secrecy::ExposeSecret;
use service::{random::SystemRandom, vault::MasterKeys};

/// Subcommands of `mooring keys`.
#[derive(clap::Subcommand)]
pub enum Keys {
    /// Print a new master key
    Generate,
    /// Show which keys are set and what they encrypt
    Status(super::Json),
}

/// Prints a key, alone on standard output.
pub fn generate() {
    println!("{}", MasterKeys::generate(&SystemRandom).expose_secret());
}

impl Keys {
    /// Runs what needs settings.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        match self {
            Self::Generate => generate(),
            Self::Status(output) => {
                let services = start::services(settings).await?;
                let status = services.vault.status(&services).await?;
                if output.json {
                    let items: Vec<_> = status
                        .iter()
                        .map(|key| {
                            serde_json::json!({
                                "id": key.id,
                                "known": key.known,
                                "encrypts": key.encrypts,
                                "data_keys": key.data_keys,
                            })
                        })
                        .collect();
                    println!("{}", serde_json::json!({ "master_keys": items }));
                } else {
                    println!("{:<24} {:<9} data keys", "master key", "state");
                    for key in status {
                        let state = match (key.known, key.encrypts) {
                            (false, _) => "missing",
                            (true, true) => "encrypts",
                            (true, false) => "decrypts",
                        };
                        println!("{:<24} {state:<9} {}", key.id, key.data_keys);
                    }
                }
            }
        }
        Ok(())
    }
}
