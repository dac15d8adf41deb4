//! `mooring restored`

use crate::{settings::Settings, start};
use service::tenants::restored::{self, Restored as Marked};

/// Options of `mooring restored`.
#[derive(clap::Args)]
pub struct Restored {
    #[command(flatten)]
    output: super::output::Json,
}

impl Restored {
    /// Marks the audit's history as restored, and has every connection checked.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let services = start::services(settings).await?;
        let Marked {
            tenants,
            connections,
            sessions,
        } = restored::restored(&services).await?;
        if self.output.json {
            println!(
                "{}",
                serde_json::json!({
                    "tenants": tenants,
                    "connections": connections,
                    "sessions_ended": sessions,
                })
            );
        } else {
            println!(
                "{tenants} tenants marked, {connections} connections are checked, {sessions} sessions ended"
            );
        }
        eprintln!(
            "API tokens and reconnect links that were revoked, and passwords that were changed, after the backup are as they were before: \
             revoke and change them again. `mooring audit verify` tells what the last entry of each tenant is."
        );
        Ok(())
    }
}
