//! `/t/{tenant}/api-tokens`: the tokens with which backends read access tokens.

use super::{PageError, PageParams, outcome, setup::problem, show};
use crate::{
    address::Address,
    components::{
        Button, CardTable, Choice, CopyField, Empty, Field, FormKey, Glyph, Kind, LoadFailed,
        Moment, NavItem, Outcome, PageHead, Panel, PostButton, Radios, Select, Size, TimeOr,
    },
    context::PageContext,
    form_outcome::{FormOutcome, ShownOutcome},
    form_state::FormState,
    frame::page_chrome,
    islands::Copy,
    shell::SignedInLayout,
};
use domain::{health::Health, permission::Permission, role::Role, time::Timestamp};
use leptos::prelude::*;
use service::{
    api_tokens::{self, ApiTokenRow, ListApiTokensError},
    apps::App,
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::ManageApiTokens)?;
    let tokens = match api_tokens::list(&actor).await {
        Ok(tokens) => Some(tokens),
        Err(ListApiTokensError::Forbidden(forbidden)) => return Err(forbidden.into()),
        Err(ListApiTokensError::Internal(error)) => {
            tracing::error!(%error, "the API tokens could not be loaded");
            None
        }
    };
    let around = page_chrome(&context, &actor, NavItem::ApiTokens).await;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        role: actor.role,
        now: context.services.expiry_now(),
        public_url: context.services.config.public_url.clone(),
        tokens,
        apps: around
            .apps
            .into_iter()
            .flatten()
            .map(|row| row.app)
            .collect(),
        outcome: context.outcome.clone(),
        form: context.form.clone().unwrap_or_default(),
    };
    let islands = data.token_made().is_some();
    Ok(view! {
        <SignedInLayout frame=around.frame title="API tokens" islands>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    /// The reader's role.
    pub role: Role,
    pub now: Timestamp,
    pub public_url: String,
    /// `None` if they couldn't be loaded.
    pub tokens: Option<Vec<ApiTokenRow>>,
    pub apps: Vec<App>,
    pub outcome: Option<ShownOutcome>,
    pub form: FormState,
}

impl Data {
    /// The new token, if the last form made one.
    fn token_made(&self) -> Option<String> {
        self.outcome.as_ref()?.secret_of(&FormOutcome::TokenMade)
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    // The form shows its own errors, and a new token is shown by itself.
    let outcome = if data.form.action == "api_token" || data.token_made().is_some() {
        None
    } else {
        outcome::outcome(data.outcome.as_ref(), &data.form)
    };
    view! {
        <PageHead
            title="API tokens"
            lead="With one, your backend asks Mooring for an account’s access token whenever it calls Gorgias."
        />
        {outcome}
        <div class="split">
            <div>{made(data)} {list(data)} {example(data)}</div>
            <div>{create(data)}</div>
        </div>
    }
    .into_any()
}

/// The new token, shown for two minutes.
fn made(data: &Data) -> Option<AnyView> {
    let token = data.token_made()?;
    let body = view! {
        <div class="body">
            <Outcome health=Health::Working>
                <b>"The token works from now on. "</b>
                "Keep it where your backend keeps its secrets."
            </Outcome>
            <CopyField
                id="api-token"
                label="Token"
                value=token
                hint="Copy it now: in two minutes it is gone from here, and only its fingerprint is kept."
            >
                <Copy of="api-token".to_owned() what="token".to_owned()/>
            </CopyField>
        </div>
    }
    .into_any();
    let panel = view! {
        <Panel id="made" title="Your new token">
            {body}
        </Panel>
    }
    .into_any();
    Some(panel)
}

fn list(data: &Data) -> AnyView {
    let tenant = &data.tenant;
    let body = match data.tokens.as_deref() {
        None => view! {
            <LoadFailed
                what="The tokens couldn’t be loaded."
                why="The database didn’t answer as it should. They go on working."
                retry=Address::ApiTokens { tenant }.to_string()
            />
        }
        .into_any(),
        Some([]) => view! {
            <Empty icon=Glyph::Api title="No token yet">
                <p>"Create the first for your backend; it is shown once."</p>
            </Empty>
        }
        .into_any(),
        Some(tokens) => view! {
            <CardTable caption="API tokens" columns=&["Token", "Role", "App", "Last used"] actions="Action" rows={tokens.iter().map(|token| row(data, token)).collect_view().into_any()}/>
        }
        .into_any(),
    };
    view! {
        <Panel id="tokens" title="Tokens">
            {body}
        </Panel>
    }
    .into_any()
}

fn row(data: &Data, token: &ApiTokenRow) -> AnyView {
    let revoke = Address::RevokeApiToken {
        tenant: &data.tenant,
        id: &token.id.to_string(),
    }
    .to_string();
    let expired = token.expires_at.is_some_and(|at| at <= data.now);
    let end = match token.revoked_at {
        Some(at) => view! {
            <span class="sub">
                "Revoked " <Moment at/>
            </span>
        }
        .into_any(),
        None if !data.role.may_give_to_api_token(token.role) => ().into_any(),
        None => view! {
            <PostButton action=revoke size=Size::Small about=token.name.clone()>
                "Revoke"
            </PostButton>
        }
        .into_any(),
    };
    let expiry = token.expires_at.map(|at| {
        view! {
            {if expired { " · expired " } else { " · until " }}
            <Moment at/>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <b class="name">{token.name.clone()}</b>
                " "
                <span class="sub">
                    <code>{format!("{}…", token.prefix)}</code>
                    {format!(" made by {}, ", token.created_by)}
                    <Moment at=token.created_at/>
                    {expiry}
                    {(!token.networks.is_everywhere()).then(|| format!(" · from {}", token.networks))}
                </span>
            </th>
            <td data-label="Role">{token.role.label()}</td>
            <td data-label="App">{token.app.as_ref().map_or_else(|| "All".to_owned(), |(_, name)| name.clone())}</td>
            <td data-label="Last used">
                <TimeOr at=token.last_used_at now=data.now/>
                {used_from(token)}
            </td>
            <td>{end}</td>
        </tr>
    }
    .into_any()
}

/// How many addresses a row shows.
const NAMED: usize = 3;

/// The addresses from which a token was used lately.
fn used_from(token: &ApiTokenRow) -> Option<AnyView> {
    let (named, more) = token.used_from.split_at(token.used_from.len().min(NAMED));
    if named.is_empty() {
        return None;
    }
    let mut text = format!("from {}", named.join(", "));
    if !more.is_empty() {
        text.push_str(&format!(" and {} more", more.len()));
    }
    Some(view! { <span class="sub">{text}</span> }.into_any())
}

/// What a role means for a backend.
const fn meaning(role: Role) -> &'static str {
    match role {
        Role::Backend => {
            "Reads access tokens, accounts and events, checks accounts, makes reconnect links; changes nothing else: what a backend needs"
        }
        Role::Owner => "Everything, also making tokens",
        Role::Operator => "Also adds and changes apps, disconnects accounts",
        Role::Success => "Sees accounts, checks them, makes reconnect links; no access tokens",
        Role::Viewer => "Sees accounts and their health; no access tokens",
    }
}

/// How long a token may work.
fn lives() -> Vec<Choice> {
    vec![
        Choice::new("", "Until it is revoked"),
        Choice::new("30", "For 30 days"),
        Choice::new("90", "For 90 days"),
        Choice::new("365", "For a year"),
    ]
}

fn create(data: &Data) -> AnyView {
    let form = if data.form.action == "api_token" {
        data.form.clone()
    } else {
        FormState::default()
    };
    let roles = Role::ALL
        .into_iter()
        .rev()
        .filter(|r| data.role.may_give_to_api_token(*r))
        .map(|r| Choice::new(r.code(), r.label()).hint(meaning(r)))
        .collect();
    let mut apps = vec![Choice::new("", "All apps")];
    apps.extend(
        data.apps
            .iter()
            .map(|a| Choice::new(a.slug.as_str(), a.name.clone())),
    );
    let body = view! {
        <form class="body" method="post" action=Address::ApiTokens { tenant: &data.tenant }.to_string()>
            <FormKey/>
            {problem(&form)}
            <Field
                name="name"
                label="Name"
                required=true
                maxlength=60_u32
                autocomplete="off"
                placeholder="Returns backend"
                value=form.value("name")
                error=form.error("name")
            />
            <Radios
                name="role"
                legend="Role"
                options=roles
                value=form.value_or("role", Role::Backend.code())
                error=form.error("role")
            />
            <Select name="app" label="App" options=apps value=form.value_or("app", "") error=form.error("app")/>
            <Select
                name="expires"
                label="Works"
                options=lives()
                value=form.value_or("expires", "")
                error=form.error("expires")
            />
            <Field
                name="networks"
                label="Networks"
                maxlength=2_000_u32
                autocomplete="off"
                placeholder="203.0.113.0/24, 2001:db8::/32"
                hint="From where the token works, separated by commas. Leave it empty for everywhere."
                value=form.value("networks")
                error=form.error("networks")
            />
            <p class="actions">
                <Button kind=Kind::Primary>"Create token"</Button>
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="create" title="Create a token">
            {body}
        </Panel>
    }
    .into_any()
}

fn example(data: &Data) -> AnyView {
    let app = data.apps.first().map_or("my-app", |a| a.slug.as_str());
    let call = format!(
        "curl -H \"Authorization: Bearer $MOORING_TOKEN\" \\\n  {}/api/v1/connections/{app}/acme/token",
        data.public_url
    );
    let body = view! {
        <div class="body">
            <p>"Ask for the access token of the account acme:"</p>
            <pre class="scroll" tabindex="0" role="region" aria-label="Example call">
                <code>{call}</code>
            </pre>
            <p class="sub">
                "Ask each time instead of keeping the answer: Mooring renews it in time. 409 means that a person has to do something; the answer’s code says what."
            </p>
        </div>
    }
    .into_any();
    view! {
        <Panel id="example" title="How to use it">
            {body}
        </Panel>
    }
    .into_any()
}
