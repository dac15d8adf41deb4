//! The events of a connection, grouped by day, newest first.

use super::{Glyph, Icon, absolute, zone};
use domain::{
    event::{Actor, Happening},
    health::Health,
    time::Timestamp,
};
use leptos::prelude::*;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEvent {
    /// The health it led to, if it changed anything.
    pub health: Option<Health>,
    /// Its icon.
    pub icon: Glyph,
    /// What happened.
    pub title: String,
    /// Who or what did it, and why.
    pub detail: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl TimelineEvent {
    /// Makes an event from an entry of a connection's timeline.
    pub fn of(happening: &Happening, actor: &Actor, at: Timestamp) -> Self {
        let (icon, health) = match happening {
            Happening::Connected { .. } | Happening::Reconnected { .. } => {
                (Glyph::Working, Some(Health::Working))
            }
            Happening::ScopesChanged { .. } => (Glyph::Limited, None),
            Happening::HealthChanged { to, .. } => (Glyph::from(*to), Some(*to)),
            Happening::Unchecked { .. } => (Glyph::Clock, Some(Health::Unchecked)),
            Happening::Checked { .. } => (Glyph::Retrying, None),
            Happening::Disconnected { .. } => (Glyph::NotConnected, Some(Health::NotConnected)),
            Happening::NotApproved { .. } => (Glyph::Warn, None),
            Happening::LinkCreated { .. } => (Glyph::Link, None),
            Happening::LinkOpened => (Glyph::Eye, None),
            Happening::LinkRevoked => (Glyph::X, None),
            Happening::Snoozed { .. } => (Glyph::Snooze, None),
            Happening::SnoozeEnded { .. } => (Glyph::Clock, None),
            Happening::LookedAfter { .. } => (Glyph::User, None),
            Happening::ApiTokenNewAddress { .. } => (Glyph::Api, None),
        };
        Self {
            health,
            icon,
            title: happening.sentence(zone()),
            detail: Some(actor.label()),
            at,
        }
    }
}

/// The events of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineDay {
    /// "Today · Tue 24 Nov".
    pub title: String,
    /// Newest first.
    pub events: Vec<TimelineEvent>,
}

/// The day with its year: `Tue 24 Nov 2026`.
pub(crate) fn date(at: Timestamp) -> String {
    absolute(at)
        .split(',')
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The time of day, since the heading has the date: `09:40 UTC`.
pub(crate) fn time_of_day(at: Timestamp) -> String {
    absolute(at)
        .split(", ")
        .nth(1)
        .unwrap_or_default()
        .to_owned()
}

impl TimelineDay {
    /// Groups events, newest first, by their day in UTC, and names the days relative to `now`.
    pub fn group(events: Vec<TimelineEvent>, now: Timestamp) -> Vec<Self> {
        events
            .chunk_by(|a, b| a.at.day() == b.at.day())
            .filter_map(|day| {
                let at = day.first()?.at;
                let date = date(at);
                let title = match now.day() - at.day() {
                    0 => format!("Today · {date}"),
                    1 => format!("Yesterday · {date}"),
                    _ => date,
                };
                Some(Self {
                    title,
                    events: day.to_vec(),
                })
            })
            .collect()
    }
}

fn entry(event: TimelineEvent, now: Timestamp) -> impl IntoView {
    view! {
        <li data-health=event.health.map(Health::code)>
            <span class="dot">
                <Icon name=event.icon/>
            </span>
            <div>
                <p>
                    <b>{event.title}</b>
                </p>
                {event.detail.map(|detail| view! { <p>{detail}</p> })}
            </div>
            <span class="when">
                {format!("{} ", event.at.relative(now))}
                <time datetime=event.at.rfc3339()>{time_of_day(event.at)}</time>
            </span>
        </li>
    }
}

/// Days and their events; goes into a panel with the class `timeline`.
#[component]
pub fn Timeline(
    /// Newest first.
    days: Vec<TimelineDay>,
    /// When the page was made.
    now: Timestamp,
) -> AnyView {
    days.into_iter()
        .map(|day| {
            view! {
                <h3>{day.title}</h3>
                <ol role="list">{day.events.into_iter().map(|e| entry(e, now)).collect_view()}</ol>
            }
        })
        .collect_view()
        .into_any()
}
