//! The cookies of authorizations under way. Each has its own cookie, so that two
//! authorizations in one browser don't disturb each other.
//!
//! Proxies accept headers of a few KiB, so there may be eight, and fewer if an app
//! asks for very much. The oldest are ended first, and before these the ones that
//! no signed-in person began.

use crate::cookies;
use axum::http::{HeaderMap, HeaderValue};
use domain::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use service::{
    Services,
    core::config::Config,
    vault::carried::{Carried, Outline, STATE_LIFE, cookie_name},
};
use tower_sessions::cookie::time::Duration;

/// How many cookies there may be.
const MOST: usize = 8;
/// How many bytes they may have together, with their names: proxies accept a header
/// line of 8 KiB by default, and it holds other cookies, too.
const MOST_BYTES: usize = 6_000;

/// The prefix of their names.
fn prefix(config: &Config) -> &'static str {
    cookies::name("__Host-mooring_auth_", config)
}

/// The cookie that belongs to a state.
pub fn find(headers: &HeaderMap, config: &Config, state: &SecretString) -> Option<SecretString> {
    let name = format!("{}{}", prefix(config), cookie_name(state));
    cookies::value(headers, &name).map(SecretString::from)
}

/// Sets the cookie of an authorization, and ends those for which there is no room.
pub fn keep(headers: &HeaderMap, services: &Services, begun: &Carried) -> Vec<HeaderValue> {
    let config = &services.config;
    let name = format!("{}{}", prefix(config), begun.name);
    let value = begun.value.expose_secret().to_owned();
    let mut room = MOST_BYTES.saturating_sub(name.len() + value.len());
    let mut kept = 1;
    let mut set: Vec<_> = Vec::new();
    // The cookie that is ended last comes first.
    for other in under_way(headers, config, services.expiry_now()) {
        if other.alive && kept < MOST && other.size <= room {
            kept += 1;
            room -= other.size;
        } else {
            set.extend(cookies::end(other.name, config));
        }
    }
    let mut cookie = cookies::hardened(name, value, config);
    cookie.set_max_age(Duration::seconds(STATE_LIFE.whole_seconds()));
    set.extend(cookies::header(&cookie));
    set
}

/// Ends the cookie of a state that was used.
pub fn end_of(config: &Config, state: &SecretString) -> Option<HeaderValue> {
    let name = format!("{}{}", prefix(config), cookie_name(state));
    cookies::end(name, config)
}

struct UnderWay {
    name: String,
    size: usize,
    alive: bool,
    rank: (bool, i64),
}

/// All cookies of a request, the most important first.
fn under_way(headers: &HeaderMap, config: &Config, now: Timestamp) -> Vec<UnderWay> {
    let prefix = prefix(config);
    let mut found: Vec<UnderWay> = cookies::all(headers)
        .filter(|cookie| cookie.name().starts_with(prefix))
        .map(|cookie| {
            let (name, value) = cookie.name_value();
            let outline = Outline::of(value);
            UnderWay {
                name: name.to_owned(),
                size: name.len() + value.len(),
                alive: outline.is_some_and(|outline| outline.is_alive(now)),
                rank: outline.map_or((false, 0), |o| (!o.anonymous, o.begun_at.0)),
            }
        })
        .collect();
    found.sort_by_key(|cookie| std::cmp::Reverse(cookie.rank));
    found
}
