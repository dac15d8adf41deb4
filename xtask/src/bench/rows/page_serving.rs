//! 3: accounts pages a second, compared with a bare route that sends as many bytes.

use super::USUAL_RATE;
use crate::bench::compare::Compared;
use crate::bench::env::BenchEnv;
use crate::bench::host::Side;
use crate::bench::pages::{Reader, load};
use crate::bench::store::Kind;
use crate::bench::table::{Goal, Line, Table};
use anyhow::{Context, Result};

/// Enough that the server's core always has something to do.
const CONNECTIONS: u64 = 8;
/// 50 rows.
const PAGE: &str = "/accounts";

pub fn measure(env: &mut BenchEnv) -> Result<Table> {
    let mut lines = Vec::new();
    let mut bytes = 0;
    for kind in Kind::BOTH {
        let store = env.page_store(kind)?;
        let server = env.serve(&store.url, USUAL_RATE, Side::Server)?;
        let tenant = store.tenants.first().context("there is no tenant")?;
        bytes = {
            let reader = Reader::sign_in(env, &server, tenant)?;
            reader.page(&reader.path(PAGE))?.len()
        };
        let bare = env.bare_rows(kind, "page-", 1, bytes)?;
        let reader = Reader::sign_in(env, &server, tenant)?;
        let path = reader.path(PAGE);
        let compared = Compared::turn_about(
            env.scale.pairs,
            || Ok(reader.load(&path, CONNECTIONS)?.per_second),
            || Ok(load(env, &bare, "/bare/page-0", "", CONNECTIONS)?.per_second),
        )?;
        lines.push(Line {
            what: format!("accounts page of 50 rows, {}", kind.name()),
            compared,
            goal: Goal::AtLeast(0.25),
            unit: "a second",
        });
    }
    Ok(Table {
        number: 3,
        title: "Accounts pages, beside a bare route",
        method: format!(
            "`GET /t/…/accounts` with 50 rows (session, queries, rendering, {bytes} bytes) ÷ an \
             axum route that sends as many bytes from one primary-key SELECT through sqlx, over \
             {CONNECTIONS} connections."
        ),
        lines,
    })
}
