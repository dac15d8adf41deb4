//! 1: token reads a second, compared with a bare route with one primary-key SELECT.

use super::{USUAL_RATE, token_path};
use crate::bench::compare::Compared;
use crate::bench::env::BenchEnv;
use crate::bench::host::Side;
use crate::bench::store::{Kind, Load};
use crate::bench::table::{Goal, Line, Table};
use anyhow::Result;
use std::cell::RefCell;

const CONNECTIONS: u64 = 32;
/// How many accounts are read again and again. Most reads are not the first one of
/// their minute.
const OFTEN: u64 = 1_000;

pub fn measure(env: &mut BenchEnv) -> Result<Table> {
    let mut lines = Vec::new();
    let mut busy = 0.0_f64;
    for kind in Kind::BOTH {
        let store = env.store(kind)?;
        let mooring = env.serve(&store.url, USUAL_RATE, Side::Server)?;
        let path = token_path(store.big.slug);
        let first = format!("{}0", store.big.prefix);
        let answer = env.api(&mooring, &store.big.token, &path.replace("{}", &first))?;
        let bare = env.bare(&store, answer.to_string().len())?;
        let busiest = RefCell::new(0.0_f64);
        for (accounts, goal) in [
            (OFTEN, Goal::AtLeast(0.8)),
            (store.big.accounts, Goal::None),
        ] {
            let load = |server, path| Load {
                server,
                path,
                tenant: &store.big,
                accounts,
                connections: CONNECTIONS,
            };
            let run = |load: Load| -> Result<f64> {
                let answered = load.run(env)?;
                let mut busiest = busiest.borrow_mut();
                *busiest = busiest.max(answered.busy);
                Ok(answered.per_second)
            };
            let compared = Compared::turn_about(
                env.scale.pairs,
                || run(load(&mooring, &path)),
                || run(load(&bare, "/bare/{}")),
            )?;
            let accounts = accounts.min(store.big.accounts);
            lines.push(Line {
                what: format!("reads of {accounts} accounts by chance, {}", kind.name()),
                compared,
                goal,
                unit: "a second",
            });
        }
        busy = busy.max(*busiest.borrow());
    }
    Ok(Table {
        number: 1,
        title: "Token reads, beside a bare route",
        method: format!(
            "`GET …/token` of the machine API (authentication, decryption, audit) ÷ an axum route \
             that sends as many bytes from one primary-key SELECT through sqlx, over \
             {CONNECTIONS} connections. Of many accounts, most reads are the first of their \
             minute, which the audit writes down before it answers; so the second line is \
             mostly a measurement of durable writing. The load used at most {:.0} % of its core.",
            busy * 100.0
        ),
        lines,
    })
}
