//! The scopes of one account: one row for each resource, with a mark and a word in each cell.

use super::{Glyph, Icon};
use domain::{
    health::Health,
    scope::{Scope, ScopeSet},
    scope_catalogue::{self, Entry, Kind},
};
use leptos::prelude::*;

/// The state of one scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeMark {
    /// Requested and granted.
    Granted,
    /// Requested, and covered only by `write:all`.
    Covered,
    /// Requested and not covered.
    Missing,
    /// Granted and not requested.
    Extra,
    /// Granted, and announced to be removed by Gorgias.
    Deprecated,
    /// Neither requested nor granted.
    NotAsked,
    /// Gorgias has no such scope.
    None,
}

impl ScopeMark {
    /// The mark of one scope.
    pub(crate) fn of(scope: &Scope, requested: &ScopeSet, granted: &ScopeSet) -> Self {
        let (asked, given) = (
            requested.contains(scope.as_str()),
            granted.contains(scope.as_str()),
        );
        let deprecated = scope.entry().is_some_and(|e| e.kind == Kind::Deprecated);
        match (asked, given) {
            (_, true) if deprecated => Self::Deprecated,
            (true, true) => Self::Granted,
            (false, true) => Self::Extra,
            (true, false) if granted.covers(scope) => Self::Covered,
            (true, false) => Self::Missing,
            (false, false) => Self::NotAsked,
        }
    }

    const fn looks(self) -> (Option<Health>, Option<&'static str>, Glyph, &'static str) {
        match self {
            Self::Granted => (
                Some(Health::Working),
                Some("granted"),
                Glyph::Working,
                "Granted",
            ),
            Self::Covered => (Some(Health::Limited), None, Glyph::Working, "By write:all"),
            Self::Missing => (Some(Health::Limited), None, Glyph::Limited, "Missing"),
            Self::Extra => (Some(Health::Retrying), None, Glyph::Plus, "Extra"),
            Self::Deprecated => (Some(Health::StoppingSoon), None, Glyph::StoppingSoon, "Old"),
            Self::NotAsked => (None, Some("none"), Glyph::Minus, "Not asked"),
            Self::None => (None, Some("none"), Glyph::Minus, ""),
        }
    }
}

/// The cells of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeCells {
    /// A resource: reading and changing.
    Resource {
        /// The scope to read.
        read: ScopeMark,
        /// The scope to change.
        write: ScopeMark,
    },
    /// A single scope.
    One(ScopeMark),
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeRow {
    /// The resource, or the scope's own name.
    pub name: String,
    /// The scope's code, where the row is one scope.
    pub code: Option<String>,
    /// What it allows.
    pub meaning: String,
    /// The marks of its scopes.
    pub cells: ScopeCells,
}

/// Rows under one title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeGroup {
    /// "Sign-in and renewal".
    pub title: String,
    /// Its rows.
    pub rows: Vec<ScopeRow>,
}

/// The row of one resource, unless neither of its scopes is requested or granted.
fn resource_row(
    name: &str,
    entries: &[Entry],
    requested: &ScopeSet,
    granted: &ScopeSet,
) -> Option<ScopeRow> {
    let mark = |kind| {
        entries
            .iter()
            .find(|e| e.kind == kind)
            .map_or(ScopeMark::None, |e| {
                ScopeMark::of(&e.scope(), requested, granted)
            })
    };
    let (read, write) = (mark(Kind::Read), mark(Kind::Write));
    let idle = |m| matches!(m, ScopeMark::NotAsked | ScopeMark::None);
    let used = |e: &&Entry| requested.contains(e.code) || granted.contains(e.code);
    let meanings: Vec<_> = entries.iter().filter(used).map(|e| e.meaning).collect();
    (!idle(read) || !idle(write)).then(|| ScopeRow {
        name: name.to_owned(),
        code: None,
        meaning: meanings.join(". "),
        cells: ScopeCells::Resource { read, write },
    })
}

/// The row of a single scope.
fn single_row(scope: &Scope, requested: &ScopeSet, granted: &ScopeSet) -> ScopeRow {
    let mark = ScopeMark::of(scope, requested, granted);
    let (name, meaning) = match scope.entry() {
        Some(e) => (title_of(e), e.meaning.to_owned()),
        None => (
            scope.to_string(),
            "Not in our catalogue: Gorgias may have added it lately".to_owned(),
        ),
    };
    ScopeRow {
        code: scope.entry().map(|e| e.code.to_owned()),
        name,
        meaning,
        cells: ScopeCells::One(mark),
    }
}

/// The name of a scope that belongs to no resource.
pub(super) fn title_of(entry: &Entry) -> String {
    match entry.code {
        "openid" => "Identity",
        "email" => "E-mail",
        "profile" => "Profile",
        "offline" => "Renewal",
        _ => entry.resource,
    }
    .to_owned()
}

/// All requested and granted scopes by resource; other scopes are left out.
pub fn scope_groups(requested: &ScopeSet, granted: &ScopeSet) -> Vec<ScopeGroup> {
    let mut basic = Vec::new();
    let mut data = Vec::new();
    let mut rest = Vec::new();
    for (name, entries) in scope_catalogue::by_resource() {
        for e in entries.iter().filter(|e| !e.scope().is_of_resource()) {
            if requested.contains(e.code) || granted.contains(e.code) {
                let row = single_row(&e.scope(), requested, granted);
                if e.kind == Kind::Basic {
                    basic.push(row)
                } else {
                    rest.push(row)
                }
            }
        }
        data.extend(resource_row(name, entries, requested, granted));
    }
    let unknown = requested
        .iter()
        .chain(granted.iter().filter(|s| !requested.contains(s.as_str())));
    rest.extend(
        unknown
            .filter(|s| s.entry().is_none())
            .map(|s| single_row(s, requested, granted)),
    );
    [
        ("Sign-in and renewal", basic),
        ("Helpdesk data", data),
        ("Old and unknown", rest),
    ]
    .into_iter()
    .filter(|(_, rows)| !rows.is_empty())
    .map(|(title, rows)| ScopeGroup {
        title: title.to_owned(),
        rows,
    })
    .collect()
}

fn mark_view(mark: ScopeMark) -> impl IntoView {
    let (health, data_mark, icon, word) = mark.looks();
    let word = match mark {
        ScopeMark::None => view! { <span class="sr">"No such permission exists"</span> }.into_any(),
        _ => word.into_any(),
    };
    view! {
        <span class="mark" data-health=health.map(Health::code) data-mark=data_mark>
            <Icon name=icon/>
            {word}
        </span>
    }
}

fn row_view(row: ScopeRow) -> impl IntoView {
    let cells = match row.cells {
        ScopeCells::Resource { read, write } => view! {
            <td data-label="Read">{mark_view(read)}</td>
            <td data-label="Write">{mark_view(write)}</td>
        }
        .into_any(),
        ScopeCells::One(mark) => view! {
            <td data-label="Granted" colspan="2">
                {mark_view(mark)}
            </td>
        }
        .into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                <b>{row.name}</b>
                " "
                <span class="sub">
                    {row
                        .code
                        .map(|code| {
                            view! {
                                <code>{code}</code>
                                ": "
                            }
                        })} {row.meaning}
                </span>
            </th>
            {cells}
        </tr>
    }
}

/// A group of rows with its title.
pub(super) fn group<V: IntoView>(title: String, rows: V) -> impl IntoView + use<V> {
    view! {
        <tbody>
            <tr class="group">
                <th scope="rowgroup" colspan="3">
                    {title}
                </th>
            </tr>
            {rows}
        </tbody>
    }
}

/// A table of scopes, one row for each resource.
pub(super) fn table<V: IntoView>(caption: String, groups: V) -> AnyView {
    view! {
        <div class="table-wrap">
            <table class="table scopes">
                <caption class="sr">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Resource"</th>
                        <th scope="col">"Read"</th>
                        <th scope="col">"Write"</th>
                    </tr>
                </thead>
                {groups}
            </table>
        </div>
    }
    .into_any()
}

/// Requested and granted, missing and extra, by resource.
#[component]
pub fn ScopeTable(
    /// The caption of the table, for screen readers only.
    #[prop(into)]
    caption: String,
    /// The rows; see [`scope_groups`].
    groups: Vec<ScopeGroup>,
) -> AnyView {
    let rows = |g: ScopeGroup| group(g.title, g.rows.into_iter().map(row_view).collect_view());
    table(caption, groups.into_iter().map(rows).collect_view())
}
