//! `POST /oauth/token` and `POST /oauth/revoke` (RFC 6749 sections 4.1.3 and 6, RFC 7009).

use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;

use crate::behaviour::Behaviour;
use crate::issue::{self, Issue};
use crate::jwt;
use crate::packing;
use crate::state::{App, BasicEncoding, End, Grant, Shared, State, grant_number};

/// An extension of a response, for the log.
#[derive(Debug, Clone)]
pub(crate) struct AnsweredError(pub(crate) String);

/// An error of RFC 6749 section 5.2.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OAuthError {
    status: u16,
    code: &'static str,
    description: &'static str,
}

impl OAuthError {
    fn bad(code: &'static str, description: &'static str) -> Self {
        Self {
            status: 400,
            code,
            description,
        }
    }

    pub(crate) fn grant(behaviour: &Behaviour, description: &'static str) -> Self {
        Self {
            status: behaviour.invalid_grant_status,
            code: "invalid_grant",
            description,
        }
    }

    pub(crate) fn client(behaviour: &Behaviour, description: &'static str) -> Self {
        if behaviour.wrong_secret_is_invalid_grant {
            return Self::grant(behaviour, description);
        }
        Self {
            status: behaviour.invalid_client_status,
            code: "invalid_client",
            description,
        }
    }

    pub(crate) fn response(self) -> Response {
        let body = json!({"error": self.code, "error_description": self.description});
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, axum::Json(body)).into_response();
        no_store(response.headers_mut());
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"oauth\""),
            );
        }
        response
            .extensions_mut()
            .insert(AnsweredError(self.code.to_owned()));
        response
    }
}

fn no_store(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Client id and secret of HTTP Basic as they were sent, separated at the first colon.
pub(crate) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// Decodes one form-encoded value (`+` and `%` sequences).
fn form_decoded(text: &str) -> String {
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

fn authenticate(
    state: &State,
    behaviour: &Behaviour,
    headers: &HeaderMap,
) -> Result<App, OAuthError> {
    let Some((id, secret)) = basic(headers) else {
        return Err(OAuthError::client(
            behaviour,
            "HTTP Basic with client id and secret is missing",
        ));
    };
    let decoded = (form_decoded(&id), form_decoded(&secret));
    let raw_app = state
        .apps
        .get(&id)
        .filter(|app| app.basic_encoding != BasicEncoding::Form && app.client_secret == secret);
    let form_app = state
        .apps
        .get(&decoded.0)
        .filter(|app| app.basic_encoding != BasicEncoding::Raw && app.client_secret == decoded.1);
    let app = raw_app.or(form_app);
    let accepted = app.filter(|app| !state.refused_clients.contains(&app.client_id));
    accepted.cloned().ok_or_else(|| {
        OAuthError::client(
            behaviour,
            "Client authentication failed: unknown client or wrong secret",
        )
    })
}

/// A parameter that must be given exactly once.
fn single<'a>(form: &'a [(String, String)], name: &str) -> Result<&'a str, OAuthError> {
    let mut values = form.iter().filter(|(other, _)| other == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) if !value.is_empty() => Ok(value),
        (Some(_), Some(_)) => Err(OAuthError::bad(
            "invalid_request",
            "A parameter is given more than once",
        )),
        _ => Err(OAuthError::bad(
            "invalid_request",
            "A required parameter is missing",
        )),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"))
}

/// `POST /oauth/token`.
pub(crate) fn token(
    shared: &Shared,
    subdomain: &str,
    headers: &HeaderMap,
    form: &[(String, String)],
) -> Response {
    match answer(shared, subdomain, headers, form) {
        Ok(body) => {
            let packing = shared.state().account(subdomain).behaviour.packing;
            let mut response = packing::response(packing, &body);
            no_store(response.headers_mut());
            response
        }
        Err(error) => error.response(),
    }
}

fn answer(
    shared: &Shared,
    subdomain: &str,
    headers: &HeaderMap,
    form: &[(String, String)],
) -> Result<serde_json::Value, OAuthError> {
    if !is_form(headers) {
        return Err(OAuthError::bad(
            "invalid_request",
            "The body must be application/x-www-form-urlencoded",
        ));
    }
    let grant_type = single(form, "grant_type")?;
    let mut state = shared.state();
    let behaviour = state.account(subdomain).behaviour.clone();
    let app = authenticate(&state, &behaviour, headers)?;
    match grant_type {
        "authorization_code" => by_code(
            shared,
            &mut state,
            subdomain,
            &behaviour,
            &app.client_id,
            form,
        ),
        "refresh_token" => by_refresh_token(
            shared,
            &mut state,
            subdomain,
            &behaviour,
            &app.client_id,
            form,
        ),
        _ => Err(OAuthError::bad(
            "unsupported_grant_type",
            "grant_type must be authorization_code or refresh_token",
        )),
    }
}

fn by_code(
    shared: &Shared,
    state: &mut State,
    subdomain: &str,
    behaviour: &Behaviour,
    client_id: &str,
    form: &[(String, String)],
) -> Result<serde_json::Value, OAuthError> {
    let code_text = single(form, "code")?;
    let redirect_uri = single(form, "redirect_uri")?;
    let now_ms = shared.clock.now_ms();
    let lifetime = i64::try_from(state.code_lifetime.as_millis()).unwrap_or(i64::MAX);
    let number = state.next_grant();
    let account = state.account(subdomain);
    let refused = |why| Err(OAuthError::grant(behaviour, why));
    let Some(code) = account.codes.get_mut(code_text) else {
        return refused("The authorization code is unknown");
    };
    if code.client_id != client_id {
        return refused("The authorization code was issued to another client");
    }
    if let Some(first) = code.used {
        // RFC 6749 section 4.1.2: if a code is used again, the tokens that it gave are revoked.
        if let Some(grant) = account.grants.get_mut(&first) {
            grant.end(End::CodeReused);
        }
        return refused("The authorization code has been used");
    }
    if code.redirect_uri != redirect_uri {
        return refused("The redirect URI differs from the authorization request's");
    }
    if now_ms > code.issued_ms.saturating_add(lifetime) {
        return refused("The authorization code has expired");
    }
    if behaviour.check_pkce
        && let Some((challenge, method)) = &code.code_challenge
    {
        let verifier = single(form, "code_verifier")?;
        let right = match method.as_str() {
            "S256" => jwt::s256(verifier) == *challenge,
            _ => verifier == challenge,
        };
        if !right {
            return refused("The code verifier doesn't fit the code challenge");
        }
    }
    code.used = Some(number);
    let (scope, nonce) = (code.scope.clone(), code.nonce.clone());
    let grant = Grant::new(client_id, &scope);
    account.grants.insert(number, grant);
    Ok(issue::issue(
        shared,
        account,
        subdomain,
        &Issue {
            grant: number,
            nonce: nonce.as_deref(),
            id_token: true,
            refresh_token: issue::RefreshToken::WithOffline,
        },
    ))
}

fn by_refresh_token(
    shared: &Shared,
    state: &mut State,
    subdomain: &str,
    behaviour: &Behaviour,
    client_id: &str,
    form: &[(String, String)],
) -> Result<serde_json::Value, OAuthError> {
    let token = single(form, "refresh_token")?;
    let now_ms = shared.clock.now_ms();
    let account = state.account(subdomain);
    let refused = || {
        Err(OAuthError::grant(
            behaviour,
            "The refresh token is invalid, expired or revoked",
        ))
    };
    if !account.active {
        return refused();
    }
    let Some((number, grant)) =
        grant_number(token).and_then(|number| Some((number, account.grants.get_mut(&number)?)))
    else {
        return refused();
    };
    if grant.client_id != client_id || !grant.admits(token, behaviour.rotation, now_ms) {
        return refused();
    }
    if let Some(scope) = &behaviour.granted_scope {
        grant.scope.clone_from(scope);
    }
    Ok(issue::issue(
        shared,
        account,
        subdomain,
        &Issue {
            grant: number,
            nonce: None,
            id_token: behaviour.id_token_on_refresh,
            refresh_token: issue::RefreshToken::WhenRotating,
        },
    ))
}

/// `POST /oauth/revoke`: ends the grant of a refresh token; answers 200 `{}` for any token.
pub(crate) fn revoke(
    shared: &Shared,
    subdomain: &str,
    headers: &HeaderMap,
    form: &[(String, String)],
) -> Response {
    let mut state = shared.state();
    let behaviour = state.account(subdomain).behaviour.clone();
    let app = match authenticate(&state, &behaviour, headers) {
        Ok(app) => app,
        Err(error) => return error.response(),
    };
    let token = match single(form, "token") {
        Ok(token) => token,
        Err(error) => return error.response(),
    };
    let account = state.account(subdomain);
    let number = grant_number(token).or_else(|| Some(account.access.get(token)?.grant));
    if let Some(number) = number
        && let Some(grant) = account.grants.get_mut(&number)
        && grant.client_id == app.client_id
        && (account.access.contains_key(token)
            || grant.refresh_tokens.iter().any(|(known, _)| known == token))
    {
        grant.end(End::Revoked);
        account.access.retain(|_, access| access.grant != number);
    }
    axum::Json(json!({})).into_response()
}

#[cfg(test)]
mod tests {
    use super::form_decoded;

    #[test]
    fn form_decoding_reads_plus_and_percent() {
        assert_eq!(form_decoded("a+b%2Bc%3D%26"), "a b+c=&");
        assert_eq!(form_decoded("a=b&c"), "a=b&c");
    }
}
