//! The pages of an app. Each part has an address of its own, and a form comes back to the
//! part that it stands in.

pub(crate) mod accounts;
pub(crate) mod credentials;
pub(super) mod next;
pub(super) mod notices;
pub(crate) mod overview;
pub(crate) mod permissions;
pub(super) mod secrets;
pub(crate) mod settings;

use super::{PageError, PageParams, counted::counted, outcome, panel, row_action::May};
use crate::{
    address::Address,
    components::{Crumb, Moment, PageHead, Tab, Tabs},
    context::PageContext,
    form_outcome::ShownOutcome,
    form_state::FormState,
    frame::PageChrome,
};
use domain::health::Health;
use leptos::prelude::*;
use service::{
    Actor,
    apps::{App, list, rejudge},
};

/// The forms that show their errors themselves.
const FORMS: [&str; 5] = [
    "app_credentials",
    "app_permissions",
    "app_settings",
    "app_remove",
    "app_secret",
];

/// A part of an app's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Overview,
    Credentials,
    Permissions,
    Accounts,
    Settings,
}

impl Part {
    const ALL: [Self; 5] = [
        Self::Overview,
        Self::Credentials,
        Self::Permissions,
        Self::Accounts,
        Self::Settings,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Credentials => "Credentials",
            Self::Permissions => "Permissions",
            Self::Accounts => "Accounts",
            Self::Settings => "Settings",
        }
    }

    /// Its address.
    const fn of<'a>(self, tenant: &'a str, app: &'a str) -> Address<'a> {
        match self {
            Self::Overview => Address::App { tenant, app },
            Self::Credentials => Address::AppCredentials { tenant, app },
            Self::Permissions => Address::AppPermissions { tenant, app },
            Self::Accounts => Address::AppAccounts { tenant, app },
            Self::Settings => Address::AppSettings { tenant, app },
        }
    }

    /// Whether the reader may open it.
    const fn is_for(self, may: May) -> bool {
        match self {
            Self::Credentials | Self::Settings => may.manage_apps,
            Self::Overview | Self::Permissions | Self::Accounts => true,
        }
    }
}

/// What every part shows of the app.
pub(super) struct Data {
    pub tenant: String,
    pub may: May,
    pub app: App,
    /// How many of its accounts are in which state; `None` if unknown.
    pub counts: Option<Vec<(Health, u64)>>,
    pub outcome: Option<ShownOutcome>,
    pub form: FormState,
    /// How far its connections are judged anew, if they are.
    pub rejudging: Option<rejudge::Progress>,
}

impl Data {
    /// Of the app that the address names.
    async fn load(
        context: &PageContext,
        actor: &Actor,
        around: &PageChrome,
        address: &PageParams,
    ) -> Result<Self, PageError> {
        let app = list::one(actor, address.part("app"))
            .await?
            .ok_or(PageError::NotFound)?;
        let mut rows = around.apps.iter().flatten();
        let row = rows.find(|row| row.app.id == app.id);
        let counts = row.map(|row| {
            let mut states = Health::ALL;
            states.sort_by_key(|health| health.severity());
            states.into_iter().map(|h| (h, row.counts.get(h))).collect()
        });
        Ok(Self {
            tenant: actor.tenant_slug.to_string(),
            may: May::of(actor),
            counts,
            outcome: context.outcome.clone(),
            form: context.form.clone().unwrap_or_default(),
            rejudging: panel("judging anew", rejudge::progress(actor, app.id).await).flatten(),
            app,
        })
    }

    pub fn address(&self, part: Part) -> Address<'_> {
        part.of(&self.tenant, self.app.slug.as_str())
    }

    /// The address of a part as text.
    pub fn href(&self, part: Part) -> String {
        self.address(part).to_string()
    }

    pub fn total(&self) -> u64 {
        self.counts.iter().flatten().map(|(_, n)| n).sum()
    }

    /// How many of its accounts are in this state.
    pub fn count(&self, health: Health) -> u64 {
        let counts = self.counts.iter().flatten();
        counts.filter(|(h, _)| *h == health).map(|(_, n)| n).sum()
    }

    /// The state of the form with this name, if it was posted and failed.
    pub fn form(&self, action: &str) -> FormState {
        if self.form.action == action {
            self.form.clone()
        } else {
            FormState::default()
        }
    }

    /// The line with the outcome of the last form, unless the form tells its errors itself.
    fn outcome(&self) -> Option<AnyView> {
        let tells_itself = FORMS.contains(&self.form.action) && self.form.failed();
        let shown = (!tells_itself).then(|| outcome::outcome(self.outcome.as_ref(), &self.form));
        shown.flatten()
    }
}

/// “3 disconnected”: the states that are no good news, each a link to its accounts.
fn states(data: &Data) -> AnyView {
    let troubled =
        data.counts.iter().flatten().filter(|(health, n)| {
            *n > 0 && !matches!(health, Health::Working | Health::NotConnected)
        });
    let accounts = data.href(Part::Accounts);
    troubled
        .map(|(health, n)| {
            let href = format!("{accounts}?health={}", health.code());
            view! { <a href=href>{format!("{n} {}", health.label().to_lowercase())}</a> }
        })
        .collect_view()
        .into_any()
}

/// Title, facts, and the parts of the page, of which `here` is shown; then the outcome of
/// the last form.
pub(super) fn head(data: &Data, here: Part, actions: Option<AnyView>) -> AnyView {
    let apps = Address::Apps {
        tenant: &data.tenant,
    };
    let crumbs = vec![Crumb::new("Apps", apps.to_string())];
    let meta = view! {
        <a href=data.href(Part::Accounts)>{counted(data.total(), "account", "accounts")}</a>
        {states(data)}
        <span>"Added " <Moment at=data.app.created_at/></span>
    }
    .into_any();
    let items = Part::ALL
        .into_iter()
        .filter(|part| part.is_for(data.may))
        .map(|part| Tab::new(part.label(), data.href(part)).current(part == here));
    let items = items.collect();
    let title = data.app.name.clone();
    let label = format!("Parts of {title}");
    view! {
        {match actions {
            Some(actions) => view! { <PageHead title crumbs meta actions/> }.into_any(),
            None => view! { <PageHead title crumbs meta/> }.into_any(),
        }}
        <Tabs label items/>
        {data.outcome()}
    }
    .into_any()
}
