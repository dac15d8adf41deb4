//! Makes the answer of a [`FaultKind`].

use std::io::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress};
use futures::stream::{self, StreamExt as _};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

use crate::behaviour::Behaviour;
use crate::faults::{Fault, FaultKind, RetryAfter};
use crate::token::{AnsweredError, OAuthError};

/// An extension of a response: the connection is reset instead of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResetConnection;

/// The answer of a fault, or `None` for the normal answer.
pub(crate) fn answer(fault: &Fault, behaviour: &Behaviour, now: i64) -> Option<Response> {
    let mut response = match &fault.kind {
        FaultKind::Latency => return None,
        FaultKind::Answer {
            status,
            body,
            content_type,
        } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
            let mut response = typed(content_type, Body::from(body.clone()));
            *response.status_mut() = status;
            let said = serde_json::from_str::<serde_json::Value>(body).ok();
            if let Some(error) = said.as_ref().and_then(|body| body["error"].as_str()) {
                let error = AnsweredError(error.to_owned());
                response.extensions_mut().insert(error);
            }
            response
        }
        FaultKind::TooManyRequests { retry_after } => {
            let body = json!({"error": {"msg": "Too many requests"}});
            let mut response = (StatusCode::TOO_MANY_REQUESTS, axum::Json(body)).into_response();
            let value = retry_after
                .as_ref()
                .map(|after| retry_after_text(after, now));
            if let Some(value) = value.and_then(|text| HeaderValue::from_str(&text).ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
            // A date in `Retry-After` is relative to the answer's `Date`, which has
            // the simulator's time.
            let date = retry_after_text(&RetryAfter::DateIn(0), now);
            if let Ok(date) = HeaderValue::from_str(&date) {
                response.headers_mut().insert(header::DATE, date);
            }
            response
        }
        FaultKind::ServerError => {
            let body = json!({"error": {"msg": "Internal server error"}});
            (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(body)).into_response()
        }
        FaultKind::Html => typed(
            "text/html; charset=utf-8",
            Body::from("<!doctype html><title>Maintenance</title><h1>We'll be back soon</h1>"),
        ),
        FaultKind::InvalidUtf8 => json_body(Body::from(
            &b"{\"access_token\":\"\xff\xfe\xc3\x28\",\"token_type\":\"Bearer\"}"[..],
        )),
        FaultKind::BigBody { bytes } => json_body(big(*bytes)),
        FaultKind::GzipBomb { bytes } => {
            let mut response = json_body(bomb(*bytes));
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            response
        }
        FaultKind::Drip { interval_ms } => json_body(drip(Duration::from_millis(*interval_ms))),
        FaultKind::Redirect { status, location } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::FOUND);
            let mut response = status.into_response();
            if let Ok(value) = HeaderValue::from_str(location) {
                response.headers_mut().insert(header::LOCATION, value);
            }
            response
        }
        FaultKind::Reset => {
            let mut response = Response::default();
            response.extensions_mut().insert(ResetConnection);
            response
        }
        FaultKind::TruncatedJson => json_body(Body::from(
            r#"{"access_token":"eyJhbGciOiJSUzI1NiJ9.e30","token_ty"#,
        )),
        FaultKind::DeepJson { depth } => json_body(Body::from(format!(
            "{}{}",
            "[".repeat(*depth),
            "]".repeat(*depth)
        ))),
        FaultKind::InvalidGrant => {
            OAuthError::grant(behaviour, "The refresh token is invalid or revoked").response()
        }
        FaultKind::InvalidClient => {
            OAuthError::client(behaviour, "Client authentication failed").response()
        }
    };
    for (name, value) in &fault.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::try_from(name.as_str()),
            HeaderValue::from_str(value),
        ) {
            response.headers_mut().insert(name, value);
        }
    }
    Some(response)
}

fn retry_after_text(after: &RetryAfter, now: i64) -> String {
    match after {
        RetryAfter::Seconds(seconds) => seconds.to_string(),
        RetryAfter::DateIn(seconds) => {
            let at = u64::try_from(now.saturating_add(*seconds)).unwrap_or_default();
            // An HTTP date can only hold years of four digits.
            let at = at.min(253_402_300_799);
            httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(at))
        }
        RetryAfter::Text(text) => text.clone(),
    }
}

fn typed(content_type: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
}

fn json_body(body: Body) -> Response {
    typed("application/json", body)
}

/// Never fails: [`Body::from_stream`] needs the error type.
type Piece = Result<Bytes, std::convert::Infallible>;

fn pieces(
    start: Bytes,
    piece: Bytes,
    count: u64,
    end: Bytes,
) -> impl futures::Stream<Item = Piece> + Send + 'static {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    stream::iter(std::iter::once(start))
        .chain(stream::iter(std::iter::repeat_n(piece, count)))
        .chain(stream::iter(std::iter::once(end)))
        .map(Ok)
}

/// `{"access_token":"aaaa…"}` of about this many bytes.
fn big(bytes: u64) -> Body {
    const CHUNK: usize = 64 * 1024;
    Body::from_stream(pieces(
        Bytes::from_static(b"{\"access_token\":\""),
        Bytes::from(vec![b'a'; CHUNK]),
        bytes.div_ceil(CHUNK as u64),
        Bytes::from_static(b"\"}"),
    ))
}

/// A valid gzip stream of spaces: one compressed MiB, flushed so that it can be repeated.
fn bomb(bytes: u64) -> Body {
    const MIB: usize = 1024 * 1024;
    let count = bytes.div_ceil(MIB as u64);
    let plain = vec![b' '; MIB];
    let mut segment = Vec::with_capacity(64 * 1024);
    let mut deflate = Compress::new(Compression::best(), false);
    if deflate
        .compress_vec(&plain, &mut segment, FlushCompress::Full)
        .is_err()
    {
        return Body::empty();
    }
    let mut one = Crc::new();
    one.update(&plain);
    let mut all = Crc::new();
    for _ in 0..count {
        all.combine(&one);
    }
    // RFC 1952 section 2.3: a header, the blocks, an empty last block, then CRC and length.
    let header = Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
    let mut end = vec![1, 0, 0, 0xff, 0xff];
    let _ = end.write_all(&all.sum().to_le_bytes());
    let _ = end.write_all(&all.amount().to_le_bytes());
    Body::from_stream(pieces(
        header,
        Bytes::from(segment),
        count,
        Bytes::from(end),
    ))
}

/// A correct token response that takes far too long.
fn drip(interval: Duration) -> Body {
    let text = br#"{"access_token":"slow","token_type":"Bearer","expires_in":86400}"#;
    Body::from_stream(stream::iter(text.iter()).then(move |byte| async move {
        tokio::time::sleep(interval).await;
        Piece::Ok(Bytes::copy_from_slice(&[*byte]))
    }))
}
