//! The installation that is filled: the same database, folder and keys that `mooring serve`
//! gets afterwards.

use crate::clock::MovedClock;
use anyhow::{Context, Result};
use domain::time::Span;
use gorgias::{GorgiasTemplate, HttpGorgias, OutboundOptions, Reaching};
use secrecy::SecretString;
use service::{
    Services,
    core::{
        config::{Config, TenantCreation},
        database::Database,
        mail_server::{MailServer, MailSettings},
    },
    encryption::MasterKeys,
    host::Host,
    vault::Vault,
};
use std::{path::PathBuf, sync::Arc};

/// The settings that matter here; `mooring serve` must get the same ones.
#[derive(Debug, Clone)]
pub struct Place {
    /// The database, empty.
    pub database_url: SecretString,
    /// The data folder.
    pub data_dir: PathBuf,
    /// The origin of the pages, which stands in links and redirect URIs.
    pub public_url: String,
    /// The master keys.
    pub master_keys: SecretString,
    /// The address that all mail comes from.
    pub mail_from: String,
}

/// The most mails in an hour: more than the month has in any.
const MAILS: u32 = 300;
/// As fast as the simulator answers.
const RATE: u32 = 1_000;

impl Place {
    /// Makes the schema.
    pub(crate) async fn prepare(&self) -> Result<Database> {
        let db = Database::open(&self.database_url).await?;
        db.migrate().await.context("the schema can't be made")?;
        // A database that was opened before its schema existed can't be used.
        Ok(Database::open(&self.database_url).await?)
    }

    /// The use cases on this database, with this clock and check interval.
    pub(crate) async fn services(
        &self,
        db: Database,
        clock: &MovedClock,
        simulator: &simulator::Simulator,
        check_interval: Span,
    ) -> Result<Services> {
        let gorgias = GorgiasTemplate::parse(simulator.url_template(), true)?;
        let mailbox = simulator
            .mailbox()
            .context("the simulator has no mailbox")?;
        let config = Config {
            public_url: self.public_url.clone(),
            gorgias: gorgias.clone(),
            check_interval,
            refresh_rate: RATE,
            audit_retention: None,
            breached_passwords: None,
            audit_stream: None,
            mail: Some(MailSettings {
                server: MailServer::parse(&mailbox.url().into())?,
                from: self.mail_from.clone(),
                per_hour: MAILS,
            }),
            // One of the people makes the second tenant, as owners may.
            tenant_creation: TenantCreation::Owners,
            data_dir: self.data_dir.clone(),
            outbound: OutboundOptions::default(),
        };
        let reaching = Reaching {
            private_network: true,
            ..Reaching::default()
        };
        let client = HttpGorgias::new(gorgias, Arc::new(clock.clone()), reaching)?;
        let host = Host {
            clock: Arc::new(clock.clone()),
            database_clock: Some(Arc::new(clock.clone())),
            ..Host::default()
        };
        let vault = Vault::new(MasterKeys::parse(&self.master_keys)?);
        let services = Services::on(host, db, config, vault, Arc::new(client));
        services.vault().check(&services).await?;
        Ok(services)
    }
}
