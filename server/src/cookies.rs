//! Names and attributes of cookies.

use app::components::{Letters, Theme};
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use axum_extra::extract::cookie::{Cookie, SameSite};
use domain::slug::Slug;
use secrecy::{ExposeSecret, SecretString};
use service::{
    Services,
    core::config::Config,
    host::random::secret_text,
    people::{
        factors::second_step::PENDING_FOR,
        kept_forms::KEPT_FOR,
        known_browsers::KNOWN_FOR,
        passkeys::{CHALLENGE_LIFE, Purpose},
    },
};
use std::borrow::Cow;
use tower_sessions::cookie::time::Duration;

const BROWSER: &str = "__Host-mooring_browser";
const KNOWN_BROWSER: &str = "__Host-mooring_known_browser";
const SSO_TENANT: &str = "__Host-mooring_sso_tenant";
const SIGN_IN_CHALLENGE: &str = "__Host-mooring_passkey_signin";
const ADD_CHALLENGE: &str = "__Host-mooring_passkey_add";
const CONFIRM_CHALLENGE: &str = "__Host-mooring_passkey_confirm";
const SECOND_STEP: &str = "__Host-mooring_second_step";
const KEPT_FORM: &str = "__Host-mooring_kept_form";

/// The name of a cookie. Browsers accept `__Host-` only with `Secure`, which
/// plain http on the loopback can't have.
pub fn name(full: &'static str, config: &Config) -> &'static str {
    match full.strip_prefix("__Host-") {
        Some(plain) if !config.is_https() => plain,
        _ => full,
    }
}

/// The name of the session's cookie.
pub fn session_name(config: &Config) -> &'static str {
    name("__Host-mooring_session", config)
}

/// The cookies of a request, as they were sent.
pub fn all(headers: &HeaderMap) -> impl Iterator<Item = Cookie<'_>> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(Cookie::split_parse)
        .flatten()
}

/// The value of a request's cookie. The first one counts, as for tower-sessions.
pub fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    all(headers)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// The theme that the browser's cookie asks for.
pub fn theme_of(headers: &HeaderMap) -> Theme {
    value(headers, Theme::COOKIE).map_or_else(Theme::default, |code| Theme::from_code(&code))
}

/// Whether single letters are keys in this browser.
pub fn letters_of(headers: &HeaderMap) -> Letters {
    value(headers, Letters::COOKIE).map_or_else(Letters::default, |code| Letters::from_code(&code))
}

/// A secret that identifies this browser. It belongs to no person. The result of an
/// authorization is bound to it, so that only the browser that came to the callback
/// can see the result.
pub fn browser(headers: &HeaderMap, config: &Config) -> Option<SecretString> {
    secret(headers, name(BROWSER, config))
}

/// A secret of ours: 256 bits in base64url. Anything else counts as missing.
fn secret(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    value(headers, name)
        .filter(|text| {
            text.len() == 43
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
        .map(SecretString::from)
}

/// The secret by which a browser is recognized in which somebody signed in.
pub fn known_browser(headers: &HeaderMap, config: &Config) -> Option<SecretString> {
    secret(headers, name(KNOWN_BROWSER, config))
}

/// That secret, made if there is none, and the cookie that keeps it.
pub fn keep_known_browser(
    headers: &HeaderMap,
    services: &Services,
) -> (SecretString, Option<HeaderValue>) {
    let config = &services.config;
    let secret =
        known_browser(headers, config).unwrap_or_else(|| secret_text(services.random.as_ref(), ""));
    let value = secret.expose_secret().to_owned();
    let mut cookie = hardened(name(KNOWN_BROWSER, config), value, config);
    cookie.set_max_age(Duration::seconds(KNOWN_FOR.whole_seconds()));
    (secret, header(&cookie))
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
        name(BROWSER, &services.config),
        secret.expose_secret().to_owned(),
        &services.config,
    );
    (secret, header(&cookie))
}

/// Ends the session's cookie.
pub fn session_end(config: &Config) -> Option<HeaderValue> {
    end(session_name(config), config)
}

/// Ends a cookie. It needs the attributes of the cookie itself, or browsers
/// ignore it.
pub fn end(name: impl Into<Cow<'static, str>>, config: &Config) -> Option<HeaderValue> {
    let mut cookie = hardened(name, String::new(), config);
    cookie.make_removal();
    header(&cookie)
}

/// A cookie that only this origin can read, and no script.
pub fn hardened(
    name: impl Into<Cow<'static, str>>,
    value: String,
    config: &Config,
) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .secure(config.is_https())
        .same_site(SameSite::Lax)
        .build()
}

/// The sealed values of a form whose session had ended.
pub fn kept_form_of(headers: &HeaderMap, config: &Config) -> Option<SecretString> {
    value(headers, name(KEPT_FORM, config)).map(SecretString::from)
}

/// Keeps the sealed form until it expires.
pub fn kept_form(sealed: &SecretString, config: &Config) -> Option<HeaderValue> {
    let value = sealed.expose_secret().to_owned();
    let mut cookie = hardened(name(KEPT_FORM, config), value, config);
    cookie.set_max_age(Duration::seconds(KEPT_FOR.whole_seconds()));
    header(&cookie)
}

/// Ends the cookie of the kept form.
pub fn kept_form_end(config: &Config) -> Option<HeaderValue> {
    end(name(KEPT_FORM, config), config)
}

/// The name of a challenge's cookie: one for each purpose, so that two tabs with
/// different questions don't disturb each other.
fn challenge_name(purpose: Purpose, config: &Config) -> &'static str {
    let full = match purpose {
        Purpose::SignIn => SIGN_IN_CHALLENGE,
        Purpose::Add => ADD_CHALLENGE,
        Purpose::Confirm => CONFIRM_CHALLENGE,
    };
    name(full, config)
}

/// The sealed challenge that a passkey answers.
pub fn challenge(purpose: Purpose, headers: &HeaderMap, config: &Config) -> Option<SecretString> {
    value(headers, challenge_name(purpose, config)).map(SecretString::from)
}

/// Keeps it as long as it can be answered.
pub fn keep_challenge(
    purpose: Purpose,
    sealed: &SecretString,
    config: &Config,
) -> Option<HeaderValue> {
    let value = sealed.expose_secret().to_owned();
    let mut cookie = hardened(challenge_name(purpose, config), value, config);
    cookie.set_max_age(Duration::seconds(CHALLENGE_LIFE.whole_seconds()));
    header(&cookie)
}

/// Ends it.
pub fn challenge_end(purpose: Purpose, config: &Config) -> Option<HeaderValue> {
    end(challenge_name(purpose, config), config)
}

/// The sealed note of a sign-in whose second step is due.
pub fn second_step_of(headers: &HeaderMap, config: &Config) -> Option<SecretString> {
    value(headers, name(SECOND_STEP, config)).map(SecretString::from)
}

/// Keeps the note until it is too late for the second step.
pub fn second_step(note: &SecretString, config: &Config) -> Option<HeaderValue> {
    let value = note.expose_secret().to_owned();
    let mut cookie = hardened(name(SECOND_STEP, config), value, config);
    cookie.set_max_age(Duration::seconds(PENDING_FOR.whole_seconds()));
    header(&cookie)
}

/// Ends that cookie.
pub fn second_step_end(config: &Config) -> Option<HeaderValue> {
    end(name(SECOND_STEP, config), config)
}

/// The tenant whose single sign-on was used in this browser before.
pub fn sso_tenant(headers: &HeaderMap, config: &Config) -> Option<Slug> {
    value(headers, name(SSO_TENANT, config))?.parse().ok()
}

/// Remembers it for a year, so that nobody has to type it again.
pub fn keep_sso_tenant(tenant: &Slug, config: &Config) -> Option<HeaderValue> {
    let mut cookie = hardened(name(SSO_TENANT, config), tenant.to_string(), config);
    cookie.set_max_age(Duration::days(365));
    header(&cookie)
}

/// The theme; it is no secret and is kept for a year.
pub fn theme(code: &'static str, config: &Config) -> Option<HeaderValue> {
    let mut cookie = hardened(Theme::COOKIE, code.to_owned(), config);
    cookie.set_max_age(Duration::days(365));
    header(&cookie)
}

/// Whether single letters are keys; it is no secret and is kept for a year.
pub fn letters(letters: Letters, config: &Config) -> Option<HeaderValue> {
    let mut cookie = hardened(Letters::COOKIE, letters.code().to_owned(), config);
    cookie.set_max_age(Duration::days(365));
    header(&cookie)
}

/// `Set-Cookie`, marked as sensitive so that it isn't logged.
pub fn header(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&cookie.to_string()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_name_counts_and_stays_as_it_was_sent() {
        let mut headers = HeaderMap::new();
        for text in ["a=%41; flag; theme=dark", "a=2; theme=light"] {
            headers.append(COOKIE, HeaderValue::from_static(text));
        }
        assert_eq!(value(&headers, "a").as_deref(), Some("%41"));
        assert_eq!(theme_of(&headers), Theme::Dark);
        assert_eq!(theme_of(&HeaderMap::new()), Theme::System);
    }
}
