//! A browser as far as it matters here: it keeps cookies, says where its POSTs
//! come from, and doesn't follow redirects, so that each can be looked at.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use service::testing::PUBLIC_URL;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};
use tower::ServiceExt;
use url::form_urlencoded;

/// A browser with a cookie jar of its own.
pub struct Browser {
    router: Router,
    origin: String,
    jar: Mutex<BTreeMap<String, String>>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Where it leads.
    #[track_caller]
    pub fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.header("location")
    }

    /// Checks that it leads to this page, which has an outcome to tell; gives the
    /// whole address.
    #[track_caller]
    pub fn told_on(&self, page: &str) -> &str {
        let to = self.location();
        assert!(to.starts_with(&format!("{page}?outcome=")), "{to}");
        to
    }

    /// The key of the form on this page that posts there.
    #[track_caller]
    pub fn form_key(&self, action: &str) -> String {
        let form = self.body.split("<form").find(|form| {
            let tag = form.split('>').next().unwrap_or_default();
            tag.contains(&format!("action=\"{action}\""))
        });
        let form = form.unwrap_or_else(|| panic!("no form to {action}: {}", self.body));
        let key = form.split("name=\"form_key\" value=\"").nth(1);
        let key = key.unwrap_or_else(|| panic!("no key in {form}"));
        key.split('"').next().unwrap().to_owned()
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The whole `Set-Cookie` of a cookie.
    #[track_caller]
    pub fn set_cookie(&self, name: &str) -> &str {
        self.headers
            .get_all("set-cookie")
            .iter()
            .map(|value| value.to_str().unwrap())
            .find(|value| value.starts_with(&format!("{name}=")))
            .unwrap_or_else(|| panic!("no cookie {name}: {:?}", self.headers))
    }

    #[track_caller]
    pub fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

impl Browser {
    pub fn new(router: &Router) -> Self {
        Self::at(router, PUBLIC_URL)
    }

    /// A browser that knows the server under another origin.
    pub fn at(router: &Router, origin: &str) -> Self {
        Self {
            router: router.clone(),
            origin: origin.to_owned(),
            jar: Mutex::default(),
        }
    }

    fn jar(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets a cookie by hand.
    pub fn set(&self, name: &str, value: &str) {
        self.jar().insert(name.to_owned(), value.to_owned());
    }

    /// All cookies, by name.
    pub fn cookies(&self) -> Vec<(String, String)> {
        let jar = self.jar();
        jar.iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    /// Takes over the cookies of another browser.
    pub fn take_over(&self, other: &Self) {
        self.jar().extend(other.cookies());
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar().get(name).cloned()
    }

    /// GET of a path, or of an address on this origin.
    pub async fn get(&self, address: &str) -> Answer {
        self.send(
            self.request(Method::GET, address)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// POST of a form from a page of the same origin.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header(header::ORIGIN, &self.origin)
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(form(fields)).unwrap()).await
    }

    /// Opens a page and posts the form on it that leads there.
    pub async fn fill_in(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let key = self.get(page).await.expect(StatusCode::OK).form_key(action);
        self.post(action, &[fields, &[("form_key", &key)]].concat())
            .await
    }

    /// Posts a form and looks at the page that it leads to.
    pub async fn post_and_look(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, fields).await;
        self.get(answer.location()).await.expect(StatusCode::OK)
    }

    /// Posts a form with a file: the parts, each with what its head says and its body.
    pub async fn post_parts(&self, path: &str, parts: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (head, bytes) in parts {
            let head = format!("--XyZ\r\ncontent-disposition: form-data; {head}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--XyZ--\r\n");
        let mut request = self.request(Method::POST, path);
        if let Some(headers) = request.headers_mut() {
            let kind = "multipart/form-data; boundary=XyZ".parse().unwrap();
            headers.insert(header::CONTENT_TYPE, kind);
        }
        let request = request
            .header(header::ORIGIN, PUBLIC_URL)
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// A request to be completed by the test, with the cookies.
    pub fn request(&self, method: Method, address: &str) -> axum::http::request::Builder {
        let path = address.strip_prefix(&self.origin).unwrap_or(address);
        // Browsers keep the fragment to themselves.
        let path = path.split('#').next().unwrap_or(path);
        let mut request = Request::builder().uri(path);
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let cookies: Vec<_> = self
            .jar()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        request.method(method)
    }

    /// Sends it and keeps the cookies of the answer.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = send(&self.router, request).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.jar().remove(name);
            } else {
                self.set(name, value);
            }
        }
        answer
    }
}

/// Sends a request without cookies.
pub async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// Fields as a browser sends them.
pub fn form(fields: &[(&str, &str)]) -> Body {
    let text = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    Body::from(text)
}
