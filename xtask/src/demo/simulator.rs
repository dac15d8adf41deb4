//! The simulator's control API, as the demo uses it.

use crate::http::Client;
use anyhow::Result;
use serde_json::{Value, json};
use ureq::http::Method;

/// A client of the simulator's control API.
pub struct Simulator<'a> {
    client: &'a Client,
    address: &'a str,
}

impl<'a> Simulator<'a> {
    pub fn new(client: &'a Client, address: &'a str) -> Self {
        Self { client, address }
    }

    /// Registers an app like the partners' portal, with the two addresses of
    /// `made`, Mooring's answer to its creation. A second call changes its secret.
    pub fn app(&self, client_id: &str, client_secret: &str, made: &Value) -> Result<()> {
        let app = json!({
            "client_id": client_id,
            "client_secret": client_secret,
            "redirect_uris": [made["redirect_uri"]],
            "install_url": made["install_url"],
        });
        self.call(Method::POST, "/apps", Some(&app))
    }

    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<()> {
        let url = format!("{}/_control{path}", self.address);
        self.client.json(method, &url, None, body).map(drop)
    }
}
