//! Every time is shown relative and absolute, with its zone.

use super::OptionalText;
use crate::language::sentences;
use domain::{time::Timestamp, zone::Zone};
use leptos::prelude::*;

/// The zone in which the page's times are written: that of its tenant, as soon as one
/// is proven ([`crate::context::PageContext::actor`]).
pub(crate) fn zone() -> Zone {
    use_context().unwrap_or_default()
}

/// The page's times are written in this zone from now on.
pub(crate) fn written_in(zone: Zone) {
    provide_context(zone);
}

/// An instant as text, in the page's zone and language.
pub(crate) fn absolute(at: Timestamp) -> String {
    sentences().times.absolute_in(at, zone())
}

/// An instant as date and time with weekday and zone.
#[component]
pub fn Moment(
    /// The instant.
    at: Timestamp,
) -> AnyView {
    view! { <time datetime=at.rfc3339()>{absolute(at)}</time> }.into_any()
}

/// How long ago an instant is, or how far ahead; it ticks.
#[component]
pub fn Ago(
    /// The instant.
    at: Timestamp,
    /// When the page was made.
    now: Timestamp,
) -> AnyView {
    view! { <span data-ago=at.0>{at.relative(now)}</span> }.into_any()
}

/// An instant relative to now, with date and time below.
#[component]
pub fn TimeTag(
    /// The instant.
    at: Timestamp,
    /// When the page was made.
    now: Timestamp,
) -> AnyView {
    view! {
        <span class="when">
            <Ago at now/>
            " "
            <Moment at/>
        </span>
    }
    .into_any()
}

/// Like [`TimeTag`], for something that may never have happened.
#[component]
pub fn TimeOr(
    /// The instant, if there is one.
    at: Option<Timestamp>,
    /// When the page was made.
    now: Timestamp,
    /// The text if there is no instant; "Never" if left out.
    #[prop(optional, into)]
    or: OptionalText,
) -> AnyView {
    match at {
        Some(at) => view! { <TimeTag at now/> }.into_any(),
        None => {
            let words = or.0.unwrap_or_else(|| "Never".into());
            view! { <span class="when">{words}</span> }.into_any()
        }
    }
}
