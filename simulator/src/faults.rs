//! The ways in which an endpoint can fail.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An endpoint of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `/oauth/authorize`, both the page and its form.
    Authorize,
    /// `POST /oauth/token`.
    Token,
    /// `POST /oauth/revoke`.
    Revoke,
    /// `GET /api/account`.
    Account,
    /// `GET /api/users/0`.
    Users,
    /// `GET /app/settings/integrations/app/{client_id}`.
    Preview,
}

/// One fault. Make it with the functions below, change it with the methods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// The kind of answer.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// How many milliseconds to wait first.
    #[serde(default)]
    pub latency_ms: u64,
    /// Whether the request is carried out and only its answer is lost: a token is
    /// issued or a refresh token rotated, but the caller never learns of it.
    #[serde(default)]
    pub processed: bool,
    /// Headers added to the answer.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// The kind of a [`Fault`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// The normal answer, only later (see [`Fault::latency_ms`]).
    Latency,
    /// Any status and body.
    Answer {
        /// HTTP status.
        status: u16,
        /// The body, sent unchanged.
        body: String,
        /// `Content-Type`.
        #[serde(default = "json_type")]
        content_type: String,
    },
    /// 429, with or without `Retry-After`.
    TooManyRequests {
        /// The value of `Retry-After`.
        #[serde(default)]
        retry_after: Option<RetryAfter>,
    },
    /// 500 with a JSON body in the form of Gorgias' API.
    ServerError,
    /// 200 with an HTML page instead of JSON.
    Html,
    /// 200 with a JSON body that isn't UTF-8.
    InvalidUtf8,
    /// 200 with a large body.
    BigBody {
        /// Length of the body in bytes.
        #[serde(default = "ten_megabytes")]
        bytes: u64,
    },
    /// 200 with a small gzip body that decompresses to a large one.
    GzipBomb {
        /// Length of the decompressed body in bytes (rounded up to whole MiB).
        #[serde(default = "bomb_size")]
        bytes: u64,
    },
    /// 200 with a body that is sent byte by byte.
    Drip {
        /// Milliseconds between two bytes.
        #[serde(default = "one_second")]
        interval_ms: u64,
    },
    /// A redirect to another address.
    Redirect {
        /// HTTP status, such as 302, 307 or 308.
        status: u16,
        /// `Location`.
        location: String,
    },
    /// The connection is reset without an answer.
    Reset,
    /// 200 with JSON that ends in the middle.
    TruncatedJson,
    /// 200 with deeply nested arrays.
    DeepJson {
        /// Number of brackets.
        #[serde(default = "deep")]
        depth: usize,
    },
    /// 400 `invalid_grant` (RFC 6749 section 5.2).
    InvalidGrant,
    /// 401 `invalid_client` (RFC 6749 section 5.2).
    InvalidClient,
}

/// The value of a `Retry-After` header (RFC 9110 section 10.2.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u64),
    /// A date this many seconds from the simulator's present time.
    DateIn(i64),
    /// Any text, such as `soon` or `-5`.
    Text(String),
}

fn json_type() -> String {
    "application/json".to_owned()
}
fn ten_megabytes() -> u64 {
    10_000_000
}
fn bomb_size() -> u64 {
    256 * 1024 * 1024
}
fn one_second() -> u64 {
    1000
}
fn deep() -> usize {
    100_000
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Self {
        Self {
            kind,
            latency_ms: 0,
            processed: false,
            headers: BTreeMap::new(),
        }
    }
}

impl Fault {
    /// The normal answer after `ms` milliseconds.
    pub fn latency(ms: u64) -> Self {
        Self::from(FaultKind::Latency).after(ms)
    }
    /// Any status with a JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        FaultKind::Answer {
            status,
            body: body.to_string(),
            content_type: json_type(),
        }
        .into()
    }
    /// Any status with a body of any type.
    pub fn answer(status: u16, content_type: &str, body: &str) -> Self {
        FaultKind::Answer {
            status,
            body: body.to_owned(),
            content_type: content_type.to_owned(),
        }
        .into()
    }
    /// Any status with a small JSON error in the form of Gorgias' API.
    pub fn status(status: u16) -> Self {
        Self::json(
            status,
            &serde_json::json!({"error": {"msg": format!("simulated status {status}")}}),
        )
    }
    /// 429 without `Retry-After`.
    pub fn too_many_requests() -> Self {
        FaultKind::TooManyRequests { retry_after: None }.into()
    }
    /// 429 with `Retry-After`.
    pub fn retry_after(retry_after: RetryAfter) -> Self {
        FaultKind::TooManyRequests {
            retry_after: Some(retry_after),
        }
        .into()
    }
    /// 500.
    pub fn server_error() -> Self {
        FaultKind::ServerError.into()
    }
    /// HTML instead of JSON.
    pub fn html() -> Self {
        FaultKind::Html.into()
    }
    /// JSON that isn't UTF-8.
    pub fn invalid_utf8() -> Self {
        FaultKind::InvalidUtf8.into()
    }
    /// A body of 10 MB.
    pub fn big_body() -> Self {
        FaultKind::BigBody {
            bytes: ten_megabytes(),
        }
        .into()
    }
    /// A gzip body that decompresses to 256 MiB.
    pub fn gzip_bomb() -> Self {
        FaultKind::GzipBomb { bytes: bomb_size() }.into()
    }
    /// A body with one byte each second.
    pub fn drip() -> Self {
        FaultKind::Drip {
            interval_ms: one_second(),
        }
        .into()
    }
    /// A redirect to another address.
    pub fn redirect(status: u16, location: &str) -> Self {
        FaultKind::Redirect {
            status,
            location: location.to_owned(),
        }
        .into()
    }
    /// The connection is reset without an answer.
    pub fn reset() -> Self {
        FaultKind::Reset.into()
    }
    /// JSON that ends in the middle.
    pub fn truncated_json() -> Self {
        FaultKind::TruncatedJson.into()
    }
    /// JSON nested 100,000 deep.
    pub fn deep_json() -> Self {
        FaultKind::DeepJson { depth: deep() }.into()
    }
    /// 400 `invalid_grant`.
    pub fn invalid_grant() -> Self {
        FaultKind::InvalidGrant.into()
    }
    /// 401 `invalid_client`.
    pub fn invalid_client() -> Self {
        FaultKind::InvalidClient.into()
    }
    /// Waits `ms` milliseconds first.
    #[must_use]
    pub fn after(mut self, ms: u64) -> Self {
        self.latency_ms = ms;
        self
    }
    /// Carries the request out, but loses its answer.
    #[must_use]
    pub fn processed(mut self) -> Self {
        self.processed = true;
        self
    }
    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }
}

/// The faults of one endpoint: first the queue, one fault for each request, then `always`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultPlan {
    /// Faults for the next requests, one each.
    pub queue: VecDeque<Fault>,
    /// The fault once the queue is empty.
    pub always: Option<Fault>,
}

impl FaultPlan {
    /// The fault for the request that is being handled.
    pub(crate) fn take(&mut self) -> Option<Fault> {
        self.queue.pop_front().or_else(|| self.always.clone())
    }
}
