//! 14: installations, which anyone may begin, compared with a bare redirect, and
//! token reads meanwhile.

use super::{FEW, USUAL_RATE, token_path};
use crate::bench::compare::Compared;
use crate::bench::env::BenchEnv;
use crate::bench::host::Side;
use crate::bench::store::{Kind, Load};
use crate::bench::table::{Goal, Line, Table};
use anyhow::{Context, Result};

const CONNECTIONS: u64 = 32;
/// Installations a second while tokens are read.
const FLOOD: u64 = 1_000;
/// How many accounts are read.
const READ: u64 = 1_000;

pub fn measure(env: &mut BenchEnv) -> Result<Table> {
    let mut lines = Vec::new();
    for kind in Kind::BOTH {
        let store = env.store(kind)?;
        let mooring = env.serve(&store.url, USUAL_RATE, Side::Server)?;
        let bare = env.bare(&store, 100)?;
        let (slug, token) = (store.big.slug, &store.big.token);
        let app = env.api(&mooring, token, &format!("/api/v1/apps/{slug}"))?;
        let id = app["id"].as_str().context("the app has no id")?;
        let install = format!("/oauth/{id}/install?account={{}}");
        let load = |server, path, connections| Load {
            server,
            path,
            tenant: &store.big,
            accounts: READ,
            connections,
        };
        let begun = load(&mooring, &install, CONNECTIONS);
        let away = load(&bare, "/bare/{}/away", CONNECTIONS);
        let compared = Compared::turn_about(
            env.scale.pairs,
            || Ok(begun.redirects(env)?.per_second),
            || Ok(away.redirects(env)?.per_second),
        )?;
        lines.push(Line {
            what: format!("installations, {}", kind.name()),
            compared,
            goal: Goal::AtLeast(0.4),
            unit: "a second",
        });
        let path = token_path(slug);
        let reads = load(&mooring, &path, FEW);
        let flood = load(&mooring, &install, FEW);
        reads.run(env)?;
        let p99 = || Ok(reads.run(env)?.p99);
        let compared = Compared::turn_about(
            env.scale.pairs,
            || flood.redirects_beside(env, FLOOD, p99),
            p99,
        )?;
        lines.push(Line {
            what: format!(
                "p99 of reads at {FLOOD} installations a second, {}",
                kind.name()
            ),
            compared,
            goal: Goal::AtMost(1.3),
            unit: "µs",
        });
    }
    Ok(Table {
        number: 14,
        title: "Installations begun, beside a bare redirect, and token reads meanwhile",
        method: format!(
            "`GET /oauth/{{app}}/install`, by nobody known, up to the 303 with its sealed cookie ÷ \
             an axum route that answers 303, over {CONNECTIONS} connections; and the time that 99 \
             of 100 token reads stay within over {FEW} connections while {FLOOD} installations a \
             second are begun ÷ while none is."
        ),
        lines,
    })
}
