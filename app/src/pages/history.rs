//! Health over weeks, as the overview, an app's page and an account's page show it.

use super::counted::counted;
use crate::components::{
    ChartDay, Empty, Glyph, HealthChart, HealthStrip, HealthStripLegend, Moment, Panel, PanelFailed,
};
use domain::{
    account_days::{AccountDays, Stop},
    health::Health,
    health_days::{Days, HealthDays},
    stop_cause::StopCause,
    time::{Span, Timestamp},
};
use leptos::prelude::*;
use serde::Deserialize;
use service::core::input::Field;

/// The panel's id, where the choice of days leads back to.
const ID: &str = "days";

/// How many stops of one account are named.
const NAMED: usize = 5;

/// The choice in an address: `?days=90`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct DaysQuery {
    days: Field<String>,
}

impl DaysQuery {
    /// The chosen days; a month for anything that can't be chosen.
    pub fn days(&self) -> Days {
        self.days.parsed().unwrap_or_default()
    }
}

/// The same page with these days, for what follows changes of an open page.
pub(super) fn with_days(href: &str, days: Days) -> String {
    let and = if href.contains('?') { '&' } else { '?' };
    format!("{href}{and}days={}", days.number())
}

/// How healthy each app was: its name, and tenths of a percent.
pub(super) type Shares = Vec<(String, Option<u16>)>;

/// Links to the same page with other days.
fn choice(href: &str, id: &str, chosen: Days) -> AnyView {
    let links = Days::ALL.map(|days| {
        let n = days.number();
        let current = (days == chosen).then_some("true");
        view! {
            <a href=format!("{}#{id}", with_days(href, days)) aria-current=current>
                {n}
                " days"
            </a>
        }
    });
    view! {
        <nav class="seg" aria-label="How many days">
            {links.into_iter().collect_view()}
        </nav>
    }
    .into_any()
}

fn day_of(day: i64) -> Timestamp {
    Timestamp::default().plus(Span::days(day))
}

/// "98.9 %", rounded down.
pub(super) fn percent(permille: u16) -> String {
    match (permille / 10, permille % 10) {
        (whole, 0) => format!("{whole} %"),
        (whole, tenths) => format!("{whole}.{tenths} %"),
    }
}

fn since(day: Option<i64>) -> Option<String> {
    day.map(|day| {
        format!(
            " Since {}: of days before, nothing is known.",
            day_of(day).short_day()
        )
    })
}

/// The chart, and beneath it causes and healthy time. `None` could not be loaded.
pub(super) fn panels(
    history: Option<&HealthDays>,
    shares: &Shares,
    days: Days,
    href: &str,
) -> AnyView {
    let Some(history) = history else {
        return view! {
            <PanelFailed
                id=ID
                title="Day by day"
                what="The history couldn’t be loaded."
                why="The database didn’t answer as it should. The rest of this page is current."
                retry=href.to_owned()
            />
        }
        .into_any();
    };
    let aside = choice(href, ID, days);
    if history.is_empty() {
        return view! {
            <Panel id=ID title="Day by day" aside>
                <Empty icon=Glyph::Overview title="Nothing yet">
                    <p>"Once an account is connected, each day shows how many were in which state."</p>
                </Empty>
            </Panel>
        }
        .into_any();
    }
    let chart: Vec<_> = history
        .known()
        .map(|(day, counts)| ChartDay {
            day,
            counts: Health::ALL.map(|h| (h, counts.get(h))).to_vec(),
        })
        .collect();
    let beneath =
        view! { <div class="pair">{causes(history, days)} {healthy(history, shares, days)}</div> };
    let since = since(history.since);
    view! {
        <Panel id=ID title="Day by day" aside>
            <div class="body">
                <HealthChart days=chart/>
                <p class="sub">
                    "Each connection counts once a day, in its worst state. Days are in UTC."
                    {since}
                </p>
            </div>
        </Panel>
        {beneath}
    }
    .into_any()
}

/// A bar of this share of a hundred.
fn bar(health: Health, hundredths: f64) -> AnyView {
    view! {
        <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect data-health=health.code() width=format!("{hundredths:.1}") height="8"></rect>
        </svg>
    }
    .into_any()
}

fn aside(days: Days) -> AnyView {
    view! { <span class="sub">{format!("{} days", days.number())}</span> }.into_any()
}

fn causes(history: &HealthDays, days: Days) -> AnyView {
    let most = history.causes.first().map_or(1, |(_, n)| *n).max(1);
    let row = |(cause, n): &(StopCause, u64)| {
        view! {
            <li>
                <span>{cause.label()}</span>
                {bar(cause.health(), *n as f64 / most as f64 * 100.0)}
                <b>{*n}</b>
            </li>
        }
    };
    let body = match history.causes.as_slice() {
        [] => view! { <p class="body">"Nothing stopped."</p> }.into_any(),
        causes => view! {
            <ul class="bars body" role="list">
                {causes.iter().map(row).collect_view()}
            </ul>
        }
        .into_any(),
    };
    view! {
        <Panel id="causes" title="Why they stopped" aside=aside(days)>
            {body}
        </Panel>
    }
    .into_any()
}

/// The healthy time of each app and of all, and the time to reconnect.
fn healthy(history: &HealthDays, shares: &Shares, days: Days) -> AnyView {
    let share = |name: String, permille: Option<u16>| {
        let (width, words) = match permille {
            Some(permille) => (f64::from(permille) / 10.0, percent(permille)),
            None => (0.0, "–".to_owned()),
        };
        view! {
            <li>
                <span>{name}</span>
                {bar(Health::Working, width)}
                <b>{words}</b>
            </li>
        }
    };
    let all = history.healthy.permille();
    let rows: Vec<_> = match shares.as_slice() {
        [] | [_] => vec![share("Connected time".into(), all)],
        shares => {
            let apps = shares.iter().cloned().map(|(name, of)| share(name, of));
            apps.chain([share("All".into(), all)]).collect()
        }
    };
    let footer = view! { <span>{reconnects(history)}</span> }.into_any();
    view! {
        <Panel id="healthy" title="Healthy time" aside=aside(days) footer>
            <ul class="bars body" role="list">
                {rows}
            </ul>
        </Panel>
    }
    .into_any()
}

fn reconnects(history: &HealthDays) -> String {
    let all = &history.reconnects;
    let within = |percent| match all.within(percent) {
        Some(Some(span)) => format!("within {}", span.words()),
        _ => "after more than 90 days".to_owned(),
    };
    match all.total() {
        0 => "No disconnected account came back in these days.".to_owned(),
        1 => format!("1 account reconnected {}.", within(50)),
        n => format!(
            "{} reconnected: half of them {}, 90 % {}.",
            counted(n, "account", "accounts"),
            within(50),
            within(90)
        ),
    }
}

/// The strip of one account, its healthy time, and when it stopped.
pub(super) fn account(
    history: Option<&AccountDays>,
    days: Days,
    href: &str,
    now: Timestamp,
) -> AnyView {
    let id = "health-history";
    let Some(history) = history else {
        return view! {
            <PanelFailed
                id
                title="Day by day"
                what="The history couldn’t be loaded."
                why="The database didn’t answer as it should. The rest of this page is current."
                retry=href.to_owned()
            />
        }
        .into_any();
    };
    let stops: Vec<_> = history
        .stops
        .iter()
        .take(NAMED)
        .map(|s| stop(s, now))
        .collect();
    let more = match history.stops.len().saturating_sub(NAMED) {
        0 => None,
        n => Some(format!("And {n} more; the timeline has them all.")),
    };
    let (first, strip) = (history.first, history.days.clone());
    let (legend, since, back) = (strip.clone(), since(history.since), back(history));
    view! {
        <Panel id title="Day by day" aside=choice(href, id, days)>
            <div class="body">
                <HealthStrip first days=strip/>
                <HealthStripLegend days=legend/>
                <p class="sub">
                    "The worst state of each day in UTC; taller is worse."
                    {since}
                </p>
                {back.map(|words| view! { <p>{words}</p> })}
            </div>
            {(!stops.is_empty())
                .then(|| {
                    view! {
                        <ul class="rows" role="list">
                            {stops}
                        </ul>
                    }
                })}
            {more.map(|more| view! { <p class="body sub">{more}</p> })}
        </Panel>
    }
    .into_any()
}

fn stop(stop: &Stop, now: Timestamp) -> AnyView {
    let lasted = stop.until.unwrap_or(now).since(stop.at).words();
    let lasted = match stop.until {
        Some(_) => format!("{lasted}, from "),
        None => format!("{lasted} until now, from "),
    };
    let cause = Some(stop.cause.clone()).filter(|cause| !cause.is_empty());
    view! {
        <li>
            <span>
                <b class="name">{stop.health.label()}</b>
                {cause.map(|cause| format!(": {cause}"))}
            </span>
            <span class="sub">
                {lasted}
                <Moment at=stop.at/>
            </span>
        </li>
    }
    .into_any()
}

fn back(history: &AccountDays) -> Option<String> {
    let (half, most) = (history.within(50)?, history.within(90)?);
    let n = history.reconnects.len();
    Some(match n {
        1 => format!("Disconnected once, and back after {}.", half.words()),
        _ => format!(
            "Disconnected and back {n} times: half of them after {}, 90 % within {}.",
            half.words(),
            most.words()
        ),
    })
}
