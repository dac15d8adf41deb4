//! `/t/{tenant}/accounts`: all accounts, with search, filters, sorting and pages.

use super::{
    PageError, PageParams,
    accounts_filter::{self, Choices, Parameters, SNOOZED, changed, href, is_filtered},
    accounts_notices, accounts_table,
    bulk_bar::Bulk,
    counted::counted,
    job_words, outcome, panel,
    row_action::May,
    show,
};
use crate::{
    address::Address,
    components::{
        Choice, Empty, Glyph, Kind, LinkButton, LoadFailed, NavItem, NoMatch, PageHead, Tab, Tabs,
    },
    context::PageContext,
    frame::{self, PageChrome, page_chrome},
    islands::Live,
    shell::SignedInLayout,
};
use domain::{
    health::Health,
    ids::PersonId,
    scope::{Scope, ScopeSet},
    scope_plan::ScopeFilter,
    time::Timestamp,
};
use leptos::prelude::*;
use service::{
    Actor,
    accounts::members_who_can_own,
    apps::list::AppRow,
    connections::{
        by_account::{self, AccountsPage, AccountsQuery, LookedAfter, States},
        list::ListError,
    },
    jobs::{self, Job},
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let query = AccountsQuery::from(address.query::<Parameters>());
    let around = page_chrome(&context, &actor, NavItem::Accounts).await;
    let page = by_account::list(&actor, &query).await.map_err(|error| {
        if let ListError::Internal(fault) = &error {
            tracing::error!(error = %fault, "the accounts list could not be loaded");
        }
        Failed {
            cursor: matches!(error, ListError::BadCursor),
        }
    });
    let apps = around.apps.as_deref();
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        now: context.services.now(),
        may: May::of(&actor),
        me: actor.person(),
        counts: Counts::of(&around, actor.person()),
        choices: choices(&actor, apps.unwrap_or_default()).await,
        notices: accounts_notices::of(apps.unwrap_or_default()),
        bulk: Bulk::of(&actor, context.form.unwrap_or_default()),
        job: panel("job", jobs::running(&actor).await).flatten(),
        page,
        query,
    };
    let form = data.bulk.as_ref().map(|bulk| bulk.form.clone());
    let said = outcome::outcome(context.outcome.as_ref(), &form.unwrap_or_default());
    let here = href(&data.base(), &data.query);
    let stream = Address::Live {
        tenant: &data.tenant,
    }
    .to_string();
    let live = view! { <Live stream page=here connection=String::new()/> }.into_any();
    Ok(view! {
        <SignedInLayout frame=around.frame title="Accounts" wide=true live=live>
            {said}
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

async fn choices(actor: &Actor, apps: &[AppRow]) -> Choices {
    let all: ScopeSet = apps
        .iter()
        .flat_map(|row| row.app.requested.iter().cloned())
        .collect();
    let members = panel("members", members_who_can_own(actor).await);
    let tags = panel("tags", by_account::tags(actor).await);
    Choices {
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
        members: members.unwrap_or_default(),
        tags: tags.unwrap_or_default(),
    }
}

/// Why there are no rows to show.
pub(super) struct Failed {
    /// The address has the cursor of another list.
    pub cursor: bool,
}

/// How many accounts there are.
#[derive(Default)]
pub(super) struct Counts {
    /// In each state.
    pub states: Vec<(Health, u64)>,
    pub total: u64,
    /// Those that need a person, and how many of these the reader looks after.
    pub need_someone: u64,
    /// `None` for whoever is limited to some apps: owners are counted of all apps.
    pub yours: Option<u64>,
    /// How many of these nobody looks after; `None` as above.
    pub nobodys: Option<u64>,
    /// How many are snoozed.
    pub snoozed: u64,
}

impl Counts {
    /// Of accounts; for whoever is limited to some apps, of their connections. What an app
    /// or the time decides is counted by connection.
    pub fn of(around: &PageChrome, me: Option<PersonId>) -> Option<Self> {
        let connections = frame::sum(around.apps.as_deref()?);
        let Some(accounts) = &around.accounts else {
            let snoozed = around.snoozed.unwrap_or_default();
            let needy = connections
                .iter()
                .filter(|(health, _)| health.needs_someone());
            return Some(Self {
                need_someone: needy
                    .map(|(_, n)| n)
                    .sum::<u64>()
                    .saturating_sub(snoozed.needing),
                total: connections.iter().map(|(_, n)| n).sum(),
                states: connections,
                yours: None,
                nobodys: None,
                snoozed: snoozed.accounts,
            });
        };
        let of = |(health, n): (Health, u64)| match health.lies_over_another() {
            true => (health, n),
            false => (health, accounts.get(health)),
        };
        Some(Self {
            states: connections.into_iter().map(of).collect(),
            total: accounts.total(),
            need_someone: accounts.need_someone(),
            yours: me.map(|me| accounts.need(me)),
            nobodys: Some(accounts.need_and_nobodys()),
            snoozed: accounts.snoozed(),
        })
    }

    pub fn get(&self, health: Health) -> u64 {
        let states = self.states.iter().filter(|(known, _)| *known == health);
        states.map(|(_, n)| n).sum()
    }
}

pub(super) struct Data {
    pub tenant: String,
    pub now: Timestamp,
    pub may: May,
    /// The reader.
    pub me: Option<PersonId>,
    /// `None` if unknown.
    pub counts: Option<Counts>,
    pub choices: Choices,
    /// What an app or the time decides.
    pub notices: Vec<accounts_notices::Notice>,
    pub page: Result<AccountsPage, Failed>,
    pub query: AccountsQuery,
    /// What can be done with many accounts; `None` if nothing that the reader may.
    pub bulk: Option<Bulk>,
    /// The job that is at work.
    pub job: Option<Job>,
}

impl Data {
    pub fn base(&self) -> String {
        Address::Accounts {
            tenant: &self.tenant,
        }
        .to_string()
    }

    fn nothing_yet(&self) -> bool {
        self.counts.as_ref().is_some_and(|counts| counts.total == 0)
    }

    /// A sentence that says what wasn't found.
    fn no_match(&self) -> String {
        let state = match self.query.states {
            States::All => String::new(),
            States::One(health) => format!(" that is {}", health.label()),
            States::NeedSomeone => " that needs you".into(),
            States::Snoozed => " that is snoozed".into(),
        };
        let given = |text: Option<String>| text.unwrap_or_default();
        let q = Some(&self.query.q).filter(|q| !q.is_empty());
        format!(
            "There is no account{}{state}{}{}{}{}.",
            given(q.map(|q| format!(" with “{q}”"))),
            given(
                self.query
                    .scope
                    .as_ref()
                    .map(|s| format!(" that has granted {s}"))
            ),
            given(self.query.permissions.map(|filter| {
                let words = match filter {
                    ScopeFilter::Missing => "that lacks a permission",
                    ScopeFilter::Extra => "with a permission that isn’t asked for",
                    ScopeFilter::Old => "with an old permission",
                    ScopeFilter::NeedsClick => "that has to approve permissions",
                };
                format!(" {words}")
            })),
            given(
                self.query
                    .tag
                    .as_ref()
                    .map(|tag| format!(" with the tag {tag}"))
            ),
            given(self.query.owner.map(|owner| match owner {
                LookedAfter::ByNobody => " that nobody looks after".into(),
                LookedAfter::By(person) => {
                    format!(" that {} looks after", self.choices.name_of(person))
                }
            })),
        )
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let base = data.base();
    let tenant = &data.tenant;
    let connect = data.may.send_links.then(|| {
        view! {
            <LinkButton href=Address::Connect { tenant }.to_string() kind=Kind::Primary icon=Glyph::Plus>
                "Connect an account"
            </LinkButton>
        }
    });
    let import = data.may.edit_customers.then(|| {
        view! {
            <LinkButton href=Address::ImportAccounts { tenant }.to_string() icon=Glyph::Audit>
                "Import CSV"
            </LinkButton>
        }
    });
    let actions = view! {
        {import}
        <LinkButton href=Address::Jobs { tenant }.to_string() icon=Glyph::Retrying>
            "Jobs"
        </LinkButton>
        {connect}
    }
    .into_any();
    let some = !data.nothing_yet();
    view! {
        <PageHead title="Accounts" actions/>
        {some.then(|| tabs(data))}
        {some.then(|| accounts_filter::toolbar(&base, &data.query, &data.choices, data.counts.as_ref()))}
        {accounts_notices::view(data)}
        <div data-live="job">{data.job.as_ref().map(|job| job_words::line(tenant, job, data.now))}</div>
        {match &data.page {
            Ok(page) if page.rows.is_empty() => none(data),
            Ok(page) => accounts_table::table(data, page),
            Err(failed) => not_loaded(data, failed),
        }}
    }
    .into_any()
}

/// The most used views; the other states are in a menu.
fn tabs(data: &Data) -> Option<AnyView> {
    let counts = data.counts.as_ref()?;
    let base = data.base();
    let needing = States::NeedSomeone;
    let mut views = vec![
        ("All", States::All, None, Some(counts.total)),
        ("Need you", needing, None, Some(counts.need_someone)),
    ];
    if let Some(me) = data.me {
        views.push(("Yours", needing, Some(LookedAfter::By(me)), counts.yours));
    }
    let nobody = Some(LookedAfter::ByNobody);
    views.push(("Nobody’s", needing, nobody, counts.nobodys));
    views.push(("Snoozed", States::Snoozed, None, Some(counts.snoozed)));
    for (label, health) in [
        ("Waiting for the customer", Health::NotConnected),
        ("Fine", Health::Working),
    ] {
        let states = States::One(health);
        views.push((label, states, None, Some(counts.get(health))));
    }
    let items = views.into_iter().map(|(label, states, owner, count)| {
        let address = changed(&base, &data.query, |q| {
            (q.states, q.owner) = (states, owner)
        });
        let current = (data.query.states, data.query.owner) == (states, owner);
        let mut tab = Tab::new(label, address).current(current);
        tab.count = count;
        tab
    });
    Some(view! { <Tabs label="Views" items=items.collect()/> }.into_any())
}

fn none(data: &Data) -> AnyView {
    if is_filtered(&data.query) || data.query.after.is_some() {
        let quiet = AccountsQuery {
            states: States::NeedSomeone,
            owner: data.query.owner,
            sort: data.query.sort,
            ..AccountsQuery::default()
        };
        if data.query == quiet {
            let snoozed = data.counts.as_ref().map_or(0, |counts| counts.snoozed);
            return nobody_needs_you(&data.tenant, snoozed, data.query.owner.is_some());
        }
        let clear = href(
            &data.base(),
            &AccountsQuery {
                sort: data.query.sort,
                ..AccountsQuery::default()
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

/// What stands where nothing needs somebody. `narrowed`: of accounts that somebody, or
/// nobody, looks after.
pub(super) fn nobody_needs_you(tenant: &str, snoozed: u64, narrowed: bool) -> AnyView {
    let base = Address::Accounts { tenant };
    let title = match narrowed {
        true => "None of these needs somebody",
        false => "Nobody needs you",
    };
    let quiet = match (narrowed, snoozed) {
        (true, _) => None,
        (false, 0) => Some("Every account works, mends itself, or waits for its customer."),
        (false, _) => Some("Every other account works, mends itself, or waits for its customer."),
    };
    let snoozed = (snoozed > 0).then(|| {
        let words = counted(snoozed, "is snoozed", "are snoozed");
        view! {
            <p>
                <a href=format!("{base}?health={SNOOZED}")>{words}</a>
                "."
            </p>
        }
    });
    view! {
        <Empty icon=Glyph::Done title=title>
            {snoozed}
            {quiet.map(|quiet| view! { <p>{quiet}</p> })}
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
