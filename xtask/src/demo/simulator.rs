//! The simulator's control API: what the demo tells it.

use crate::http::Client;
use anyhow::Result;
use serde_json::{Value, json};
use ureq::http::Method;

/// Speaks to the simulator's control API.
pub struct Simulator<'a> {
    client: &'a Client,
    address: &'a str,
}

impl<'a> Simulator<'a> {
    /// For the simulator at an address.
    pub fn new(client: &'a Client, address: &'a str) -> Self {
        Self { client, address }
    }

    /// Registers an app as the partners' portal would, from the two addresses that Mooring gave
    /// when it was `made` there; a second time changes its secret.
    pub fn app(&self, client_id: &str, client_secret: &str, made: &Value) -> Result<()> {
        let app = json!({
            "client_id": client_id,
            "client_secret": client_secret,
            "redirect_uris": [made["redirect_uri"]],
            "install_url": made["install_url"],
        });
        self.call(Method::POST, "/apps", Some(&app))
    }

    /// Changes how an account behaves; what isn't named stays.
    pub fn behave(&self, subdomain: &str, behaviour: &Value) -> Result<()> {
        self.call(
            Method::PATCH,
            &format!("/accounts/{subdomain}"),
            Some(behaviour),
        )
    }

    /// Makes every token request of an account end in a fault from now on.
    pub fn fail_tokens(&self, subdomain: &str, fault: &Value) -> Result<()> {
        let plan = json!({"endpoint": "token", "fault": fault, "always": true});
        let path = format!("/accounts/{subdomain}/faults");
        self.call(Method::POST, &path, Some(&plan))
    }

    /// Switches the app off in an account, as its admin would.
    pub fn deactivate(&self, subdomain: &str) -> Result<()> {
        self.call(
            Method::POST,
            &format!("/accounts/{subdomain}/deactivate"),
            None,
        )
    }

    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<()> {
        let url = format!("{}/_control{path}", self.address);
        self.client.json(method, &url, None, body).map(drop)
    }
}
