//! How often a token may ask, in the fields of draft-ietf-httpapi-ratelimit-headers-10.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::request_rate::{Allowance, RequestRate};

/// The name of the only policy: it is the token's.
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of it.
pub const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Of the usual rate; a test compares it.
const USUAL: HeaderValue = HeaderValue::from_static("\"token\";q=200;w=4");

/// Adds both fields.
pub fn put(headers: &mut HeaderMap, allowance: Allowance) {
    headers.insert(POLICY, policy(allowance.rate));
    // More is allowed within a second: the slowest rate is one request a second.
    let left = format!("\"token\";r={};t=1", allowance.left);
    if let Ok(left) = HeaderValue::try_from(left) {
        headers.insert(LEFT, left);
    }
}

fn policy(rate: RequestRate) -> HeaderValue {
    if rate == RequestRate::USUAL {
        return USUAL;
    }
    let policy = format!("\"token\";q={};w={}", rate.burst(), rate.window());
    HeaderValue::try_from(policy).unwrap_or(USUAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s62_the_policy_is_the_tokens_rate() {
        let rate = RequestRate::USUAL;
        let usual = format!("\"token\";q={};w={}", rate.burst(), rate.window());
        assert_eq!(policy(rate), usual);
        let slow = RequestRate::new(2, 5).unwrap();
        assert_eq!(policy(slow), "\"token\";q=5;w=3");
    }
}
