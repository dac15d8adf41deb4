//! What Gorgias' answers mean. Types of our own: those of the oauth2 crate
//! refuse an `expires_in` that is text or negative.

use super::{
    AccountInfo, Grant, Unavailable, UpstreamError,
    jwt::{self, NoObject},
    loose::Loose,
};
use domain::{
    scope::ScopeSet,
    time::{Span, Timestamp},
    token::LONGEST_RETRY_AFTER,
};
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER},
};
use secrecy::SecretString;
use serde::Deserialize;
use std::time::{SystemTime, UNIX_EPOCH};

/// The longest token that is kept, in bytes.
const LONGEST_TOKEN: usize = 8 * 1024;

/// Which request a token response answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Code,
    Refresh,
}

/// Reads a token response (RFC 6749 5.1).
pub(super) fn grant(body: &[u8], asked: Asked) -> Result<Grant, Unavailable> {
    #[derive(Deserialize)]
    #[serde(default)]
    #[derive(Default)]
    struct Response {
        access_token: Loose,
        token_type: Loose,
        refresh_token: Loose,
        id_token: Loose,
        expires_in: Loose,
        scope: Loose,
    }
    let response: Response = jwt::object(body).map_err(|NoObject| Unavailable::NotJson)?;
    // RFC 6749 7.1: a token of a type that isn't understood must not be used.
    match response.token_type.text() {
        Some(kind) if kind.eq_ignore_ascii_case("bearer") => (),
        _ => return Err(Unavailable::Nonsense("the token is not of type Bearer")),
    }
    let access_token = token(response.access_token)
        .map_err(|Odd| Unavailable::Nonsense("the access token is malformed"))?
        .ok_or(Unavailable::Nonsense("there is no access token"))?;
    let refresh_token = token(response.refresh_token)
        .map_err(|Odd| Unavailable::Nonsense("the refresh token is malformed"))?;
    let id_token = match (asked, response.id_token) {
        (Asked::Refresh, _) | (_, Loose::Absent) => None,
        (Asked::Code, Loose::Text(text)) => Some(text),
        (Asked::Code, _) => return Err(Unavailable::Nonsense("the id_token is malformed")),
    };
    let claims = jwt::peek(secrecy::ExposeSecret::expose_secret(&access_token)).unwrap_or_default();
    Ok(Grant {
        access_token,
        refresh_token,
        id_token,
        expires_in: response.expires_in.seconds(),
        jwt_exp: claims.exp,
        jwt_iss: claims.iss,
        // An empty scope says as little as none (RFC 6749 3.3 wants one at least).
        scope: response
            .scope
            .text()
            .filter(|text| !text.trim().is_empty())
            .map(ScopeSet::lenient),
    })
}

struct Odd;

/// A token as it can be sent back: visible ASCII and not endless. Empty is absent.
fn token(member: Loose) -> Result<Option<SecretString>, Odd> {
    let length = match member.text() {
        None if matches!(member, Loose::Absent) => return Ok(None),
        None => return Err(Odd),
        Some(text) if !text.bytes().all(|b| b.is_ascii_graphic()) => return Err(Odd),
        Some(text) => text.len(),
    };
    match (length, member) {
        (1..=LONGEST_TOKEN, Loose::Text(text)) => Ok(Some(text)),
        (0, _) => Ok(None),
        _ => Err(Odd),
    }
}

/// Reads the account's name.
pub(super) fn account(body: &[u8]) -> Result<AccountInfo, Unavailable> {
    #[derive(Deserialize)]
    struct Account {
        #[serde(default)]
        domain: Loose,
    }
    let account: Account = jwt::object(body).map_err(|NoObject| Unavailable::NotJson)?;
    account
        .domain
        .text()
        .filter(|name| (1..=255).contains(&name.len()))
        .map(|name| AccountInfo {
            domain: name.to_owned(),
        })
        .ok_or(Unavailable::Nonsense("there is no account name"))
}

/// Sorts a status that settles the matter whatever the body says.
pub(super) fn early(
    status: StatusCode,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<(), UpstreamError> {
    let retry_after = retry_after(headers, now);
    if status == StatusCode::TOO_MANY_REQUESTS {
        Err(UpstreamError::RateLimited { retry_after })
    } else if status.is_redirection() {
        Err(Unavailable::Redirected.into())
    } else if status.is_success() || status.is_client_error() {
        Ok(())
    } else {
        Err(UpstreamError::Unavailable {
            why: Unavailable::Status(status.as_u16()),
            retry_after,
        })
    }
}

/// Sorts a refusal of the token or revocation endpoint (4xx; RFC 6749 5.2).
///
/// `invalid_grant` counts with any 4xx, since nobody has seen Gorgias' status
/// for it; `invalid_client` with 400 and 401, since it stops a whole app. A 401
/// without a readable code is `invalid_client` too: the client's credentials
/// are all that the request was authenticated with (RFC 9110 15.5.2) — but not
/// if it is a page of HTML, which comes from something in front of Gorgias.
pub(super) fn refusal(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> UpstreamError {
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(default)]
        error: Loose,
    }
    let refusal: Option<Refusal> = jwt::object(body).ok();
    let code = refusal.as_ref().and_then(|r| r.error.text());
    let stops_app = matches!(status.as_u16(), 400 | 401);
    match code {
        Some("invalid_grant") => UpstreamError::InvalidGrant,
        Some("invalid_client") if stops_app => UpstreamError::InvalidClient,
        Some(code) => Unavailable::Rejected {
            code: printable(code),
        }
        .into(),
        None if status == StatusCode::UNAUTHORIZED && !is_html(headers, body) => {
            UpstreamError::InvalidClient
        }
        None => Unavailable::Status(status.as_u16()).into(),
    }
}

fn printable(code: &str) -> String {
    let good = (1..=64).contains(&code.len())
        && code.bytes().all(|b| matches!(b, b'a'..=b'z' | b'_' | b'-'));
    if good { code } else { "unreadable" }.to_owned()
}

fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    header(headers, &CONTENT_TYPE).is_some_and(|t| t.to_ascii_lowercase().contains("html"))
        || body.trim_ascii_start().first() == Some(&b'<')
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// `Retry-After` (RFC 9110 10.2.3) in seconds or as a date; nonsense is `None`.
/// A date is counted from the answer's own `Date`, so that our clock and
/// Gorgias' need not agree, and from `now` only where that is missing.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Span> {
    let text = header(headers, &RETRY_AFTER)?;
    let span = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        Span::seconds(text.parse().unwrap_or(i64::MAX))
    } else {
        let sent = header(headers, &DATE).and_then(date).unwrap_or(now);
        date(text)?.since(sent)
    };
    Some(span.clamp(Span::default(), LONGEST_RETRY_AFTER))
}

fn date(text: &str) -> Option<Timestamp> {
    let at: SystemTime = httpdate::parse_http_date(text).ok()?;
    let since = at.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_unix_seconds(
        i64::try_from(since.as_secs()).ok()?,
    ))
}

#[cfg(test)]
#[path = "response_tests.rs"]
mod tests;
