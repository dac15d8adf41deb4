//! `/t/{tenant}/apps/{app}` and `/t/{tenant}/apps/new`.

use super::{
    Address, PageError,
    app_form::form,
    app_secrets, done,
    row_action::{May, tenant_home},
    scope_words::ScopeWords,
    show,
};
use crate::{
    components::{
        Button, Callout, CopyField, Crumb, Field, Glyph, Icon, Kind, Ledger, LedgerRow, LinkButton,
        Moment, NavItem, PageHead, Panel, PostButton, Size,
    },
    context::PageContext,
    form_state::FormState,
    frame::around,
    islands::Copy,
    shell::SignedInLayout,
};
use domain::{health::Health, permission::Permission, subdomain::Subdomain, time::Timestamp};
use leptos::prelude::*;
use service::apps::{
    App, list,
    secrets::{self, Slots},
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

pub(crate) fn new_page() -> impl IntoView {
    show(load_new)
}

async fn load_new(context: PageContext, address: Address) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::ManageApps)?;
    let around = around(&context, &actor, NavItem::Apps).await;
    let home = tenant_home(actor.tenant_slug.as_str());
    let state = context.form("app_create");
    Ok(view! {
        <SignedInLayout frame=around.frame title="Add app">
            {new_view(&home, &state)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) fn new_view(home: &str, state: &FormState) -> AnyView {
    view! {
        <PageHead
            title="Add app"
            crumbs=vec![Crumb::new("Apps", format!("{home}/apps"))]
            lead="Create the app in Gorgias’ partners’ portal first; it shows a client ID and a client secret. The two addresses to paste there appear once the app is added here."
        />
        {form(&format!("{home}/apps/new"), None, state)}
    }
    .into_any()
}

async fn load(context: PageContext, address: Address) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let app = list::one(&actor, address.part("app"))
        .await?
        .ok_or(PageError::NotFound)?;
    let around = around(&context, &actor, NavItem::Apps).await;
    let counts = around
        .apps
        .iter()
        .flatten()
        .find(|row| row.app.id == app.id)
        .map(|row| {
            Health::ALL
                .into_iter()
                .map(|h| (h, row.counts.get(h)))
                .collect()
        });
    let may = May::of(&actor);
    let slots = if may.manage_apps {
        secrets::show(&actor, app.id)
            .await
            .inspect_err(|error| tracing::error!(%error, "the client secrets could not be loaded"))
            .ok()
    } else {
        None
    };
    let config = &context.services.config;
    let sandbox = address.query("sandbox").unwrap_or_default().to_owned();
    let preview = Subdomain::from_typed(&sandbox)
        .ok()
        .and_then(|account| config.gorgias.preview_url(&account, &app.client_id).ok())
        .map(|url| url.to_string());
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        may,
        slots,
        install_url: config.install_url(app.id),
        redirect_uri: config.redirect_uri(app.id),
        counts,
        sandbox,
        preview,
        done: address.query("done").map(str::to_owned),
        form: context.form.clone().unwrap_or_default(),
        app,
    };
    let title = data.app.name.clone();
    Ok(view! {
        <SignedInLayout frame=around.frame title islands=true>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

/// What an app's page shows.
pub(super) struct Data {
    pub tenant: String,
    pub may: May,
    pub app: App,
    /// Its client secrets; `None` if they couldn't be loaded or aren't to be shown.
    pub slots: Option<Slots>,
    pub install_url: String,
    pub redirect_uri: String,
    /// How many of its accounts are in which state; `None` if unknown.
    pub counts: Option<Vec<(Health, u64)>>,
    /// The sandbox that was typed, and its preview link.
    pub sandbox: String,
    pub preview: Option<String>,
    pub done: Option<String>,
    pub form: FormState,
}

impl Data {
    fn href(&self) -> String {
        format!("{}/apps/{}", tenant_home(&self.tenant), self.app.slug)
    }

    fn total(&self) -> u64 {
        self.counts.iter().flatten().map(|(_, n)| n).sum()
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let home = tenant_home(&data.tenant);
    let outcome = if matches!(data.form.action, "app_edit" | "app_remove" | "app_secret")
        && data.form.failed()
    {
        None
    } else {
        done::outcome(data.done.as_deref(), &data.form)
    };
    let accounts = format!("{home}/accounts?app={}", data.app.slug);
    let meta = view! {
        <a href=accounts>
            {match data.total() {
                1 => "1 account".to_owned(),
                n => format!("{n} accounts"),
            }}
        </a>
        <span>"Added " <Moment at=data.app.created_at/></span>
    }
    .into_any();
    view! {
        <PageHead title=data.app.name.clone() crumbs=vec![Crumb::new("Apps", format!("{home}/apps"))] meta/>
        {outcome}
        {data.app.fault_since.map(|since| fault(data, since))}
        <div class="split">
            <div>
                {data.may.manage_apps.then(|| app_secrets::panel(&data.href(), data.total(), data.slots.as_ref(), &data.form))}
                {addresses(data)}
                {if data.may.manage_apps {
                    let state = if data.form.action == "app_edit" { data.form.clone() } else { FormState::default() };
                    form(&data.href(), Some((&data.app, data.total())), &state)
                } else {
                    read_only(data)
                }}
            </div>
            <div>{states(data)} {preview(data)} {data.may.manage_apps.then(|| removal(data))}</div>
        </div>
    }
    .into_any()
}

fn fault(data: &Data, since: Timestamp) -> AnyView {
    let words = if data.app.fault_by_refusals {
        let vouch = data.may.manage_apps.then(|| {
            view! {
                <PostButton action=format!("{}/refusals", data.href()) size=Size::Small>
                    "The credentials are right"
                </PostButton>
                <p class="sub">
                    "Then every account that Gorgias refuses is called Disconnected, and its customer has to approve the app again."
                </p>
            }
        });
        view! {
            <p>
                <b>"Gorgias refused several accounts of this app, one right after the other."</b>
                " Since "
                <Moment at=since/>
                ". That usually means that the client secret was replaced at Gorgias. No account is called Disconnected for it, and nobody should write to customers yet. Compare the credentials with Gorgias’ partners’ portal, and enter the client secret from there as a new one."
            </p>
            {vouch}
        }
        .into_any()
    } else {
        view! {
            <p>
                <b>"Gorgias refused our app's own credentials. Customers can't fix this."</b>
                " Since "
                <Moment at=since/>
                ". Compare the client ID with Gorgias’ partners’ portal, and enter the client secret from there as a new one. The accounts are checked again at once after you switch."
            </p>
        }
        .into_any()
    };
    view! {
        <Callout health=Health::SetupFault alert=true>
            {words}
        </Callout>
    }
    .into_any()
}

fn addresses(data: &Data) -> AnyView {
    let aside = view! { <span class="sub">"Paste both, unchanged"</span> }.into_any();
    let body = view! {
        <div class="body">
            <CopyField
                id="app-url"
                label="App URL"
                value=data.install_url.clone()
                hint="“Connect app” in the helpdesk sends the customer here."
            >
                <Copy of="app-url".to_owned() what="App URL".to_owned()/>
            </CopyField>
            <CopyField
                id="redirect-uri"
                label="Redirect URI"
                value=data.redirect_uri.clone()
                hint="Gorgias sends the approval back here. It must match letter for letter."
            >
                <Copy of="redirect-uri".to_owned() what="redirect URI".to_owned()/>
            </CopyField>
        </div>
    }
    .into_any();
    view! {
        <Panel id="addresses" title="For the partners’ portal" aside>
            {body}
        </Panel>
    }
    .into_any()
}

/// For roles that don't manage apps.
fn read_only(data: &Data) -> AnyView {
    let body = view! {
        <div class="body">
            <ScopeWords scopes=data.app.requested.clone()/>
        </div>
    }
    .into_any();
    view! {
        <Panel id="asks" title="Permissions it asks for">
            {body}
        </Panel>
    }
    .into_any()
}

fn states(data: &Data) -> AnyView {
    let Some(counts) = &data.counts else {
        return ().into_any();
    };
    let base = format!(
        "{}/accounts?app={}",
        tenant_home(&data.tenant),
        data.app.slug
    );
    let rows: Vec<_> = counts
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(h, n)| LedgerRow {
            href: format!("{base}&health={}", h.code()),
            health: *h,
            icon: Glyph::from(*h),
            label: h.label().into(),
            count: n.to_string(),
        })
        .collect();
    let connect = format!(
        "{}/accounts/connect?app={}",
        tenant_home(&data.tenant),
        data.app.slug
    );
    let footer = view! { <a href=connect>"Connect an account"</a> }.into_any();
    let body = if rows.is_empty() {
        view! { <p class="body">"No account yet."</p> }.into_any()
    } else {
        view! { <Ledger rows/> }.into_any()
    };
    view! {
        <Panel id="states" title="Its accounts" footer>
            {body}
        </Panel>
    }
    .into_any()
}

fn preview(data: &Data) -> AnyView {
    let found = data.preview.clone().map(|url| {
        view! {
            <CopyField id="preview-link" label="Preview link" value=url.clone()>
                <Copy of="preview-link".to_owned() what="preview link".to_owned()/>
            </CopyField>
            <p class="actions">
                <LinkButton href=url>"Open preview"</LinkButton>
            </p>
        }
    });
    let error = (!data.sandbox.is_empty())
        .then(|| {
            Subdomain::from_typed(&data.sandbox)
                .err()
                .map(|e| e.to_string())
        })
        .flatten();
    let body = view! {
        <form class="body" action=format!("{}#preview", data.href())>
            <Field
                name="sandbox"
                label="Sandbox subdomain"
                plain=true
                autocomplete="off"
                value=data.sandbox.clone()
                hint="Starts an installation before Gorgias has approved the app."
                error
            />
            <p class="actions">
                <Button>"Make preview link"</Button>
            </p>
            {found}
        </form>
    }
    .into_any();
    view! {
        <Panel id="preview" title="Try it on a sandbox">
            {body}
        </Panel>
    }
    .into_any()
}

/// Nothing can undo it, so the name is typed.
fn removal(data: &Data) -> AnyView {
    let mine = data.form.action == "app_remove";
    let error = mine
        .then(|| data.form.error("confirm").or_else(|| data.form.problem()))
        .flatten();
    let n = match data.total() {
        0 => "It has no accounts.".to_owned(),
        1 => "Its 1 account, its tokens and timeline are forgotten, and it has to be approved again from scratch.".to_owned(),
        n => format!("Its {n} accounts, their tokens and timelines are forgotten, and each has to be approved again from scratch."),
    };
    let body = view! {
        <details class="more body" open=mine>
            <summary>
                <Icon name=Glyph::Chevron/>
                {format!("Remove {}…", data.app.name)}
            </summary>
            <form class="form" method="post" action=format!("{}/remove", data.href())>
                <p>
                    {format!(
                        "{n} Nobody can undo that. Backends that read its tokens here get “not found” at once. At Gorgias, customers keep the app until they remove it there.",
                    )}
                </p>
                <Field
                    name="confirm"
                    label=format!("Type {} to confirm", data.app.slug)
                    plain=true
                    required=true
                    autocomplete="off"
                    error
                />
                <p class="actions">
                    <Button kind=Kind::Destroy>
                        {format!("Remove {} and forget its tokens", data.app.name)}
                    </Button>
                </p>
            </form>
        </details>
    }
    .into_any();
    view! {
        <Panel id="remove" title="Remove this app">
            {body}
        </Panel>
    }
    .into_any()
}
