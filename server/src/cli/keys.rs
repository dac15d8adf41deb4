//! `mooring keys`

use crate::{settings::Settings, start};
use domain::slug::Slug;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use service::{
    encryption::MasterKeys,
    host::random::SystemRandom,
    keys::{
        Begun, DataKeyStatus, TenantKeys, rotate,
        status::{self, Tenant},
    },
    vault::MasterKeyStatus,
};

/// Subcommands of `mooring keys`.
#[derive(clap::Subcommand)]
pub enum Keys {
    /// Print a new master key
    Generate,
    /// Show which keys there are, what is under each, and what can't be read
    Status(super::output::Json),
    /// Hand all data keys to the first master key or the key service, then give tenants new data
    /// keys and encrypt their records anew; begun again, it goes on
    Rotate(Rotate),
}

/// Options of `mooring keys rotate`.
#[derive(clap::Args)]
pub struct Rotate {
    /// Only this tenant's records
    #[arg(long, value_name = "SLUG")]
    tenant: Option<Slug>,
    #[command(flatten)]
    output: super::output::Json,
}

/// Prints a key, alone on standard output.
pub fn generate() {
    println!("{}", MasterKeys::generate(&SystemRandom).expose_secret());
}

impl Keys {
    /// Runs a subcommand that needs settings.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        match self {
            Self::Generate => generate(),
            Self::Status(output) => show(settings, output.json).await?,
            Self::Rotate(options) => options.run(settings).await?,
        }
        Ok(())
    }
}

async fn show(settings: &Settings, json: bool) -> anyhow::Result<()> {
    let services = start::services(settings).await?;
    let masters = services.vault().status(&services).await?;
    let mut tenants = Vec::new();
    for Tenant { slug, scope } in status::tenants(&services, None).await? {
        tenants.push((slug, status::of_tenant(&scope).await?));
    }
    if json {
        println!(
            "{}",
            json!({
                "master_keys": masters.iter().map(master_json).collect::<Vec<_>>(),
                "tenants": tenants.iter().map(tenant_json).collect::<Vec<_>>(),
            })
        );
        return Ok(());
    }
    println!("{:<24} {:<10} data keys", "master key", "state");
    for key in &masters {
        let state = match (key.known, key.encrypts) {
            (false, _) => "missing",
            (true, true) => "encrypts",
            (true, false) if key.removable() => "can go",
            (true, false) => "decrypts",
        };
        let versions = key.versions.iter();
        let versions = versions.map(|(version, n)| format!(", {n} with version {version}"));
        println!(
            "{:<24} {state:<10} {}{}",
            key.id,
            key.data_keys,
            versions.collect::<String>()
        );
    }
    println!(
        "\n{:<36} {:<10} {:>10} {:>12} {:>10}  tenant",
        "data key", "state", "records", "encryptions", "unreadable"
    );
    for (slug, keys) in &tenants {
        for key in &keys.keys {
            println!(
                "{:<36} {:<10} {:>10} {:>12} {:>10}  {slug}",
                key.id,
                state(key),
                key.records,
                key.encryptions,
                key.unreadable
            );
        }
    }
    for (slug, keys) in &tenants {
        for record in &keys.unreadable {
            println!(
                "unreadable since {}: {} of {} under data key {}, tenant {slug}; put its row back from a backup, or enter or authorize it again",
                record.since, record.purpose, record.owner, record.data_key
            );
        }
    }
    Ok(())
}

fn state(key: &DataKeyStatus) -> &'static str {
    match (key.current, key.removable()) {
        (true, _) => "current",
        (false, true) => "can go",
        (false, false) => "retired",
    }
}

fn master_json(key: &MasterKeyStatus) -> Value {
    json!({
        "id": key.id,
        "known": key.known,
        "encrypts": key.encrypts,
        "data_keys": key.data_keys,
        "versions": key.versions.iter().map(|(version, data_keys)| {
            json!({ "version": version, "data_keys": data_keys })
        }).collect::<Vec<_>>(),
        "removable": key.removable(),
    })
}

fn tenant_json((slug, keys): &(Slug, TenantKeys)) -> Value {
    let data_keys = keys.keys.iter().map(|key| {
        json!({
            "id": key.id.to_string(),
            "master_key": key.master_key_id,
            "master_key_version": key.master_key_version,
            "state": if key.current { "current" } else { "retired" },
            "created_at": key.created_at.rfc3339(),
            "retired_at": key.retired_at.map(|at| at.rfc3339()),
            "encryptions": key.encryptions,
            "records": key.records,
            "unreadable": key.unreadable,
            "removable": key.removable(),
        })
    });
    let unreadable = keys.unreadable.iter().map(|record| {
        json!({
            "owner": record.owner.to_string(),
            "purpose": record.purpose,
            "data_key": record.data_key.to_string(),
            "since": record.since.rfc3339(),
        })
    });
    json!({
        "tenant": slug.to_string(),
        "data_keys": data_keys.collect::<Vec<_>>(),
        "unreadable": unreadable.collect::<Vec<_>>(),
    })
}

impl Rotate {
    async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let services = start::services(settings).await?;
        let tenants = status::tenants(&services, self.tenant.as_ref()).await?;
        let handed_over = services.vault().rewrap(&services).await?;
        let masters = services.vault().status(&services).await?;
        let first = masters.first().map_or("", |key| key.id.as_str());
        eprintln!("{handed_over} data keys handed over to “{first}”.");
        for key in &masters {
            if key.removable() {
                eprintln!(
                    "Master key “{}” is no longer needed: take it out of {} of every process.",
                    key.id,
                    // Ids of master keys in the settings never hold a colon, so
                    // this is a key service's.
                    if key.id.contains(':') {
                        "the settings MOORING_KEY_SERVICE_…"
                    } else {
                        "MOORING_MASTER_KEYS"
                    }
                );
            }
        }
        let mut done = Vec::new();
        for Tenant { slug, scope } in tenants {
            match rotate::begin(&scope).await? {
                Begun::Nothing => {
                    eprintln!("{slug}: has no secret yet.");
                    continue;
                }
                Begun::New => eprintln!("{slug}: has a new data key."),
                Begun::Resumed => eprintln!("{slug}: goes on with its newest data key."),
            }
            let (before, all) = status::of_tenant(&scope).await?.progress();
            let step = rotate::finish(&scope, |moved| {
                eprintln!("{slug}: {} of {all} records", before + moved);
            })
            .await?;
            if step.set_aside > 0 {
                eprintln!(
                    "{slug}: {} records can't be read and were set aside; `mooring keys status` lists them.",
                    step.set_aside
                );
            }
            for key in status::of_tenant(&scope).await?.keys {
                if let Some(at) = key.removed_after() {
                    eprintln!(
                        "{slug}: nothing is under data key {} any more; the worker removes it after {at}.",
                        key.id
                    );
                }
            }
            done.push(json!({
                "tenant": slug.to_string(),
                "moved": step.moved,
                "set_aside": step.set_aside,
            }));
        }
        if self.output.json {
            println!("{}", json!({ "handed_over": handed_over, "tenants": done }));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ids::DataKeyId, time::Timestamp};
    use service::keys::UnreadableRecord;

    #[test]
    fn instants_are_rfc_3339() {
        let id: DataKeyId = "019a0000-0000-7000-8000-000000000001".parse().unwrap();
        let keys = TenantKeys {
            keys: vec![DataKeyStatus {
                id,
                master_key_id: "1a2b".into(),
                master_key_version: None,
                current: false,
                created_at: Timestamp(0),
                retired_at: Some(Timestamp(60_000_000)),
                encryptions: 1,
                records: 1,
                unreadable: 1,
            }],
            unreadable: vec![UnreadableRecord {
                owner: id.0,
                purpose: "app.client_secret".into(),
                data_key: id,
                since: Timestamp(3_600_000_000),
            }],
        };
        let json = tenant_json(&("acme".parse().unwrap(), keys));
        assert_eq!(json["data_keys"][0]["created_at"], "1970-01-01T00:00:00Z");
        assert_eq!(json["data_keys"][0]["retired_at"], "1970-01-01T00:01:00Z");
        assert_eq!(json["unreadable"][0]["since"], "1970-01-01T01:00:00Z");
    }
}
