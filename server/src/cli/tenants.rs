//! `mooring tenants`

use super::output::Json;
use crate::{settings::Settings, start};
use domain::slug::Slug;
use service::tenants::{self, deletion};

/// Subcommands of `mooring tenants`.
#[derive(clap::Subcommand)]
pub enum Tenants {
    /// List all tenants
    List(List),
    /// Delete a tenant; for 14 days it can be brought back
    Delete(One),
    /// Bring a deleted tenant back
    Restore(One),
    /// Make a tenant, into which its first owner is invited
    Create(Create),
}

/// Options of `mooring tenants list`.
#[derive(clap::Args)]
pub struct List {
    #[command(flatten)]
    output: Json,
}

/// The tenant that a command is about.
#[derive(clap::Args)]
pub struct One {
    /// The tenant's short name
    #[arg(value_name = "SLUG")]
    slug: Slug,
}

/// Options of `mooring tenants create`.
#[derive(clap::Args)]
pub struct Create {
    /// The short name, which stands in addresses
    #[arg(long, value_name = "SLUG")]
    slug: Slug,
    /// The name that people read; the short name if not given
    #[arg(long, value_name = "N")]
    name: Option<String>,
}

impl Tenants {
    /// Does what the subcommand says.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let services = start::services(settings).await?;
        match self {
            Self::List(list) => {
                for tenant in tenants::list(&services).await? {
                    if list.output.json {
                        let line = serde_json::json!({
                            "slug": tenant.slug.as_str(),
                            "name": tenant.name,
                            "created_at": tenant.created_at.rfc3339(),
                            "deleted_until": tenant.held_until.map(|at| at.rfc3339()),
                        });
                        println!("{line}");
                    } else {
                        let deleted = tenant.held_until.map_or_else(String::new, |until| {
                            format!("\tdeleted, erased for good {until}")
                        });
                        println!("{}\t{}{deleted}", tenant.slug, tenant.name);
                    }
                }
            }
            Self::Delete(One { slug }) => {
                deletion::delete_on_command_line(&services, slug).await?;
                eprintln!(
                    "{slug} is deleted and rests; for 14 days, this brings it back: mooring tenants restore {slug}"
                );
            }
            Self::Restore(One { slug }) => {
                deletion::bring_back_on_command_line(&services, slug).await?;
                eprintln!("{slug} is back; the worker checks all of its connections now");
            }
            Self::Create(new) => {
                let slug = &new.slug;
                let name = new.name.as_deref().unwrap_or(slug.as_str());
                tenants::create(&services, slug, name).await?;
                eprintln!(
                    "{slug} is there now; invite its owner: mooring people invite --tenant {slug} --role owner --email E"
                );
            }
        }
        Ok(())
    }
}
