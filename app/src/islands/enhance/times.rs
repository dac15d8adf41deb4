//! Relative times tick, and a silent worker shows without a reload.

use crate::islands::browser::all;
use domain::time::{Span, Timestamp};
use leptos::prelude::*;
use std::time::Duration;

/// How often. The smallest unit that a time is told in lasts longer from the first minute on.
const TICK: Duration = Duration::from_secs(10);

pub(super) fn begin(now: f64) {
    // The browser's clock may be wrong, but its seconds are as long as the server's.
    let ahead = js_sys::Date::now() - now;
    let tick = move || show(Timestamp(((js_sys::Date::now() - ahead) * 1_000.0) as i64));
    let _ = set_interval_with_handle(tick, TICK);
}

fn micros(element: &web_sys::Element, attribute: &str) -> Option<i64> {
    element.get_attribute(attribute)?.parse().ok()
}

fn show(now: Timestamp) {
    for ago in all("[data-ago]") {
        if let Some(at) = micros(&ago, "data-ago") {
            let words = Timestamp(at).relative(now);
            if ago.text_content().as_deref() != Some(&words) {
                ago.set_text_content(Some(&words));
            }
        }
    }
    for beat in all("[data-beat]") {
        let (Some(last), Some(late)) = (micros(&beat, "data-beat"), micros(&beat, "data-late"))
        else {
            continue;
        };
        let (words, health) = match now.since(Timestamp(last)) > Span(late) {
            true => ("data-late-words", "limited"),
            false => ("data-beat-words", "working"),
        };
        if let Some(words) = beat.get_attribute(words)
            && beat.text_content().as_deref() != Some(&words)
        {
            beat.set_text_content(Some(&words));
            let _ = beat.set_attribute("data-health", health);
        }
    }
}
