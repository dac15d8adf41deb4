//! What needs somebody: a panel of the overview, with a row for each account.

use super::{
    accounts_filter,
    accounts_none::nobody_needs_you,
    accounts_notices::Notice,
    counted::counted,
    open_link::open_link,
    overview::{Data, accounts, address_of, failed},
    row_action::{account_href, row_action, tenant_home},
    row_menu::RowMenus,
};
use crate::{
    address::Address,
    components::{HealthBadge, LinkButton, Panel, Size, TimeTag, initials},
};
use domain::{health::Health, health_words::app_fault};
use leptos::prelude::*;
use service::{
    apps::App,
    connections::{
        by_account::{AccountsQuery, ListedAccount, States},
        row::AccountRow,
    },
};

/// The connection for which the account is in the list. An app's setup fault is shown once,
/// so of its accounts there are those alone that need somebody for another app as well.
fn shown(account: &ListedAccount) -> Option<&AccountRow> {
    let worst = account.connections.first()?;
    if worst.health != Health::SetupFault {
        return Some(worst);
    }
    let others = account.connections.iter();
    others
        .filter(|row| row.health != Health::SetupFault)
        .find(|row| row.health.needs_someone())
}

pub(super) fn needs(data: &Data) -> AnyView {
    let home = tenant_home(&data.tenant);
    let Some((need, _)) = &data.lists else {
        return failed(
            "needs",
            "What needs you",
            "This list couldn’t be loaded.",
            &home,
        );
    };
    let rows: Vec<_> = need
        .iter()
        .filter_map(|account| Some((account, shown(account)?)))
        .collect();
    let of_all = data.whose.is_none();
    if rows.is_empty() && (data.notices.is_empty() || !of_all) {
        let snoozed = data.counts.as_ref().map_or(0, |counts| counts.snoozed);
        let empty = nobody_needs_you(&data.tenant, snoozed, !of_all);
        return view! {
            <Panel id="needs" title="What needs you">
                {empty}
            </Panel>
        }
        .into_any();
    }
    let back = address_of(&data.tenant, data.whose);
    let menus = RowMenus {
        tenant: &data.tenant,
        may: data.may,
        me: data.me,
        now: data.now,
        back: &back,
    };
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(account, row)| need_row(data, &menus, account, row))
        .collect();
    let all = AccountsQuery {
        states: States::NeedSomeone,
        owner: data.whose,
        ..AccountsQuery::default()
    };
    let footer = view! {
        <span>"Worst first"</span>
        <a href=accounts_filter::href(&Address::Accounts { tenant: &data.tenant }.to_string(), &all)>
            "All that need you"
        </a>
    }
    .into_any();
    view! {
        <section class="panel" aria-labelledby="needs">
            <h2 id="needs" class="sr">
                "What needs you"
            </h2>
            <ol class="rows needs" role="list" data-live="needs">
                {of_all.then(|| data.faulty.iter().map(|(app, n)| faulty_app(data, app, *n)).collect_view())}
                {of_all.then(|| unchecked(data))}
                {rows}
            </ol>
            <footer>{footer}</footer>
        </section>
    }
    .into_any()
}

fn faulty_app(data: &Data, app: &App, n: u64) -> AnyView {
    let href = Address::App {
        tenant: &data.tenant,
        app: app.slug.as_str(),
    }
    .to_string();
    view! {
        <li>
            <HealthBadge health=Health::SetupFault/>
            <div>
                <a class="name" href=href.clone()>
                    {app.name.clone()}
                </a>
                " "
                <span class="sub">{format!("app · {}", accounts(n))}</span>
                <p>{app_fault(app.credentials.in_doubt())}</p>
            </div>
            {app.credentials.rejected_since().map(|at| view! { <TimeTag at now=data.now/> })}
            <LinkButton href size=Size::Small about=app.name.clone()>
                "Open app"
            </LinkButton>
        </li>
    }
    .into_any()
}

/// Overdue checks are one line, however many accounts they are of.
fn unchecked(data: &Data) -> Option<AnyView> {
    let n = data.notices.iter().find_map(|notice| match notice {
        Notice::Unchecked(n) => Some(*n),
        Notice::SetupFault { .. } | Notice::RefusedLong(_) => None,
    })?;
    let accounts = Address::Accounts {
        tenant: &data.tenant,
    };
    let href = format!("{accounts}?health={}", Health::Unchecked.code());
    let vouch = match n {
        1 => "The last check of this account is too long ago. We can’t vouch for it.",
        _ => "The last check of these accounts is too long ago. We can’t vouch for them.",
    };
    Some(
        view! {
            <li>
                <HealthBadge health=Health::Unchecked/>
                <div>
                    <a class="name" href=href.clone()>
                        {counted(n, "check is overdue", "checks are overdue")}
                    </a>
                    <p>{vouch}</p>
                </div>
                <span></span>
                <LinkButton href size=Size::Small>
                    "Show them"
                </LinkButton>
            </li>
        }
        .into_any(),
    )
}

fn need_row(
    data: &Data,
    menus: &RowMenus<'_>,
    account: &ListedAccount,
    row: &AccountRow,
) -> AnyView {
    let owner = account.customer.owner.as_ref().map(|owner| {
        view! {
            <span class="who">
                <span class="dot" aria-hidden="true">
                    {initials(&owner.name)}
                </span>
                <span>{format!("{} looks after it", owner.name)}</span>
            </span>
        }
    });
    view! {
        <li data-row=row.subdomain.to_string() data-connection=row.id.to_string()>
            <HealthBadge health=row.health/>
            <div>
                <a class="name" href=account_href(&data.tenant, row.app_slug.as_str(), row.subdomain.as_str())>
                    {account.customer.title().to_owned()}
                </a>
                " "
                <span class="sub">{row.app_name.clone()}</span>
                <p>{row.explanation.reason.clone()}</p>
                {row.open_link.map(|link| view! { <p class="sub">{open_link(link, data.now)}</p> })}
                {owner}
            </div>
            <TimeTag at=row.health_since now=data.now/>
            <span class="actions">{row_action(&data.tenant, row, data.may)} {menus.of(account, row)}</span>
        </li>
    }
    .into_any()
}
