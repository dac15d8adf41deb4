//! `/oauth/authorize`: the request, the decision and the redirect (RFC 6749 section 4.1).

use thiserror::Error;
use url::Url;

use crate::behaviour::{CallbackIss, Consent};
use crate::jwt;
use crate::state::{Code, End, Shared};

/// Why an authorization request isn't answered with a redirect.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuthorizeError {
    /// The address isn't an account's `/oauth/authorize`.
    #[error("{0} is no authorization address of this simulator")]
    NotAnAuthorizeUrl(String),
    /// There is no such account, and unknown accounts are refused.
    #[error("there is no account {0}")]
    UnknownAccount(String),
    /// A parameter is given twice.
    #[error("the parameter {0} is given more than once")]
    Doubled(String),
    /// A parameter is missing.
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    /// No app has this client id.
    #[error("no app has the client id {0}")]
    UnknownClient(String),
    /// The redirect URI isn't registered with the app.
    #[error("the redirect URI {0} is not registered with the app")]
    UnknownRedirectUri(String),
}

/// A request with a known client and a registered redirect URI.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) response_type: String,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<String>,
    pub(crate) code_challenge_method: Option<String>,
}

/// The person's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Approve,
    Refuse,
}

impl Request {
    /// Reads and checks the parameters; unknown ones are ignored.
    pub(crate) fn read(
        shared: &Shared,
        parameters: &[(String, String)],
    ) -> Result<Self, AuthorizeError> {
        let mut request = Self::default();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in parameters {
            if seen.contains(&name.as_str()) {
                return Err(AuthorizeError::Doubled(name.clone()));
            }
            seen.push(name);
            let value = value.clone();
            match name.as_str() {
                "response_type" => request.response_type = value,
                "client_id" => request.client_id = value,
                "redirect_uri" => request.redirect_uri = value,
                "scope" => request.scope = value,
                "state" => request.state = Some(value),
                "nonce" => request.nonce = Some(value),
                "code_challenge" => request.code_challenge = Some(value),
                "code_challenge_method" => request.code_challenge_method = Some(value),
                _ => {}
            }
        }
        if request.client_id.is_empty() {
            return Err(AuthorizeError::Missing("client_id"));
        }
        if request.redirect_uri.is_empty() {
            return Err(AuthorizeError::Missing("redirect_uri"));
        }
        let state = shared.state();
        let app = state
            .apps
            .get(&request.client_id)
            .ok_or_else(|| AuthorizeError::UnknownClient(request.client_id.clone()))?;
        if !app.redirect_uris.contains(&request.redirect_uri) {
            return Err(AuthorizeError::UnknownRedirectUri(request.redirect_uri));
        }
        Ok(request)
    }

    /// The request's parameters, for the form of the consent page.
    pub(crate) fn parameters(&self) -> Vec<(&'static str, &str)> {
        let mut all = vec![
            ("response_type", self.response_type.as_str()),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
        ];
        for (name, value) in [
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", &self.code_challenge),
            ("code_challenge_method", &self.code_challenge_method),
        ] {
            if let Some(value) = value {
                all.push((name, value));
            }
        }
        all
    }
}

/// The decision that needs no person; `None` if the person must be asked.
pub(crate) fn decided(shared: &Shared, subdomain: &str, request: &Request) -> Option<Decision> {
    let mut state = shared.state();
    let account = state.account(subdomain);
    match account.behaviour.consent {
        Consent::Approve => Some(Decision::Approve),
        Consent::Refuse => Some(Decision::Refuse),
        Consent::Always => None,
        Consent::WhenNeeded => account
            .grants
            .values()
            .any(|grant| {
                grant.ended.is_none()
                    && grant.client_id == request.client_id
                    && covers(&grant.scope, &request.scope)
            })
            .then_some(Decision::Approve),
    }
}

/// Whether all requested scopes are already granted (`write:all` covers all except
/// the basic ones).
fn covers(granted: &str, asked: &str) -> bool {
    let granted: Vec<&str> = granted.split_whitespace().collect();
    asked.split_whitespace().all(|scope| {
        granted.contains(&scope) || (scope.contains(':') && granted.contains(&"write:all"))
    })
}

/// The redirect of the browser: the callback with a code or an error.
pub(crate) fn callback(
    shared: &Shared,
    subdomain: &str,
    request: &Request,
    decision: Decision,
) -> Result<String, AuthorizeError> {
    let mut target = Url::parse(&request.redirect_uri)
        .map_err(|_| AuthorizeError::UnknownRedirectUri(request.redirect_uri.clone()))?;
    let mut state = shared.state();
    let account = state.account(subdomain);
    let refused = account.behaviour.consent == Consent::Refuse || decision == Decision::Refuse;
    {
        let mut query = target.query_pairs_mut();
        if request.response_type != "code" {
            query
                .append_pair("error", "unsupported_response_type")
                .append_pair("error_description", "response_type must be code");
        } else if refused {
            query
                .append_pair("error", "access_denied")
                .append_pair("error_description", "The resource owner denied the request");
        } else {
            let code = format!("ac_{}", jwt::random_text());
            query.append_pair("code", &code);
            // An approval activates a deactivated app again.
            account.active = true;
            if account.behaviour.reauthorization_revokes {
                for grant in account.grants.values_mut() {
                    if grant.client_id == request.client_id {
                        grant.end(End::Superseded);
                    }
                }
            }
            let scope = account.behaviour.granted_scope.clone();
            account.codes.insert(
                code,
                Code {
                    client_id: request.client_id.clone(),
                    redirect_uri: request.redirect_uri.clone(),
                    scope: scope.unwrap_or_else(|| request.scope.clone()),
                    nonce: request.nonce.clone(),
                    code_challenge: request.code_challenge.clone().map(|challenge| {
                        let method = request.code_challenge_method.clone();
                        (challenge, method.unwrap_or_else(|| "plain".to_owned()))
                    }),
                    issued_ms: shared.clock.now_ms(),
                    used: None,
                },
            );
        }
        if let Some(state) = &request.state {
            query.append_pair("state", state);
        }
        match account.behaviour.callback_iss {
            CallbackIss::Off => {}
            CallbackIss::On => {
                query.append_pair("iss", &shared.address.issuer(subdomain));
            }
            CallbackIss::Wrong => {
                query.append_pair("iss", &shared.address.issuer("another-account"));
            }
        }
    }
    Ok(target.into())
}

/// The account and the parameters of an authorization address.
pub(crate) fn parse_url(
    shared: &Shared,
    authorize_url: &str,
) -> Result<(String, Vec<(String, String)>), AuthorizeError> {
    let wrong = || AuthorizeError::NotAnAuthorizeUrl(authorize_url.to_owned());
    let url = Url::parse(authorize_url).map_err(|_| wrong())?;
    let host = url.host_str().unwrap_or_default();
    let (subdomain, path) = shared.address.locate(host, url.path()).ok_or_else(wrong)?;
    if path != "/oauth/authorize" {
        return Err(wrong());
    }
    if shared.strict_accounts && !shared.state().accounts.contains_key(&subdomain) {
        return Err(AuthorizeError::UnknownAccount(subdomain));
    }
    let parameters = url.query_pairs().into_owned().collect();
    Ok((subdomain, parameters))
}
