//! 9: how pages grow with the number of connections.

use super::USUAL_RATE;
use crate::bench::compare::Compared;
use crate::bench::env::BenchEnv;
use crate::bench::host::Side;
use crate::bench::pages::{PageStore, Reader};
use crate::bench::store::Kind;
use crate::bench::table::{Goal, Line, Table};
use anyhow::{Context, Result};

/// Pages, each filter and each order of the list.
const PAGES: [(&str, &str); 31] = [
    ("overview", ""),
    ("accounts", "/accounts"),
    ("accounts by name", "/accounts?sort=name"),
    ("accounts by change", "/accounts?sort=changed"),
    ("accounts that need somebody", "/accounts?health=need_you"),
    ("disconnected accounts", "/accounts?health=disconnected"),
    ("working accounts", "/accounts?health=working"),
    ("limited accounts", "/accounts?health=limited"),
    ("unchecked accounts", "/accounts?health=unchecked"),
    (
        "accounts that will stop soon",
        "/accounts?health=stopping_soon",
    ),
    ("accounts that are tried again", "/accounts?health=retrying"),
    (
        "accounts that wait for the customer",
        "/accounts?health=not_connected",
    ),
    (
        "accounts of apps with a fault",
        "/accounts?health=setup_fault",
    ),
    ("snoozed accounts", "/accounts?health=snoozed"),
    ("tagged accounts", "/accounts?tag=vip"),
    ("tagged accounts of an app", "/accounts?tag=vip&app={slug}"),
    (
        "tagged accounts of a person",
        "/accounts?tag=vip&owner={person}",
    ),
    ("accounts of a person", "/accounts?owner={person}"),
    (
        "accounts of a person and an app",
        "/accounts?owner={person}&app={slug}",
    ),
    ("accounts of an app", "/accounts?app={slug}"),
    ("accounts with a scope", "/accounts?scope=tickets%3Aread"),
    (
        "accounts that lack a scope",
        "/accounts?permissions=missing",
    ),
    (
        "accounts that granted more than was asked",
        "/accounts?permissions=extra",
    ),
    (
        "accounts with an old permission",
        "/accounts?permissions=old",
    ),
    (
        "accounts that need a click",
        "/accounts?permissions=needs_click",
    ),
    ("accounts of nobody", "/accounts?owner=nobody"),
    (
        "disconnected accounts of an app and of nobody",
        "/accounts?app={slug}&health=disconnected&owner=nobody",
    ),
    (
        "accounts of an app that lack a scope",
        "/accounts?app={slug}&permissions=missing",
    ),
    ("an account", "/accounts/{slug}/{prefix}0"),
    ("permissions", "/scopes?app={slug}"),
    ("a page without counts", "/api-tokens"),
];
/// Searches: one that finds something, and one that doesn't.
const SEARCHES: [(&str, &str); 2] = [
    ("search, found", "/accounts?q={prefix}77"),
    ("search, nothing found", "/accounts?q=zzqqzz"),
];

pub fn measure(env: &mut BenchEnv) -> Result<Table> {
    let mut lines = Vec::new();
    for kind in Kind::BOTH {
        let store = env.page_store(kind)?;
        let server = env.serve(&store.url, USUAL_RATE, Side::Server)?;
        let mut readers = Vec::new();
        for tenant in &store.tenants {
            readers.push(Reader::sign_in(env, &server, tenant)?);
        }
        lines.extend(grown(env, &store, &readers)?);
    }
    Ok(Table {
        number: 9,
        title: "Pages, by the number of connections",
        method: "The time of a page, from the request to its last byte, one request after the \
                 other, as its tenant's owner in a browser; tenants of all sizes are in one \
                 database. One in ten accounts is Disconnected, one Limited; one in twenty is tagged, one \
                 looked after by its tenant's owner, one snoozed. Page 10,000 is \
                 reached by its link to the next page. Searches: the time that 95 of 100 stay \
                 within."
            .to_owned(),
        lines,
    })
}

fn grown(env: &BenchEnv, store: &PageStore, readers: &[Reader<'_>]) -> Result<Vec<Line>> {
    let [few, some, many, most] = readers else {
        anyhow::bail!("there are {} tenants", readers.len());
    };
    let name = store.kind.name();
    let pairs = env.scale.pairs;
    let mut lines = Vec::new();
    for (what, page) in PAGES {
        for (large, goal) in [(many, Goal::None), (most, Goal::AtMost(2.0))] {
            let (one, other) = (large.path(page), few.path(page));
            let compared =
                Compared::turn_about(pairs, || large.millis(&one), || few.millis(&other))
                    .with_context(|| format!("{what} of {}", large.tenant.accounts))?;
            lines.push(Line {
                what: format!(
                    "{what}, {} ÷ {} connections, {name}",
                    large.tenant.accounts, few.tenant.accounts
                ),
                compared,
                goal,
                unit: "ms",
            });
        }
    }
    for sort in ["", "&sort=name", "&sort=changed"] {
        let first = most.path(&format!("/accounts?health=working{sort}"));
        let pages = (most.tenant.accounts * 8 / 10 / 50)
            .saturating_sub(1)
            .min(9_999);
        let last = most.later(&first, pages)?;
        let compared = Compared::turn_about(pairs, || most.millis(&last), || most.millis(&first))?;
        let sorted = sort.trim_start_matches("&sort=");
        let order = if sorted.is_empty() { "worst" } else { sorted };
        lines.push(Line {
            what: format!("page {} ÷ page 1, by {order}, {name}", pages + 1),
            compared,
            goal: Goal::AtMost(1.2),
            unit: "ms",
        });
    }
    for (what, page) in SEARCHES {
        let (one, other) = (most.path(page), some.path(page));
        let p95 = |reader: &Reader<'_>, path: &str| Ok(reader.load(path, 1)?.p95 / 1000.0);
        let compared = Compared::turn_about(pairs, || p95(most, &one), || p95(some, &other))
            .with_context(|| what.to_owned())?;
        lines.push(Line {
            what: format!(
                "{what}, {} ÷ {} connections, {name}",
                most.tenant.accounts, some.tenant.accounts
            ),
            compared,
            goal: Goal::AtMost(5.0),
            unit: "ms",
        });
    }
    Ok(lines)
}
