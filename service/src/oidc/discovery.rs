//! What a provider says about itself (OpenID Connect Discovery 1.0, 3).

use super::{Issuer, ProviderError, id_token::ALGORITHMS};
use serde::Deserialize;
use url::Url;

/// The description of a provider, as far as it is used.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// Where browsers go.
    pub authorization_endpoint: Url,
    /// Where codes are exchanged.
    pub token_endpoint: Url,
    /// Where more about a person is, if anywhere.
    pub userinfo_endpoint: Option<Url>,
    /// Where the keys are.
    pub jwks_uri: Url,
    /// Whether the secret goes into the form instead of the header
    /// (`client_secret_post`).
    pub secret_in_form: bool,
    /// Whether answers name their issuer (RFC 9207).
    pub names_issuer: bool,
    /// Whether groups have a scope of their own.
    pub groups_scope: bool,
}

#[derive(Deserialize)]
struct Raw {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    #[serde(default)]
    userinfo_endpoint: Option<Url>,
    jwks_uri: Url,
    #[serde(default)]
    response_types_supported: Option<Vec<String>>,
    #[serde(default)]
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    scopes_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Reads a description. It must name the issuer by which it was asked for.
pub(super) fn read(issuer: &Issuer, body: &[u8]) -> Result<Metadata, ProviderError> {
    let raw: Raw = serde_json::from_slice(body)
        .map_err(|_| ProviderError::Unfit("its description is not what OpenID Connect wants"))?;
    if raw.issuer != issuer.as_str() {
        return Err(ProviderError::WrongIssuer);
    }
    let lists = |list: &Option<Vec<String>>, one: &str| {
        list.as_ref()
            .is_none_or(|list| list.iter().any(|x| x == one))
    };
    let has = |list: &Option<Vec<String>>, one: &str| {
        list.as_ref()
            .is_some_and(|list| list.iter().any(|x| x == one))
    };
    if !lists(&raw.response_types_supported, "code") {
        return Err(ProviderError::Unfit("it knows no authorization code flow"));
    }
    let signs = &raw.id_token_signing_alg_values_supported;
    let known = |alg: &String| ALGORITHMS.iter().any(|(_, name)| name == alg);
    if signs.as_ref().is_some_and(|list| !list.iter().any(known)) {
        return Err(ProviderError::Unfit(
            "it signs id_tokens in no way that is accepted here, such as RS256 or ES256",
        ));
    }
    if !lists(&raw.code_challenge_methods_supported, "S256") {
        return Err(ProviderError::Unfit("it knows no PKCE with S256"));
    }
    let methods = &raw.token_endpoint_auth_methods_supported;
    // Without a list, HTTP Basic is the rule.
    let secret_in_form = !lists(methods, "client_secret_basic");
    if secret_in_form && !has(methods, "client_secret_post") {
        return Err(ProviderError::Unfit(
            "it takes a client secret neither by client_secret_basic nor by client_secret_post",
        ));
    }
    Ok(Metadata {
        authorization_endpoint: raw.authorization_endpoint,
        token_endpoint: raw.token_endpoint,
        userinfo_endpoint: raw.userinfo_endpoint,
        jwks_uri: raw.jwks_uri,
        secret_in_form,
        names_issuer: raw.authorization_response_iss_parameter_supported,
        groups_scope: has(&raw.scopes_supported, "groups"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gorgias::OutboundOptions;
    use serde_json::{Value, json};

    fn described(change: Value) -> Result<Metadata, ProviderError> {
        let mut text = json!({
            "issuer": "https://a.example",
            "authorization_endpoint": "https://a.example/auth",
            "token_endpoint": "https://b.example/token",
            "jwks_uri": "https://a.example/keys",
        });
        for (name, value) in change.as_object().unwrap() {
            text[name] = value.clone();
        }
        let issuer = Issuer::parse("https://a.example", &OutboundOptions::default()).unwrap();
        read(&issuer, text.to_string().as_bytes())
    }

    #[test]
    fn the_least_that_a_provider_may_say_is_enough() {
        let metadata = described(json!({})).unwrap();
        assert!(!metadata.secret_in_form && !metadata.names_issuer && !metadata.groups_scope);
        let metadata = described(json!({
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "authorization_response_iss_parameter_supported": true,
            "scopes_supported": ["openid", "groups"],
            "code_challenge_methods_supported": ["plain", "S256"],
        }));
        let metadata = metadata.unwrap();
        assert!(metadata.secret_in_form && metadata.names_issuer && metadata.groups_scope);
    }

    #[test]
    fn another_issuer_is_refused_also_if_only_a_slash_differs() {
        for issuer in [
            "https://a.example/",
            "https://A.example",
            "https://evil.example",
        ] {
            let refused = described(json!({ "issuer": issuer })).unwrap_err();
            assert_eq!(refused, ProviderError::WrongIssuer, "{issuer}");
        }
    }

    #[test]
    fn providers_that_cannot_do_it_are_told_apart() {
        for change in [
            json!({"response_types_supported": ["id_token"]}),
            json!({"id_token_signing_alg_values_supported": ["HS256", "none"]}),
            json!({"code_challenge_methods_supported": ["plain"]}),
            json!({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}),
            json!({"token_endpoint": "no address"}),
            json!({"jwks_uri": null}),
        ] {
            let refused = described(change.clone()).unwrap_err();
            assert!(
                matches!(refused, ProviderError::Unfit(_)),
                "{change}: {refused:?}"
            );
        }
    }
}
