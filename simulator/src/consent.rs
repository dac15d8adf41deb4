//! The HTML pages.

use std::fmt::Write as _;

use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::StatusCode;

use crate::authorize::{self, AuthorizeError, Decision, Request};
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
<form method="post" action="{action}">
{hidden}<button type="submit" name="decision" value="approve">Approve</button>
<button type="submit" name="decision" value="refuse" class="quiet">Refuse</button>
</form>"#,
        subdomain = escaped(subdomain),
        client = escaped(&request.client_id),
        action = escaped(&format!("{issuer}/oauth/authorize")),
    );
    Html(document(&title, &body)).into_response()
}

const STYLE: &str = "\
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1.5rem}
h1{font-size:1.4rem;font-weight:500}
.note{font-size:.85rem;opacity:.7}
.scopes{padding:1rem 1rem 1rem 2rem;border:1px solid #8886;border-radius:.5rem}
button{font:inherit;padding:.5rem 1.25rem;border:1px solid #1a5fb4;border-radius:.4rem;background:#1a5fb4;color:#fff}
iframe{width:100%;height:34rem;border:1px solid #8886;border-radius:.5rem}
pre{overflow:auto}
table{width:100%;border-collapse:collapse}
th,td{text-align:left;padding:.25rem .5rem .25rem 0;font-weight:inherit}
button.quiet{background:transparent;color:inherit;border-color:#8889}
";

pub(crate) fn document(title: &str, body: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{} · Gorgias simulator</title>
<link rel="icon" href="data:,">
<style>
{STYLE}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"#,
        escaped(title)
    )
}

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
