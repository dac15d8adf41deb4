//! The sentences that clients get for internal failures.

use domain::time::Span;

/// The answer when something inside failed.
pub const SENTENCE: &str = "Something inside Mooring failed. Nothing of what you asked for is \
    certain to have happened: look, then try again. If it fails again, tell whoever runs this \
    Mooring; its log says more.";

/// The answer while the database isn't available.
pub const UNAVAILABLE: &str = "The database is not available just now. Nothing of what you asked for \
    is certain to have happened: wait a few seconds, look, then try again. If it lasts, tell whoever \
    runs this Mooring; its log says more.";

/// When to try again while the database isn't available.
pub const TRY_AGAIN: Span = Span::seconds(5);
