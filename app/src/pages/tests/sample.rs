//! Sample data.

use crate::pages::{
    account, account_customer::CustomerData, accounts, accounts_filter::Choices, app,
    bulk_bar::Bulk, row_action::May,
};
use domain::{
    account_days::AccountDays,
    event::{Actor, Happening},
    health::{Absence, Condition, Health, LossCause, Standing},
    health_days::{Days, Healthy},
    health_history::DAYS,
    health_words::{Background, explain},
    ids::{AppId, ConnectionId, EventId, LinkId},
    scope::ScopeSet,
    time::{Span, Timestamp},
};
use service::{
    accounts::Customer,
    apps::App,
    connections::{
        by_account::{AccountsPage, AccountsQuery, ListedAccount},
        events::TimelineEntry,
        links::{LinkRow, LinkState},
        row::AccountRow,
        show::Account,
    },
};

/// Sat 28 Nov 2026, 12:05 UTC
pub(super) const NOW: Timestamp = Timestamp(1_795_867_500_000_000);

const ID: &str = "0190b5c1-7c3e-7000-8000-000000000001";

pub(super) const ALL: May = May {
    send_links: true,
    check: true,
    edit_customers: true,
    authorize: true,
    disconnect: true,
    manage_apps: true,
};

pub(super) fn id<T: std::str::FromStr>() -> T
where
    T::Err: std::fmt::Debug,
{
    ID.parse().unwrap()
}

pub(super) fn app() -> App {
    App {
        id: id::<AppId>(),
        slug: "returns".parse().unwrap(),
        name: "Returns".into(),
        client_id: "6123abc".into(),
        requested: "openid profile offline tickets:read tags:write"
            .parse()
            .unwrap(),
        after_install_url: None,
        basic_encoding: Default::default(),
        pkce: false,
        credentials: Default::default(),
        created_at: NOW.minus(Span::days(60)),
    }
}

fn fine() -> Condition {
    Condition {
        credentials_rejected_since: None,
        standing: Standing::Connected,
        renewable: true,
        access_expires_at: Some(NOW.plus(Span::hours(20))),
        failing_since: None,
        overdue_at: Some(NOW.plus(Span::hours(12))),
        missing_scopes: 0,
    }
}

pub(super) fn working() -> Account {
    account(fine(), "openid profile offline tickets:read tags:write")
}

pub(super) fn disconnected() -> Account {
    let at = NOW.minus(Span::days(2));
    let standing = Standing::Lost {
        at,
        cause: LossCause::Refused,
    };
    account(
        Condition {
            standing,
            access_expires_at: Some(NOW.minus(Span::days(1))),
            overdue_at: None,
            ..fine()
        },
        "openid profile offline write:all ai_agents:read",
    )
}

pub(super) fn limited() -> Account {
    account(
        Condition {
            missing_scopes: 1,
            ..fine()
        },
        "openid profile offline tickets:read",
    )
}

pub(super) fn never_finished() -> Account {
    let standing = Standing::NotConnected(Absence::NeverFinished);
    account(
        Condition {
            standing,
            renewable: false,
            access_expires_at: None,
            overdue_at: None,
            ..fine()
        },
        "",
    )
}

/// An account of an app that doesn't ask for `offline`.
pub(super) fn stopping_soon() -> Account {
    let condition = Condition {
        renewable: false,
        ..fine()
    };
    let mut app = app();
    app.requested = "openid profile tickets:read".parse().unwrap();
    account_of(app, condition, "openid profile tickets:read")
}

fn account(condition: Condition, granted: &str) -> Account {
    account_of(app(), condition, granted)
}

fn account_of(app: App, condition: Condition, granted: &str) -> Account {
    let granted: ScopeSet = granted.parse().unwrap();
    let comparison = ScopeSet::compare(&app.requested, &granted);
    let connected = !granted.is_empty();
    let last_success = connected.then(|| NOW.minus(Span::minutes(4)));
    let next_attempt = connected.then(|| NOW.plus(Span::hours(5)));
    let health = Health::of(&condition, NOW);
    let mut history = [Some(Health::Working); DAYS];
    history[DAYS - 1] = Some(health);
    Account {
        row: AccountRow {
            id: id::<ConnectionId>(),
            app_id: app.id,
            app_slug: app.slug.clone(),
            app_name: app.name.clone(),
            subdomain: "acme".parse().unwrap(),
            customer: None,
            health,
            own_health: Health::own(&condition, NOW),
            stored_health: Health::stored(&condition),
            explanation: explain(
                &condition,
                Background {
                    refused_in_a_row: app.credentials.in_doubt(),
                    lacks_offline: !app.requested.contains("offline"),
                    last_success,
                    next_attempt,
                    ..Background::default()
                },
                &comparison.missing,
                NOW,
            ),
            health_since: NOW.minus(Span::days(2)),
            last_success,
            history,
            approved_by: connected.then(|| "Ann Lee".to_owned()),
            missing: comparison.missing.clone(),
            granted,
            scopes_unknown: false,
            failure: None,
            needs_someone: health.needs_someone(),
            access_expires_at: condition.access_expires_at,
            last_attempt: last_success,
            next_attempt,
            open_link: None,
        },
        app,
        condition,
        comparison,
        failure: None,
        approved_by_name: connected.then(|| "Ann Lee".to_owned()),
        approved_by_email: connected.then(|| "ann.lee@acme.example".to_owned()),
        created_at: NOW.minus(Span::days(30)),
        access_token_stored: last_success,
        refresh_token_stored: last_success,
    }
}

pub(super) fn link(state: LinkState) -> LinkRow {
    LinkRow {
        id: id::<LinkId>(),
        state,
        created_by: "Jonas Weber".into(),
        created_at: NOW.minus(Span::hours(2)),
        expires_at: NOW.plus(Span::days(7)),
        opened_at: None,
        approved_at: None,
        email: None,
        language: None,
        mail: None,
    }
}

pub(super) fn entry(happening: Happening, ago: Span) -> TimelineEntry {
    TimelineEntry {
        id: id::<EventId>(),
        at: NOW.minus(ago),
        actor: Actor::Worker,
        happening,
    }
}

pub(super) fn account_page(account: Account) -> account::Data {
    let history = AccountDays {
        first: NOW.day() - 13,
        days: account.row.history.to_vec(),
        healthy: Healthy::of(9.0, 10.0),
        ..AccountDays::default()
    };
    account::Data {
        tenant: "parcelwise".into(),
        now: NOW,
        may: ALL,
        link_life: Span::days(7),
        mail: false,
        at_gorgias: "https://acme.gorgias.com".into(),
        connections: vec![],
        apps: 1,
        account,
        customer: Some(CustomerData {
            customer: Customer {
                subdomain: "acme".parse().unwrap(),
                name: None,
                external_id: None,
                owner: None,
                tags: vec![],
                note: None,
                contacts: vec![],
                snoozed: None,
            },
            members: None,
            assignable: None,
        }),
        me: None,
        follow_up: None,
        timeline: Some(vec![]),
        days: Days::Fourteen,
        history: Some(history),
        links: Some(vec![]),
        before: None,
        form: Default::default(),
        outcome: None,
        link_wanted: false,
        link_words: None,
        link_tracked: false,
    }
}

/// An app with 31 accounts, three of them lost and two limited.
pub(super) fn app_page() -> app::Data {
    app::Data {
        tenant: "parcelwise".into(),
        may: ALL,
        app: app(),
        counts: Some(vec![
            (Health::Disconnected, 3),
            (Health::Limited, 2),
            (Health::Working, 26),
        ]),
        outcome: None,
        form: Default::default(),
        rejudging: None,
    }
}

/// An account of the list with one connection.
pub(super) fn listed(row: AccountRow) -> ListedAccount {
    let customer = Customer {
        subdomain: row.subdomain.clone(),
        name: row.customer.clone(),
        external_id: None,
        owner: None,
        tags: vec![],
        note: None,
        contacts: vec![],
        snoozed: None,
    };
    ListedAccount {
        customer,
        connections: vec![row],
    }
}

pub(super) fn accounts_page(rows: Vec<AccountRow>, query: AccountsQuery) -> accounts::Data {
    accounts::Data {
        tenant: "parcelwise".into(),
        now: NOW,
        may: ALL,
        me: None,
        counts: Some(accounts::Counts {
            states: vec![(Health::Disconnected, 1), (Health::Working, 1)],
            total: 2,
            need_someone: 1,
            ..accounts::Counts::default()
        }),
        choices: Choices {
            scopes: vec!["tickets:read".parse().unwrap()],
            ..Choices::default()
        },
        notices: vec![],
        page: Ok(AccountsPage {
            next: (!rows.is_empty()).then(|| "cursor".into()),
            rows: rows.into_iter().map(listed).collect(),
        }),
        query,
        columns: Default::default(),
        views: vec![],
        saving: Default::default(),
        within: None,
        bulk: Some(Bulk {
            links: true,
            check: true,
            edit: true,
            ..Bulk::default()
        }),
        job: None,
    }
}
