//! The log: one subscriber, to standard error, as text or JSON.

use crate::settings::{LogFormat, LogSettings};
use std::panic::PanicHookInfo;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// What other crates say too much of, unless the filter names them.
const QUIET: &str = "sea_orm_migration=warn,sqlx::postgres::notice=warn,tower_sessions=error,tower_sessions_core=error";

/// Starts logging. A second call in the same process does nothing.
pub fn start(settings: &LogSettings) {
    // The settings were checked; a filter that still fails falls back to `info`.
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.filter))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let layer = fmt::layer().with_writer(std::io::stderr);
    let layer = match settings.format {
        LogFormat::Text => layer.with_ansi(false).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    // Not a filter of the layer alone: that one, asked by sqlx whether something
    // would be logged, swallows the thread's next lines.
    let registry = tracing_subscriber::registry().with(filter).with(layer);
    if registry.try_init().is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// Where it happened, and the message only if it is a constant: one that was
/// put together may hold somebody's data.
fn log_panic(info: &PanicHookInfo<'_>) {
    let message = info
        .payload()
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("(message withheld)");
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(
        panic.location = location,
        panic.message = message,
        "a task panicked"
    );
}
