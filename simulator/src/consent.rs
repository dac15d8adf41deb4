//! The HTML pages.

use std::fmt::Write as _;

use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::StatusCode;

use crate::authorize::{self, AuthorizeError, Decision, Request};
use crate::page::{document, escaped};
use crate::state::Shared;

/// `GET /oauth/authorize`.
pub(crate) fn show(shared: &Shared, subdomain: &str, parameters: &[(String, String)]) -> Response {
    let request = match Request::read(shared, parameters) {
        Ok(request) => request,
        Err(error) => return refused(&error),
    };
    // A request without a state has no decision: it only looks at the page.
    let decision = if request.state.is_none() {
        None
    } else if request.response_type == "code" {
        authorize::decided(shared, subdomain, &request)
    } else {
        Some(Decision::Refuse)
    };
    match decision {
        Some(decision) => leave(shared, subdomain, &request, decision),
        None => page(&shared.address.issuer(subdomain), subdomain, &request),
    }
}

/// `POST /oauth/authorize`, the form of the consent page.
pub(crate) fn decide(
    shared: &Shared,
    subdomain: &str,
    parameters: &[(String, String)],
) -> Response {
    let decision = parameters
        .iter()
        .find(|(name, _)| name == "decision")
        .map(|(_, value)| value.as_str());
    let decision = match decision {
        Some("approve") => Decision::Approve,
        Some("refuse") => Decision::Refuse,
        _ => return refused(&AuthorizeError::Missing("decision")),
    };
    match Request::read(shared, parameters) {
        Ok(request) => leave(shared, subdomain, &request, decision),
        Err(error) => refused(&error),
    }
}

/// `GET /app/settings/integrations/app/{client_id}`: starts an installation.
pub(crate) fn preview(shared: &Shared, subdomain: &str, client_id: &str) -> Response {
    let state = shared.state();
    let install = state.apps.get(client_id).and_then(|app| {
        app.install_url.clone().or_else(|| {
            let redirect = app.redirect_uris.first()?;
            Some(format!("{}/install", redirect.strip_suffix("/callback")?))
        })
    });
    let Some(mut url) = install.and_then(|url| url::Url::parse(&url).ok()) else {
        let text = "There is no app with this client id, or it has no App URL.";
        return message(StatusCode::NOT_FOUND, "Unknown app", text);
    };
    url.query_pairs_mut().append_pair("account", subdomain);
    Redirect::to(url.as_str()).into_response()
}

/// The 404 for an account that doesn't exist.
pub(crate) fn unknown_account(subdomain: &str) -> Response {
    let text = format!("There is no helpdesk called {subdomain}.");
    message(StatusCode::NOT_FOUND, "Account not found", &text)
}

/// The 404 for a page that doesn't exist.
pub(crate) fn unknown_page() -> Response {
    message(
        StatusCode::NOT_FOUND,
        "Page not found",
        "The simulator has nothing here.",
    )
}

fn leave(shared: &Shared, subdomain: &str, request: &Request, decision: Decision) -> Response {
    match authorize::callback(shared, subdomain, request, decision) {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(error) => refused(&error),
    }
}

fn refused(error: &AuthorizeError) -> Response {
    let text = format!("{error}.");
    message(
        StatusCode::BAD_REQUEST,
        "This request can't be answered",
        &text,
    )
}

fn message(status: StatusCode, title: &str, text: &str) -> Response {
    let body = format!("<h1>{}</h1>\n<p>{}</p>", escaped(title), escaped(text));
    (status, Html(document(title, &body))).into_response()
}

fn page(issuer: &str, subdomain: &str, request: &Request) -> Response {
    let mut scopes = String::new();
    for scope in request.scope.split_whitespace() {
        let _ = writeln!(scopes, "<li><code>{}</code></li>", escaped(scope));
    }
    if scopes.is_empty() {
        scopes.push_str("<li>nothing</li>\n");
    }
    let mut hidden = String::new();
    for (name, value) in request.parameters() {
        let _ = writeln!(
            hidden,
            r#"<input type="hidden" name="{name}" value="{}">"#,
            escaped(value)
        );
    }
    let title = format!("Connect an app to {subdomain}");
    let body = format!(
        r#"<p class="note">Gorgias simulator: this is not Gorgias.</p>
<h1>Connect an app to <strong>{subdomain}</strong></h1>
<p>The app <code>{client}</code> asks for:</p>
<ul class="scopes">
{scopes}</ul>
<form method="post" action="{action}" class="actions">
{hidden}<button type="submit" name="decision" value="approve">Approve</button>
<button type="submit" name="decision" value="refuse" class="quiet">Refuse</button>
</form>"#,
        subdomain = escaped(subdomain),
        client = escaped(&request.client_id),
        action = escaped(&format!("{issuer}/oauth/authorize")),
    );
    Html(document(&title, &body)).into_response()
}
