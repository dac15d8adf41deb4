//! Parses the texts of settings.

use domain::{time::Span, token::SHORTEST_INTERVAL};
use ipnet::IpNet;
use std::net::IpAddr;

/// A length of time such as `90s`, `15m`, `6h`, `1h30m` or `7d`; above zero, at most 366 days.
///
/// # Errors
/// What is wrong.
pub fn duration(text: &str) -> Result<Span, String> {
    within(text, 1, 366)
}

/// The time between two checks, such as `90s`, `15m`, `6h`, `1h30m` or `7d`; at
/// least the shortest time between two planned checks, at most 366 days.
///
/// # Errors
/// What is wrong.
pub fn interval(text: &str) -> Result<Span, String> {
    within(text, SHORTEST_INTERVAL.whole_seconds(), 366)
}

/// How long something is kept: at least a day, at most 100 years; `None` for `forever`.
///
/// # Errors
/// What is wrong.
pub fn retention(text: &str) -> Result<Option<Span>, String> {
    match text.trim() {
        "forever" => Ok(None),
        text => within(text, 86_400, 36_525).map(Some),
    }
}

/// A length of time of at least `least` seconds and at most `days` days.
fn within(text: &str, least: i64, days: i64) -> Result<Span, String> {
    let text = text.trim();
    // The crate knows longer units, too, but its month `M` is too easily confused
    // with a minute.
    let ours = text
        .chars()
        .all(|c| c.is_ascii_digit() || "smindh".contains(c));
    let length = humantime::parse_duration(text).ok().filter(|_| ours);
    let length = length.ok_or_else(|| format!("“{text}” is not a length of time"))?;
    let span = i64::try_from(length.as_micros()).map_or(Span(i64::MAX), Span);
    if (Span::seconds(least)..=Span::days(days)).contains(&span) {
        Ok(span)
    } else {
        Err(format!("“{text}” is not between {least}s and {days}d"))
    }
}

/// One of two words.
///
/// # Errors
/// What is wrong.
pub fn either(text: &str, yes: &str, no: &str) -> Result<bool, String> {
    match text {
        _ if text == yes => Ok(true),
        _ if text == no => Ok(false),
        _ => Err(format!("“{text}” is neither {yes} nor {no}")),
    }
}

/// Networks or single addresses, separated by commas.
///
/// # Errors
/// What is wrong.
pub fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse::<IpNet>()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| format!("“{part}” is not a network"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_kept_a_day_at_least() {
        assert_eq!(retention("forever"), Ok(None));
        assert_eq!(retention("730d"), Ok(Some(Span::days(730))));
        for bad in ["1h", "0d", "never", "40000d"] {
            assert!(retention(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lengths_of_time() {
        for (text, seconds) in [
            ("10s", 10),
            ("90s", 90),
            ("15m", 900),
            ("15min", 900),
            ("6h", 21_600),
            ("1h30m", 5_400),
            ("7d", 604_800),
        ] {
            assert_eq!(interval(text), Ok(Span::seconds(seconds)), "{text}");
        }
        for text in [
            "",
            "6",
            "h",
            "6 h",
            "-1s",
            "0s",
            "9s",
            "400d",
            "1y",
            "9999999999999999999s",
        ] {
            assert!(interval(text).is_err(), "{text}");
        }
    }

    #[test]
    fn networks_and_single_addresses() {
        let nets = networks("10.0.0.0/8, ::1").unwrap();
        assert!(nets[0].contains(&"10.2.3.4".parse::<IpAddr>().unwrap()));
        assert!(nets[1].contains(&"::1".parse::<IpAddr>().unwrap()));
        assert!(networks("here").is_err());
        assert_eq!(networks(""), Ok(vec![]));
    }
}
