//! Accepts connections and passes each request to its account's endpoint.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::faults::{Endpoint, Fault, FaultKind};
use crate::log::LoggedRequest;
use crate::misbehave::{self, ResetConnection};
use crate::state::Shared;
use crate::token::{self, AnsweredError};
use crate::{api, consent, control};

/// The greatest length of a request's body.
const BODY_LIMIT: usize = 1024 * 1024;

/// Serves until the task is aborted, which also ends open connections.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let control = control::router(Arc::clone(&shared));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&shared), control.clone()));
                }
                // Most likely there are no free file descriptors: wait until other
                // requests finish.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// The connection is to be reset without an answer.
#[derive(Debug, Error)]
#[error("reset on purpose")]
struct Reset;

async fn connection(stream: TcpStream, shared: Arc<Shared>, control: Router) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let (shared, control) = (Arc::clone(&shared), control.clone());
        Box::pin(async move {
            let response = respond(&shared, control, request).await;
            match response.extensions().get::<ResetConnection>() {
                Some(_) => Err(Reset),
                None => Ok(response),
            }
        })
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended = std::future::poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    if ended.is_err_and(|error| error.is_user()) {
        // With a zero linger, closing sends RST instead of FIN.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

async fn respond(shared: &Shared, control: Router, request: Request<Incoming>) -> Response {
    let path = request.uri().path();
    let of_mailbox = shared.mails.is_some() && path.starts_with("/mailbox");
    if of_mailbox || path == "/panel" || path.starts_with("/_control/") {
        return match control.oneshot(request.map(Body::new)).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let located = shared.address.locate(&host, parts.uri.path());
    let (account, path) = match located {
        Some((account, path)) => (Some(account), path),
        None => (None, parts.uri.path().to_owned()),
    };
    let call = Call::read(
        account,
        path,
        parts.method,
        parts.uri.query().unwrap_or_default(),
        parts.headers,
        &body.to_bytes(),
    );
    handle(shared, &call, &host).await
}

/// A request to an account, with the parts that all endpoints need.
struct Call {
    account: Option<String>,
    path: String,
    endpoint: Option<Endpoint>,
    method: Method,
    headers: HeaderMap,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
}

impl Call {
    fn read(
        account: Option<String>,
        path: String,
        method: Method,
        query: &str,
        headers: HeaderMap,
        body: &Bytes,
    ) -> Self {
        let pairs = |bytes: &[u8]| url::form_urlencoded::parse(bytes).into_owned().collect();
        let endpoint = match (method.as_str(), path.as_str()) {
            ("GET" | "POST", "/oauth/authorize") => Some(Endpoint::Authorize),
            ("POST", "/oauth/token") => Some(Endpoint::Token),
            ("POST", "/oauth/revoke") => Some(Endpoint::Revoke),
            ("GET", "/api/account") => Some(Endpoint::Account),
            ("GET", "/api/users/0") => Some(Endpoint::Users),
            ("GET", path) if preview_of(path).is_some() => Some(Endpoint::Preview),
            _ => None,
        };
        Self {
            endpoint: account.as_ref().and(endpoint),
            query: pairs(query.as_bytes()),
            form: pairs(body),
            account,
            path,
            method,
            headers,
        }
    }

    fn logged(&self, at: i64, host: &str) -> LoggedRequest {
        let parameters: Vec<_> = self
            .query
            .iter()
            .chain(&self.form)
            .filter(|(name, _)| name != "client_secret")
            .cloned()
            .collect();
        let secret = |(name, _): &(String, String)| name == "client_secret";
        let credentials = self.headers.contains_key(header::AUTHORIZATION)
            || self.query.iter().chain(&self.form).any(secret);
        let first = |wanted: &str| {
            let found = parameters.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone())
        };
        LoggedRequest {
            number: 0,
            at,
            method: self.method.to_string(),
            path: self.path.clone(),
            host: host.to_owned(),
            account: self.account.clone(),
            endpoint: self.endpoint,
            grant_type: first("grant_type"),
            client_id: token::basic(&self.headers)
                .map(|(id, _)| id)
                .or_else(|| first("client_id")),
            parameters,
            credentials,
            status: None,
            error: None,
            done: false,
            fault: false,
        }
    }
}

fn preview_of(path: &str) -> Option<&str> {
    path.strip_prefix("/app/settings/integrations/app/")
        .filter(|client_id| !client_id.is_empty() && !client_id.contains('/'))
}

/// Completes the log entry, even if the client goes away.
struct Entry<'a> {
    shared: &'a Shared,
    number: u64,
    status: Option<u16>,
    error: Option<String>,
    fault: bool,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let (status, error, fault) = (self.status, self.error.take(), self.fault);
        self.shared.log.answered(self.number, |entry| {
            entry.status = status;
            entry.error = error;
            entry.fault = fault;
        });
    }
}

async fn handle(shared: &Shared, call: &Call, host: &str) -> Response {
    let _counted = shared.in_flight.enter();
    let logged = call.logged(shared.clock.now_ms(), host);
    let mut entry = Entry {
        shared,
        number: shared.log.arrived(logged),
        status: None,
        error: None,
        fault: false,
    };
    let (response, fault) = with_faults(shared, call).await;
    entry.fault = fault;
    if response.extensions().get::<ResetConnection>().is_none() {
        entry.status = Some(response.status().as_u16());
    }
    entry.error = response
        .extensions()
        .get::<AnsweredError>()
        .map(|error| error.0.clone());
    response
}

/// The answer, and whether a fault made it.
async fn with_faults(shared: &Shared, call: &Call) -> (Response, bool) {
    let Some(subdomain) = call.account.as_deref() else {
        return (consent::unknown_page(), false);
    };
    if shared.strict_accounts && !shared.state().accounts.contains_key(subdomain) {
        return (consent::unknown_account(subdomain), false);
    }
    let Some(endpoint) = call.endpoint else {
        return (consent::unknown_page(), false);
    };
    let held = {
        let mut state = shared.state();
        let hold = state.account(subdomain).holds.get(&endpoint);
        hold.map(|hold| hold.subscribe())
    };
    if let Some(mut held) = held {
        // An error means that the hold was dropped, so the request may go on, too.
        let _ = held.wait_for(|held| !held).await;
    }
    let (fault, behaviour) = {
        let mut state = shared.state();
        let everywhere = state.everywhere.get(&endpoint).cloned();
        let account = state.account(subdomain);
        let own = account.behaviour.faults.get_mut(&endpoint);
        let fault = own.and_then(|plan| plan.take()).or(everywhere);
        let Some(fault) = fault else {
            drop(state);
            return (process(shared, subdomain, endpoint, call), false);
        };
        (fault, account.behaviour.clone())
    };
    let Fault {
        latency_ms,
        processed,
        ..
    } = fault;
    if latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(latency_ms)).await;
    }
    if processed || fault.kind == FaultKind::Latency {
        let normal = process(shared, subdomain, endpoint, call);
        if fault.kind == FaultKind::Latency {
            return (normal, false);
        }
    }
    match misbehave::answer(&fault, &behaviour, shared.clock.now()) {
        Some(response) => (response, true),
        None => (process(shared, subdomain, endpoint, call), false),
    }
}

fn process(shared: &Shared, subdomain: &str, endpoint: Endpoint, call: &Call) -> Response {
    let Call { headers, form, .. } = call;
    match endpoint {
        Endpoint::Authorize if call.method == Method::GET => {
            consent::show(shared, subdomain, &call.query)
        }
        Endpoint::Authorize => consent::decide(shared, subdomain, form),
        Endpoint::Token => token::token(shared, subdomain, headers, form),
        Endpoint::Revoke => token::revoke(shared, subdomain, headers, form),
        Endpoint::Account => api::account(shared, subdomain, headers),
        Endpoint::Users => api::user(shared, subdomain, headers),
        Endpoint::Preview => consent::preview(
            shared,
            subdomain,
            preview_of(&call.path).unwrap_or_default(),
        ),
    }
}
