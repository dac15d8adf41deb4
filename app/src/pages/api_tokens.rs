//! `/t/{tenant}/api-tokens`: the tokens with which backends read access tokens.

use super::{PageError, PageParams, api_token_form, outcome, show};
use crate::{
    address::Address,
    components::{
        CardTable, Copy, CopyField, Empty, FormKey, Glyph, LoadFailed, Moment, NavItem, Outcome,
        PageHead, Panel, PostButton, Size, TimeOr, absolute,
    },
    context::PageContext,
    form_outcome::{FormOutcome, ShownOutcome},
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::{
    health::Health, permission::Permission, request_rate::RequestRate, role::Role, time::Timestamp,
};
use leptos::prelude::*;
use service::{
    api_tokens::{self, ApiTokenRow, ListApiTokensError, Overlap},
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
    Ok(view! {
        <SignedInLayout frame=around.frame title="API tokens">
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

/// The secret that the last form made, and what it is.
struct Made {
    secret: String,
    title: String,
    what: String,
}

impl Data {
    /// The new secret, if the last form made one.
    fn token_made(&self) -> Option<Made> {
        let shown = self.outcome.as_ref()?;
        let (title, what) = match &shown.outcome {
            FormOutcome::TokenMade => (
                "Your new token".to_owned(),
                "The token works from now on.".to_owned(),
            ),
            FormOutcome::TokenRotated { name, old_until } => (
                format!("The new secret of {name}"),
                match old_until {
                    Some(at) => {
                        format!("It works from now on; the old one until {}.", absolute(*at))
                    }
                    None => "It works from now on; the old one has ended.".to_owned(),
                },
            ),
            _ => return None,
        };
        Some(Made {
            secret: shown.in_clear()?,
            title,
            what,
        })
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
            <div>{api_token_form::create(data)}</div>
        </div>
    }
    .into_any()
}

/// The new token, shown for two minutes.
fn made(data: &Data) -> Option<AnyView> {
    let made = data.token_made()?;
    let body = view! {
        <div class="body">
            <Outcome health=Health::Working>
                <b>{made.what}</b>
                " "
                "Keep it where your backend keeps its secrets."
            </Outcome>
            <CopyField
                id="api-token"
                label="Token"
                value=made.secret
                hint="Copy it now: in two minutes it is gone from here, and only its fingerprint is kept."
            >
                <Copy of="api-token" what="token"/>
            </CopyField>
        </div>
    }
    .into_any();
    let panel = view! {
        <Panel id="made" title=made.title>
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
            {(!expired).then(|| rotation(data, token))}
            <PostButton action=revoke size=Size::Small about=token.name.clone()>
                "Revoke"
            </PostButton>
        }
        .into_any(),
    };
    let rate = (token.rate != RequestRate::USUAL).then(|| {
        let (per_second, burst) = (token.rate.per_second(), token.rate.burst());
        format!(" · {per_second} requests a second, {burst} at once")
    });
    let rotated = token.rotated_at.map(|at| {
        view! { " · rotated " <Moment at/> }
    });
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
                    {rate}
                    {rotated}
                </span>
                {old_secret(token)}
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

/// Until when the secret before a rotation works.
fn old_secret(token: &ApiTokenRow) -> Option<AnyView> {
    let old = token.old.as_ref().filter(|_| token.revoked_at.is_none())?;
    let (prefix, at) = (format!("{}…", old.prefix), old.works_until);
    let words = view! {
        <span class="sub">
            "The old one, " <code>{prefix}</code> ", works until " <Moment at/>
        </span>
    };
    Some(words.into_any())
}

/// The words for how long the old secret works.
const fn overlap_words(overlap: Overlap) -> &'static str {
    match overlap {
        Overlap::None => "End it at once",
        Overlap::Hour => "For an hour",
        Overlap::Day => "For 24 hours",
        Overlap::Week => "For 7 days",
    }
}

/// The choices for another secret; while an old one works, only its end.
fn rotation(data: &Data, token: &ApiTokenRow) -> AnyView {
    let (tenant, id) = (&data.tenant, token.id.to_string());
    let (tenant, id) = (tenant.as_str(), id.as_str());
    if token.old.is_some() {
        let action = Address::EndOldApiToken { tenant, id }.to_string();
        return view! {
            <PostButton action size=Size::Small about=token.name.clone()>
                "End the old one now"
            </PostButton>
        }
        .into_any();
    }
    let choices = Overlap::ALL.into_iter().rev().map(|overlap| {
        view! {
            <button type="submit" name="overlap" value=overlap.code()>
                {overlap_words(overlap)}
            </button>
        }
    });
    view! {
        <details class="menu" data-end name="row">
            <summary class="button" data-size="small">
                "Rotate…"
                <span class="sr">{format!(": {}", token.name)}</span>
            </summary>
            <div>
                <form method="post" action=Address::RotateApiToken { tenant, id }.to_string()>
                    <FormKey/>
                    <p class="sub">"A new secret is shown once. How long shall the old one work?"</p>
                    {choices.collect_view()}
                </form>
            </div>
        </details>
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
