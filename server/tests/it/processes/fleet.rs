//! One database, one simulator, and as many processes as a test likes.

use super::{serving::Serving, until, until_none};
use crate::cli::{mooring, mooring_after};
use domain::{health::Health, time::Timestamp};
use rand::{RngExt, rngs::StdRng};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Actor,
    apps::App,
    testing::{
        Backend, Beneath, Held, World,
        fill::{Given, connect_all},
    },
};
use simulator::{Simulator, SimulatorConfig};
use std::{collections::BTreeMap, time::Duration};
use tempfile::TempDir;
use tokio::{
    process::Command,
    sync::{Mutex, MutexGuard},
};

/// Each of these tests fills the machine; two at once would only wait for each other.
static ALONE: Mutex<()> = Mutex::const_new(());

/// See the module.
pub struct Fleet {
    pub world: World,
    pub simulator: Simulator,
    pub owner: Actor,
    pub app: App,
    pub beneath: Beneath,
    pub master_keys: SecretString,
    /// `MOORING_REFRESH_RATE` of processes that begin from now on.
    pub rate: usize,
    folder: TempDir,
    _alone: MutexGuard<'static, ()>,
}

/// Connections with a lease, and the lease's fencing number.
pub type Leases = Vec<(String, i64)>;

impl Fleet {
    /// An installation with a tenant `harbour` and its app `returns`.
    pub async fn on(backend: &Backend) -> Self {
        Self::of(backend, SimulatorConfig::default()).await
    }

    /// As [`Self::on`], with a simulator like this.
    pub async fn of(backend: &Backend, simulator: SimulatorConfig) -> Self {
        let alone = ALONE.lock().await;
        let simulator = Simulator::start(simulator).await.unwrap();
        let world = World::on(backend, simulator.url_template()).await;
        let owner = world.owner("harbour").await;
        let app = world.app(&owner, "returns").await;
        let redirect = world.services.config.redirect_uri(app.id);
        simulator.register_app("returns-id", "returns-secret", &[&redirect]);
        Self {
            beneath: world.beneath().await,
            master_keys: world.master_keys.clone(),
            rate: 5_000,
            folder: tempfile::tempdir().unwrap(),
            _alone: alone,
            world,
            simulator,
            owner,
            app,
        }
    }

    /// Connects accounts, named `{name}-0` and so on, due in almost five hours at the earliest.
    pub async fn connect(&self, name: &str, count: usize) {
        let given = (0..count).map(|number| {
            let account = format!("{name}-{number}");
            let scope = self.app.requested.to_string();
            let granted = self.simulator.account(&account).grant("returns-id", &scope);
            Given {
                subdomain: account.parse().unwrap(),
                access_token: granted.access_token.into(),
                refresh_token: granted.refresh_token.into(),
                expires_at: Timestamp(granted.expires_at * 1_000_000),
            }
        });
        let made = connect_all(&self.owner, &self.app, given).await;
        assert_eq!(made.unwrap(), count as u64);
    }

    /// A command on this installation; `name` has its data folder.
    pub fn mooring(&self, name: &str, args: &[&str]) -> Command {
        let mut command = mooring(self.folder.path(), args);
        command.envs(self.settings(name));
        command
    }

    /// As [`Self::mooring`], after a command of the shell.
    pub fn mooring_after(&self, before: &str, name: &str, args: &[&str]) -> Command {
        let mut command = mooring_after(before, self.folder.path(), args);
        command.envs(self.settings(name));
        command
    }

    /// The settings of this installation, as variables.
    pub fn settings(&self, name: &str) -> Vec<(String, String)> {
        let settings = [
            ("DATABASE_URL", self.world.database_url.expose_secret()),
            ("MASTER_KEYS", self.master_keys.expose_secret()),
            ("GORGIAS_URL", self.simulator.url_template()),
            ("GORGIAS_PRIVATE_NETWORK", "allow"),
            ("LISTEN", "127.0.0.1:0"),
            ("DATA_DIR", &format!("data-{name}")),
            ("REFRESH_RATE", &self.rate.to_string()),
            ("LOG_FORMAT", "json"),
        ];
        let variable = |(name, value): (&str, &str)| (format!("MOORING_{name}"), value.to_owned());
        settings.map(variable).into()
    }

    /// `mooring serve`, which may not serve yet.
    pub fn begin(&self, name: &str) -> Serving {
        Serving::start(self.mooring(name, &["serve"]))
    }

    /// `mooring serve`, serving.
    pub async fn serve(&self, name: &str) -> Serving {
        let mut serving = self.begin(name);
        serving.address().await;
        serving
    }

    /// Makes all connections due that can still be renewed.
    pub async fn fall_due(&self) {
        let clock = self.beneath.clock();
        let sql = format!("UPDATE connections SET due_at = {clock} WHERE due_at IS NOT NULL");
        self.beneath.run(&sql).await;
    }

    /// How many connections are due.
    pub async fn due(&self) -> i64 {
        let clock = self.beneath.clock();
        let sql = format!("SELECT count(*) AS n FROM connections WHERE due_at <= {clock}");
        self.beneath.number(&sql).await
    }

    /// Who is being refreshed, or was when its process died.
    pub async fn leases(&self) -> Leases {
        let sql = "SELECT subdomain AS t, lease_fence AS n FROM connections WHERE lease_until > 0 ORDER BY subdomain";
        self.beneath.pairs(sql).await
    }

    /// Waits until nothing is due and nobody holds a lease.
    pub async fn settled(&self) {
        until_none("all is refreshed", async || {
            self.due().await + self.leases().await.len() as i64
        })
        .await;
    }

    /// Waits until somebody holds a lease; `false` if nothing is due any more.
    pub async fn under_way(&self) -> bool {
        let mut more = true;
        until("a refresh is under way", async || {
            let held = !self.leases().await.is_empty();
            more = held || self.due().await > 0;
            held || !more
        })
        .await;
        more
    }

    /// The leases of processes that are dead or stand still: the others' change
    /// all the time. Should a living one be that slow, its own are among them.
    pub async fn stuck(&self) -> Leases {
        let mut stuck = self.leases().await;
        let mut same = 0;
        until("the living go on", async || {
            let held = self.leases().await;
            let left: Leases = stuck.iter().filter(|l| held.contains(l)).cloned().collect();
            same = if left == stuck { same + 1 } else { 0 };
            stuck = left;
            same == 20
        })
        .await;
        stuck
    }

    /// Lets leases run out, as 45 seconds would.
    pub async fn run_out(&self, leases: &Leases) {
        for (account, fence) in leases {
            self.beneath
                .run(&format!(
                    "UPDATE connections SET lease_until = 0 WHERE subdomain = '{account}' AND lease_fence = {fence}"
                ))
                .await;
        }
    }

    /// Lets the leases of dead processes run out, when none lives.
    pub async fn all_run_out(&self) {
        self.beneath
            .run("UPDATE connections SET lease_until = 0 WHERE lease_until > 0")
            .await;
    }

    /// How often each account was asked for a refresh.
    pub fn calls(&self) -> BTreeMap<String, usize> {
        self.simulator.refreshes_by_account()
    }

    /// All connections with their tokens.
    pub async fn held(&self) -> Vec<Held> {
        let services = self.world.process_under(&self.master_keys).await;
        self.world.held(&services, self.owner.tenant()).await
    }

    /// What is wrong with a connection; `None` if it works and Gorgias takes its tokens.
    pub fn problem(&self, held: &Held) -> Option<String> {
        let account = self.simulator.account(held.subdomain.as_str());
        let is = |token: &Option<SecretString>, accepted: &dyn Fn(&str) -> bool| {
            token.as_ref().is_some_and(|t| accepted(t.expose_secret()))
        };
        let problem = if held.health != Health::Working {
            held.health.code()
        } else if held.leased {
            "a lease is left behind"
        } else if !is(&held.refresh_token, &|t| account.accepts_refresh_token(t)) {
            "its refresh token is refused"
        } else if !is(&held.access_token, &|t| account.accepts_access_token(t)) {
            "its access token is refused"
        } else {
            return None;
        };
        Some(format!("{}: {problem}", held.subdomain))
    }

    /// Nothing is lost: every connection works with the tokens that are held.
    pub async fn assert_whole(&self) -> Vec<Held> {
        let all = self.held().await;
        let problems: Vec<_> = all.iter().filter_map(|held| self.problem(held)).collect();
        assert!(problems.is_empty(), "{problems:#?}");
        all
    }
}

/// Lets a random time pass: where a fault strikes is what these tests try out.
pub async fn a_moment(chance: &mut StdRng, at_most: Duration) {
    let most = u64::try_from(at_most.as_micros()).unwrap();
    tokio::time::sleep(Duration::from_micros(chance.random_range(0..=most))).await;
}
