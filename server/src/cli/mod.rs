//! The command line. Data goes to standard output, everything else to standard
//! error; exit code 0 means done, 1 failed, 2 wrong usage.

mod audit;
mod check;
mod keys;
mod mail;
mod migrate;
mod output;
mod owner;
mod people;
mod restored;
mod tenants;
mod tokens;

use crate::{
    api, core_dumps, private,
    settings::{
        Settings, Sources,
        table::{CONFIG, SETTINGS, Setting},
    },
    start, telemetry,
};
use anyhow::Context;
use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::{collections::HashMap, process::ExitCode};

/// Keeps Gorgias accounts connected to the apps of a vendor, and shows how they are.
#[derive(Parser)]
#[command(name = "mooring", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages and machine API, and keep connections fresh
    Serve,
    /// Bring the database up to date
    Migrate(migrate::Migrate),
    /// Make, look at and change the keys that encrypt everything
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Make an owner without a browser
    #[command(subcommand)]
    Owner(owner::Owner),
    /// List, invite and remove the members of a tenant
    #[command(subcommand)]
    People(people::People),
    /// List and make tenants
    #[command(subcommand)]
    Tenants(tenants::Tenants),
    /// Make tokens for the machine API
    #[command(subcommand)]
    Tokens(tokens::Tokens),
    /// Look after the record of who did what
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Try whether mail can be sent
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Check settings, database, keys, mail and clock
    Check(check::Check),
    /// Print the description of the machine API (OpenAPI 3.1)
    Openapi,
    /// Say that the database was restored from a backup: have every connection checked
    Restored(restored::Restored),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let matches = command().get_matches();
    private::keep();
    // Before any secret is read.
    let result = core_dumps::forbid()
        .context("core dumps can't be switched off")
        .and_then(|()| Ok(Cli::from_arg_matches(&matches)?))
        .and_then(|cli| run(cli.command, &flags(&matches)));
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("mooring: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The command line with a flag for each setting, before or after the subcommand.
fn command() -> clap::Command {
    let settings = std::iter::once(&CONFIG).chain(SETTINGS);
    settings.fold(Cli::command(), |command, setting| {
        let command = command.arg(flag(setting.flag(), setting.value, setting.full_help()));
        match setting.file_key() {
            Some(key) => {
                let help = format!("Read --{} from a file", setting.flag());
                command.arg(flag(key.replace('_', "-"), "PATH", help))
            }
            None => command,
        }
    })
}

fn flag(name: String, value: &'static str, help: String) -> Arg {
    Arg::new(name.clone())
        .long(name)
        .value_name(value)
        .help(help)
        .help_heading("Settings")
        .global(true)
}

/// The settings that were given as flags.
fn flags(matches: &ArgMatches) -> HashMap<String, String> {
    let names = |setting: &Setting| {
        let file = setting.file_key().map(|key| key.replace('_', "-"));
        [Some(setting.flag()), file].into_iter().flatten()
    };
    // A global flag may have been given after the subcommand.
    let mut deepest = matches;
    while let Some((_, inner)) = deepest.subcommand() {
        deepest = inner;
    }
    std::iter::once(&CONFIG)
        .chain(SETTINGS)
        .flat_map(names)
        .filter_map(|name| {
            let value = deepest.get_one::<String>(&name)?.clone();
            Some((name, value))
        })
        .collect()
}

fn run(command: Command, flags: &HashMap<String, String>) -> anyhow::Result<ExitCode> {
    if let Command::Keys(keys::Keys::Generate) = command {
        keys::generate();
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Openapi = command {
        println!("{:#}", api::document());
        return Ok(ExitCode::SUCCESS);
    }
    let folder = std::env::current_dir().context("the current folder is gone")?;
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let settings = Sources::new(flags.clone(), variables, &folder)
        .and_then(|sources| Settings::read(&sources, &folder));
    let runtime = tokio::runtime::Runtime::new().context("no runtime")?;
    if let Command::Check(check) = command {
        return Ok(runtime.block_on(check.run(settings)));
    }
    let settings = settings?;
    telemetry::start(&settings.log);
    if let Command::Audit(audit) = command {
        return runtime.block_on(audit.run(&settings));
    }
    runtime.block_on(async {
        match command {
            Command::Serve => start::serve(&settings).await,
            Command::Migrate(migrate) => migrate.run(&settings).await,
            Command::Keys(keys) => keys.run(&settings).await,
            Command::Owner(owner) => owner.run(&settings).await,
            Command::People(people) => people.run(&settings).await,
            Command::Tenants(tenants) => tenants.run(&settings).await,
            Command::Tokens(tokens) => tokens.run(&settings).await,
            Command::Mail(mail) => mail.run(&settings).await,
            Command::Restored(restored) => restored.run(&settings).await,
            Command::Check(_) | Command::Audit(_) | Command::Openapi => Ok(()),
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn flags_may_stand_before_and_after_the_command() {
        for args in [
            ["mooring", "--listen", "[::]:80", "serve"],
            ["mooring", "serve", "--listen", "[::]:80"],
        ] {
            let matches = command().try_get_matches_from(args).unwrap();
            assert_eq!(flags(&matches)["listen"], "[::]:80");
        }
    }
}
