//! The two calls of Gorgias' REST API that the product makes.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;

use crate::state::{Access, Account, Shared};
use crate::token::AnsweredError;

/// `GET /api/account`.
pub(crate) fn account(shared: &Shared, subdomain: &str, headers: &HeaderMap) -> Response {
    call(shared, subdomain, headers, |account, access| {
        let may = access
            .scope
            .split_whitespace()
            .any(|scope| matches!(scope, "account:read" | "account:write" | "write:all"));
        if !may {
            return error(
                StatusCode::FORBIDDEN,
                "The token lacks the scope account:read",
            );
        }
        let behaviour = &account.behaviour;
        axum::Json(json!({
            "domain": behaviour.account_domain.as_deref().unwrap_or(subdomain),
            "created_datetime": "2021-03-04T09:30:00.000000+00:00",
            "deactivated_datetime": null,
            "status": {"status": behaviour.account_status},
            "settings": [],
        }))
        .into_response()
    })
}

/// `GET /api/users/0`: the user of the access token.
pub(crate) fn user(shared: &Shared, subdomain: &str, headers: &HeaderMap) -> Response {
    call(shared, subdomain, headers, |account, _| {
        let user = &account.behaviour.user;
        axum::Json(json!({
            "id": user.id,
            "name": user.name,
            "email": user.email(subdomain),
            "active": user.active,
            "role": {"name": user.role},
        }))
        .into_response()
    })
}

/// API calls are counted over 20 seconds.
const WINDOW_MS: i64 = 20_000;

fn call(
    shared: &Shared,
    subdomain: &str,
    headers: &HeaderMap,
    answer: impl FnOnce(&Account, &Access) -> Response,
) -> Response {
    let now_ms = shared.clock.now_ms();
    let mut state = shared.state();
    let account = state.account(subdomain);
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let access = token
        .and_then(|token| account.access.get(token))
        .filter(|access| access.expires_at > now_ms.div_euclid(1000))
        .cloned();
    let Some(access) = access else {
        return error(
            StatusCode::UNAUTHORIZED,
            "The access token is missing, wrong or expired",
        );
    };
    let Some(limit) = account.behaviour.api_rate_limit else {
        return answer(account, &access);
    };
    while let Some(&oldest) = account.calls.front()
        && oldest <= now_ms.saturating_sub(WINDOW_MS)
    {
        account.calls.pop_front();
    }
    let allowed = account.calls.len() < limit as usize;
    let mut response = if allowed {
        account.calls.push_back(now_ms);
        answer(account, &access)
    } else {
        let mut response = error(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
        let oldest = account.calls.front().copied().unwrap_or(now_ms);
        let wait = (oldest + WINDOW_MS - now_ms + 999).div_euclid(1000).max(1);
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(wait));
        response
    };
    let used = format!("{}/{limit}", account.calls.len());
    if let Ok(value) = HeaderValue::from_str(&used) {
        response
            .headers_mut()
            .insert("x-gorgias-account-api-call-limit", value);
    }
    response
}

fn error(status: StatusCode, msg: &str) -> Response {
    let mut response = (status, axum::Json(json!({"error": {"msg": msg}}))).into_response();
    response
        .extensions_mut()
        .insert(AnsweredError(msg.to_owned()));
    response
}
