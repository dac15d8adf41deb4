//! `/t/{tenant}/accounts`: all accounts, with search, filters, sorting and pages.

use super::{
    PageError, PageParams,
    accounts_filter::{self, Choices, Parameters, changed, href, is_filtered},
    outcome,
    row_action::{May, account_href, row_action},
    show,
};
use crate::{
    address::Address,
    components::{
        Choice, Dir, Empty, Glyph, HealthBadge, HealthHistory, Kind, LinkButton, LoadFailed,
        NavItem, NoMatch, PageHead, SortHeader, Tab, Tabs, TimeOr,
    },
    context::PageContext,
    form_state::FormState,
    frame::{self, page_chrome},
    islands::Live,
    shell::SignedInLayout,
};
use domain::{
    health::Health,
    scope::{Scope, ScopeSet},
    time::Timestamp,
};
use leptos::prelude::*;
use service::{
    apps::list::AppRow,
    connections::{
        list::{self, ListError, ListPage, ListQuery, Sort},
        row::AccountRow,
    },
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let query = ListQuery::from(address.query::<Parameters>());
    let around = page_chrome(&context, &actor, NavItem::Accounts).await;
    let page = list::list(&actor, &query).await.map_err(|error| {
        if let ListError::Internal(fault) = &error {
            tracing::error!(error = %fault, "the accounts list could not be loaded");
        }
        Failed {
            cursor: matches!(error, ListError::BadCursor),
        }
    });
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        now: context.services.now(),
        may: May::of(&actor),
        counts: around.apps.as_deref().map(frame::sum),
        choices: choices(around.apps.as_deref().unwrap_or_default()),
        page,
        query,
    };
    let said = outcome::outcome(context.outcome.as_ref(), &FormState::default());
    let here = href(&data.base(), &data.query);
    let stream = Address::Live {
        tenant: &data.tenant,
    }
    .to_string();
    let live = view! { <Live stream page=here connection=String::new()/> }.into_any();
    Ok(view! {
        <SignedInLayout frame=around.frame title="Accounts" islands=true wide=true live=live>
            {said}
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

fn choices(apps: &[AppRow]) -> Choices {
    let all: ScopeSet = apps
        .iter()
        .flat_map(|row| row.app.requested.iter().cloned())
        .collect();
    Choices {
        health: frame::sum(apps),
        apps: apps
            .iter()
            .map(|row| {
                Choice::new(row.app.slug.as_str(), row.app.name.clone()).count(row.counts.total())
            })
            .collect(),
        scopes: all
            .iter()
            .filter(|s: &&Scope| s.is_of_resource())
            .cloned()
            .collect(),
    }
}

/// Why there are no rows to show.
pub(super) struct Failed {
    /// The address has the cursor of another list.
    pub cursor: bool,
}

pub(super) struct Data {
    pub tenant: String,
    pub now: Timestamp,
    pub may: May,
    /// How many accounts are in which state; `None` if unknown.
    pub counts: Option<Vec<(Health, u64)>>,
    pub choices: Choices,
    pub page: Result<ListPage, Failed>,
    pub query: ListQuery,
}

impl Data {
    fn base(&self) -> String {
        Address::Accounts {
            tenant: &self.tenant,
        }
        .to_string()
    }

    fn count(&self, of: Health) -> u64 {
        self.counts
            .iter()
            .flatten()
            .filter(|(h, _)| *h == of)
            .map(|(_, n)| n)
            .sum()
    }

    fn total(&self) -> u64 {
        self.counts.iter().flatten().map(|(_, n)| n).sum()
    }

    /// A sentence that says what wasn't found.
    fn no_match(&self) -> String {
        let state = self.query.health.map(|h| format!(" that is {}", h.label()));
        let q = Some(&self.query.q)
            .filter(|q| !q.is_empty())
            .map(|q| format!(" with “{q}”"));
        let scope = self
            .query
            .scope
            .as_ref()
            .map(|s| format!(" that has granted {s}"));
        format!(
            "There is no account{}{}{}.",
            q.unwrap_or_default(),
            state.unwrap_or_default(),
            scope.unwrap_or_default()
        )
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let base = data.base();
    let actions = data.may.send_links.then(|| {
        view! {
            <LinkButton href=Address::Connect { tenant: &data.tenant }.to_string() kind=Kind::Primary icon=Glyph::Plus>
                "Connect an account"
            </LinkButton>
        }
        .into_any()
    });
    let nothing_yet = data.counts.is_some() && data.total() == 0;
    view! {
        <PageHead title="Accounts" actions=actions.into_any()/>
        {(!nothing_yet).then(|| tabs(data))}
        {(!nothing_yet).then(|| accounts_filter::toolbar(&base, &data.query, &data.choices))}
        {match &data.page {
            Ok(page) if page.rows.is_empty() => none(data),
            Ok(page) => table(data, page),
            Err(failed) => not_loaded(data, failed),
        }}
    }
    .into_any()
}

/// The most used views; the other states are in a menu.
fn tabs(data: &Data) -> Option<AnyView> {
    data.counts.as_ref()?;
    let base = data.base();
    let items = [
        ("All", None),
        ("Waiting for the customer", Some(Health::NotConnected)),
        ("Fine", Some(Health::Working)),
    ]
    .into_iter()
    .map(|(label, health)| {
        let count = health.map_or_else(|| data.total(), |h| data.count(h));
        Tab::new(label, changed(&base, &data.query, |q| q.health = health))
            .count(count)
            .current(data.query.health == health)
    })
    .collect();
    Some(view! { <Tabs label="Views" items/> }.into_any())
}

fn none(data: &Data) -> AnyView {
    if is_filtered(&data.query) || data.query.after.is_some() {
        let clear = href(
            &data.base(),
            &ListQuery {
                sort: data.query.sort,
                ..ListQuery::default()
            },
        );
        return view! { <NoMatch what=data.no_match() clear/> }.into_any();
    }
    let action = data.may.send_links.then(|| {
        view! {
            <LinkButton href=Address::Connect { tenant: &data.tenant }.to_string()>"Connect the first"</LinkButton>
        }
    });
    view! {
        <Empty icon=Glyph::Accounts title="Nothing connected yet" action=action.into_any()>
            <p>"Accounts appear here as customers install your app, with their health and what to do."</p>
        </Empty>
    }
    .into_any()
}

fn not_loaded(data: &Data, failed: &Failed) -> AnyView {
    let (what, why, retry) = if failed.cursor {
        (
            "This page of the list isn’t known.",
            "Its address may be cut, or belong to another order.",
            changed(&data.base(), &data.query, |_| ()),
        )
    } else {
        (
            "The list couldn’t be loaded.",
            "The database didn’t answer as it should. Your filters are kept.",
            href(&data.base(), &data.query),
        )
    };
    view! { <LoadFailed what why retry/> }.into_any()
}

fn sort_header(
    data: &Data,
    label: &'static str,
    sort: Sort,
    dir: Dir,
    class: &'static str,
) -> AnyView {
    let href = changed(&data.base(), &data.query, |q| q.sort = sort);
    if data.query.sort == sort {
        view! { <SortHeader label href dir class/> }.into_any()
    } else {
        view! { <SortHeader label href class/> }.into_any()
    }
}

fn table(data: &Data, page: &ListPage) -> AnyView {
    let order = match data.query.sort {
        Sort::Worst => "worst first",
        Sort::Name => "sorted by name",
        Sort::Changed => "last change first",
    };
    view! {
        <div class="table-wrap" data-live="accounts">
            <table class="table accounts">
                <caption class="sr">{format!("Connected Gorgias accounts, {order}")}</caption>
                <thead>
                    <tr>
                        {sort_header(data, "Account", Sort::Name, Dir::Ascending, "c-name")}
                        {sort_header(data, "Health", Sort::Worst, Dir::Descending, "c-health")}
                        <th scope="col" class="c-app">
                            "App"
                        </th>
                        <th scope="col">"Last fine"</th>
                        <th scope="col" class="c-history">
                            "14 days"
                        </th>
                        <td>
                            <span class="sr">"Action"</span>
                        </td>
                    </tr>
                </thead>
                <tbody>{page.rows.iter().map(|row| table_row(data, row)).collect_view()}</tbody>
            </table>
        </div>
        {pager(data, page)}
    }
    .into_any()
}

/// A second line below the reason: facts that are not part of the state.
fn second_line(row: &AccountRow) -> Option<String> {
    if row.health == Health::SetupFault {
        return Some(format!("Before that: {}", row.own_health.label()));
    }
    row.granted
        .contains("write:all")
        .then(|| "Old permission: write:all".to_owned())
}

fn table_row(data: &Data, row: &AccountRow) -> AnyView {
    let href = account_href(&data.tenant, row.app_slug.as_str(), row.subdomain.as_str());
    let history = domain::health_history::HealthHistory::of(data.now.day(), row.history);
    let subdomain = row.customer.as_ref().map(|_| row.subdomain.to_string());
    let beneath: Vec<_> = subdomain
        .into_iter()
        .chain(row.approved_by.clone())
        .collect();
    view! {
        <tr>
            <th scope="row">
                <a class="name" href=href>
                    {row.title().to_owned()}
                </a>
                " "
                <span class="sub">
                    {beneath.join(" · ")}
                    <span class="only-narrow">
                        {if beneath.is_empty() { "" } else { " · " }} {row.app_name.clone()}
                    </span>
                </span>
            </th>
            <td class="c-health">
                <div>
                    <HealthBadge health=row.health/>
                    <p>{row.explanation.reason.clone()}</p>
                    {second_line(row).map(|line| view! { <p>{line}</p> })}
                </div>
            </td>
            <td class="c-app">{row.app_name.clone()}</td>
            <td class="c-fine">
                <TimeOr at=row.last_success now=data.now/>
            </td>
            <td class="c-history">
                <HealthHistory history/>
            </td>
            <td class="c-act">{row_action(&data.tenant, row, data.may)}</td>
        </tr>
    }
    .into_any()
}

/// Each page begins where the page before ended, so that page 10,000 costs no more
/// than page 2. The way back is the browser's back button, or the first page.
fn pager(data: &Data, page: &ListPage) -> AnyView {
    let base = data.base();
    let known = if is_filtered(&data.query) {
        String::new()
    } else {
        format!(" of {}", data.total())
    };
    let first = data
        .query
        .after
        .is_some()
        .then(|| changed(&base, &data.query, |_| ()));
    let next = page.next.clone().map(|next| {
        href(
            &base,
            &ListQuery {
                after: Some(next),
                ..data.query.clone()
            },
        )
    });
    view! {
        <nav class="pages" aria-label="Pages of accounts">
            <span>{format!("{}{known} shown", page.rows.len())}</span>
            <span class="actions">
                {first
                    .map(|href| {
                        view! {
                            <a class="button" data-size="small" href=href rel="first">
                                "First page"
                            </a>
                        }
                    })}
                {next
                    .map(|href| {
                        view! {
                            <a class="button" data-size="small" href=href rel="next">
                                "Next"
                            </a>
                        }
                    })}
            </span>
        </nav>
    }
    .into_any()
}
