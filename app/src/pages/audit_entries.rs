//! The entries of the audit as sentences, by day.

use super::{
    audit::Data,
    audit_filter::{Query, href},
    row_action::account_href,
};
use crate::{
    address::Address,
    components::{Glyph, Icon, date, time_of_day},
};
use domain::health::Health;
use leptos::prelude::*;
use service::audit::{Action, AuditPage, AuditRow, ByWhom, Outcome, Part};

/// Each day of the page with its entries.
pub(super) fn days(data: &Data, page: &AuditPage) -> AnyView {
    page.rows
        .chunk_by(|a, b| date(a.at) == date(b.at))
        .map(|day| {
            let entries = day.iter().map(|row| entry(data, row)).collect_view();
            view! {
                <h3>{title(data, day)}</h3>
                <ol role="list">{entries}</ol>
            }
        })
        .collect_view()
        .into_any()
}

fn title(data: &Data, day: &[AuditRow]) -> String {
    let date_of_day = day.first().map(|row| date(row.at)).unwrap_or_default();
    if date_of_day == date(data.now) {
        format!("Today · {date_of_day}")
    } else {
        date_of_day
    }
}

fn entry(data: &Data, row: &AuditRow) -> AnyView {
    let id = format!("entry-{}", row.number);
    // A link to the list from this entry on, to be sent to a colleague.
    let there = Query::default().unfolded().after(Some(row.number + 1));
    let link = format!("{}#{id}", href(&data.base(), &there));
    let time = time_of_day(row.at);
    let refused = row.outcome == Outcome::Refused;
    let health = refused.then(|| Health::Limited.code());
    view! {
        <li id=id data-health=health>
            <span class="dot">
                <Icon name=if refused { Glyph::Warn } else { glyph(row.action) }/>
            </span>
            <div>
                <p>{sentence(&data.tenant, row)}</p>
                {more(row)}
                {details(data, row)}
            </div>
            <span class="when">
                <a href=link aria-label=format!("Entry {} of {time}", row.number)>
                    <time datetime=row.at.rfc3339()>{time.clone()}</time>
                </a>
                " "
                <span class="sub">{row.address.clone()}</span>
            </span>
        </li>
    }
    .into_any()
}

/// The sentence: the actor in bold, and the target as a link if it has a page.
fn sentence(tenant: &str, row: &AuditRow) -> AnyView {
    let parts = row.sentence().0.into_iter().map(|part| match part {
        Part::Who(name) => view! { <b>{name}</b> }.into_any(),
        Part::Target(name) => match target_href(tenant, row) {
            Some(address) => view! { <a href=address>{name}</a> }.into_any(),
            None => view! { <b>{name}</b> }.into_any(),
        },
        Part::Words(words) => words.into_any(),
    });
    parts.collect_view().into_any()
}

/// Where the target is shown. If it was removed since, the link leads to the page
/// for things that don't exist.
fn target_href(tenant: &str, row: &AuditRow) -> Option<String> {
    match (row.target_kind.as_str(), row.target.split_once('/')) {
        ("account", Some((app, account))) => Some(account_href(tenant, app, account)),
        ("app", _) => {
            let app = &row.target;
            Some(Address::App { tenant, app }.to_string())
        }
        _ => None,
    }
}

/// A line below the sentence, if there is more to say.
fn more(row: &AuditRow) -> Option<AnyView> {
    let mut parts = Vec::new();
    if row.repeats > 0 {
        parts.push(format!(
            "and {} more like it since the entry before",
            row.repeats
        ));
    }
    parts.extend(row.actor_email.clone());
    (!parts.is_empty()).then(|| view! { <p>{parts.join(" · ")}</p> }.into_any())
}

/// What the entry holds word for word, behind a disclosure.
fn details(data: &Data, row: &AuditRow) -> AnyView {
    let outcome = match row.outcome {
        Outcome::Done => "done",
        Outcome::Refused => "refused",
    };
    let mut words = format!("Entry {}: {}, {outcome}", row.number, row.action.code());
    if !row.detail.is_empty() {
        words.push_str(&format!("; {}", row.detail));
    }
    let by = match (row.actor_kind.as_str(), row.actor_id) {
        ("person", Some(id)) => Some(ByWhom::Person(id)),
        ("api_token", Some(id)) => Some(ByWhom::ApiToken(id)),
        _ => None,
    };
    let theirs = by.map(|by| {
        let query = Query {
            actor: Some(by),
            ..Query::default()
        };
        view! {
            " "
            <a href=href(&data.base(), &query)>"Everything by them"</a>
        }
    });
    let about = (!row.target.is_empty()).then(|| {
        let query = Query {
            target: row.target.clone(),
            ..Query::default()
        };
        view! {
            " "
            <a href=href(&data.base(), &query)>{format!("Everything about {}", row.target)}</a>
        }
    });
    view! {
        <details class="more">
            <summary><Icon name=Glyph::Chevron/> "Details" <span class="sr">{format!(" of entry {}", row.number)}</span></summary>
            <p class="sub">
                {words} {theirs} {about}
            </p>
        </details>
    }
    .into_any()
}

/// What was left out of the page, and where it is shown.
pub(super) fn folded(data: &Data, page: &AuditPage) -> Option<AnyView> {
    let folded = page.folded;
    let count = |number: u64, one: &str, many: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {many}")),
    };
    let counts: Vec<_> = [
        count(folded.sign_ins, "sign-in", "sign-ins"),
        count(folded.reads, "entry of reads", "entries of reads"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if counts.is_empty() {
        return None;
    }
    let least = if folded.more { "More than " } else { "" };
    let words = format!("{least}{} folded away.", counts.join(" and "));
    let all = href(&data.base(), &data.query.unfolded());
    let line = view! {
        <p class="body sub">
            {words} " " <a href=all>"Show them"</a>
        </p>
    };
    Some(line.into_any())
}

/// The icon of an action, by what it is about: the first word of its code.
fn glyph(action: Action) -> Glyph {
    match action.code().split('.').next() {
        Some("person") => Glyph::User,
        Some("app") => Glyph::Apps,
        Some("api_token") => Glyph::Api,
        Some("link") => Glyph::Link,
        Some("connection") => Glyph::Accounts,
        Some("keys") => Glyph::Key,
        Some("tenant") => Glyph::Building,
        _ => Glyph::Audit,
    }
}
