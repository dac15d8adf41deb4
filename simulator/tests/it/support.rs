//! A client that asks the simulator as the product would.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::Value;
use simulator::{Simulator, SimulatorConfig};

pub const CLIENT: &str = "client-1";
pub const SECRET: &str = "s3cret+/=%";
pub const REDIRECT: &str = "http://127.0.0.1:3000/oauth/app-1/callback";
pub const SCOPE: &str = "openid offline account:read tickets:read";

pub struct World {
    pub simulator: Simulator,
    pub http: Client,
}

pub async fn world() -> World {
    world_with(SimulatorConfig::default()).await
}

pub async fn world_with(config: SimulatorConfig) -> World {
    let simulator = Simulator::start(config).await.unwrap();
    simulator.register_app(CLIENT, SECRET, &[REDIRECT]);
    let http = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    World { simulator, http }
}

impl World {
    pub fn url(&self, subdomain: &str, path: &str) -> String {
        format!("{}{path}", self.simulator.issuer(subdomain))
    }

    pub fn authorize_url(&self, subdomain: &str) -> String {
        self.authorize_url_with(subdomain, &[])
    }

    /// The authorization address, with parameters replaced or added.
    pub fn authorize_url_with(&self, subdomain: &str, changes: &[(&str, &str)]) -> String {
        let mut all = vec![
            ("response_type", "code"),
            ("client_id", CLIENT),
            ("redirect_uri", REDIRECT),
            ("scope", SCOPE),
            ("state", "st&te"),
            ("nonce", "n0nce"),
        ];
        all.retain(|(name, _)| !changes.iter().any(|(other, _)| other == name));
        all.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        let base = self.url(subdomain, "/oauth/authorize");
        url::Url::parse_with_params(&base, all).unwrap().into()
    }

    /// Approves and gives the code.
    pub fn code(&self, subdomain: &str) -> String {
        let callback = self.simulator.approve(&self.authorize_url(subdomain));
        parameter(&callback.unwrap(), "code").expect("a code")
    }

    pub async fn post(
        &self,
        subdomain: &str,
        path: &str,
        basic: (&str, &str),
        form: &[(&str, &str)],
    ) -> Response {
        self.http
            .post(self.url(subdomain, path))
            .basic_auth(basic.0, Some(basic.1))
            .form(form)
            .send()
            .await
            .unwrap()
    }

    pub async fn token(&self, subdomain: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let response = self
            .post(subdomain, "/oauth/token", (CLIENT, SECRET), form)
            .await;
        (response.status(), response.json().await.unwrap())
    }

    pub async fn exchange(&self, subdomain: &str, code: &str) -> (StatusCode, Value) {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
        ];
        self.token(subdomain, &form).await
    }

    pub async fn refresh(&self, subdomain: &str, token: &str) -> (StatusCode, Value) {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.token(subdomain, &form).await
    }

    /// Approves, exchanges, and gives the whole token response.
    pub async fn connect(&self, subdomain: &str) -> Value {
        let code = self.code(subdomain);
        let (status, body) = self.exchange(subdomain, &code).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub async fn api(&self, subdomain: &str, path: &str, token: &str) -> Response {
        let request = self.http.get(self.url(subdomain, path)).bearer_auth(token);
        request.send().await.unwrap()
    }
}

pub fn parameter(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).unwrap();
    let mut pairs = url.query_pairs();
    pairs
        .find(|(other, _)| other == name)
        .map(|(_, value)| value.into_owned())
}

pub fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {body}"))
}

/// Header and claims of a JWT.
pub fn jwt(token: &str) -> (Value, Value) {
    let mut parts = token.split('.');
    let mut next = || {
        let bytes = URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    (next(), next())
}
