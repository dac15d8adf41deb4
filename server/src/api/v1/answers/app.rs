//! An app, without its secret.

use super::Time;
use domain::{basic_encoding::BasicEncoding, scope::ScopeSet};
use serde::Serialize;
use service::{apps, core::config::Config};
use utoipa::ToSchema;

/// An app of the tenant.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019a9f00-0000-7000-8000-000000000001",
    "slug": "returns",
    "name": "Returns",
    "client_id": "6123abc",
    "scopes": ["email", "offline", "openid", "profile", "tickets:read"],
    "after_install_url": "https://returns.example.com/welcome",
    "basic_encoding": "raw",
    "pkce": "off",
    "install_url": "https://mooring.example.com/oauth/019a9f00-0000-7000-8000-000000000001/install",
    "redirect_uri": "https://mooring.example.com/oauth/019a9f00-0000-7000-8000-000000000001/callback",
    "fault_since": null,
    "fault": null,
    "created_at": "2026-11-29T14:05:00Z",
}))]
pub struct App {
    /// Where customers may go on after an installation.
    #[schema(required)]
    after_install_url: Option<String>,
    /// How client id and secret enter HTTP Basic: as they are, or form-encoded
    /// first (RFC 6749 2.3.1).
    basic_encoding: Encoding,
    /// The `client_id` that Gorgias gave the app.
    client_id: String,
    created_at: Time,
    /// Why the app has a setup fault.
    #[schema(required)]
    fault: Option<AppFault>,
    /// Since when the app has a setup fault.
    #[schema(required)]
    fault_since: Option<Time>,
    #[schema(format = "uuid")]
    id: String,
    /// The App URL for Gorgias' partners' portal.
    #[schema(format = "uri")]
    install_url: String,
    name: String,
    /// Whether PKCE (RFC 7636) is used.
    pkce: Pkce,
    /// The redirect URI for Gorgias' partners' portal.
    #[schema(format = "uri")]
    redirect_uri: String,
    /// The scopes that the app asks for.
    #[schema(value_type = Vec<String>)]
    scopes: ScopeSet,
    /// The app's name in addresses.
    slug: String,
}

/// All apps that the token may see.
#[derive(Serialize, ToSchema)]
pub struct Apps {
    pub items: Vec<App>,
}

/// Why the app has a setup fault.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AppFault {
    /// Gorgias refuses client id or secret.
    Credentials,
    /// Gorgias refused several accounts in a row.
    Refusals,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Encoding {
    Raw,
    Form,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Pkce {
    On,
    Off,
}

impl App {
    /// The app as the API shows it.
    pub fn new(app: apps::App, config: &Config) -> Self {
        let credentials = &app.credentials;
        Self {
            basic_encoding: match app.basic_encoding {
                BasicEncoding::Raw => Encoding::Raw,
                BasicEncoding::Form => Encoding::Form,
            },
            created_at: Time(app.created_at),
            fault: credentials.fault.map(|fault| {
                if fault.by_refusals {
                    AppFault::Refusals
                } else {
                    AppFault::Credentials
                }
            }),
            fault_since: credentials.rejected_since().map(Time),
            id: app.id.to_string(),
            install_url: config.install_url(app.id),
            redirect_uri: config.redirect_uri(app.id),
            pkce: if app.pkce { Pkce::On } else { Pkce::Off },
            after_install_url: app.after_install_url,
            client_id: app.client_id,
            name: app.name,
            scopes: app.requested,
            slug: app.slug.to_string(),
        }
    }
}
