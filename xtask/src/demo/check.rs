//! Looks at a running demo: all states, customers and pages have to be there.

use crate::dev_stack::DevStack;
use crate::http::Client;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use ureq::http::Method;

const STATES: [&str; 8] = [
    "setup_fault",
    "disconnected",
    "stopping_soon",
    "unchecked",
    "retrying",
    "limited",
    "working",
    "not_connected",
];

/// Prints how many connections are in which state; fails if something is missing.
pub fn all_is_there(stack: &DevStack, month: &Value) -> Result<()> {
    let harbour = states(stack, "harbour")?;
    let missing: Vec<_> = STATES
        .into_iter()
        .filter(|state| !harbour.by_state.contains_key(*state))
        .collect();
    if !missing.is_empty() {
        bail!("no connection of harbour is {}", missing.join(", "));
    }
    let lantern = states(stack, "lantern")?;
    let connected = harbour.accounts.len() + lantern.accounts.len();
    let customers = month["customers"].as_u64().unwrap_or_default();
    // One of lantern's customers has connected nothing yet.
    ensure!(
        customers == 60 && connected == 59,
        "there are {customers} customers, of which {connected} have a connection"
    );
    let mails = month["mails"].as_u64().unwrap_or_default();
    ensure!(mails >= 30, "only {mails} mails were sent");
    let client = Client::new();
    for (page, holds) in [
        ("/panel", "stormy-bay"),
        ("/panel?only=broken", "invalid_client"),
        ("/mailbox", "<iframe"),
    ] {
        let answer = client.get(&format!("{}{page}", stack.simulator))?;
        ensure!(
            answer.status == 200 && answer.body.contains(holds),
            "{page} answered {} without “{holds}”",
            answer.status
        );
    }
    Ok(())
}

/// The connections of a tenant.
struct States {
    by_state: BTreeMap<String, usize>,
    accounts: BTreeSet<String>,
}

fn states(stack: &DevStack, tenant: &str) -> Result<States> {
    let token = stack.new_token(tenant)?;
    let url = format!("{}/api/v1/connections?limit=200", stack.base);
    let page = Client::new().json(Method::GET, &url, Some(&token), None)?;
    let rows = page["items"].as_array().context("no list came")?;
    let mut found = States {
        by_state: BTreeMap::new(),
        accounts: BTreeSet::new(),
    };
    for row in rows {
        let text = |name: &str| {
            let text = row[name].as_str().map(str::to_owned);
            text.with_context(|| format!("a connection has no {name}: {row}"))
        };
        *found.by_state.entry(text("health")?).or_default() += 1;
        found.accounts.insert(text("subdomain")?);
    }
    println!("   {tenant}: {:?}", found.by_state);
    Ok(found)
}
