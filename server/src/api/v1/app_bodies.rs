//! The bodies that add and change an app.

use domain::basic_encoding::BasicEncoding;
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    apps::form::AppForm,
    core::input::{Errors, Field, Input},
};
use utoipa::ToSchema;

/// An app to be added.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "Returns",
    "slug": "returns",
    "client_id": "6123abc",
    "client_secret": "from-the-partners-portal",
    "scopes": ["openid", "email", "profile", "offline", "tickets:read"],
    "after_install_url": "https://returns.example.com/welcome",
    "basic_encoding": "raw",
    "pkce": "off",
}))]
pub struct NewApp {
    /// For people; 1 to 60 characters
    #[schema(value_type = String, required)]
    #[serde(default)]
    name: Field<String>,
    /// For addresses; made from the name if it is missing
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    slug: Field<String>,
    /// From Gorgias' partners' portal
    #[schema(value_type = String, required)]
    #[serde(default)]
    client_id: Field<String>,
    /// From Gorgias' partners' portal; never shown again
    #[schema(value_type = String, required, write_only)]
    #[serde(default)]
    client_secret: Field<SecretString>,
    /// The scopes to ask for; without `offline` there is no refresh token
    #[schema(value_type = Vec<String>, required)]
    #[serde(default)]
    scopes: Field<Vec<String>>,
    /// An https address, where customers may go on after an installation
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    after_install_url: Field<String>,
    /// `raw` (if not given) or `form`
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    basic_encoding: Field<String>,
    /// `on` or `off` (if not given)
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pkce: Field<String>,
}

impl Input for NewApp {
    type Parsed = AppForm;

    fn parse(self, errors: &mut Errors) -> Option<AppForm> {
        let name = errors.required("name", self.name);
        let slug = errors.optional("slug", self.slug);
        let client_id = errors.required("client_id", self.client_id);
        let client_secret = errors.optional("client_secret", self.client_secret);
        let scopes = errors.optional("scopes", self.scopes);
        let after_install_url = errors.optional("after_install_url", self.after_install_url);
        let basic_encoding = encoding(errors, self.basic_encoding);
        let pkce = errors.either("pkce", self.pkce, ["on", "off"]);
        Some(AppForm {
            name: name?,
            slug,
            client_id: client_id?,
            client_secret,
            scopes: scopes.unwrap_or_default(),
            after_install_url,
            basic_encoding,
            pkce: pkce.unwrap_or_default(),
        })
    }
}

/// The changes of an app.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({ "name": "Returns 2", "pkce": "on" }))]
pub struct AppChange {
    /// 1 to 60 characters
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    name: Field<String>,
    /// Can't be changed; accepted if it is the app's own
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    slug: Field<String>,
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    client_id: Field<String>,
    /// Replaces the one in use
    #[schema(value_type = Option<String>, write_only)]
    #[serde(default)]
    client_secret: Field<SecretString>,
    /// All scopes to ask for from now on
    #[schema(value_type = Option<Vec<String>>)]
    #[serde(default)]
    scopes: Field<Vec<String>>,
    /// An https address; null removes it
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    after_install_url: Field<String>,
    /// `raw` or `form`
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    basic_encoding: Field<String>,
    /// `on` or `off`
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pkce: Field<String>,
}

/// A parsed [`AppChange`]; `None` leaves a member as it is.
pub struct Change {
    pub name: Option<String>,
    pub slug: Option<String>,
    pub client_id: Option<String>,
    pub client_secret: Option<SecretString>,
    pub scopes: Option<Vec<String>>,
    pub after_install_url: Option<Option<String>>,
    pub basic_encoding: Option<String>,
    pub pkce: Option<bool>,
}

impl Input for AppChange {
    type Parsed = Change;

    fn parse(self, errors: &mut Errors) -> Option<Change> {
        let after_install_url = match self.after_install_url {
            Field::Missing => None,
            given => Some(errors.optional("after_install_url", given)),
        };
        Some(Change {
            name: errors.optional("name", self.name),
            slug: errors.optional("slug", self.slug),
            client_id: errors.optional("client_id", self.client_id),
            client_secret: errors.optional("client_secret", self.client_secret),
            scopes: errors.optional("scopes", self.scopes),
            after_install_url,
            basic_encoding: encoding(errors, self.basic_encoding),
            pkce: errors.either("pkce", self.pkce, ["on", "off"]),
        })
    }
}

fn encoding(errors: &mut Errors, field: Field<String>) -> Option<String> {
    let encoding: Option<BasicEncoding> = errors.parsed("basic_encoding", field);
    encoding.map(|encoding| encoding.code().to_owned())
}
