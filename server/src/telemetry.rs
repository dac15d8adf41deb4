//! The log: one subscriber, to standard error, as text or JSON.

use crate::settings::{LogFormat, LogSettings};
use std::panic::PanicHookInfo;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Crates that log too much, unless the filter names them.
const QUIET: &str = "sea_orm_migration=warn,sqlx::postgres::notice=warn,tower_sessions=error,tower_sessions_core=error";

/// Starts logging. A second call in the same process does nothing.
pub fn start(settings: &LogSettings) {
    // The settings were checked; if the filter fails all the same, it is `info`.
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.filter))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let layer = fmt::layer().with_writer(std::io::stderr);
    let layer = match settings.format {
        LogFormat::Text => layer.with_ansi(false).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    // A filter of the layer alone would not do: when sqlx asks it whether something
    // would be logged, it drops the thread's next lines.
    let registry = tracing_subscriber::registry().with(filter).with(layer);
    if registry.try_init().is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// Logs the place of the panic, and its message only if that is a constant: a
/// formatted message may hold personal data.
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
