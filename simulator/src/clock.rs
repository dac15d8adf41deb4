//! The simulator's own time: real time with an offset, or frozen.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The simulator's present time.
#[derive(Debug, Default)]
pub(crate) struct Clock(Mutex<Setting>);

#[derive(Debug, Default, Clone, Copy)]
struct Setting {
    frozen_ms: Option<i64>,
    offset_ms: i64,
}

impl Clock {
    /// Now, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        let setting = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        setting
            .frozen_ms
            .unwrap_or_else(|| system_ms().saturating_add(setting.offset_ms))
    }

    /// Now, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Moves time forward; a frozen clock stays frozen.
    pub(crate) fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let mut setting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut setting.frozen_ms {
            Some(frozen) => *frozen = frozen.saturating_add(by),
            None => setting.offset_ms = setting.offset_ms.saturating_add(by),
        }
    }

    /// Sets the time to `unix_seconds`; it goes on from there.
    pub(crate) fn set(&self, unix_seconds: i64) {
        let wanted = unix_seconds.saturating_mul(1000);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Setting {
            frozen_ms: None,
            offset_ms: wanted.saturating_sub(system_ms()),
        };
    }

    /// Stops time at `unix_seconds`.
    pub(crate) fn freeze(&self, unix_seconds: i64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Setting {
            frozen_ms: Some(unix_seconds.saturating_mul(1000)),
            offset_ms: 0,
        };
    }
}

// Only this reads the machine's clock.
#[allow(clippy::disallowed_methods)]
fn system_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
}
