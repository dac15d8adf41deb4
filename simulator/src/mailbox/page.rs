//! The mailbox as pages, and its part of the control API.

use super::{ReceivedMail, Store};
use crate::consent::{document, escaped};
use axum::{
    Form, Json, Router,
    extract::{Path, State},
    response::{Html, IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{fmt::Write as _, sync::Arc};

type Mails = State<Arc<Store>>;

/// Everything below `/mailbox` and `/_control/mailbox`.
pub(crate) fn routes(store: Arc<Store>) -> Router {
    Router::new()
        .route("/mailbox", get(list))
        .route("/mailbox/{number}", get(show))
        .route("/mailbox/{number}/html", get(html))
        .route("/mailbox/behaviour", post(change))
        .route("/_control/mailbox", get(all).patch(patch).delete(clear))
        .with_state(store)
}

async fn all(State(store): Mails) -> Json<Value> {
    Json(json!({"items": store.mails(), "behaviour": store.behaviour()}))
}

async fn clear(State(store): Mails) -> StatusCode {
    store.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    defers: Option<bool>,
    refuses: Option<Vec<String>>,
    loses_answers: Option<bool>,
}

async fn patch(State(store): Mails, Json(patch): Json<Patch>) -> Json<Value> {
    store.behave(|behaviour| {
        if let Some(defers) = patch.defers {
            behaviour.defers = defers;
        }
        if let Some(refuses) = patch.refuses {
            behaviour.refuses = refuses.into_iter().collect();
        }
        if let Some(loses) = patch.loses_answers {
            behaviour.loses_answers = loses;
        }
    });
    all(State(store)).await
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    defers: Option<String>,
    #[serde(default)]
    refuses: String,
    #[serde(default)]
    empty: Option<String>,
}

async fn change(State(store): Mails, Form(choice): Form<Choice>) -> Redirect {
    if choice.empty.is_some() {
        store.clear();
    } else {
        store.behave(|behaviour| {
            behaviour.defers = choice.defers.is_some();
            let domains = choice.refuses.split([',', ' ']);
            let domains = domains.filter(|domain| !domain.is_empty());
            behaviour.refuses = domains.map(str::to_owned).collect();
        });
    }
    Redirect::to("/mailbox")
}

async fn list(State(store): Mails) -> Response {
    let (mails, behaviour) = (store.mails(), store.behaviour());
    let mut rows = String::new();
    for mail in mails.iter().rev() {
        let _ = writeln!(
            rows,
            r#"<tr><th scope="row"><a href="/mailbox/{}">{}</a></th><td>{}</td><td>{}</td><td>{}</td></tr>"#,
            mail.number,
            escaped(&mail.subject),
            escaped(&mail.from.0),
            escaped(&mail.to.1),
            at(mail),
        );
    }
    let table = if rows.is_empty() {
        "<p>No mail yet. What Mooring sends appears here.</p>".to_owned()
    } else {
        format!(
            r#"<table><caption class="note">Newest first</caption>
<thead><tr><th scope="col">Subject</th><th scope="col">From</th><th scope="col">To</th><th scope="col">Came (UTC)</th></tr></thead>
<tbody>
{rows}</tbody></table>"#
        )
    };
    let refuses: Vec<_> = behaviour.refuses.iter().map(String::as_str).collect();
    let body = format!(
        r#"<p class="note">Gorgias simulator: nothing leaves this machine.</p>
<h1>Mailbox</h1>
{table}
<h2>Break and mend</h2>
<form method="post" action="/mailbox/behaviour">
<p><label><input type="checkbox" name="defers" value="on"{checked}> Put every mail off (451)</label></p>
<p><label>Refuse these domains (550) <input name="refuses" value="{refuses}"></label></p>
<p><button type="submit">Save</button> <button type="submit" name="empty" value="on" class="quiet">Empty the mailbox</button></p>
</form>"#,
        checked = if behaviour.defers { " checked" } else { "" },
        refuses = escaped(&refuses.join(" ")),
    );
    Html(document("Mailbox", &body)).into_response()
}

async fn show(State(store): Mails, Path(number): Path<u64>) -> Response {
    let Some(mail) = find(&store, number) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let reply_to = mail.reply_to.as_deref().unwrap_or("the sender");
    let body = format!(
        r#"<p><a href="/mailbox">Mailbox</a></p>
<h1>{subject}</h1>
<dl>
<dt>From</dt><dd>{from_name} &lt;{from}&gt;</dd>
<dt>To</dt><dd>{to}</dd>
<dt>Answers go to</dt><dd>{reply_to}</dd>
<dt>Came</dt><dd>{at} UTC</dd>
</dl>
<iframe title="HTML part" src="/mailbox/{number}/html" sandbox="allow-popups allow-top-navigation-by-user-activation"></iframe>
<h2>Text</h2>
<pre>{text}</pre>
<details><summary>Source</summary><pre>{source}</pre></details>"#,
        subject = escaped(&mail.subject),
        from_name = escaped(&mail.from.0),
        from = escaped(&mail.from.1),
        to = escaped(&mail.to.1),
        reply_to = escaped(reply_to),
        at = at(&mail),
        text = escaped(&mail.text),
        source = escaped(&mail.source),
    );
    Html(document(&mail.subject, &body)).into_response()
}

/// The HTML part by itself, without script and with links that open outside of
/// their frame.
async fn html(State(store): Mails, Path(number): Path<u64>) -> Response {
    let Some(mail) = find(&store, number) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let page = mail
        .html
        .replacen("<head>", "<head><base target=\"_top\">", 1);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response()
}

fn find(store: &Store, number: u64) -> Option<ReceivedMail> {
    let mails = store.mails();
    mails.into_iter().find(|mail| mail.number == number)
}

/// Date and time in UTC.
fn at(mail: &ReceivedMail) -> String {
    let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(mail.at);
    httpdate::fmt_http_date(at)
        .trim_end_matches(" GMT")
        .to_owned()
}
