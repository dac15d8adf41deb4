//! The meaning of Gorgias' answers. The types are our own: those of the oauth2
//! crate refuse an `expires_in` that is text or negative.

use crate::{
    AccountInfo, Grant, Leftover, Renewal, Unavailable, UpstreamError, jwt,
    lenient::Lenient,
    members::{Members, members},
};
use domain::{
    granted::Granted,
    time::{Span, Timestamp},
    token::LONGEST_RETRY_AFTER,
};
use reqwest::{
    StatusCode,
    header::{DATE, HeaderMap, HeaderName, RETRY_AFTER},
};
use secrecy::{ExposeSecret, SecretString};
use std::time::{SystemTime, UNIX_EPOCH};

/// The request that a token response answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Code,
    Refresh,
}

/// A body as far as it arrived, and why it is incomplete.
#[derive(Clone, Copy)]
pub(crate) struct Body<'a> {
    pub bytes: &'a [u8],
    pub broken: Option<&'a Unavailable>,
}

/// Reads the answer of the token endpoint (RFC 6749 5.1 and 5.2). `error` comes
/// first, with any status; the status is below 500 and not 429 (see [`early`]).
pub(crate) fn tokens(
    status: StatusCode,
    headers: &HeaderMap,
    now: Timestamp,
    body: Body<'_>,
    asked: Asked,
) -> Result<Renewal, UpstreamError> {
    let read = members(
        body.bytes,
        [
            "error",
            "access_token",
            "token_type",
            "refresh_token",
            "id_token",
            "expires_in",
            "scope",
            "scopes",
        ],
    );
    let Some(Members { values, whole }) = read else {
        return Err(unreadable(status, headers, now, body));
    };
    let [
        error,
        access,
        kind,
        refresh,
        id_token,
        expires_in,
        scope,
        scopes,
    ] = values;
    if body.broken.is_none() && whole {
        refused(headers, now, &error)?;
    }
    if !status.is_success() {
        return Err(unreadable(status, headers, now, body));
    }
    let parts = Parts {
        access: token(access),
        kind,
        refresh: token(refresh),
        id_token,
        expires_in,
        scope: match scope {
            Lenient::Absent => granted(&scopes),
            told => granted(&told),
        },
    };
    let wrong = match body.broken {
        Some(why) => Some(why.clone()),
        None if !whole => Some(Unavailable::NotJson),
        None => None,
    };
    parts.renewal(asked, wrong).map_err(UpstreamError::from)
}

/// The members of a token response.
struct Parts {
    access: Result<Option<SecretString>, Odd>,
    kind: Lenient,
    refresh: Result<Option<SecretString>, Odd>,
    id_token: Lenient,
    expires_in: Lenient,
    scope: Granted,
}

impl Parts {
    /// The result; `wrong` says what is wrong with the answer as a whole.
    fn renewal(self, asked: Asked, wrong: Option<Unavailable>) -> Result<Renewal, Unavailable> {
        let id_token = match (asked, &self.id_token) {
            (Asked::Refresh, _) | (_, Lenient::Absent) => Ok(None),
            (Asked::Code, Lenient::Text(text)) => Ok(Some(text.clone())),
            (Asked::Code, _) => Err(Unavailable::Nonsense("the id_token is malformed")),
        };
        let wrong = match (wrong, &self.access, asked, &self.refresh) {
            (Some(why), ..) => Some(why),
            // RFC 6749 7.1: a token of an unknown type must not be used.
            (None, ..) if !is_bearer(&self.kind) => {
                Some(Unavailable::Nonsense("the token is not of type Bearer"))
            }
            (None, Err(Odd), ..) => Some(Unavailable::Nonsense("the access token is malformed")),
            (None, Ok(None), ..) => Some(Unavailable::Nonsense("there is no access token")),
            // On a refresh, the refresh token that we hold may still be valid.
            (None, _, Asked::Code, Err(Odd)) => {
                Some(Unavailable::Nonsense("the refresh token is malformed"))
            }
            _ => id_token.as_ref().err().cloned(),
        };
        let refresh_token = self.refresh.unwrap_or_default();
        match (wrong, self.access, refresh_token) {
            (None, Ok(Some(access_token)), refresh_token) => {
                let claims = jwt::peek(access_token.expose_secret()).unwrap_or_default();
                Ok(Renewal::Grant(Grant {
                    access_token,
                    refresh_token,
                    id_token: id_token.unwrap_or_default(),
                    expires_in: self.expires_in.seconds(),
                    jwt_exp: claims.exp,
                    jwt_iss: claims.iss,
                    scope: self.scope,
                }))
            }
            (Some(why), access, Some(refresh_token)) if asked == Asked::Refresh => {
                let issuers = [
                    access.ok().flatten(),
                    match self.id_token {
                        Lenient::Text(text) => Some(text),
                        _ => None,
                    },
                ];
                let issuers = issuers.into_iter().flatten();
                Ok(Renewal::Leftover(Leftover {
                    refresh_token,
                    issuers: issuers
                        .filter_map(|token| jwt::peek(token.expose_secret())?.iss)
                        .collect(),
                    why,
                }))
            }
            (wrong, ..) => Err(wrong.unwrap_or(Unavailable::NotJson)),
        }
    }
}

fn is_bearer(kind: &Lenient) -> bool {
    kind.text()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("bearer"))
}

fn granted(scope: &Lenient) -> Granted {
    match scope {
        Lenient::Absent => Granted::NotTold,
        Lenient::Text(text) => Granted::read([text.expose_secret()]),
        Lenient::Texts(texts) => Granted::read(texts.iter().map(ExposeSecret::expose_secret)),
        Lenient::Int(_) | Lenient::Float(_) | Lenient::Other => Granted::Unreadable,
    }
}

struct Odd;

/// A token that can be sent back: visible ASCII, up to the length of an answer.
/// Empty means absent.
fn token(member: Lenient) -> Result<Option<SecretString>, Odd> {
    let Lenient::Text(text) = member else {
        return match member {
            Lenient::Absent => Ok(None),
            _ => Err(Odd),
        };
    };
    let whole = text.expose_secret();
    let inner = whole.trim_ascii();
    if !inner.bytes().all(|b| b.is_ascii_graphic()) {
        Err(Odd)
    } else if inner.is_empty() {
        Ok(None)
    } else if inner.len() == whole.len() {
        Ok(Some(text))
    } else {
        Ok(Some(SecretString::from(inner)))
    }
}

/// Reads the account's name.
pub(crate) fn account(body: &[u8]) -> Result<AccountInfo, Unavailable> {
    let Some(Members {
        values: [domain],
        whole: true,
    }) = members(body, ["domain"])
    else {
        return Err(Unavailable::NotJson);
    };
    domain
        .text()
        .map(str::trim)
        .filter(|name| (1..=255).contains(&name.len()))
        .map(|name| AccountInfo {
            domain: name.to_owned(),
        })
        .ok_or(Unavailable::Nonsense("there is no account name"))
}

/// Sorts a status that decides the result, whatever the body says.
pub(crate) fn early(
    status: StatusCode,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<(), UpstreamError> {
    let retry_after = retry_after(headers, now);
    if status == StatusCode::TOO_MANY_REQUESTS {
        Err(UpstreamError::RateLimited { retry_after })
    } else if status.is_success() || status.is_redirection() || status.is_client_error() {
        Ok(())
    } else {
        Err(UpstreamError::Unavailable {
            why: Unavailable::Status(status.as_u16()),
            retry_after,
        })
    }
}

/// Sorts a refusal of the token or revocation endpoint (RFC 6749 5.2).
pub(crate) fn refusal(
    status: StatusCode,
    headers: &HeaderMap,
    now: Timestamp,
    body: Body<'_>,
) -> UpstreamError {
    if body.broken.is_none()
        && let Some(Members {
            values: [error],
            whole: true,
        }) = members(body.bytes, ["error"])
        && let Err(refused) = refused(headers, now, &error)
    {
        return refused;
    }
    unreadable(status, headers, now, body)
}

/// The meaning of an OAuth error code, if `error` is one. Gorgias' own API
/// sends an object there, others a word such as `Unauthorized`: neither says
/// anything about app or grant, so the status decides.
fn refused(headers: &HeaderMap, now: Timestamp, error: &Lenient) -> Result<(), UpstreamError> {
    /// Errors about the request (RFC 6749 5.2, RFC 7009 2.2.1, RFC 8707 2, RFC
    /// 9449 5 and 8, RFC 9396 5).
    const OF_REQUEST: [&str; 9] = [
        "invalid_request",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "unsupported_token_type",
        "invalid_target",
        "invalid_dpop_proof",
        "use_dpop_nonce",
        "invalid_authorization_details",
    ];
    /// Errors about the server (RFC 6749 4.1.2.1; token endpoints send them too).
    const OF_SERVER: [&str; 2] = ["server_error", "temporarily_unavailable"];
    let Some(code) = error.text().map(str::trim) else {
        return Ok(());
    };
    let one_of = |codes: &'static [&'static str]| {
        codes
            .iter()
            .find(|known| known.eq_ignore_ascii_case(code))
            .copied()
    };
    let retry_after = retry_after(headers, now);
    let unavailable = |why| UpstreamError::Unavailable { why, retry_after };
    Err(if code.eq_ignore_ascii_case("invalid_grant") {
        UpstreamError::InvalidGrant
    } else if code.eq_ignore_ascii_case("invalid_client") {
        UpstreamError::InvalidClient
    } else if code.eq_ignore_ascii_case("slow_down") {
        UpstreamError::RateLimited { retry_after }
    } else if let Some(code) = one_of(&OF_REQUEST) {
        unavailable(Unavailable::Rejected(code))
    } else if let Some(code) = one_of(&OF_SERVER) {
        unavailable(Unavailable::OwnFault(code))
    } else {
        return Ok(());
    })
}

/// A useless answer without an OAuth error: the status says why, or what is
/// wrong with the body.
fn unreadable(
    status: StatusCode,
    headers: &HeaderMap,
    now: Timestamp,
    body: Body<'_>,
) -> UpstreamError {
    let why = match body.broken {
        Some(why) => why.clone(),
        None if status.is_redirection() => Unavailable::Redirected,
        None if status.is_success() => Unavailable::NotJson,
        None => Unavailable::Status(status.as_u16()),
    };
    UpstreamError::Unavailable {
        why,
        retry_after: retry_after(headers, now),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// `Retry-After` (RFC 9110 10.2.3) in seconds or as a date; `None` if it is
/// neither. A date is compared with the answer's own `Date`, so that our clock
/// and Gorgias' need not agree; `now` counts only if that is missing.
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
#[path = "response_kind_tests.rs"]
mod kind_tests;
#[cfg(test)]
#[path = "response_tests.rs"]
mod tests;
