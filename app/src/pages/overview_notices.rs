//! Notices on the overview for people who may set up apps. They know who runs the server.

use crate::components::{Callout, Glyph};
use domain::{health::Health, time::Span};
use leptos::prelude::*;

/// Checks take up most of the rate of requests to Gorgias.
pub(super) fn too_high(percent: u64) -> AnyView {
    view! {
        <Callout health=Health::Limited icon=Glyph::Warn>
            <p>
                <b>{format!("Checks take up {percent} % of what this server may ask of Gorgias.")}</b>
                " All accounts are still checked, but after an outage it would take long to catch up, and access could run out meanwhile. Whoever runs the server can raise "
                <code>"MOORING_REFRESH_RATE"</code> " as far as Gorgias allows, or "
                <code>"MOORING_CHECK_INTERVAL"</code> "."
            </p>
        </Callout>
    }
    .into_any()
}

/// The clock is in doubt.
pub(super) fn clock_ahead(span: Span) -> AnyView {
    view! {
        <Callout health=Health::Limited icon=Glyph::Warn>
            <p>
                <b>{format!("The server’s clock is {} ahead of when it worked last.", span.words())}</b>
                " As long as nobody knows whether it is right, nothing that is old is removed. Whoever runs the server sets the clock, or says that it is right with "
                <code>"mooring check --clock-is-right"</code> "."
            </p>
        </Callout>
    }
    .into_any()
}
