//! A database whose pages are measured, and a browser that reads them.

use super::env::{BenchEnv, Serving};
use super::host::Side;
use super::store::{Answered, CLIENT, Kind, SCOPES};
use crate::http::Client;
use anyhow::{Context, Result, bail};
use std::time::Instant;

/// The password of each tenant's owner.
const PASSWORD: &str = "measure twice, cut once, then measure again";

/// A tenant. Its app has the tenant's slug.
#[derive(Clone)]
pub struct Sized {
    pub slug: String,
    /// Its accounts are `{prefix}0`, `{prefix}1`, …
    pub prefix: String,
    pub accounts: u64,
    /// Its owner.
    pub person: String,
}

/// A database with a tenant for each size.
#[derive(Clone)]
pub struct PageStore {
    pub kind: Kind,
    pub url: String,
    /// From few accounts to many.
    pub tenants: Vec<Sized>,
}

/// Fills an empty database. Nothing of it is at the simulator: only pages are read.
pub fn fill(env: &BenchEnv, kind: Kind, url: String) -> Result<PageStore> {
    let mut tenants = Vec::new();
    for (number, accounts) in env.scale.pages.into_iter().enumerate() {
        let slug = format!("size-{number}");
        let prefix = format!("{slug}-");
        let begun = Instant::now();
        let wanted = [
            "fill",
            "--database",
            &url,
            "--gorgias",
            &env.gorgias(),
            "--tenant",
            &slug,
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
            "1",
            "--token-bytes",
            "40",
            "--mixed",
            "--password",
            PASSWORD,
        ];
        let filled = env.helper(Side::Anywhere, &wanted)?;
        let person = filled["person"].as_str().context("no person")?;
        println!(
            "   {}: connected {accounts} accounts in {:.0} s",
            kind.name(),
            begun.elapsed().as_secs_f64()
        );
        tenants.push(Sized {
            slug,
            prefix,
            accounts,
            person: person.to_owned(),
        });
    }
    Ok(PageStore { kind, url, tenants })
}

/// A person who is signed in, and their tenant.
pub struct Reader<'a> {
    env: &'a BenchEnv,
    server: &'a Serving,
    pub tenant: &'a Sized,
    client: Client,
    cookie: String,
}

impl<'a> Reader<'a> {
    /// The owner of the tenant signs in.
    pub fn sign_in(env: &'a BenchEnv, server: &'a Serving, tenant: &'a Sized) -> Result<Self> {
        let client = Client::new();
        let base = format!("http://{}", server.address);
        let fields = [
            ("email", format!("{}@bench.example", tenant.slug)),
            ("password", PASSWORD.to_owned()),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        let answer = client.post_form(&format!("{base}/signin"), &fields)?;
        if answer.status != 303 {
            bail!("the sign-in was answered with {}", answer.status);
        }
        let cookie = client.cookies();
        Ok(Self {
            env,
            server,
            tenant,
            client,
            cookie,
        })
    }

    /// The address of a page of the tenant; `{slug}`, `{prefix}` and `{person}` are the tenant's.
    pub fn path(&self, page: &str) -> String {
        let page = page.replace("{slug}", &self.tenant.slug);
        let page = page.replace("{prefix}", &self.tenant.prefix);
        let page = page.replace("{person}", &self.tenant.person);
        format!("/t/{}{page}", self.tenant.slug)
    }

    /// Reads a page again and again over so many connections.
    pub fn load(&self, path: &str, connections: u64) -> Result<Answered> {
        load(self.env, self.server, path, &self.cookie, connections)
    }

    /// The mean time of a page in milliseconds, one after the other.
    pub fn millis(&self, path: &str) -> Result<f64> {
        Ok(1000.0 / self.load(path, 1)?.per_second)
    }

    /// The address of the page that comes so many pages later, by the links to the next.
    pub fn later(&self, path: &str, pages: u64) -> Result<String> {
        let mut path = path.to_owned();
        for _ in 0..pages {
            path = next(&self.page(&path)?).with_context(|| format!("no page follows {path}"))?;
        }
        Ok(path)
    }

    /// A page as it is sent.
    pub fn page(&self, path: &str) -> Result<String> {
        let answer = self
            .client
            .get(&format!("http://{}{path}", self.server.address))?;
        if answer.status != 200 {
            bail!("{path} was answered with {}", answer.status);
        }
        Ok(answer.body)
    }
}

/// The address of a page's link to the next one.
fn next(page: &str) -> Option<String> {
    let (before, _) = page.split_once("rel=\"next\"")?;
    let (_, tag) = before.rsplit_once("<a ")?;
    let (_, href) = tag.split_once("href=\"")?;
    Some(href.split('"').next()?.replace("&amp;", "&"))
}

/// Asks for a path again and again; empty cookies are none.
pub fn load(
    env: &BenchEnv,
    server: &Serving,
    path: &str,
    cookie: &str,
    connections: u64,
) -> Result<Answered> {
    let (connections, millis) = (
        connections.to_string(),
        env.scale.page_slice.as_millis().to_string(),
    );
    let found = env.helper(
        Side::Load,
        &[
            "load",
            "--address",
            &server.address,
            "--path",
            path,
            "--prefix",
            "none",
            "--accounts",
            "1",
            "--connections",
            &connections,
            "--millis",
            &millis,
            "--warm-up",
            "100",
            "--cookie",
            cookie,
        ],
    )?;
    Answered::read(&found)
}
