//! What an account does; the test chooses it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::faults::{Endpoint, FaultPlan};

/// Everything that a test can choose for one account. The control API uses JSON
/// with these names; a value that isn't named stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// The `expires_in` of a token response.
    pub expires_in: ExpiresIn,
    /// How long an access token really lives, in seconds.
    pub token_lifetime: u64,
    /// Whether access tokens are plain random text and no JWT.
    pub opaque_access_token: bool,
    /// The account whose issuer is in access tokens, if not this one.
    pub token_account: Option<String>,
    /// What happens to a refresh token after its use.
    pub rotation: Rotation,
    /// Whether a code with scope `offline` gives a refresh token.
    pub refresh_token: bool,
    /// Whether a new approval ends the refresh tokens of earlier approvals of the same app.
    pub reauthorization_revokes: bool,
    /// The form of the id_token.
    pub id_token: IdToken,
    /// Whether a refresh gives an id_token, too.
    pub id_token_on_refresh: bool,
    /// The scope that is granted whatever is requested, separated by spaces.
    pub granted_scope: Option<String>,
    /// Whether token responses have `scope`.
    pub scope_in_response: bool,
    /// `token_type` of token responses; `null` leaves it out.
    pub token_type: Option<String>,
    /// Replaced members of token responses, with values of any type.
    pub token_members: BTreeMap<String, Value>,
    /// The encoding of token responses.
    pub packing: Packing,
    /// Whether the callback has an `iss` parameter (RFC 9207).
    pub callback_iss: CallbackIss,
    /// Whether the person is asked, and their answer.
    pub consent: Consent,
    /// Whether `code_verifier` is checked when the request had a `code_challenge`.
    pub check_pkce: bool,
    /// Status of `invalid_grant` (RFC 6749 says 400).
    pub invalid_grant_status: u16,
    /// Status of `invalid_client` (RFC 6749 says 401).
    pub invalid_client_status: u16,
    /// Whether wrong client credentials are answered with `invalid_grant`.
    pub wrong_secret_is_invalid_grant: bool,
    /// The person who approves, and the user of `GET /api/users/0`.
    pub user: User,
    /// `domain` of `GET /api/account`, if not the account's own name.
    pub account_domain: Option<String>,
    /// `status.status` of `GET /api/account`.
    pub account_status: String,
    /// API calls that an account may make in 20 seconds; `null` for no limit.
    pub api_rate_limit: Option<u32>,
    /// The faults of each endpoint.
    pub faults: BTreeMap<Endpoint, FaultPlan>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            expires_in: ExpiresIn::Zero,
            token_lifetime: 86_400,
            opaque_access_token: false,
            token_account: None,
            rotation: Rotation::Off,
            refresh_token: true,
            reauthorization_revokes: false,
            id_token: IdToken::Normal,
            id_token_on_refresh: false,
            granted_scope: None,
            scope_in_response: true,
            token_type: Some("Bearer".to_owned()),
            token_members: BTreeMap::new(),
            packing: Packing::Plain,
            callback_iss: CallbackIss::Off,
            consent: Consent::WhenNeeded,
            check_pkce: false,
            invalid_grant_status: 400,
            invalid_client_status: 401,
            wrong_secret_is_invalid_grant: false,
            user: User::default(),
            account_domain: None,
            account_status: "active".to_owned(),
            api_rate_limit: Some(80),
            faults: BTreeMap::new(),
        }
    }
}

/// The value of `expires_in`. Gorgias sometimes sends 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpiresIn {
    /// `0`, as Gorgias sometimes sends.
    #[default]
    Zero,
    /// Missing.
    Absent,
    /// The true lifetime in seconds.
    Real,
    /// `-3600`.
    Negative,
    /// The true lifetime as text.
    Text,
    /// `1000000000000`.
    Huge,
}

/// The encoding of a body, and whether the headers name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Packing {
    /// Plain UTF-8.
    #[default]
    Plain,
    /// UTF-8 with a byte order mark.
    ByteOrderMark,
    /// UTF-16, little-endian.
    Utf16,
    /// gzip, with `Content-Encoding: gzip`.
    Gzip,
    /// gzip, with `Content-Encoding: x-gzip`.
    XGzip,
    /// gzip, without `Content-Encoding`.
    GzipUnannounced,
    /// zlib, with `Content-Encoding: deflate` (RFC 9110 section 8.4.1.2).
    Deflate,
    /// A raw deflate stream, with `Content-Encoding: deflate`.
    BareDeflate,
}

/// What happens to a refresh token after its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// It stays valid and the response has none, as with Gorgias.
    #[default]
    Off,
    /// The response has a new one; the old one is refused.
    On,
    /// The response has a new one; use of the old one ends the whole grant.
    FamilyKill,
    /// The response has a new one; the old one stays valid for this many seconds.
    Grace(u64),
}

/// The form of the id_token (it is sent only with scope `openid`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdToken {
    /// As Gorgias makes it: no `kid`, `aud` an array, `sub` an integer.
    #[default]
    Normal,
    /// Not sent.
    Absent,
    /// Another nonce.
    WrongNonce,
    /// No nonce.
    NoNonce,
    /// Another client in `aud`.
    WrongAud,
    /// `aud` is a string instead of an array.
    TextAud,
    /// Another issuer.
    WrongIss,
    /// `exp` in the past.
    Expired,
    /// `alg: none` and an empty signature.
    AlgNone,
    /// `sub` is a string instead of an integer.
    TextSub,
    /// Not a JWT.
    Garbage,
}

/// The `iss` parameter of the callback (RFC 9207).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackIss {
    /// Not sent.
    #[default]
    Off,
    /// The account's issuer.
    On,
    /// Another account's issuer.
    Wrong,
}

/// Whether the person is asked, and their answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Asked, unless a valid earlier grant covers all requested scopes.
    #[default]
    WhenNeeded,
    /// Always asked.
    Always,
    /// Never asked; approved at once.
    Approve,
    /// Never asked; refused at once with `access_denied`.
    Refuse,
}

/// The person who approves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct User {
    /// Number of the user.
    pub id: u64,
    /// Name.
    pub name: String,
    /// E-mail address; `None` means `ann@{subdomain}.example`.
    pub email: Option<String>,
    /// `role.name`.
    pub role: String,
    /// Whether the user is active.
    pub active: bool,
}

impl Default for User {
    fn default() -> Self {
        Self {
            id: 42,
            name: "Ann Lee".to_owned(),
            email: None,
            role: "admin".to_owned(),
            active: true,
        }
    }
}

impl User {
    pub(crate) fn email(&self, subdomain: &str) -> String {
        self.email
            .clone()
            .unwrap_or_else(|| format!("ann@{subdomain}.example"))
    }
}

/// Changes the values that `patch` names and keeps the others (RFC 7396).
///
/// # Errors
/// An unknown name or a value of the wrong type; nothing is changed then.
pub(crate) fn patched(current: &Behaviour, patch: &Value) -> Result<Behaviour, serde_json::Error> {
    let mut json = serde_json::to_value(current)?;
    merge(&mut json, patch);
    serde_json::from_value(json)
}

fn merge(target: &mut Value, patch: &Value) {
    // A fault is replaced as a whole: two kinds can't be merged.
    let (Value::Object(patch_map), false) = (patch, patch.get("kind").is_some()) else {
        *target = patch.clone();
        return;
    };
    // An enum with a value (`{"grace": 30}`) replaces one without a value.
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(map) = target {
        for (name, value) in patch_map {
            if value.is_object() {
                merge(map.entry(name.clone()).or_insert(Value::Null), value);
            } else {
                // `null` is kept: it is the value of an optional member.
                map.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Fault;
    use serde_json::json;

    #[test]
    fn a_patch_keeps_what_it_does_not_name() {
        let one = patched(
            &Behaviour::default(),
            &json!({"expires_in": "text", "rotation": {"grace": 30}, "user": {"name": "Bo"},
                    "faults": {"token": {"always": {"kind": "redirect", "status": 302, "location": "/x"}}}}),
        )
        .unwrap();
        assert_eq!(one.expires_in, ExpiresIn::Text);
        assert_eq!(one.rotation, Rotation::Grace(30));
        assert_eq!((one.user.name.as_str(), one.user.id), ("Bo", 42));
        let two = patched(
            &one,
            &json!({"rotation": "on", "token_type": null,
                    "faults": {"token": {"always": {"kind": "reset"}}}}),
        )
        .unwrap();
        assert_eq!(two.rotation, Rotation::On);
        assert_eq!(two.token_type, None);
        assert_eq!(two.expires_in, ExpiresIn::Text);
        assert_eq!(two.faults[&Endpoint::Token].always, Some(Fault::reset()));
    }

    #[test]
    fn a_patch_with_an_unknown_name_is_refused() {
        assert!(patched(&Behaviour::default(), &json!({"expires": 0})).is_err());
    }
}
