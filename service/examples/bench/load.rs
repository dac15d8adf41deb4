//! A closed loop: a fixed number of connections that are kept open, each asking again as
//! soon as its answer has been read to the end.

use anyhow::{Context, bail};
use axum::http::{Method, Request, StatusCode, header};
use hdrhistogram::Histogram;
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::{
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, task::LocalSet};

/// Connections, and for how long.
#[derive(clap::Args)]
pub struct Shape {
    /// `127.0.0.1:port`
    #[arg(long)]
    address: String,
    /// How many connections
    #[arg(long)]
    connections: u64,
    /// How long answers are counted, in milliseconds
    #[arg(long)]
    millis: u64,
    /// How long they are not counted yet, in milliseconds
    #[arg(long, default_value_t = 200)]
    warm_up: u64,
    /// Accounts are called `{prefix}0`, `{prefix}1`, …
    #[arg(long)]
    prefix: String,
    /// Of how many accounts one is asked for, by chance
    #[arg(long)]
    accounts: u64,
    /// What counts as an answer
    #[arg(long, default_value_t = 200)]
    status: u16,
    /// How many are asked for a second; as many as are answered if left out
    #[arg(long)]
    rate: Option<u32>,
}

impl Shape {
    /// How long each connection waits from one request to the next.
    fn interval(&self) -> Duration {
        let all = self.rate.map(|rate| Duration::from_secs(1) / rate.max(1));
        let connections = u32::try_from(self.connections).unwrap_or(u32::MAX);
        all.unwrap_or_default() * connections
    }
}

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    shape: Shape,
    /// What is asked for; `{}` becomes the account
    #[arg(long)]
    path: String,
    /// Sent as bearer
    #[arg(long, env = "MOORING_BENCH_BEARER")]
    bearer: Option<String>,
    /// Sent as cookies
    #[arg(long)]
    cookie: Option<String>,
}

#[derive(clap::Args)]
pub struct RefreshArgs {
    #[command(flatten)]
    shape: Shape,
    /// The grant of `{prefix}0`
    #[arg(long)]
    first_grant: u64,
    /// Value of `Authorization`
    #[arg(long)]
    authorization: String,
}

/// Asks for a path of each account.
pub async fn run(args: Args) -> anyhow::Result<Value> {
    let Args {
        shape,
        path,
        bearer,
        cookie,
    } = args;
    let (host, prefix) = (shape.address.clone(), shape.prefix.clone());
    let bearer = bearer.map(|token| format!("Bearer {token}"));
    drive(shape, move |n| {
        let mut request =
            Request::get(path.replace("{}", &format!("{prefix}{n}"))).header(header::HOST, &host);
        if let Some(bearer) = &bearer {
            request = request.header(header::AUTHORIZATION, bearer);
        }
        if let Some(cookie) = &cookie {
            request = request.header(header::COOKIE, cookie);
        }
        Ok(request.body(Full::default())?)
    })
    .await
}

/// Refreshes each account as Mooring does.
pub async fn refresh(args: RefreshArgs) -> anyhow::Result<Value> {
    let RefreshArgs {
        shape,
        first_grant,
        authorization,
    } = args;
    let (host, prefix) = (shape.address.clone(), shape.prefix.clone());
    drive(shape, move |n| {
        let account = format!("{prefix}{n}");
        let token = format!("rt_{}_{account}", first_grant + n);
        let body = format!("grant_type=refresh_token&refresh_token={token}");
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/a/{account}/oauth/token"))
            .header(header::HOST, &host)
            .header(header::AUTHORIZATION, &authorization)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json");
        Ok(request.body(Full::from(body))?)
    })
    .await
}

type Asked = Request<Full<Bytes>>;

/// What one connection saw.
struct Seen {
    times: Histogram<u64>,
    failures: u64,
    /// When its last answer came that is counted.
    last: Instant,
}

async fn drive(
    shape: Shape,
    make: impl Fn(u64) -> anyhow::Result<Asked> + 'static,
) -> anyhow::Result<Value> {
    let make = Rc::new(make);
    let all = LocalSet::new();
    let mut senders = Vec::new();
    for _ in 0..shape.connections {
        let stream = TcpStream::connect(&shape.address)
            .await
            .with_context(|| format!("cannot reach {}", shape.address))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        all.spawn_local(connection);
        senders.push(sender);
    }
    // Only now: connecting is not what is measured.
    let begin = Instant::now() + Duration::from_millis(shape.warm_up);
    let end = begin + Duration::from_millis(shape.millis);
    let asking = Asking {
        begin,
        end,
        status: StatusCode::from_u16(shape.status)?,
        interval: shape.interval(),
    };
    let loops: Vec<_> = (0..)
        .zip(senders)
        .map(|(seed, sender)| {
            let make = Rc::clone(&make);
            let accounts = chance(seed, shape.accounts.max(1));
            all.spawn_local(async move { ask(sender, &*make, accounts, asking).await })
        })
        .collect();
    let busy = processor_time()?;
    let begun = Instant::now();
    let mut times = empty()?;
    let mut failures = 0;
    let mut last = end;
    let seen = all
        .run_until(async { futures::future::join_all(loops).await })
        .await;
    let busy = (processor_time()? - busy).as_secs_f64() / begun.elapsed().as_secs_f64();
    for one in seen {
        let one = one??;
        times.add(one.times)?;
        failures += one.failures;
        last = last.max(one.last);
    }
    let counted = times.len();
    if counted == 0 {
        bail!("no answer was as it should be, {failures} were not");
    }
    let seconds = last.max(end) - begin;
    Ok(json!({
        "requests": counted,
        "failures": failures,
        "per_second": counted as f64 / seconds.as_secs_f64(),
        "p50_us": times.value_at_quantile(0.5),
        "p95_us": times.value_at_quantile(0.95),
        "p99_us": times.value_at_quantile(0.99),
        "busy": busy,
    }))
}

fn empty() -> anyhow::Result<Histogram<u64>> {
    // Up to a minute, to three digits.
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}

/// When, how often, and for what.
#[derive(Clone, Copy)]
struct Asking {
    begin: Instant,
    end: Instant,
    status: StatusCode,
    interval: Duration,
}

async fn ask(
    mut sender: SendRequest<Full<Bytes>>,
    make: &impl Fn(u64) -> anyhow::Result<Asked>,
    accounts: impl Iterator<Item = u64>,
    asking: Asking,
) -> anyhow::Result<Seen> {
    let Asking { begin, end, .. } = asking;
    let mut next = Instant::now();
    let mut seen = Seen {
        times: empty()?,
        failures: 0,
        last: begin,
    };
    for account in accounts {
        let request = make(account)?;
        if !asking.interval.is_zero() {
            tokio::time::sleep_until(next.into()).await;
            next += asking.interval;
        }
        let asked = Instant::now();
        sender.ready().await?;
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        answer.into_body().collect().await?;
        let now = Instant::now();
        // However slow the server is, each connection counts one answer.
        if now >= end && !seen.times.is_empty() {
            break;
        }
        if status != asking.status {
            seen.failures += 1;
        } else if now >= begin {
            let micros = u64::try_from((now - asked).as_micros()).unwrap_or(u64::MAX);
            seen.times.saturating_record(micros);
            seen.last = now;
        }
        if now >= end {
            break;
        }
    }
    Ok(seen)
}

/// Numbers below `most`, another row of them for each seed (Knuth's MMIX generator).
fn chance(seed: u64, most: u64) -> impl Iterator<Item = u64> {
    let next = |n: &u64| {
        Some(
            n.wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407),
        )
    };
    std::iter::successors(next(&(seed + 1)), next).map(move |n| (n >> 33) % most)
}

/// The processor time that this process has used, from `/proc/self/stat` in hundredths of
/// a second; zero where there is no such file.
fn processor_time() -> anyhow::Result<Duration> {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else {
        return Ok(Duration::ZERO);
    };
    let after_name = stat
        .rsplit_once(") ")
        .context("no name in /proc/self/stat")?;
    // Fields 14 and 15 of the line; the part behind the name begins with field 3.
    let ticks = after_name
        .1
        .split(' ')
        .skip(11)
        .take(2)
        .map(str::parse::<u64>)
        .sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 10))
}
