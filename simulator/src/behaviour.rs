//! What an account does, chosen by the test.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::faults::{Endpoint, FaultPlan};

/// Everything that can be chosen for one account. In the control API it is JSON with
/// these names; what isn't named keeps its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// What `expires_in` says in a token response.
    pub expires_in: ExpiresIn,
    /// How long an access token really lives, in seconds.
    pub token_lifetime: u64,
    /// Whether access tokens are plain random text and no JWT.
    pub opaque_access_token: bool,
    /// The account whose issuer stands in access tokens, if not this one.
    pub token_account: Option<String>,
    /// What becomes of a refresh token once it is used.
    pub rotation: Rotation,
    /// Whether a code with scope `offline` brings a refresh token.
    pub refresh_token: bool,
    /// Whether a new approval ends the refresh tokens of earlier ones of the same app.
    pub reauthorization_revokes: bool,
    /// What the id_token is like.
    pub id_token: IdToken,
    /// Whether a refresh brings an id_token too.
    pub id_token_on_refresh: bool,
    /// The scope that is granted whatever was asked, separated by spaces.
    pub granted_scope: Option<String>,
    /// Whether token responses say the scope.
    pub scope_in_response: bool,
    /// `token_type` of token responses; `null` leaves it out.
    pub token_type: Option<String>,
    /// Members of token responses that are something else, of whatever kind.
    pub token_members: BTreeMap<String, Value>,
    /// How the bytes of token responses are packed.
    pub packing: Packing,
    /// Whether the callback has an `iss` parameter (RFC 9207).
    pub callback_iss: CallbackIss,
    /// Whether the person is asked, and what they say.
    pub consent: Consent,
    /// Whether `code_verifier` is checked when the request had a `code_challenge`.
    pub check_pkce: bool,
    /// Status of `invalid_grant` (RFC 6749 says 400).
    pub invalid_grant_status: u16,
    /// Status of `invalid_client` (RFC 6749 says 401).
    pub invalid_client_status: u16,
    /// Whether wrong client credentials are answered with `invalid_grant`.
    pub wrong_secret_is_invalid_grant: bool,
    /// The person who approves, and the one `GET /api/users/0` tells.
    pub user: User,
    /// `domain` of `GET /api/account`, if not the account's own name.
    pub account_domain: Option<String>,
    /// `status.status` of `GET /api/account`.
    pub account_status: String,
    /// API calls allowed to one account in 20 seconds; `null` for no limit.
    pub api_rate_limit: Option<u32>,
    /// Faults, an endpoint each.
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

/// What `expires_in` says. Gorgias has been seen to say 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpiresIn {
    /// `0`, as Gorgias has been seen to do.
    #[default]
    Zero,
    /// Not there.
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

/// How a body is packed, and whether its headers say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Packing {
    /// Not at all.
    #[default]
    Plain,
    /// A byte order mark in front.
    ByteOrderMark,
    /// UTF-16, little end first.
    Utf16,
    /// gzip, announced as such.
    Gzip,
    /// gzip, announced as `x-gzip`.
    XGzip,
    /// gzip, not announced.
    GzipUnannounced,
    /// zlib, announced as `deflate` (RFC 9110 section 8.4.1.2).
    Deflate,
    /// A bare deflate stream, announced as `deflate`.
    BareDeflate,
}

/// What becomes of a refresh token once it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// It stays good and the response has none, as Gorgias does.
    #[default]
    Off,
    /// The response has a new one; the old one is refused.
    On,
    /// The response has a new one; using the old one ends the whole grant.
    FamilyKill,
    /// The response has a new one; the old one stays good for so many seconds.
    Grace(u64),
}

/// What the id_token is like (it is sent only with scope `openid`).
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
    /// No nonce at all.
    NoNonce,
    /// Another client in `aud`.
    WrongAud,
    /// `aud` one text instead of an array.
    TextAud,
    /// Another issuer.
    WrongIss,
    /// `exp` in the past.
    Expired,
    /// `alg: none` and an empty signature.
    AlgNone,
    /// `sub` a text instead of an integer.
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

/// Whether the person is asked, and what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Asked, unless an earlier grant that still works covers all that is asked.
    #[default]
    WhenNeeded,
    /// Always asked.
    Always,
    /// Never asked; approved at once.
    Approve,
    /// Never asked; refused at once with `access_denied`.
    Refuse,
}

/// The person behind an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct User {
    /// Number of the user.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Mail address; `None` stands for `ann@{subdomain}.example`.
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

/// Changes what `patch` names and keeps the rest (RFC 7396).
///
/// # Errors
/// An unknown name or a value of the wrong kind; nothing is changed then.
pub(crate) fn patched(current: &Behaviour, patch: &Value) -> Result<Behaviour, serde_json::Error> {
    let mut json = serde_json::to_value(current)?;
    merge(&mut json, patch);
    serde_json::from_value(json)
}

fn merge(target: &mut Value, patch: &Value) {
    // A fault is taken whole: half of one kind and half of another is none.
    let (Value::Object(patch_map), false) = (patch, patch.get("kind").is_some()) else {
        *target = patch.clone();
        return;
    };
    // Neither is an enum with a value (`{"grace": 30}`) merged into one without.
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(map) = target {
        for (name, value) in patch_map {
            if value.is_object() {
                merge(map.entry(name.clone()).or_insert(Value::Null), value);
            } else {
                // `null` stays: it is a value for what may be left out.
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
