//! The cookies of authorizations under way: one each, so that no other
//! authorization of the browser can spoil it.
//!
//! Proxies take headers of a few KiB, so there may be eight, and fewer if an app
//! asks for very much. The oldest make room; those that nobody known began go first.

use crate::cookies;
use axum::http::{HeaderMap, HeaderValue};
use domain::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use service::{
    Services,
    connections::authorize::{Begun, Outline, STATE_LIFE, cookie_name},
    core::config::Config,
};
use tower_sessions::cookie::time::Duration;

/// So many at most.
const MOST: usize = 8;
/// And together no more bytes than this, names included: a header line of 8 KiB
/// is what proxies take without being told, and other cookies stand in it, too.
const MOST_BYTES: usize = 6_000;

/// What their names begin with.
fn prefix(config: &Config) -> &'static str {
    cookies::name("__Host-mooring_auth_", config)
}

/// The cookie that belongs to a state.
pub fn find(headers: &HeaderMap, config: &Config, state: &SecretString) -> Option<SecretString> {
    let name = format!("{}{}", prefix(config), cookie_name(state));
    cookies::value(headers, &name).map(SecretString::from)
}

/// Sets the cookie of an authorization, and ends those that have to make room for it.
pub fn keep(headers: &HeaderMap, services: &Services, begun: &Begun) -> Vec<HeaderValue> {
    let config = &services.config;
    let name = format!("{}{}", prefix(config), begun.name);
    let value = begun.value.expose_secret().to_owned();
    let mut room = MOST_BYTES.saturating_sub(name.len() + value.len());
    let mut kept = 1;
    let mut set: Vec<_> = Vec::new();
    // The one that goes last comes first.
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

/// Ends the cookie of a state that was used up.
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

/// All of a request, the most worth keeping first.
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
