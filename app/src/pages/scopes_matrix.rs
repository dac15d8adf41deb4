//! Accounts × permissions.

use super::{
    row_action::account_href,
    scopes::{Data, href},
};
use crate::components::{Glyph, Icon, Panel, ScopeMark};
use domain::{
    health::Health,
    scope::Scope,
    scope_catalogue::Kind,
    scope_plan::{Basis, GrantedScopes, Move},
};
use leptos::prelude::*;
use service::connections::{
    permissions::{AskedScope, PermissionsPage, PermissionsQuery},
    row::AccountRow,
};

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Mark(ScopeMark),
    /// It is asked for, and it isn't known whether it was granted.
    NotKnown,
}

impl Cell {
    fn of(one: &AskedScope, row: &AccountRow, page: &PermissionsPage) -> Self {
        let mark = ScopeMark::of(&one.scope, &page.app.requested, &row.granted);
        match mark {
            ScopeMark::Missing if row.scopes_unknown => Self::NotKnown,
            mark => Self::Mark(mark),
        }
    }

    /// Its colour, its icon and its words.
    const fn looks(self) -> (Option<Health>, Glyph, &'static str) {
        match self {
            Self::Mark(ScopeMark::Granted) => (Some(Health::Working), Glyph::Working, "Granted"),
            Self::Mark(ScopeMark::Covered) => {
                (Some(Health::Working), Glyph::Done, "Through write:all")
            }
            Self::Mark(ScopeMark::Missing) => (Some(Health::Limited), Glyph::Limited, "Missing"),
            Self::Mark(ScopeMark::Extra) => (Some(Health::Retrying), Glyph::Plus, "Extra"),
            Self::Mark(ScopeMark::Deprecated) => {
                (Some(Health::StoppingSoon), Glyph::StoppingSoon, "Old")
            }
            Self::Mark(ScopeMark::NotAsked | ScopeMark::None) => (None, Glyph::Minus, "Not asked"),
            Self::NotKnown => (Some(Health::Unchecked), Glyph::Unchecked, "Not known"),
        }
    }
}

/// What the legend explains. “Not known” explains itself where it stands.
const LEGEND: [Cell; 6] = [
    Cell::Mark(ScopeMark::Granted),
    Cell::Mark(ScopeMark::Covered),
    Cell::Mark(ScopeMark::Missing),
    Cell::Mark(ScopeMark::Extra),
    Cell::Mark(ScopeMark::Deprecated),
    Cell::Mark(ScopeMark::NotAsked),
];

/// The columns of one resource.
struct Group<'a> {
    title: &'static str,
    scopes: &'a [AskedScope],
}

fn title(scope: &Scope) -> &'static str {
    match scope.entry() {
        None => "Unknown",
        Some(entry) => match entry.kind {
            Kind::Basic => "Sign-in",
            Kind::Deprecated => "Old",
            Kind::Read | Kind::Write => entry.resource,
        },
    }
}

fn groups(page: &PermissionsPage) -> Vec<Group<'_>> {
    let groups = page
        .plan
        .scopes
        .chunk_by(|a, b| title(&a.scope) == title(&b.scope));
    groups
        .filter_map(|scopes| {
            let title = title(&scopes.first()?.scope);
            Some(Group { title, scopes })
        })
        .collect()
}

/// A column's title; the scope's code follows for screen readers.
fn column(scope: &Scope) -> String {
    let Some(entry) = scope.entry() else {
        return scope.to_string();
    };
    match (entry.kind, entry.code) {
        (Kind::Read, _) => "Read",
        (Kind::Write, _) => "Write",
        (Kind::Deprecated, _) => "All",
        (Kind::Basic, "openid") => "Identity",
        (Kind::Basic, "email") => "E-mail",
        (Kind::Basic, "profile") => "Profile",
        (Kind::Basic, _) => "Renew",
    }
    .to_owned()
}

/// Cells for each column; the first of each resource has a line before it.
fn cells<T: IntoView>(
    groups: &[Group<'_>],
    cell: impl Fn(&AskedScope, Option<&'static str>) -> T,
) -> Vec<T> {
    let mut all = Vec::new();
    for group in groups {
        for (place, one) in group.scopes.iter().enumerate() {
            all.push(cell(one, (place == 0).then_some("edge")));
        }
    }
    all
}

pub(super) fn panel(data: &Data, page: &PermissionsPage) -> AnyView {
    let groups = groups(page);
    let legend = LEGEND.into_iter().map(|cell| {
        let (health, icon, words) = cell.looks();
        let health = health.map(Health::code);
        view! {
            <span class="mark" data-health=health>
                <Icon name=icon/>
                {words}
            </span>
        }
    });
    let aside = view! { <span class="legend">{legend.collect_view()}</span> }.into_any();
    let caption = format!(
        "Accounts of {}, and the permissions each has given",
        page.app.name
    );
    let rows = page
        .rows
        .iter()
        .map(|row| account(data, page, &groups, row))
        .collect_view();
    let (head, foot) = (head(&groups), foot(page, &groups));
    view! {
        <Panel id="who" title="Who has given what" aside footer=pages(data, page)>
            <div class="table-wrap">
                <div class="scroll" tabindex="0" role="region" aria-label="Accounts and permissions, table">
                    <table class="table matrix">
                        <caption class="sr">{caption}</caption>
                        {head}
                        <tbody>{rows}</tbody>
                        {foot}
                    </table>
                </div>
            </div>
        </Panel>
    }
    .into_any()
}

fn head(groups: &[Group<'_>]) -> AnyView {
    let titles = groups.iter().map(|group| {
        view! {
            <th scope="colgroup" colspan=group.scopes.len().to_string() class="edge">
                {group.title}
            </th>
        }
    });
    let columns = cells(groups, |one, class| {
        let code = one.scope.entry().map(|entry| format!(" {}", entry.code));
        view! {
            <th scope="col" class=class>
                {column(&one.scope)}
                {code.map(|code| view! { <span class="sr">{code}</span> })}
            </th>
        }
    });
    view! {
        <thead>
            <tr>
                <td class="c-name"></td>
                <td class="c-plan"></td>
                {titles.collect_view()}
            </tr>
            <tr>
                <th scope="col" class="c-name">
                    "Account"
                </th>
                <th scope="col" class="c-plan">
                    "To the list of now"
                </th>
                {columns}
            </tr>
        </thead>
    }
    .into_any()
}

/// How the account comes to what is asked for, and why.
fn way(page: &PermissionsPage, row: &AccountRow) -> AnyView {
    let basis = if row.scopes_unknown {
        Basis::Unknown
    } else {
        Basis::Told
    };
    let granted = GrantedScopes {
        basis,
        scopes: row.granted.clone(),
    };
    let asked = page.app.requested.len();
    let (icon, health, words, why) = match granted.way_to(&page.app.requested) {
        Some(Move::AsAsked) => (Glyph::Done, None, "As asked", format!("has all {asked}")),
        Some(Move::Silent) => (Glyph::Working, None, "Silent", "no prompt".to_owned()),
        Some(Move::WithClick) | None if row.scopes_unknown => (
            Glyph::Hand,
            Some(Health::Limited),
            "Needs a click",
            "not known".to_owned(),
        ),
        Some(Move::WithClick) | None => (
            Glyph::Hand,
            Some(Health::Limited),
            "Needs a click",
            format!("{} missing", row.missing.len()),
        ),
    };
    view! {
        <span class="badge" data-health=health.map(Health::code)>
            <Icon name=icon/>
            {words}
        </span>
        <br/>
        <span class="sub">{why}</span>
    }
    .into_any()
}

fn account(data: &Data, page: &PermissionsPage, groups: &[Group<'_>], row: &AccountRow) -> AnyView {
    let href = account_href(&data.tenant, page.app.slug.as_str(), row.subdomain.as_str());
    let subdomain = row.customer.as_ref().map(|_| {
        view! {
            " "
            <span class="sub">{row.subdomain.to_string()}</span>
        }
    });
    let cells = cells(groups, |one, class| {
        let (health, icon, words) = Cell::of(one, row, page).looks();
        view! {
            <td class=class data-health=health.map(Health::code)>
                <Icon name=icon/>
                <span class="sr">{words}</span>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row" class="c-name">
                <a class="name" href=href>
                    {row.title().to_owned()}
                </a>
                {subdomain}
            </th>
            <td class="c-plan">{way(page, row)}</td>
            {cells}
        </tr>
    }
    .into_any()
}

/// How many accounts of all pages lack each permission, or have it beyond what is asked.
fn foot(page: &PermissionsPage, groups: &[Group<'_>]) -> AnyView {
    let cells = cells(groups, |one, class| {
        let old = title(&one.scope) == "Old";
        let words = match (one.asked, old) {
            (_, true) => format!("{} old", one.granted),
            (true, false) => one.missing.to_string(),
            (false, false) => format!("{} extra", one.granted),
        };
        view! { <td class=class>{words}</td> }
    });
    view! {
        <tfoot>
            <tr>
                <th scope="row" class="c-name">
                    "Missing at"
                </th>
                <td class="c-plan">{format!("of {}", page.plan.total)}</td>
                {cells}
            </tr>
        </tfoot>
    }
    .into_any()
}

fn pages(data: &Data, page: &PermissionsPage) -> AnyView {
    let slug = page.app.slug.as_str();
    let at = |after: Option<String>| {
        let wanted = PermissionsQuery {
            after,
            ..data.wanted.clone()
        };
        href(&data.tenant, slug, &wanted)
    };
    let of = match (data.wanted.q.as_str(), data.wanted.filter) {
        ("", None) => format!(" of {}", page.plan.total),
        ("", Some(filter)) => format!(" of {}", page.plan.count(filter)),
        _ => String::new(),
    };
    let link = |href: String, rel: &'static str, words: &'static str| {
        view! {
            <a class="button" data-size="small" href=href rel=rel>
                {words}
            </a>
        }
    };
    let first = data.wanted.after.is_some();
    let next = page.next.clone();
    view! {
        <span>{format!("{}{of} shown, by name", page.rows.len())}</span>
        <span class="actions">
            {first.then(|| link(at(None), "first", "First page"))}
            {next.map(|next| link(at(Some(next)), "next", "Next"))}
        </span>
    }
    .into_any()
}
