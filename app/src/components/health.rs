//! Health as a badge, and over days.

use super::{Glyph, Icon, OptionalText};
use domain::{
    health::Health,
    time::{Span, Timestamp},
};
use leptos::prelude::*;

/// A state: icon and word on a tinted background.
#[component]
pub fn HealthBadge(
    /// The state, which gives colour and icon.
    health: Health,
    /// Other words than the state's label.
    #[prop(optional, into)]
    label: OptionalText,
) -> AnyView {
    view! {
        <span class="badge" data-health=health.code()>
            <Icon name=health/>
            {label.0.unwrap_or_else(|| health.label().to_owned())}
        </span>
    }
    .into_any()
}

/// A badge for something other than health, such as "Tested, not in use".
#[component]
pub fn Badge(
    /// Its icon.
    icon: Glyph,
    /// A state that gives it a colour.
    #[prop(optional, into)]
    health: Option<Health>,
    children: Children,
) -> AnyView {
    view! {
        <span class="badge" data-health=health.map(Health::code)>
            <Icon name=icon/>
            {children()}
        </span>
    }
    .into_any()
}

/// Top and height of a bar, of the history's 20 units: taller is worse.
const fn bar(health: Health) -> (u8, u8) {
    match health {
        Health::SetupFault | Health::Disconnected => (0, 20),
        Health::StoppingSoon => (5, 15),
        Health::Unchecked | Health::Retrying | Health::Limited => (10, 10),
        Health::Working => (14, 6),
        Health::NotConnected => (17, 3),
    }
}

/// The path of all bars of one state.
fn bars_of(days: &[Option<Health>], health: Health) -> Option<String> {
    bars(days, Some(health), bar(health))
}

/// The path of all days with this state, or without one, drawn with this top and height.
fn bars(days: &[Option<Health>], kind: Option<Health>, (top, height): (u8, u8)) -> Option<String> {
    let path: String = days
        .iter()
        .enumerate()
        .filter(|(_, day)| **day == kind)
        .map(|(i, _)| format!("M{} {top}h5v{height}h-5z", i * 7))
        .collect();
    (!path.is_empty()).then_some(path)
}

/// The history in words: `Last 14 days: working for 11, then disconnected for 3`.
pub fn health_history_label(history: &domain::health_history::HealthHistory) -> String {
    strip_label(history.days())
}

fn strip_label(days: &[Option<Health>]) -> String {
    let runs: Vec<_> = days
        .chunk_by(|a, b| a == b)
        .filter_map(|run| Some((run.first()?, run.len())))
        .map(|(day, n)| {
            let state = day.map_or("no record".to_owned(), |h| h.label().to_lowercase());
            format!("{state} for {n}")
        })
        .collect();
    format!("Last {} days: {}", days.len(), runs.join(", then "))
}

/// The worst state of each of fourteen days, oldest first, today on the right.
#[component]
pub fn HealthHistory(
    /// The days.
    history: domain::health_history::HealthHistory,
    /// The picture in words; [`health_history_label`] if left out.
    #[prop(optional, into)]
    label: OptionalText,
) -> AnyView {
    let said = label.0.unwrap_or_else(|| health_history_label(&history));
    picture(history.days(), said, false)
}

/// The same of any number of days, as wide as its container, with the first day beneath.
#[component]
pub fn HealthStrip(
    /// The first day, counted from 1970.
    first: i64,
    /// The days, oldest first, today last.
    days: Vec<Option<Health>>,
) -> AnyView {
    let first = Timestamp::default().plus(Span::days(first));
    view! {
        <div>
            {picture(&days, strip_label(&days), true)}
            <p class="pages sub" aria-hidden="true">
                <span>{first.short_day()}</span>
                <span>"Today"</span>
            </p>
        </div>
    }
    .into_any()
}

fn picture(days: &[Option<Health>], said: String, wide: bool) -> AnyView {
    let states = Health::ALL
        .into_iter()
        .filter_map(|h| bars_of(days, h).map(|d| view! { <path data-health=h.code() d=d></path> }))
        .collect_view();
    let width = (days.len() * 7).saturating_sub(2);
    view! {
        <svg
            class="health-history"
            data-wide=wide
            viewBox=format!("0 0 {width} 20")
            preserveAspectRatio=wide.then_some("none")
            role="img"
            aria-label=said
        >
            {bars(days, None, (19, 1)).map(|d| view! { <path d=d></path> })}
            {states}
        </svg>
    }
    .into_any()
}

/// How many days each state had, worst first.
#[component]
pub fn HealthStripLegend(
    /// The days.
    days: Vec<Option<Health>>,
) -> AnyView {
    let mut states = Health::ALL;
    states.sort_by_key(|h| h.severity());
    let lines = states.into_iter().filter_map(|h| {
        let n = days.iter().filter(|day| **day == Some(h)).count();
        let unit = if n == 1 { "day" } else { "days" };
        (n > 0).then(|| {
            view! {
                <li>
                    <i data-health=h.code()></i>
                    {format!("{} {n} {unit}", h.label())}
                </li>
            }
        })
    });
    view! {
        <ul class="legend" role="list">
            {lines.collect_view()}
        </ul>
    }
    .into_any()
}
