//! The mailbox as pages, and its part of the control API.

use super::{ReceivedMail, Store};
use crate::page::{Place, counted, escaped, with_navigation};
use axum::{
    Form, Json, Router,
    extract::{Path, Query, State},
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
        .route("/mailbox", get(newest))
        .route("/mailbox/{number}", get(one))
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

/// What a mailbox page is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
struct Wanted {
    /// Part of a subject or an address.
    #[serde(default)]
    q: String,
    /// The form in which the mail is shown.
    #[serde(default, rename = "as")]
    form: MailForm,
}

/// A form of a mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MailForm {
    #[default]
    Html,
    Text,
    Source,
}

impl MailForm {
    const ALL: [Self; 3] = [Self::Html, Self::Text, Self::Source];

    const fn code(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Text => "text",
            Self::Source => "source",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Html => "HTML",
            Self::Text => "Text",
            Self::Source => "Source",
        }
    }
}

async fn newest(State(store): Mails, Query(wanted): Query<Wanted>) -> Response {
    let found = matching(&store, &wanted.q);
    let open = found.first().cloned();
    page(&store, &wanted, &found, open.as_ref())
}

async fn one(
    State(store): Mails,
    Path(number): Path<u64>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let Some(mail) = find(&store, number) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let found = matching(&store, &wanted.q);
    page(&store, &wanted, &found, Some(&mail))
}

/// The mails that have this in their subject or an address, newest first.
fn matching(store: &Store, q: &str) -> Vec<ReceivedMail> {
    let q = q.trim().to_lowercase();
    let mut mails = store.mails();
    mails.reverse();
    mails.retain(|mail| {
        [
            &mail.subject,
            &mail.from.0,
            &mail.from.1,
            &mail.to.0,
            &mail.to.1,
        ]
        .iter()
        .any(|text| text.to_lowercase().contains(&q))
    });
    mails
}

fn page(
    store: &Store,
    wanted: &Wanted,
    found: &[ReceivedMail],
    open: Option<&ReceivedMail>,
) -> Response {
    let today = day(store.now());
    let title = open.map_or("Mailbox", |mail| mail.subject.as_str());
    let body = format!(
        "<h1 class=\"sr\">Mailbox</h1>\n<div class=\"split\"><div>{}{}</div><div>{}</div></div>",
        list(wanted, found, open, &today),
        behaviour(store),
        open.map_or_else(String::new, |mail| opened(mail, wanted)),
    );
    Html(with_navigation(true, Place::Mailbox, title, &body)).into_response()
}

fn list(
    wanted: &Wanted,
    found: &[ReceivedMail],
    open: Option<&ReceivedMail>,
    today: &str,
) -> String {
    let mut items = String::new();
    for mail in found {
        let current = if open.is_some_and(|open| open.number == mail.number) {
            " aria-current=\"true\""
        } else {
            ""
        };
        let _ = writeln!(
            items,
            r#"<li><a href="{address}"{current}><span><span class="name">{subject}</span><span class="sub">{at}</span></span><span>{from}<br>To {to}</span></a></li>"#,
            address = escaped(&address(mail.number, wanted, MailForm::Html)),
            subject = escaped(&mail.subject),
            at = short(mail.at, today),
            from = escaped(name(&mail.from)),
            to = escaped(&mail.to.1),
        );
    }
    let content = match (items.is_empty(), wanted.q.is_empty()) {
        (false, _) => format!("<ul class=\"pick\" role=\"list\">\n{items}</ul>"),
        (true, true) => {
            r#"<p class="body">No mail yet. What Mooring sends appears here.</p>"#.to_owned()
        }
        (true, false) => {
            r#"<p class="body">No mail matches. <a href="/mailbox">Show all</a></p>"#.to_owned()
        }
    };
    format!(
        r#"<section class="panel" aria-labelledby="box"><header><h2 id="box">Mailbox</h2><span class="sub">{count}</span></header>
<form class="body" role="search" action="/mailbox"><input type="search" name="q" value="{q}" aria-label="Subject or address" placeholder="Subject or address"></form>
{content}</section>"#,
        count = counted(found.len(), "mail", "mails"),
        q = escaped(&wanted.q),
    )
}

fn behaviour(store: &Store) -> String {
    let behaviour = store.behaviour();
    let refuses: Vec<_> = behaviour.refuses.iter().map(String::as_str).collect();
    format!(
        r#"<section class="panel" aria-labelledby="mend"><header><h2 id="mend">Break and mend</h2></header>
<form method="post" action="/mailbox/behaviour"><div class="body">
<p><label><input type="checkbox" name="defers" value="on"{checked}> Put every mail off <span class="sub">451, as if the server were busy</span></label></p>
<p><label>Refuse these domains <span class="sub">550, as if the mailbox were gone</span> <input name="refuses" value="{refuses}"></label></p>
</div><footer><button type="submit">Save</button><button type="submit" name="empty" value="on" class="button" data-kind="quiet">Empty the mailbox</button></footer></form></section>"#,
        checked = if behaviour.defers { " checked" } else { "" },
        refuses = escaped(&refuses.join(" ")),
    )
}

fn opened(mail: &ReceivedMail, wanted: &Wanted) -> String {
    let mut forms = String::new();
    for form in MailForm::ALL {
        let current = if form == wanted.form {
            " aria-current=\"true\""
        } else {
            ""
        };
        let _ = write!(
            forms,
            r#"<a href="{}"{current}>{}</a>"#,
            escaped(&address(mail.number, wanted, form)),
            form.label()
        );
    }
    let content = match wanted.form {
        MailForm::Html => format!(
            r#"<iframe title="The mail" src="/mailbox/{}/html" sandbox="allow-popups allow-top-navigation-by-user-activation"></iframe>"#,
            mail.number
        ),
        MailForm::Text => format!(r#"<pre class="mail">{}</pre>"#, with_links(&mail.text)),
        MailForm::Source => format!(r#"<pre class="mail">{}</pre>"#, escaped(&mail.source)),
    };
    let reply_to = mail.reply_to.as_deref().unwrap_or("The sender");
    format!(
        r#"<section class="panel" aria-labelledby="subject"><header><h2 id="subject">{subject}</h2><nav class="seg" aria-label="Form of the mail">{forms}</nav></header>
<dl class="body facts"><div><dt>From</dt><dd>{from_name}</dd><dd>{from}</dd></div><div><dt>To</dt><dd>{to}</dd></div><div><dt>Answers go to</dt><dd>{reply_to}</dd></div><div><dt>Came</dt><dd>{at} UTC</dd></div></dl>
{content}</section>"#,
        subject = escaped(&mail.subject),
        from_name = escaped(name(&mail.from)),
        from = escaped(&mail.from.1),
        to = escaped(&mail.to.1),
        reply_to = escaped(reply_to),
        at = at(mail.at),
    )
}

/// The text with its addresses as links.
fn with_links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        let rest = &part[word.len()..];
        if word.starts_with("http://") || word.starts_with("https://") {
            let word = escaped(word);
            let _ = write!(out, r#"<a href="{word}">{word}</a>"#);
        } else {
            out.push_str(&escaped(word));
        }
        out.push_str(rest);
    }
    out
}

/// The address of a mail's page, in this form.
fn address(number: u64, wanted: &Wanted, form: MailForm) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !wanted.q.is_empty() {
        query.append_pair("q", &wanted.q);
    }
    if form != MailForm::Html {
        query.append_pair("as", form.code());
    }
    match query.finish() {
        query if query.is_empty() => format!("/mailbox/{number}"),
        query => format!("/mailbox/{number}?{query}"),
    }
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

fn name((name, address): &(String, String)) -> &str {
    if name.is_empty() { address } else { name }
}

/// Date and time in UTC, such as `Tue, 24 Nov 2026 10:41:07`.
fn at(seconds: u64) -> String {
    let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    httpdate::fmt_http_date(at)
        .trim_end_matches(" GMT")
        .to_owned()
}

/// The day in UTC, such as `24 Nov 2026`.
fn day(seconds: u64) -> String {
    at(seconds).chars().skip(5).take(11).collect()
}

/// The hour if it is of today, else the day.
fn short(seconds: u64, today: &str) -> String {
    if day(seconds) == today {
        at(seconds).chars().skip(17).take(5).collect()
    } else {
        day(seconds).chars().take(6).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_of_today_show_the_hour_and_others_the_day() {
        let at = 1_795_344_067;
        assert_eq!(super::at(at), "Sun, 22 Nov 2026 10:41:07");
        assert_eq!(short(at, "22 Nov 2026"), "10:41");
        assert_eq!(short(at, "23 Nov 2026"), "22 Nov");
    }

    #[test]
    fn only_addresses_become_links_and_nothing_becomes_markup() {
        let shown = with_links("See\n<b> http://a.example/?x=1&y=2\n");
        assert_eq!(
            shown,
            "See\n&lt;b&gt; <a href=\"http://a.example/?x=1&amp;y=2\">http://a.example/?x=1&amp;y=2</a>\n"
        );
    }
}
