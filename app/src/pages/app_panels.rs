//! The panels of an app's page, and its notices if Gorgias refuses the app.

use super::{app::Data, app_secrets, scope_words::ScopeWords};
use crate::{
    address::Address,
    components::{
        Button, Callout, Copy, CopyField, Field, FormKey, Glyph, Icon, Kind, Ledger, LedgerRow,
        LinkButton, Moment, Panel, PostButton, Size,
    },
};
use domain::{health::Health, health_words::app_fault, subdomain::Subdomain, time::Timestamp};
use leptos::prelude::*;

pub(super) fn fault(data: &Data, since: Timestamp) -> AnyView {
    let words = if data.app.credentials.in_doubt() {
        let vouch = data.may.manage_apps.then(|| {
            view! {
                <div class="actions">
                    <PostButton action=Address::Refusals { tenant: &data.tenant, app: data.app.slug.as_str() }.to_string() once=true size=Size::Small>
                        "The credentials are right"
                    </PostButton>
                    <p class="sub">
                        "Then every account that Gorgias refuses is called Disconnected, and its customer has to approve the app again."
                    </p>
                </div>
            }
        });
        view! {
            <p>
                <b>{app_fault(true)}</b>
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
                <b>{app_fault(false)}</b>
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

/// Gorgias refused the credentials when a code was exchanged. Anyone may choose the
/// account whose answer says so, so nothing is stopped because of it; a test shows
/// whether it is true.
pub(super) fn exchange_refused(data: &Data) -> Option<AnyView> {
    let (at, by) = data.app.credentials.exchange_refused.clone()?;
    let test = data.may.manage_apps.then(|| {
        view! {
            <div class="actions">
                <PostButton action=app_secrets::step(&data.tenant, data.app.slug.as_str(), "test-in-use") size=Size::Small>
                    "Test the secret"
                </PostButton>
            </div>
        }
    });
    let told = view! {
        <Callout health=Health::Limited>
            <p>
                <b>"The last exchange was refused: invalid_client."</b>
                " "
                {format!("{by}.gorgias.com answered so to an approval, ")}
                <Moment at/>
                ". If accounts of this app work, it may be that account alone. Otherwise compare client ID and client secret with Gorgias’ partners’ portal. The next approval or renewal that succeeds takes this notice away."
            </p>
            {test}
        </Callout>
    };
    Some(told.into_any())
}

pub(super) fn addresses(data: &Data) -> AnyView {
    let aside = view! { <span class="sub">"Paste both, unchanged"</span> }.into_any();
    let body = view! {
        <div class="body">
            <CopyField
                id="app-url"
                label="App URL"
                value=data.install_url.clone()
                hint="“Connect app” in the helpdesk sends the customer here."
            >
                <Copy of="app-url" what="App URL"/>
            </CopyField>
            <CopyField
                id="redirect-uri"
                label="Redirect URI"
                value=data.redirect_uri.clone()
                hint="Gorgias sends the approval back here. It must match letter for letter."
            >
                <Copy of="redirect-uri" what="redirect URI"/>
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
pub(super) fn read_only(data: &Data) -> AnyView {
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

pub(super) fn states(data: &Data) -> AnyView {
    let Some(counts) = &data.counts else {
        return ().into_any();
    };
    let tenant = &data.tenant;
    let base = format!("{}?app={}", Address::Accounts { tenant }, data.app.slug);
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
    let connect = format!("{}?app={}", Address::Connect { tenant }, data.app.slug);
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

pub(super) fn preview(data: &Data) -> AnyView {
    let found = data.preview.clone().map(|url| {
        view! {
            <CopyField id="preview-link" label="Preview link" value=url.clone()>
                <Copy of="preview-link" what="preview link"/>
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

/// The removal can't be undone, so the name has to be typed.
pub(super) fn removal(data: &Data) -> AnyView {
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
            <form class="form" method="post" action=Address::RemoveApp { tenant: &data.tenant, app: data.app.slug.as_str() }.to_string()>
                <FormKey/>
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
