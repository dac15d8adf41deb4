//! The choice of an app's scopes: one row for each resource, one cell for each checkbox.

use super::scope_table::{group, table, title_of};
use super::{Glyph, Icon};
use domain::{
    scope::ScopeSet,
    scope_catalogue::{self, Entry, Kind},
};
use leptos::prelude::*;

/// One checkbox; `word` and `of` together are its name.
fn tick(
    entry: &'static Entry,
    asked: &ScopeSet,
    word: &'static str,
    of: String,
) -> impl IntoView + use<> {
    view! {
        <label class="tick">
            <input type="checkbox" name="scope" value=entry.code checked=asked.contains(entry.code)/>
            <span>{word} <span class="sr">{format!(" {of}")}</span></span>
        </label>
    }
}

fn single(entry: &'static Entry, asked: &ScopeSet) -> impl IntoView + use<> {
    let name = title_of(entry);
    view! {
        <tr>
            <th scope="row">
                <b>{name.clone()}</b>
                " "
                <span class="sub">
                    <code>{entry.code}</code>
                    {format!(" {}", entry.meaning)}
                </span>
            </th>
            <td data-label="" colspan="2">
                {tick(entry, asked, "Ask", format!("for {name}"))}
            </td>
        </tr>
    }
}

fn resource(name: &str, entries: &'static [Entry], asked: &ScopeSet) -> impl IntoView + use<> {
    let cell = |kind, word| match entries.iter().find(|e| e.kind == kind) {
        Some(entry) => tick(entry, asked, word, name.to_lowercase()).into_any(),
        None => view! {
            <span class="mark" data-mark="none">
                <Icon name=Glyph::Minus/>
                <span class="sr">"No such permission exists"</span>
            </span>
        }
        .into_any(),
    };
    let meanings: Vec<_> = entries.iter().map(|e| e.meaning).collect();
    view! {
        <tr>
            <th scope="row">
                <b>{name.to_owned()}</b>
                " "
                <span class="sub">{meanings.join(". ")}</span>
            </th>
            <td>{cell(Kind::Read, "Read")}</td>
            <td>{cell(Kind::Write, "Write")}</td>
        </tr>
    }
}

/// The checkboxes of every documented scope, sent as `scope`. Deprecated and
/// undocumented scopes are offered only if the app asks for them already.
#[component]
pub fn ScopePicker(
    /// The scopes that the app asks for now.
    asked: ScopeSet,
    /// The caption of the table, for screen readers only.
    #[prop(into)]
    caption: String,
) -> AnyView {
    let mut basic = Vec::new();
    let mut data = Vec::new();
    let mut rest = Vec::new();
    for (name, entries) in scope_catalogue::by_resource() {
        match entries.first().map(|e| e.kind) {
            Some(Kind::Basic) => basic.extend(entries.iter().map(|e| single(e, &asked).into_any())),
            Some(Kind::Deprecated) => rest.extend(
                entries
                    .iter()
                    .filter(|e| asked.contains(e.code))
                    .map(|e| single(e, &asked).into_any()),
            ),
            _ => data.push(resource(name, entries, &asked).into_any()),
        }
    }
    rest.extend(asked.iter().filter(|s| s.entry().is_none()).map(|s| {
        let code = s.to_string();
        view! {
            <tr>
                <th scope="row">
                    <b>
                        <code>{code.clone()}</code>
                    </b>
                    " "
                    <span class="sub">"Not in our catalogue"</span>
                </th>
                <td data-label="" colspan="2">
                    <label class="tick">
                        <input type="checkbox" name="scope" value=code.clone() checked=true/>
                        <span>"Ask" <span class="sr">{format!(" for {code}")}</span></span>
                    </label>
                </td>
            </tr>
        }
        .into_any()
    }));
    let groups = [
        ("Sign-in and renewal", basic),
        ("Helpdesk data", data),
        ("Old and unknown", rest),
    ]
    .map(|(title, rows)| (!rows.is_empty()).then(|| group(title.to_owned(), rows)));
    table(caption, groups)
}
