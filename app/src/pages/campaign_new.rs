//! `/t/{tenant}/campaigns/new`: begins a campaign.

use super::{PageError, PageParams, counted::counted, outcome, setup::problem, show};
use crate::{
    address::{Address, escape},
    components::{
        Button, Choice, Crumb, Empty, Field, FormKey, Glyph, Kind, LinkButton, NavItem, PageHead,
        Panel, Radios, Select, TextArea,
    },
    context::PageContext,
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::{campaign::Audience, health::Health, permission::Permission};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    apps::list::AppRow,
    core::input::{Field as RawField, Repeated},
    mail::{self, link_text::PLACEHOLDERS},
};

/// How long a campaign runs, and after how many days it reminds.
const LIVES: [(&str, &str); 3] = [("7", "7 days"), ("14", "14 days"), ("30", "30 days")];
const REMINDERS: [(&str, &str); 4] = [
    ("", "Never"),
    ("2", "After 2 days"),
    ("4", "After 4 days"),
    ("6", "After 6 days"),
];

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// The app, by slug.
    app: RawField<String>,
    /// The accounts that are already chosen.
    audience: RawField<String>,
    /// Accounts that were chosen in the list.
    account: RawField<Repeated>,
    /// Whether all that the filter finds are meant.
    all: RawField<String>,
    /// The query of the list's address.
    filter: RawField<String>,
}

/// The accounts that were chosen in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chosen {
    /// These, by subdomain.
    OneByOne(Vec<String>),
    /// All that this query of the list finds.
    Filter(String),
}

impl Chosen {
    fn of(names: Vec<String>, all: bool, filter: String) -> Option<Self> {
        match (all, names.is_empty()) {
            (true, _) => Some(Self::Filter(filter)),
            (false, false) => Some(Self::OneByOne(names)),
            (false, true) => None,
        }
    }

    /// As fields of a form.
    fn fields(&self) -> AnyView {
        match self {
            Self::OneByOne(names) => names
                .iter()
                .map(|name| view! { <input type="hidden" name="account" value=name.clone()/> })
                .collect_view()
                .into_any(),
            Self::Filter(filter) => view! {
                <input type="hidden" name="all" value="on"/>
                <input type="hidden" name="filter" value=filter.clone()/>
            }
            .into_any(),
        }
    }

    /// As the end of an address' query.
    fn query(&self) -> String {
        match self {
            Self::OneByOne(names) => {
                let names = names
                    .iter()
                    .map(|name| format!("&account={}", escape(name)));
                names.collect()
            }
            Self::Filter(filter) => format!("&all=on&filter={}", escape(filter)),
        }
    }
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::SendLinks)?;
    actor.require(Permission::EditCustomers)?;
    let around = page_chrome(&context, &actor, NavItem::Campaigns).await;
    let query = address.query::<Query>();
    let form = context.form("campaign");
    let asked = query.app.given().unwrap_or_default();
    let app = form.value("app").unwrap_or_else(|| asked.to_owned());
    let chosen = if form.was_posted() {
        let names = form.all("account").map(str::to_owned).collect();
        let filter = form.value("filter").unwrap_or_default();
        Chosen::of(names, form.value("all").is_some(), filter)
    } else {
        let names = match &query.account {
            RawField::Given(Repeated(names)) => names.clone(),
            _ => Vec::new(),
        };
        let filter = query.filter.given().unwrap_or_default().to_owned();
        Chosen::of(names, query.all.given() == Some("on"), filter)
    };
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        mail: mail::is_set_up(&context.services),
        apps: around.apps.unwrap_or_default(),
        app,
        audience: query.audience.parsed::<Audience>(),
        chosen,
        form,
    };
    // An app's form may lead here.
    let said = outcome::outcome(context.outcome.as_ref(), &FormState::default());
    Ok(view! {
        <SignedInLayout frame=around.frame title="New campaign">
            {said}
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    /// Whether mail can be sent.
    pub mail: bool,
    pub apps: Vec<AppRow>,
    /// The chosen app's slug; may be empty.
    pub app: String,
    pub audience: Option<Audience>,
    pub chosen: Option<Chosen>,
    pub form: FormState,
}

pub(super) fn view(data: &Data) -> AnyView {
    let all = Address::Campaigns {
        tenant: &data.tenant,
    }
    .to_string();
    let chosen = data
        .apps
        .iter()
        .find(|row| row.app.slug.as_str() == data.app);
    let only = match data.apps.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let body = match chosen.or(only) {
        _ if !data.mail => no_mail(),
        Some(row) => form(data, row),
        None => choose(data),
    };
    view! {
        <PageHead
            title="New campaign"
            crumbs=vec![Crumb::new("Campaigns", all)]
            lead="Each account’s first contact gets a mail with a link of their own. One reminder, then silence."
        />
        {body}
    }
    .into_any()
}

fn no_mail() -> AnyView {
    view! {
        <Empty icon=Glyph::Send title="Mail is not set up">
            <p>
                "A campaign sends mails. Whoever runs Mooring sets mail up with "
                <code>"MOORING_SMTP_URL"</code>
                "; until then, make links on the accounts’ pages and pass them on yourself."
            </p>
        </Empty>
    }
    .into_any()
}

/// The app comes first, since it says which accounts there are.
fn choose(data: &Data) -> AnyView {
    if data.apps.is_empty() {
        return view! {
            <Empty icon=Glyph::Apps title="No app yet">
                <p>"A campaign is for the accounts of an app."</p>
            </Empty>
        }
        .into_any();
    }
    let audience = data.audience.map(|one| format!("&audience={}", one.code()));
    let audience = match &data.chosen {
        Some(chosen) => chosen.query(),
        None => audience.unwrap_or_default(),
    };
    let new = Address::NewCampaign {
        tenant: &data.tenant,
    };
    let rows = data.apps.iter().map(|row| {
        let href = format!("{new}?app={}{audience}", row.app.slug);
        let total = counted(row.counts.total(), "account", "accounts");
        view! {
            <li>
                <span>
                    <a class="name" href=href>
                        {row.app.name.clone()}
                    </a>
                    " "
                    <span class="sub">{total}</span>
                </span>
            </li>
        }
    });
    let body = view! {
        <ul class="rows" role="list">
            {rows.collect_view()}
        </ul>
    }
    .into_any();
    view! {
        <Panel id="app" title="Which app?">
            {body}
        </Panel>
    }
    .into_any()
}

/// Who gets a mail, with the numbers of now. What isn't counted has none.
fn audiences(row: &AppRow) -> Vec<Choice> {
    Audience::OF_STATES
        .into_iter()
        .map(|one| {
            let n = match one {
                Audience::Disconnected => Some(row.counts.get(Health::Disconnected)),
                // Of the disconnected ones it isn't counted who lacks something.
                Audience::MissingPermissions | Audience::OldPermission | Audience::Chosen => None,
            };
            let label = match n {
                Some(n) => format!("{}: {n} now", one.label()),
                None => one.label().to_owned(),
            };
            Choice::new(one.code(), label)
        })
        .collect()
}

/// Who gets a link: what was chosen in the list, or what the accounts' states decide.
fn who(data: &Data, row: &AppRow) -> AnyView {
    let form = &data.form;
    let Some(chosen) = &data.chosen else {
        let audience = data.audience.unwrap_or(Audience::Disconnected);
        return view! {
            <Radios
                name="audience"
                legend="Who gets a link"
                options=audiences(row)
                value=form.value_or("audience", audience.code())
                hint="As they are when the campaign begins. Accounts without a contact are listed, and get no mail."
                error=form.error("audience")
            />
        }
        .into_any();
    };
    let list = Address::Accounts {
        tenant: &data.tenant,
    }
    .to_string();
    let (words, back) = match chosen {
        Chosen::OneByOne(names) => {
            let number = u64::try_from(names.len()).unwrap_or(u64::MAX);
            (counted(number, "chosen account", "chosen accounts"), list)
        }
        Chosen::Filter(filter) if filter.is_empty() => {
            ("All accounts of the list".to_owned(), list)
        }
        Chosen::Filter(filter) => (
            "All accounts that match the list".to_owned(),
            format!("{list}?{filter}"),
        ),
    };
    view! {
        <input type="hidden" name="audience" value=Audience::Chosen.code()/>
        {chosen.fields()}
        <div class="field">
            <b>"Who gets a link"</b>
            <p>
                {words}
                " "
                <a href=back>"Back to the list"</a>
            </p>
            <p class="hint">
                "Those that need an approval for this app, or granted its old permission. The others are left out, and the job says why."
            </p>
            {form.error("audience").map(|error| view! { <p class="error">{error}</p> })}
        </div>
    }
    .into_any()
}

fn form(data: &Data, row: &AppRow) -> AnyView {
    let form = &data.form;
    let action = Address::NewCampaign {
        tenant: &data.tenant,
    }
    .to_string();
    let all = Address::Campaigns {
        tenant: &data.tenant,
    }
    .to_string();
    let app = row.app.name.clone();
    let words = PLACEHOLDERS.map(|(name, _)| name).join(", ");
    let choices = |all: &[(&str, &str)]| all.iter().map(|(v, l)| Choice::new(*v, *l)).collect();
    let body = view! {
            <form class="body form" method="post" action=action data-draft=row.app.slug.to_string()>
                <FormKey/>
                <input type="hidden" name="app" value=row.app.slug.to_string()/>
                {problem(form)}
                <Field
                    name="name"
                    label="Name"
                    maxlength=80_u32
                    placeholder="Specific permissions"
                    hint="Only your team reads it."
                    value=form.value("name")
                    error=form.error("name")
                />
                {who(data, row)}
                <TextArea
                    name="message"
                    label="Your words in the mail"
                    hint=format!("If empty, those of the settings. {words} are filled in.")
                    value=form.value("message")
                    error=form.error("message")
                />
                <Select
                    name="days"
                    label="It runs, and its links work, for"
                    options=choices(&LIVES)
                    value=form.value_or("days", "14")
                    error=form.error("days")
                />
                <Select
                    name="remind_after"
                    label="Remind who hasn’t approved"
                    options=choices(&REMINDERS)
                    value=form.value_or("remind_after", "4")
                    hint="Once, with a new link."
                    error=form.error("remind_after")
                />
                <p class="actions">
                    <Button kind=Kind::Primary icon=Glyph::Send>
                        "Begin campaign"
                    </Button>
                    <LinkButton href=all>"Cancel"</LinkButton>
                </p>
            </form>
    }
    .into_any();
    view! {
        <Panel id="new" title=format!("For {app}")>
            {body}
        </Panel>
    }
    .into_any()
}
