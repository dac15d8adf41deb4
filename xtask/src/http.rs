//! An HTTP client with a cookie jar, to use the product like a browser and like a machine.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::time::Duration;
use ureq::http::{Method, Request, header};
use url::{Url, form_urlencoded};

/// One answer with its whole body.
pub struct Answer {
    pub status: u16,
    /// `Location`, if it is a redirect.
    pub location: Option<String>,
    pub body: String,
}

/// A client with its own cookies; it doesn't follow redirects, so that each step is visible.
pub struct Client {
    agent: ureq::Agent,
}

impl Client {
    /// A client with an empty cookie jar.
    pub fn new() -> Self {
        let agent = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .new_agent();
        Self { agent }
    }

    /// All its cookies, as a request sends them.
    pub fn cookies(&self) -> String {
        let jar = self.agent.cookie_jar_lock();
        let all: Vec<_> = jar
            .iter()
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        all.join("; ")
    }

    pub fn get(&self, url: &str) -> Result<Answer> {
        self.send(Request::get(url).body(String::new())?)
    }

    /// `POST` of a form, as a browser sends it from a page of the same origin.
    pub fn post_form(&self, url: &str, fields: &[(String, String)]) -> Result<Answer> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(
                header::ORIGIN,
                Url::parse(url)?.origin().ascii_serialization(),
            )
            .header("Sec-Fetch-Site", "same-origin")
            .body(body)?;
        self.send(request)
    }

    /// A call that sends and gets JSON; any status but 2xx is an error with the answer in it.
    pub fn json(
        &self,
        method: Method,
        url: &str,
        bearer: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Value> {
        let mut request = Request::builder().method(&method).uri(url);
        if let Some(token) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let text = match body {
            Some(value) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                value.to_string()
            }
            None => String::new(),
        };
        let answer = self.send(request.body(text)?)?;
        if !(200..300).contains(&answer.status) {
            bail!(
                "{method} {url} answered {}: {}",
                answer.status,
                answer.body.trim()
            );
        }
        if answer.body.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&answer.body)
            .with_context(|| format!("{method} {url} did not answer with JSON"))
    }

    fn send(&self, request: Request<String>) -> Result<Answer> {
        let (method, url) = (request.method().clone(), request.uri().clone());
        let context = || format!("{method} {url}");
        // A GET without a body must not have an empty body either.
        let sent = if request.body().is_empty() && method == Method::GET {
            let (parts, _) = request.into_parts();
            self.agent.run(Request::from_parts(parts, ()))
        } else {
            self.agent.run(request)
        };
        let mut response = sent.with_context(context)?;
        Ok(Answer {
            status: response.status().as_u16(),
            location: response
                .headers()
                .get(header::LOCATION)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            body: response.body_mut().read_to_string().with_context(context)?,
        })
    }
}

/// The address of a link on a page.
pub fn resolve(page: &str, link: &str) -> Result<String> {
    let page = Url::parse(page).with_context(|| format!("{page} is no address"))?;
    let target = page
        .join(link)
        .with_context(|| format!("{link} leads nowhere"))?;
    Ok(target.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_where_a_browser_would_go() {
        let page = "http://127.0.0.1:8/a/acme/oauth/authorize?x=1";
        assert_eq!(resolve(page, "/b").unwrap(), "http://127.0.0.1:8/b");
        assert_eq!(
            resolve(page, "approve").unwrap(),
            "http://127.0.0.1:8/a/acme/oauth/approve"
        );
        assert_eq!(resolve(page, "").unwrap(), page);
        assert_eq!(
            resolve(page, "https://x.test/y").unwrap(),
            "https://x.test/y"
        );
        assert!(resolve("nonsense", "/b").is_err());
    }
}
