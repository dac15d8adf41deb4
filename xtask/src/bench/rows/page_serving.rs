//! 3 and 4: accounts pages a second, compared with a bare route that sends as many bytes,
//! with the database and without, and with one whose rows are written by maud.

use super::USUAL_RATE;
use crate::bench::compare::Compared;
use crate::bench::env::{BenchEnv, Serving};
use crate::bench::host::Side;
use crate::bench::pages::{PageStore, Reader, load};
use crate::bench::store::Kind;
use crate::bench::table::{Goal, Line, Table};
use crate::http::Client;
use anyhow::{Context, Result, bail};
use std::fs;

/// Enough that the server's core always has something to do.
const CONNECTIONS: u64 = 8;
/// 50 rows.
const PAGE: &str = "/accounts";
/// The page of the server whose rows are written by maud.
const BY_MAUD: &str = "/accounts";

/// Row 3.
pub fn beside_bare(env: &mut BenchEnv) -> Result<Table> {
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
    lines.push(without_database(env)?);
    Ok(Table {
        number: 3,
        title: "Accounts pages, beside a bare route",
        method: format!(
            "`GET /t/…/accounts` with 50 rows (session, queries, rendering, {bytes} bytes) ÷ an \
             axum route that sends as many bytes from one primary-key SELECT through sqlx, over \
             {CONNECTIONS} connections. Without the database: the same page, rendered anew each \
             time from data that was loaded once, without session and middleware ÷ an axum route \
             that sends the same bytes from memory."
        ),
        lines,
    })
}

/// The page from data that was loaded once. Mooring itself is stopped meanwhile.
fn without_database(env: &mut BenchEnv) -> Result<Line> {
    let store = env.page_store(Kind::Sqlite)?;
    let tenant = store.tenants.first().context("there is no tenant")?;
    let (path, ours) = {
        let server = env.serve(&store.url, USUAL_RATE, Side::Server)?;
        let reader = Reader::sign_in(env, &server, tenant)?;
        let path = reader.path(PAGE);
        let ours = reader.page(&path)?;
        (path, ours)
    };
    let held = env.serve_page(&store.url, tenant)?;
    let page = Client::new().get(&format!("http://{}{path}", held.address))?;
    same(&ours, &page.body)?;
    let compared = Compared::turn_about(
        env.scale.pairs,
        || Ok(load(env, &held, &path, "", CONNECTIONS)?.per_second),
        || Ok(load(env, &held, "/bare", "", CONNECTIONS)?.per_second),
    )?;
    Ok(Line {
        what: "accounts page of 50 rows, without the database".to_owned(),
        compared,
        goal: Goal::AtLeast(0.5),
        unit: "a second",
    })
}

/// Row 4.
pub fn beside_maud(env: &mut BenchEnv) -> Result<Table> {
    let mut lines = Vec::new();
    for kind in Kind::BOTH {
        let store = env.page_store(kind)?;
        let server = env.serve(&store.url, USUAL_RATE, Side::Server)?;
        let tenant = store.tenants.first().context("there is no tenant")?;
        let reader = Reader::sign_in(env, &server, tenant)?;
        let path = reader.path(PAGE);
        let ours = reader.page(&path)?;
        let maud = by_maud(env, &store, &ours)?;
        let theirs = Client::new().get(&format!("http://{}{BY_MAUD}", maud.address))?;
        same(&ours, &theirs.body)?;
        let compared = Compared::turn_about(
            env.scale.pairs,
            || Ok(reader.load(&path, CONNECTIONS)?.per_second),
            || Ok(load(env, &maud, BY_MAUD, "", CONNECTIONS)?.per_second),
        )?;
        lines.push(Line {
            what: format!("accounts page of 50 rows, {}", kind.name()),
            compared,
            goal: Goal::AtLeast(0.6),
            unit: "a second",
        });
    }
    Ok(Table {
        number: 4,
        title: "Accounts pages, beside axum and maud",
        method: format!(
            "The same page ÷ an axum route that makes the same queries, but for the session, and \
             whose rows maud writes, over {CONNECTIONS} connections. That the rows are the same is \
             checked before. What stands around them, it sends as it was captured."
        ),
        lines,
    })
}

/// Starts the server whose rows maud writes, with what stands around them on our page.
fn by_maud(env: &BenchEnv, store: &PageStore, ours: &str) -> Result<Serving> {
    let (before, rest) = ours.split_once("<tbody>").context("the page has no rows")?;
    let (_, after) = rest
        .split_once("</tbody>")
        .context("the rows have no end")?;
    let files = [
        ("before", format!("{before}<tbody>")),
        ("after", format!("</tbody>{after}")),
    ];
    let mut paths = Vec::new();
    for (name, text) in files {
        let path = env.folder().join(format!("{name}.html"));
        fs::write(&path, text)?;
        paths.push(path.display().to_string());
    }
    let [before, after] = paths.as_slice() else {
        bail!("there are two files");
    };
    let tenant = store.tenants.first().context("there is no tenant")?;
    let of = [
        "--database",
        &store.url,
        "--gorgias",
        &env.gorgias(),
        "--tenant",
        &tenant.slug,
        "--person",
        &tenant.person,
        "--before",
        before,
        "--after",
        after,
    ];
    env.serve_helper("maud-page", &of, BY_MAUD)
}

/// Whether both have the same rows; blanks between elements, comments and how long ago
/// something was don't count.
fn same(ours: &str, theirs: &str) -> Result<()> {
    let (one, other) = (timeless(&rows(ours)?), timeless(&rows(theirs)?));
    if one == other {
        return Ok(());
    }
    let at = one
        .bytes()
        .zip(other.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let around =
        |text: &str| -> String { text.chars().skip(at.saturating_sub(40)).take(160).collect() };
    bail!("the rows differ:\n{}\n{}", around(&one), around(&other))
}

/// Without the numbers before "ago": both pages were not made in the same second.
fn timeless(rows: &str) -> String {
    let mut text = rows.replace("just now", "0 s ago");
    for unit in [" s ago", " min ago"] {
        let parts: Vec<_> = text
            .split(unit)
            .map(|part| part.trim_end_matches(|letter: char| letter.is_ascii_digit()))
            .collect();
        text = parts.join(" ago");
    }
    text
}

fn rows(page: &str) -> Result<String> {
    let (_, rest) = page.split_once("<tbody>").context("the page has no rows")?;
    let (rows, _) = rest
        .split_once("</tbody>")
        .context("the rows have no end")?;
    let mut text = String::with_capacity(rows.len());
    for (number, part) in rows.split("<!").enumerate() {
        match (number, part.split_once('>')) {
            (0, _) | (_, None) => text.push_str(part),
            (_, Some((_, after))) => text.push_str(after),
        }
    }
    Ok(text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("> <", "><"))
}
