//! `/t/{tenant}/accounts`: all accounts, with search, filters, sorting and pages.

pub(super) use super::accounts_counts::Counts;

use super::{
    PageError, PageParams,
    accounts_filter::{self, Choices, Parameters, changed, href},
    accounts_none::{none, not_loaded},
    accounts_notices, accounts_table, accounts_views,
    bulk_bar::Bulk,
    job_words, outcome, panel,
    row_action::May,
    show,
};
use crate::{
    address::Address,
    components::{Choice, Frame, Glyph, Kind, LinkButton, NavItem, PageHead, Tab, Tabs},
    context::PageContext,
    form_state::FormState,
    frame::{PageChrome, page_chrome},
    islands::Live,
    shell::SignedInLayout,
};
use domain::{
    account_columns::{Column, Columns},
    health::Health,
    ids::PersonId,
    scope::{Scope, ScopeSet},
    slug::Slug,
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
    views::{self, SavedView},
};
use std::sync::Arc;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    #[cfg(feature = "testing")]
    if let Some((frame, data)) = super::accounts_held::held() {
        return Ok(whole(&context, frame, data));
    }
    let actor = context.actor(address.part("tenant")).await?;
    let query = AccountsQuery::from(address.query::<Parameters>());
    let (frame, data) = loaded(&context, &actor, query).await;
    Ok(whole(&context, frame, Arc::new(data)))
}

pub(super) async fn loaded(
    context: &PageContext,
    actor: &Actor,
    query: AccountsQuery,
) -> (Frame, Data) {
    let around = page_chrome(context, actor, NavItem::Accounts).await;
    let data = Data::load(context, actor, &around, query, None).await;
    (around.frame, data)
}

/// The page with its layout.
fn whole(context: &PageContext, frame: Frame, data: Arc<Data>) -> AnyView {
    let form = data.bulk.as_ref().map(|bulk| bulk.form.clone());
    let form = form.filter(|form| form.action != accounts_views::FORM);
    let said = outcome::outcome(context.outcome.as_ref(), &form.unwrap_or_default());
    let live = live(&data);
    view! {
        <SignedInLayout frame title="Accounts" wide=true live=live>
            {said}
            {view(&data)}
        </SignedInLayout>
    }
    .into_any()
}

/// What follows changes of the list while the page is open.
pub(super) fn live(data: &Data) -> AnyView {
    let here = href(&data.base(), &data.query);
    let stream = Address::Live {
        tenant: &data.tenant,
    };
    view! { <Live stream=stream.to_string() page=here connection=String::new()/> }.into_any()
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
    /// What the address asks for.
    pub query: AccountsQuery,
    /// The columns that are shown.
    pub columns: Columns,
    /// The saved views; none on the page of an app.
    pub views: Vec<SavedView>,
    /// The form that saves a view, if it was refused.
    pub saving: FormState,
    /// The app whose accounts alone are listed, on a page of its own.
    pub within: Option<Slug>,
    /// What can be done with many accounts; `None` if nothing that the reader may.
    pub bulk: Option<Bulk>,
    /// The job that is at work.
    pub job: Option<Job>,
}

impl Data {
    /// The list that the address asks for: of all apps, or of the one whose page it is in.
    pub async fn load(
        context: &PageContext,
        actor: &Actor,
        around: &PageChrome,
        mut query: AccountsQuery,
        within: Option<Slug>,
    ) -> Self {
        if within.is_some() {
            query.app = None;
        }
        let apps = around.apps.as_deref().unwrap_or_default();
        let mut data = Self {
            tenant: actor.tenant_slug.to_string(),
            now: context.services.now(),
            may: May::of(actor),
            me: actor.person(),
            counts: None,
            choices: choices(actor, apps).await,
            notices: Vec::new(),
            bulk: Bulk::of(actor, context.form.clone().unwrap_or_default()),
            job: panel("job", jobs::running(actor).await).flatten(),
            page: Err(Failed { cursor: false }),
            columns: Columns::default(),
            views: Vec::new(),
            saving: context.form(accounts_views::FORM),
            query,
            within,
        };
        data.columns = match data.query.columns {
            Some(columns) => columns,
            None => panel("own columns", views::own_columns(actor).await)
                .flatten()
                .unwrap_or_default(),
        };
        match &data.within {
            Some(app) => {
                let row = apps.iter().find(|row| row.app.slug == *app);
                data.counts = row.map(Counts::of_app);
                data.choices.apps.clear();
            }
            None => {
                data.counts = Counts::of(around, actor.person());
                data.notices = accounts_notices::of(apps);
                data.views = panel("saved views", views::all(actor).await).unwrap_or_default();
            }
        }
        let page = by_account::list(actor, &data.wanted()).await;
        data.page = page.map_err(|error| {
            if let ListError::Internal(fault) = &error {
                tracing::error!(error = %fault, "the accounts list could not be loaded");
            }
            Failed {
                cursor: matches!(error, ListError::BadCursor),
            }
        });
        data
    }

    /// Whether each row has a menu: in lists of what needs somebody.
    pub fn has_menus(&self) -> bool {
        matches!(
            self.query.states,
            States::NeedSomeone | States::Snoozed | States::RefusedLong
        )
    }

    /// The list that is shown.
    pub fn wanted(&self) -> AccountsQuery {
        let mut wanted = self.query.clone();
        // The menus of rows say who looks after an account.
        let owner = self.has_menus().then_some(Column::Owner);
        wanted.columns = Some(self.columns.iter().chain(owner).collect());
        if let Some(app) = &self.within {
            wanted.app = Some(app.to_string());
        }
        wanted
    }

    /// The address of the list without conditions.
    pub fn base(&self) -> String {
        let tenant = &self.tenant;
        match &self.within {
            Some(app) => Address::AppAccounts {
                tenant,
                app: app.as_str(),
            },
            None => Address::Accounts { tenant },
        }
        .to_string()
    }

    fn nothing_yet(&self) -> bool {
        self.counts.as_ref().is_some_and(|counts| counts.total == 0)
    }
}

pub(super) fn view(data: &Data) -> AnyView {
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
    view! {
        <PageHead title="Accounts" actions/>
        {list(data)}
    }
    .into_any()
}

/// The list with its views and filters.
pub(super) fn list(data: &Data) -> AnyView {
    let (base, tenant) = (data.base(), &data.tenant);
    let some = !data.nothing_yet();
    view! {
        {some.then(|| tabs(data))}
        {some.then(|| view! {
            <div class="list-tools">
                {accounts_filter::toolbar(&base, &data.query, &data.choices, data.counts.as_ref())}
                {accounts_views::columns(data)}
                {accounts_views::save(data)}
            </div>
        })}
        {accounts_notices::view(data)}
        <div data-live="job">{data.job.as_ref().map(|job| job_words::line(tenant, job, data.now))}</div>
        {match &data.page {
            // A page without rows may have a next one, if its accounts came before.
            Ok(page) if page.rows.is_empty() && page.next.is_none() => none(data),
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
        // Of one app, what is snoozed isn't counted by itself.
        (
            "Need you",
            needing,
            None,
            data.within.is_none().then_some(counts.need_someone),
        ),
    ];
    if let Some(me) = data.me {
        views.push(("Yours", needing, Some(LookedAfter::By(me)), counts.yours));
    }
    let nobody = Some(LookedAfter::ByNobody);
    views.push(("Nobody’s", needing, nobody, counts.nobodys));
    let snoozed = data.within.is_none().then_some(counts.snoozed);
    views.push(("Snoozed", States::Snoozed, None, snoozed));
    for (label, health) in [
        ("Waiting for the customer", Health::NotConnected),
        ("Fine", Health::Working),
    ] {
        let states = States::One(health);
        views.push((label, states, None, Some(counts.get(health))));
    }
    let of_page = accounts_views::without_page(&data.query);
    let saved = data.views.iter().any(|view| view.query == of_page);
    let items = views.into_iter().map(|(label, states, owner, count)| {
        let address = changed(&base, &data.query, |q| {
            (q.states, q.owner) = (states, owner)
        });
        let current = !saved && (data.query.states, data.query.owner) == (states, owner);
        let mut tab = Tab::new(label, address).current(current);
        tab.count = count;
        tab
    });
    let saved = data.views.iter().map(|view| {
        let address = href(&base, &view.query);
        Tab::new(view.name.clone(), address).current(view.query == of_page)
    });
    let items = items.chain(saved).collect();
    Some(view! { <Tabs label="Views" items/> }.into_any())
}
