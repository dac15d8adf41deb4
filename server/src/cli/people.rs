//! `mooring people`

use super::output::Json;
use crate::{settings::Settings, start};
use domain::{factor::Factor, role::Role, slug::Slug};
use secrecy::ExposeSecret;
use service::people::{command_line, invitations::Passing, resets};

/// Subcommands of `mooring people`.
#[derive(clap::Subcommand)]
pub enum People {
    /// List the members of a tenant
    List(List),
    /// Invite people: by mail, or print the address that each of them opens, this once
    Invite(Invite),
    /// Give a member another role
    Role(ChangeRole),
    /// Remove a member
    Remove(Remove),
    /// Print a link with which somebody sets a new password, this once, and take their second factors off
    Reset(Reset),
}

/// Options of `mooring people list`.
#[derive(clap::Args)]
pub struct List {
    /// The tenant's short name
    #[arg(long, value_name = "SLUG")]
    tenant: Slug,
    #[command(flatten)]
    output: Json,
}

/// Options of `mooring people invite`.
#[derive(clap::Args)]
pub struct Invite {
    /// The tenant's short name
    #[arg(long, value_name = "SLUG")]
    tenant: Slug,
    /// Their e-mail addresses, separated by commas
    #[arg(long, value_name = "E")]
    email: String,
    /// What they may do: viewer, success, operator or owner
    #[arg(long, value_name = "ROLE", value_parser = Role::of_person)]
    role: Role,
    /// Mail the invitation instead of printing its address
    #[arg(long)]
    mail: bool,
    #[command(flatten)]
    output: Json,
}

/// Options of `mooring people role`.
#[derive(clap::Args)]
pub struct ChangeRole {
    /// The tenant's short name
    #[arg(long, value_name = "SLUG")]
    tenant: Slug,
    /// The member's e-mail address
    #[arg(long, value_name = "E")]
    email: String,
    /// What they may do: viewer, success, operator or owner
    #[arg(long, value_name = "ROLE", value_parser = Role::of_person)]
    role: Role,
}

/// Options of `mooring people remove`.
#[derive(clap::Args)]
pub struct Remove {
    /// The tenant's short name
    #[arg(long, value_name = "SLUG")]
    tenant: Slug,
    /// The member's e-mail address
    #[arg(long, value_name = "E")]
    email: String,
}

/// Options of `mooring people reset`.
#[derive(clap::Args)]
pub struct Reset {
    /// The person's e-mail address
    #[arg(long, value_name = "E")]
    email: String,
}

impl People {
    /// Does what the subcommand says.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let services = start::services(settings).await?;
        match self {
            Self::List(list) => {
                for member in command_line::list(&services, &list.tenant).await? {
                    if list.output.json {
                        let line = serde_json::json!({
                            "email": member.email,
                            "name": member.name,
                            "role": member.role.code(),
                            "apps": member.apps.ids().map(|ids| ids.collect::<Vec<_>>()),
                            "second_factors": member.factors.iter().map(Factor::code).collect::<Vec<_>>(),
                            "last_seen_at": member.last_seen_at.map(|at| at.rfc3339()),
                        });
                        println!("{line}");
                    } else {
                        let limit = if member.apps.is_limited() {
                            "\tsome apps"
                        } else {
                            ""
                        };
                        let factors = member.factors.label();
                        let factors = factors.as_deref().unwrap_or("no second factor");
                        println!("{}\t{}\t{factors}{limit}", member.email, member.role.code());
                    }
                }
            }
            Self::Invite(new) => {
                let passing = if new.mail {
                    Passing::ByMail
                } else {
                    Passing::ByHand
                };
                let invited =
                    command_line::invite(&services, &new.tenant, &new.email, new.role, passing);
                let invited = invited.await?;
                for one in invited {
                    let url = one.url.as_ref().map(ExposeSecret::expose_secret);
                    if new.output.json {
                        let until = one.expires_at.rfc3339();
                        let line = serde_json::json!({
                            "email": one.email,
                            "url": url,
                            "expires_at": until,
                        });
                        println!("{line}");
                    } else {
                        println!("{}\t{}", one.email, url.unwrap_or("mailed"));
                    }
                }
            }
            Self::Role(change) => {
                let (tenant, email) = (&change.tenant, &change.email);
                command_line::change_role(&services, tenant, email, change.role).await?;
                eprintln!("{email} is {} of {tenant} now", change.role.label());
            }
            Self::Remove(remove) => {
                let (tenant, email) = (&remove.tenant, &remove.email);
                command_line::remove(&services, tenant, email).await?;
                eprintln!("{email} is no member of {tenant} any more");
            }
            Self::Reset(reset) => {
                let Some(link) = resets::link(&services, &reset.email).await? else {
                    anyhow::bail!("nobody signs in with the address {}", reset.email);
                };
                println!("{}", link.url.expose_secret());
                eprintln!("The link works once, for half an hour. Ones from before have ended.");
                match link.taken_off.label() {
                    Some(factors) => eprintln!(
                        "The second factor was taken off ({factors}), with the recovery codes, and all sessions were ended."
                    ),
                    None => eprintln!("There was no second factor to take off."),
                }
            }
        }
        Ok(())
    }
}
