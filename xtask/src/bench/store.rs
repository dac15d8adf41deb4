//! A database like after years of work, and the ways to use it from outside.

use super::env::{BenchEnv, Serving, now_ms};
use super::host::Side;
use crate::{process, tools};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;
use ureq::http::Method;

/// The app of all tenants at the simulator.
pub(super) const CLIENT: (&str, &str) = ("bench", "secret-of-bench");
/// `bench:secret-of-bench` in HTTP Basic (RFC 7617).
const BASIC: &str = "Basic YmVuY2g6c2VjcmV0LW9mLWJlbmNo";
pub(super) const SCOPES: &str =
    "openid email profile offline account:read tickets:read customers:read";

/// The kind of database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A tenant. Its app has the tenant's slug.
#[derive(Clone)]
pub struct Tenant {
    pub slug: &'static str,
    /// Its accounts are `{prefix}0`, `{prefix}1`, …
    pub prefix: String,
    pub accounts: u64,
    /// API token of an operator.
    pub token: String,
    /// The grant of its first account at the simulator.
    first_grant: u64,
}

/// A database with two tenants.
#[derive(Clone)]
pub struct Store {
    pub kind: Kind,
    pub url: String,
    pub version: String,
    /// Many accounts.
    pub big: Tenant,
    /// Few enough accounts to encrypt all their secrets anew, again and again.
    pub small: Tenant,
}

/// Fills an empty database, and makes the same accounts at the simulator.
pub fn fill(env: &BenchEnv, kind: Kind, url: String) -> Result<Store> {
    println!(
        "   {}: connecting {} accounts",
        kind.name(),
        env.scale.accounts
    );
    let app = json!({
        "client_id": CLIENT.0,
        "client_secret": CLIENT.1,
        "redirect_uris": ["http://127.0.0.1:3000/unused"],
    });
    env.control(Method::POST, "/apps", Some(&app))?;
    let mut version = String::new();
    let mut tenant = |slug: &'static str, accounts: u64| -> Result<Tenant> {
        let prefix = format!("{slug}-");
        let wanted = json!({
            "prefix": prefix, "count": accounts, "client_id": CLIENT.0, "scope": SCOPES,
        });
        let made = env.control(Method::POST, "/bulk/accounts", Some(&wanted))?;
        let first_grant = made["first_grant"].as_u64().context("no first_grant")?;
        let filled = env.helper(
            Side::Anywhere,
            &[
                "fill",
                "--database",
                &url,
                "--gorgias",
                &env.gorgias(),
                "--tenant",
                slug,
                "--client-id",
                CLIENT.0,
                "--client-secret",
                CLIENT.1,
                "--scopes",
                SCOPES,
                "--prefix",
                &prefix,
                "--accounts",
                &accounts.to_string(),
                "--first-grant",
                &first_grant.to_string(),
            ],
        )?;
        filled["version"]
            .as_str()
            .unwrap_or_default()
            .clone_into(&mut version);
        Ok(Tenant {
            slug,
            prefix,
            accounts,
            token: filled["token"].as_str().context("no token")?.to_owned(),
            first_grant,
        })
    };
    let big = tenant("big", env.scale.accounts)?;
    let small = tenant("small", env.scale.small)?;
    // Debian adds the package's own number.
    let version = version.split(' ').next().unwrap_or_default().to_owned();
    Ok(Store {
        kind,
        url,
        version,
        big,
        small,
    })
}

/// Whether this PostgreSQL database exists.
pub fn exists(url: &str) -> bool {
    tools::postgres().is_ok_and(|folder| {
        process::works(Command::new(folder.join("psql")).args([url, "-qc", "SELECT 1"]))
    })
}

/// The result of a load.
pub struct Answered {
    pub per_second: f64,
    /// The time within which 95 of 100 answers came, in microseconds.
    pub p95: f64,
    /// The time within which 99 of 100 answers came, in microseconds.
    pub p99: f64,
    /// The part of its core that the load itself used.
    pub busy: f64,
}

impl Answered {
    pub(super) fn read(found: &Value) -> Result<Self> {
        let number = |name: &str| {
            found[name]
                .as_f64()
                .with_context(|| format!("no {name} in {found}"))
        };
        if number("failures")? > 0.0 {
            bail!("not every answer was as it should be: {found}");
        }
        Ok(Self {
            per_second: number("per_second")?,
            p95: number("p95_us")?,
            p99: number("p99_us")?,
            busy: number("busy")?,
        })
    }
}

pub struct Load<'a> {
    pub server: &'a Serving,
    /// `{}` becomes the account.
    pub path: &'a str,
    pub tenant: &'a Tenant,
    /// How many accounts are read.
    pub accounts: u64,
    pub connections: u64,
}

impl Load<'_> {
    /// Sends requests for a while.
    pub fn run(&self, env: &BenchEnv) -> Result<Answered> {
        self.run_with(env, &[])
    }

    /// Sends requests that are answered with redirects (303).
    pub fn redirects(&self, env: &BenchEnv) -> Result<Answered> {
        self.run_with(env, &["--status", "303"])
    }

    /// Sends requests that are answered with redirects, `rate` a second, at least
    /// once and for as long as `longer` runs.
    pub fn redirects_beside<T: Send>(
        &self,
        env: &BenchEnv,
        rate: u64,
        longer: impl FnOnce() -> Result<T> + Send,
    ) -> Result<T> {
        let rate = rate.to_string();
        std::thread::scope(|threads| {
            let measuring = threads.spawn(longer);
            loop {
                self.run_with(env, &["--status", "303", "--rate", &rate, "--warm-up", "0"])?;
                if measuring.is_finished() {
                    let measured = measuring.join();
                    return measured.unwrap_or_else(|_| bail!("what was measured broke off"));
                }
            }
        })
    }

    fn run_with(&self, env: &BenchEnv, more: &[&str]) -> Result<Answered> {
        let (accounts, connections) = (
            self.accounts.min(self.tenant.accounts).to_string(),
            self.connections.to_string(),
        );
        let millis = env.scale.slice.as_millis().to_string();
        let usual = [
            "load",
            "--address",
            &self.server.address,
            "--path",
            self.path,
            "--prefix",
            &self.tenant.prefix,
            "--accounts",
            &accounts,
            "--connections",
            &connections,
            "--millis",
            &millis,
            "--bearer",
            &self.tenant.token,
        ];
        let found = env.helper(Side::Load, &[&usual, more].concat())?;
        Answered::read(&found)
    }
}

/// How many refreshes a second the simulator can answer over this many connections.
pub fn most_refreshes(env: &BenchEnv, tenant: &Tenant, connections: u64) -> Result<f64> {
    let found = env.helper(
        Side::Server,
        &[
            "refresh",
            "--address",
            &env.simulator,
            "--prefix",
            &tenant.prefix,
            "--accounts",
            &tenant.accounts.to_string(),
            "--connections",
            &connections.to_string(),
            "--millis",
            &env.scale.slice.as_millis().to_string(),
            "--first-grant",
            &tenant.first_grant.to_string(),
            "--authorization",
            BASIC,
        ],
    )?;
    Ok(Answered::read(&found)?.per_second)
}

impl Store {
    /// Makes this many accounts of the big tenant due, and no others.
    pub fn due(&self, env: &BenchEnv, count: u64) -> Result<()> {
        env.helper(
            Side::Load,
            &[
                "due",
                "--database",
                &self.url,
                "--prefix",
                &self.big.prefix,
                "--count",
                &count.to_string(),
            ],
        )
        .map(drop)
    }

    /// Waits until no connection is due, and checks that `count` were refreshed and
    /// stored since this millisecond. Returns when that was so, in milliseconds
    /// since 1970.
    fn all_stored(
        &self,
        env: &BenchEnv,
        count: u64,
        since: i64,
        patience: Duration,
    ) -> Result<i64> {
        let found = env.helper(
            Side::Load,
            &[
                "stored",
                "--database",
                &self.url,
                "--patience",
                &patience.as_secs().to_string(),
                "--since",
                &(since * 1000).to_string(),
            ],
        )?;
        if found["refreshed"].as_u64() != Some(count) {
            bail!("of {count} due connections: {found}");
        }
        Ok(found["at"].as_i64().context("no instant")? / 1000)
    }

    /// Makes this many accounts due, lets `work` start what refreshes them, and
    /// reads the simulator's log. The result of `work` is kept until all are
    /// stored.
    pub fn refreshed<W>(
        &self,
        env: &BenchEnv,
        count: u64,
        patience: Duration,
        work: impl FnOnce() -> Result<W>,
    ) -> Result<Refreshed> {
        env.control(Method::DELETE, "/log", None)?;
        let since = now_ms()?;
        self.due(env, count)?;
        let working = work()?;
        let end = self.all_stored(env, count, since, patience)?;
        drop(working);
        let path = format!("/bulk/refreshes?since={since}");
        let figures = env.control(Method::GET, &path, None)?;
        let number = |name: &str| {
            figures[name]
                .as_i64()
                .with_context(|| format!("no {name} in {figures}"))
        };
        if number("refused")? > 0 || number("accounts")?.cast_unsigned() != count {
            bail!("of {count} due accounts: {figures}");
        }
        Ok(Refreshed {
            count: number("count")?.cast_unsigned(),
            due: count,
            millis: (end - number("first_at")?).max(1).cast_unsigned(),
            peak: number("peak")?.cast_unsigned(),
            at_once: number("at_once")?.cast_unsigned(),
        })
    }
}

/// The simulator's and the database's numbers about the refreshes.
pub struct Refreshed {
    /// How many requests the simulator got.
    pub count: u64,
    /// How many accounts were due.
    pub due: u64,
    /// From the first request until the last account was stored, in milliseconds.
    pub millis: u64,
    /// The most requests within a second.
    pub peak: u64,
    /// The most requests under way at once.
    pub at_once: u64,
}

#[allow(clippy::cast_precision_loss)]
impl Refreshed {
    /// Accounts refreshed and stored a second.
    pub fn per_second(&self) -> f64 {
        self.due as f64 / self.seconds()
    }

    /// The time from the first request until all was stored.
    pub fn seconds(&self) -> f64 {
        self.millis as f64 / 1000.0
    }

    /// The most requests within a second.
    pub fn peak(&self) -> f64 {
        self.peak as f64
    }

    /// The requests, and the accounts that were due.
    pub fn calls(&self) -> (f64, f64) {
        (self.count as f64, self.due as f64)
    }
}
