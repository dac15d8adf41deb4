//! Names and attributes of cookies.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use axum_extra::extract::cookie::{Cookie, SameSite};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Services, core::config::Config, host::random::secret_text, people::kept_forms::KEPT_FOR,
};
use tower_sessions::cookie::time::Duration;

/// Name of the session's cookie. Browsers accept `__Host-` only with `Secure`,
/// which plain http on the loopback can't have.
pub fn session_name(config: &Config) -> &'static str {
    if config.is_https() {
        "__Host-mooring_session"
    } else {
        "mooring_session"
    }
}

fn browser_name(config: &Config) -> &'static str {
    if config.is_https() {
        "__Host-mooring_browser"
    } else {
        "mooring_browser"
    }
}

/// The value of a request's cookie. The first one counts, as for tower-sessions.
pub fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// The secret that tells this browser from all others. It isn't tied to
/// anybody; results of authorizations are, so that only the browser that
/// brought one back can see how it ended.
pub fn browser(headers: &HeaderMap, config: &Config) -> Option<SecretString> {
    // 256 bits in base64url: anything shorter is not ours.
    value(headers, browser_name(config))
        .filter(|text| {
            text.len() == 43
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
        .map(SecretString::from)
}

/// The browser's secret, and the cookie to set if it is new.
pub fn browser_or_new(
    headers: &HeaderMap,
    services: &Services,
) -> (SecretString, Option<HeaderValue>) {
    if let Some(secret) = browser(headers, &services.config) {
        return (secret, None);
    }
    let secret = secret_text(services.random.as_ref(), "");
    let cookie = hardened(
        browser_name(&services.config),
        secret.expose_secret().to_owned(),
        &services.config,
    );
    (secret, header(&cookie))
}

/// Ends the session's cookie. It needs the attributes of the cookie itself, or
/// browsers ignore it.
pub fn session_end(config: &Config) -> Option<HeaderValue> {
    let mut cookie = hardened(session_name(config), String::new(), config);
    cookie.make_removal();
    header(&cookie)
}

/// A cookie that only this origin and no script can read.
fn hardened(name: &'static str, value: String, config: &Config) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .secure(config.is_https())
        .same_site(SameSite::Lax)
        .build()
}

fn kept_form_name(config: &Config) -> &'static str {
    if config.is_https() {
        "__Host-mooring_kept_form"
    } else {
        "mooring_kept_form"
    }
}

/// What was typed into a form whose session had ended, sealed.
pub fn kept_form_of(headers: &HeaderMap, config: &Config) -> Option<SecretString> {
    value(headers, kept_form_name(config)).map(SecretString::from)
}

/// Keeps it until its time is over.
pub fn kept_form(sealed: &SecretString, config: &Config) -> Option<HeaderValue> {
    let value = sealed.expose_secret().to_owned();
    let mut cookie = hardened(kept_form_name(config), value, config);
    cookie.set_max_age(Duration::seconds(KEPT_FOR.whole_seconds()));
    header(&cookie)
}

/// Forgets it.
pub fn kept_form_end(config: &Config) -> Option<HeaderValue> {
    let mut cookie = hardened(kept_form_name(config), String::new(), config);
    cookie.make_removal();
    header(&cookie)
}

/// How pages look; no secret, kept for a year.
pub fn theme(code: &'static str, config: &Config) -> Option<HeaderValue> {
    let secure = if config.is_https() { "; Secure" } else { "" };
    let name = app::components::Theme::COOKIE;
    HeaderValue::from_str(&format!(
        "{name}={code}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}"
    ))
    .ok()
}

fn header(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&cookie.to_string()).ok()?;
    value.set_sensitive(true);
    Some(value)
}
