//! The table of accounts, and its pages.

use super::{
    accounts::Data,
    accounts_filter::{changed, href, is_filtered},
    bulk_bar,
    open_link::open_link,
    row_action::{account_href, row_action},
    row_menu::RowMenus,
    snooze_form::snoozed_words,
};
use crate::{
    address::{Address, escape},
    components::{
        Dir, Glyph, HealthBadge, HealthHistory, Icon, LinkButton, Size, SortHeader, TimeOr,
        initials,
    },
};
use domain::{account_columns::Column, health::Health, health_history::HealthHistory as History};
use leptos::prelude::*;
use service::{
    accounts::Customer,
    connections::{
        by_account::{AccountsPage, AccountsQuery, ListedAccount},
        list::Sort,
        row::AccountRow,
    },
};

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

pub(super) fn table(data: &Data, page: &AccountsPage) -> AnyView {
    let order = match data.query.sort {
        Sort::Worst => "worst first",
        Sort::Name => "sorted by subdomain",
        Sort::Changed => "last change first",
    };
    view! {
        <div class="choosing">
        <div class="table-wrap" data-live="accounts">
            <table class="table accounts">
                <caption class="sr">{format!("Gorgias accounts, {order}")}</caption>
                <thead>
                    <tr>
                        {data.bulk.as_ref().map(|bulk| bulk_bar::of_page(bulk, page.rows.len()))}
                        {sort_header(data, "Account", Sort::Name, Dir::Ascending, "c-name")}
                        {[Column::ExternalId, Column::Owner, Column::Tags].map(|one| header(data, one)).into_iter().collect_view()}
                        {sort_header(data, "Health", Sort::Worst, Dir::Descending, "c-health")}
                        {Column::ALL.into_iter().skip_while(|one| *one != Column::Since).map(|one| header(data, one)).collect_view()}
                        <td>
                            <span class="sr">"Action"</span>
                        </td>
                    </tr>
                </thead>
                <tbody>{page.rows.iter().map(|row| table_row(data, row)).collect_view()}</tbody>
            </table>
        </div>
        {data.bulk.as_ref().map(|bulk| bulk_bar::bar(data, bulk, page))}
        </div>
        {pager(data, page)}
    }
    .into_any()
}

/// The head of a column, if it is shown.
fn header(data: &Data, column: Column) -> Option<AnyView> {
    data.columns.has(column).then(|| {
        view! {
            <th scope="col" class=class(column)>
                {column.label()}
            </th>
        }
        .into_any()
    })
}

/// A cell of a column, if it is shown.
fn cell(data: &Data, column: Column, content: impl FnOnce() -> AnyView) -> Option<AnyView> {
    data.columns
        .has(column)
        .then(|| view! { <td class=class(column)>{content()}</td> }.into_any())
}

const fn class(column: Column) -> &'static str {
    match column {
        Column::ExternalId => "c-id",
        Column::Owner => "c-owner",
        Column::Tags | Column::ApprovedBy => "c-tags",
        Column::Since | Column::AccessEnds => "c-since",
        Column::App => "c-app",
        Column::LastFine => "c-fine",
        Column::Strip => "c-history",
    }
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

/// Subdomain and external id, if the name isn't the subdomain, and who approved. What has
/// a column isn't told twice.
fn beneath(data: &Data, customer: &Customer, first: Option<&AccountRow>) -> String {
    let subdomain = customer
        .name
        .as_ref()
        .map(|_| customer.subdomain.to_string());
    let has = |column| data.columns.has(column);
    let approver = first.and_then(|row| row.approved_by.clone());
    let approver = approver.filter(|_| !has(Column::ApprovedBy));
    let external_id = customer.external_id.clone();
    let external_id = external_id.filter(|_| !has(Column::ExternalId));
    let parts = [subdomain, external_id, approver];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn table_row(data: &Data, account: &ListedAccount) -> AnyView {
    let customer = &account.customer;
    let first = account.connections.first();
    let name = customer.title().to_owned();
    let connect = format!(
        "{}?account={}",
        Address::Connect {
            tenant: &data.tenant
        },
        escape(customer.subdomain.as_str())
    );
    let href = first.map_or_else(
        || {
            let subdomain = customer.subdomain.as_str();
            let tenant = &data.tenant;
            Address::AnyAccount { tenant, subdomain }.to_string()
        },
        |row| account_href(&data.tenant, row.app_slug.as_str(), row.subdomain.as_str()),
    );
    let beneath = beneath(data, customer, first);
    let only_narrow = only_narrow(data, account, beneath.is_empty());
    view! {
        <tr data-row=customer.subdomain.to_string()>
            {data.bulk.as_ref().map(|bulk| bulk_bar::of_row(bulk, customer))}
            <th scope="row">
                <a class="name" href=href>
                    {name}
                </a>
                " "
                <span class="sub">{beneath} <span class="only-narrow">{only_narrow}</span></span>
                {(!customer.tags.is_empty() && data.columns.has(Column::Tags))
                    .then(|| view! { <span class="only-narrow">" " {tags(customer)}</span> })}
            </th>
            {cell(data, Column::ExternalId, || customer.external_id.clone().into_any())}
            {cell(data, Column::Owner, || owner(customer).into_any())}
            {cell(data, Column::Tags, || tags(customer).into_any())}
            {match first {
                Some(row) => of_connection(data, account, row),
                None => not_connected(data, customer, connect),
            }}
        </tr>
    }
    .into_any()
}

/// What stands beneath the name where its columns have no room.
fn only_narrow(data: &Data, account: &ListedAccount, first: bool) -> String {
    let mut parts = Vec::new();
    if data.columns.has(Column::ExternalId) {
        parts.extend(account.customer.external_id.clone());
    }
    if data.columns.has(Column::ApprovedBy) {
        let first = account.connections.first();
        parts.extend(first.and_then(|row| row.approved_by.clone()));
    }
    if data.columns.has(Column::App) {
        let apps = account.connections.iter().map(|row| row.app_name.as_str());
        parts.push(apps.collect::<Vec<_>>().join(", "));
    }
    parts.retain(|part| !part.is_empty());
    match (first, parts.is_empty()) {
        (_, true) => String::new(),
        (true, false) => parts.join(" · "),
        (false, false) => format!(" · {}", parts.join(" · ")),
    }
}

fn owner(customer: &Customer) -> Option<AnyView> {
    let owner = customer.owner.as_ref()?;
    let said = format!("Looked after by {}", owner.name);
    Some(
        view! {
            <span class="dot" role="img" aria-label=said title=owner.name.clone()>
                {initials(&owner.name)}
            </span>
        }
        .into_any(),
    )
}

fn tags(customer: &Customer) -> Option<AnyView> {
    if customer.tags.is_empty() {
        return None;
    }
    let tags = customer.tags.iter().map(|tag| {
        view! { <span class="count">{tag.to_string()}</span> }
    });
    Some(view! { <span class="tags">{tags.collect_view()}</span> }.into_any())
}

/// What the connection that comes first says, and the apps of all of them.
fn of_connection(data: &Data, account: &ListedAccount, row: &AccountRow) -> AnyView {
    let history = History::of(data.now.day(), row.history);
    view! {
        <td class="c-health">
            <div>
                <HealthBadge health=row.health/>
                <p>{row.explanation.reason.clone()}</p>
                {second_line(row).map(|line| view! { <p>{line}</p> })}
                {row.open_link.map(|link| view! { <p>{open_link(link, data.now)}</p> })}
                {account.customer.snoozed.as_ref().map(|snoozed| view! { <p>{snoozed_words(snoozed)}</p> })}
            </div>
        </td>
        {cell(data, Column::Since, || view! { <TimeOr at=Some(row.health_since) now=data.now/> }.into_any())}
        {cell(data, Column::App, || apps(account, row))}
        {cell(data, Column::LastFine, || view! { <TimeOr at=row.last_success now=data.now/> }.into_any())}
        {cell(data, Column::AccessEnds, || view! { <TimeOr at=row.access_expires_at now=data.now/> }.into_any())}
        {cell(data, Column::ApprovedBy, || row.approved_by.clone().into_any())}
        {cell(data, Column::Strip, || view! { <HealthHistory history/> }.into_any())}
        <td class="c-act">{actions(data, account, row)}</td>
    }
    .into_any()
}

/// The action that the state asks for; in lists of what needs somebody, with a menu.
fn actions(data: &Data, account: &ListedAccount, row: &AccountRow) -> AnyView {
    let action = row_action(&data.tenant, row, data.may);
    if !data.has_menus() {
        return action;
    }
    let back = href(&data.base(), &data.query);
    let menus = RowMenus {
        tenant: &data.tenant,
        may: data.may,
        me: data.me,
        now: data.now,
        back: &back,
    };
    view! { <span class="actions">{action} {menus.of(account, row)}</span> }.into_any()
}

/// Each app that the account is connected to.
fn apps(account: &ListedAccount, first: &AccountRow) -> AnyView {
    let names = account.connections.iter();
    names
        .map(|one| view! { <span data-health=one.health.code()>{app(one, first)}</span> })
        .collect_view()
        .into_any()
}

/// The app's name; with an icon and words, if its state is another one than the row's.
fn app(one: &AccountRow, first: &AccountRow) -> AnyView {
    if one.health == first.health {
        return one.app_name.clone().into_any();
    }
    view! {
        <Icon name=Glyph::from(one.health)/>
        {one.app_name.clone()}
        <span class="sr">{format!(": {}", one.health.label())}</span>
    }
    .into_any()
}

fn not_connected(data: &Data, customer: &Customer, connect: String) -> AnyView {
    let about = customer.subdomain.to_string();
    let action = data.may.send_links.then(|| {
        view! {
            <LinkButton href=connect size=Size::Small about>
                "Connect"
            </LinkButton>
        }
    });
    view! {
        <td class="c-health">
            <div>
                <HealthBadge health=Health::NotConnected/>
                <p>"Known, but connected to no app yet."</p>
            </div>
        </td>
        {cell(data, Column::Since, || ().into_any())}
        {cell(data, Column::App, || ().into_any())}
        {cell(data, Column::LastFine, || view! { <TimeOr at=None now=data.now/> }.into_any())}
        {cell(data, Column::AccessEnds, || ().into_any())}
        {cell(data, Column::ApprovedBy, || ().into_any())}
        {cell(data, Column::Strip, || ().into_any())}
        <td class="c-act">{action}</td>
    }
    .into_any()
}

/// Each page begins where the page before ended, so that page 10,000 costs no more
/// than page 2. The way back is the browser's back button, or the first page.
fn pager(data: &Data, page: &AccountsPage) -> AnyView {
    let base = data.base();
    let known = match &data.counts {
        Some(counts) if !is_filtered(&data.query) => format!(" of {}", counts.total),
        _ => String::new(),
    };
    let first = data
        .query
        .after
        .is_some()
        .then(|| changed(&base, &data.query, |_| ()));
    let next = page.next.clone().map(|next| {
        href(
            &base,
            &AccountsQuery {
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
