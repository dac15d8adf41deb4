//! Addresses of an account, and the one action that its state needs.

use crate::{
    address::Address,
    components::{Glyph, Kind, LinkButton, PostButton, Size},
};
use domain::{health_words::NextStep, permission::Permission};
use leptos::prelude::*;
use service::{Actor, connections::row::AccountRow};

/// What the reader may do; other buttons are left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct May {
    pub send_links: bool,
    pub check: bool,
    pub edit_customers: bool,
    pub authorize: bool,
    pub disconnect: bool,
    pub manage_apps: bool,
}

impl May {
    pub(super) fn of(actor: &Actor) -> Self {
        Self {
            send_links: actor.may(Permission::SendLinks),
            check: actor.may(Permission::CheckConnections),
            edit_customers: actor.may(Permission::EditCustomers),
            authorize: actor.may(Permission::Authorize),
            disconnect: actor.may(Permission::Disconnect),
            manage_apps: actor.may(Permission::ManageApps),
        }
    }
}

/// The address of a tenant's pages.
pub(super) fn tenant_home(tenant: &str) -> String {
    Address::Overview { tenant }.to_string()
}

/// The address of an account's page.
pub(super) fn account_href(tenant: &str, app: &str, subdomain: &str) -> String {
    Address::Account {
        tenant,
        app,
        subdomain,
    }
    .to_string()
}

/// The address of the app's page.
fn app_href(tenant: &str, row: &AccountRow) -> String {
    let app = row.app_slug.as_str();
    Address::App { tenant, app }.to_string()
}

/// The address to which the form for a check posts.
pub(super) fn check_href(tenant: &str, row: &AccountRow) -> String {
    Address::Check {
        tenant,
        app: row.app_slug.as_str(),
        subdomain: row.subdomain.as_str(),
    }
    .to_string()
}

/// The address of the app's permissions with “offline” already ticked, which also says
/// what that means for its accounts.
pub(super) fn add_offline(tenant: &str, app: &str) -> String {
    format!(
        "{}?add=offline#asks",
        Address::AppPermissions { tenant, app }
    )
}

/// Whether a check is the action at the end of its row.
pub(super) const fn is_checked_first(row: &AccountRow) -> bool {
    matches!(
        row.explanation.next,
        NextStep::LookAtWorker | NextStep::LookAtAccount
    )
}

/// The action at the end of a row: a quiet, small button, or none.
pub(super) fn row_action(tenant: &str, row: &AccountRow, may: May) -> AnyView {
    let href = account_href(tenant, row.app_slug.as_str(), row.subdomain.as_str());
    let about = row.subdomain.to_string();
    let has_left = row.open_link.is_some_and(|link| link.has_left());
    let send = if has_left { "Send again" } else { "Send link" };
    match row.explanation.next {
        NextStep::SendLink if may.send_links => view! {
            <LinkButton href=format!("{href}?link=new#link") size=Size::Small about dialog="link-panel">
                {send}
            </LinkButton>
        }
        .into_any(),
        NextStep::AddOffline if may.manage_apps => view! {
            <LinkButton href=add_offline(tenant, row.app_slug.as_str()) size=Size::Small about>
                "Add offline"
            </LinkButton>
        }
        .into_any(),
        NextStep::TellOperator => view! {
            <LinkButton href=app_href(tenant, row) size=Size::Small about>
                "Open app"
            </LinkButton>
        }
        .into_any(),
        _ if is_checked_first(row) && may.check => view! {
            <PostButton action=check_href(tenant, row) in_row=true size=Size::Small about>
                "Check now"
            </PostButton>
        }
        .into_any(),
        NextStep::Nothing => view! { <span class="sr">"Nothing to do"</span> }.into_any(),
        _ => view! { <span class="sr">"Nothing that your role allows"</span> }.into_any(),
    }
}

/// The main action of an account's page.
pub(super) fn main_action(tenant: &str, row: &AccountRow, may: May) -> Option<AnyView> {
    let href = account_href(tenant, row.app_slug.as_str(), row.subdomain.as_str());
    let check = || {
        may.check.then(|| {
            view! {
                <PostButton action=check_href(tenant, row) stay=true icon=Glyph::Retrying letter="r">
                    "Check now"
                </PostButton>
            }
            .into_any()
        })
    };
    match row.explanation.next {
        NextStep::SendLink => may.send_links.then(|| {
            view! {
                <LinkButton
                    href=format!("{href}?link=new#link")
                    dialog="link-panel"
                    kind=Kind::Primary
                    size=Size::Large
                    icon=Glyph::Send
                >
                    "Send reconnect link"
                </LinkButton>
            }
            .into_any()
        }),
        NextStep::AddOffline => may.manage_apps.then(|| {
            view! {
                <LinkButton
                    href=add_offline(tenant, row.app_slug.as_str())
                    kind=Kind::Primary
                    size=Size::Large
                    icon=Glyph::Apps
                >
                    {format!("Add offline to {}", row.app_name)}
                </LinkButton>
            }
            .into_any()
        }),
        NextStep::TellOperator => Some(
            view! {
                <LinkButton
                    href=app_href(tenant, row)
                    kind=Kind::Primary
                    size=Size::Large
                >
                    {format!("Open {}", row.app_name)}
                </LinkButton>
            }
            .into_any(),
        ),
        NextStep::LookAtWorker | NextStep::LookAtAccount | NextStep::Nothing => check(),
    }
}
