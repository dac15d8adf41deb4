//! Sample accounts in every health state. Each gets there like a real account: it
//! is installed and approved in a browser, then something happens at Gorgias.

use super::samples::{ACCOUNTS, APPS, Account, App, CUSTOMERS, Customer, Happening};
use super::scenario;
use super::simulator::Simulator;
use crate::dev_stack::DevStack;
use crate::http::Client;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use ureq::http::Method;
use url::Url;

/// The shortest interval: an account is overdue after twice this time; see
/// [`Happening::Overlooked`].
const SHORT_INTERVAL: (&str, &str) = ("MOORING_CHECK_INTERVAL", "10s");

/// How long an account may take to reach its health: longer than two short intervals.
const PATIENCE: Duration = Duration::from_secs(40);

/// One account as Mooring shows it.
pub struct Sample {
    subdomain: &'static str,
    app: &'static str,
    wanted: &'static str,
    shown: String,
}

/// Makes apps and accounts; leaves the server running with its usual settings.
pub fn fill(stack: &mut DevStack) -> Result<Vec<Sample>> {
    stack.serve(&[SHORT_INTERVAL, ("MOORING_WORKER", "off")])?;
    for app in APPS {
        Maker::new(stack)
            .app(app)
            .with_context(|| format!("app {}", app.slug))?;
    }
    let (early, late): (Vec<&Account>, Vec<&Account>) = ACCOUNTS
        .iter()
        .partition(|account| account.happening == Happening::Overlooked);
    for account in early {
        let maker = Maker::new(stack);
        maker
            .account(account)
            .with_context(|| account.subdomain.to_owned())?;
        maker.wait_for(account)?;
    }
    stack.serve(&[])?;
    let maker = Maker::new(stack);
    for account in late {
        maker
            .account(account)
            .with_context(|| account.subdomain.to_owned())?;
    }
    for customer in CUSTOMERS {
        maker.customer(customer)?;
    }
    ACCOUNTS
        .iter()
        .map(|account| {
            Ok(Sample {
                subdomain: account.subdomain,
                app: account.app,
                wanted: account.health,
                shown: maker.wait_for(account)?,
            })
        })
        .collect()
}

/// Prints the accounts and their health.
pub fn print(samples: &[Sample]) {
    println!("\n   {:<16} {:<16} health", "account", "app");
    for Sample {
        subdomain,
        app,
        shown,
        ..
    } in samples
    {
        println!("   {subdomain:<16} {app:<16} {shown}");
    }
}

/// Fails if an account doesn't have the health that it was made for.
pub fn complete(samples: &[Sample]) -> Result<()> {
    let wrong: Vec<String> = samples
        .iter()
        .filter(|sample| sample.wanted != sample.shown)
        .map(|sample| {
            format!(
                "{} shows {}, not {}",
                sample.subdomain, sample.shown, sample.wanted
            )
        })
        .collect();
    if !wrong.is_empty() {
        bail!(
            "the sample accounts are not as they should be: {}",
            wrong.join("; ")
        );
    }
    Ok(())
}

/// Acts as the operator, the customer and Gorgias.
struct Maker<'a> {
    stack: &'a DevStack,
    api: Client,
}

impl<'a> Maker<'a> {
    fn new(stack: &'a DevStack) -> Self {
        Self {
            stack,
            api: Client::new(),
        }
    }

    fn simulator(&self) -> Simulator<'_> {
        Simulator::new(&self.api, &self.stack.simulator)
    }

    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let url = format!("{}/api/v1{path}", self.stack.base);
        self.api.json(method, &url, Some(&self.stack.token), body)
    }

    fn app(&self, app: &App) -> Result<()> {
        let client_id = format!("demo-{}", app.slug);
        let client_secret = format!("secret-of-{}", app.slug);
        let made = self.call(
            Method::POST,
            "/apps",
            Some(&json!({
                "name": app.name,
                "slug": app.slug,
                "client_id": client_id,
                "client_secret": client_secret,
                "scopes": app.scopes,
            })),
        )?;
        self.simulator().app(&client_id, &client_secret, &made)
    }

    fn customer(&self, customer: &Customer) -> Result<()> {
        let [email, name, language] = customer.contact;
        let body = json!({
            "name": customer.name,
            "external_id": customer.external_id,
            "tags": customer.tags,
            "note": customer.note,
            "contacts": [{ "email": email, "name": name, "language": language }],
        });
        let path = format!("/accounts/{}", customer.subdomain);
        self.call(Method::PATCH, &path, Some(&body)).map(drop)
    }

    fn account(&self, account: &Account) -> Result<()> {
        let Account {
            subdomain,
            app,
            happening,
            ..
        } = *account;
        if happening == Happening::Invited {
            let link = json!({"app": app, "subdomain": subdomain});
            return self
                .call(Method::POST, "/reconnect-links", Some(&link))
                .map(drop);
        }
        if happening == Happening::FewerPermissions {
            let granted = "openid email profile offline account:read tickets:read";
            self.simulator()
                .behave(subdomain, &json!({"granted_scope": granted}))?;
        }
        self.install(app, subdomain)?;
        match happening {
            Happening::Nothing | Happening::FewerPermissions | Happening::Invited => Ok(()),
            Happening::Deactivated => {
                self.simulator().deactivate(subdomain)?;
                self.refresh(app, subdomain)
            }
            Happening::Outage => {
                self.simulator()
                    .fail_tokens(subdomain, &json!({"kind": "server_error"}))?;
                self.refresh(app, subdomain)
            }
            Happening::Overlooked => {
                let patience =
                    json!({"kind": "too_many_requests", "retry_after": {"seconds": 3600}});
                self.simulator().fail_tokens(subdomain, &patience)?;
                self.refresh(app, subdomain)
            }
            Happening::SecretReplaced => {
                let made = self.call(Method::GET, &format!("/apps/{app}"), None)?;
                self.simulator()
                    .app(&format!("demo-{app}"), "replaced-at-gorgias", &made)?;
                // Another account has to confirm the answer to the first one.
                for of_app in ACCOUNTS.iter().filter(|other| other.app == app) {
                    self.refresh(app, of_app.subdomain)?;
                }
                Ok(())
            }
            Happening::DisconnectedOnPurpose => self
                .call(
                    Method::DELETE,
                    &format!("/connections/{app}/{subdomain}"),
                    None,
                )
                .map(drop),
        }
    }

    /// Does what an admin does with "Connect app" in the helpdesk.
    fn install(&self, app: &str, subdomain: &str) -> Result<()> {
        let made = self.call(Method::GET, &format!("/apps/{app}"), None)?;
        let install = text(&made, "install_url")?;
        let address = Url::parse_with_params(install, [("account", subdomain)])?;
        scenario::approve(&Client::new(), address.as_str())
    }

    /// Checks a connection now; a check without a verdict is one of the wanted results.
    fn refresh(&self, app: &str, subdomain: &str) -> Result<()> {
        let path = format!("/connections/{app}/{subdomain}/refresh");
        match self.call(Method::POST, &path, None) {
            Err(error) if error.to_string().contains("upstream_unavailable") => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// Waits for the wanted health and returns the health that Mooring shows at the end.
    fn wait_for(&self, account: &Account) -> Result<String> {
        let path = format!("/connections/{}/{}", account.app, account.subdomain);
        let patience = Instant::now() + PATIENCE;
        loop {
            let connection = self.call(Method::GET, &path, None)?;
            let health = text(&connection, "health")?;
            if health == account.health || Instant::now() > patience {
                return Ok(health.to_owned());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Result<&'v str> {
    value[key]
        .as_str()
        .with_context(|| format!("the answer has no {key}: {value}"))
}
