//! `…/disconnect`: the question before an account's tokens are forgotten.

use super::{
    Address, PageError,
    row_action::{account_href, tenant_home},
    show,
};
use crate::{
    components::{Confirm, Crumb, Kind, LinkButton, NavItem, PageHead, PostButton},
    context::PageContext,
    frame::around,
    shell::SignedInLayout,
};
use domain::{permission::Permission, subdomain::Subdomain};
use leptos::prelude::*;
use service::connections::{row::AccountRow, show as account};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: Address) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let subdomain: Subdomain = address
        .part("subdomain")
        .parse()
        .map_err(|_| PageError::NotFound)?;
    let account = account::show(&actor, address.part("app"), &subdomain)
        .await?
        .ok_or(PageError::NotFound)?;
    actor.require(Permission::Disconnect)?;
    let around = around(&context, &actor, NavItem::Accounts).await;
    let tenant = actor.tenant_slug.to_string();
    let title = format!("Disconnect {subdomain}");
    Ok(view! {
        <SignedInLayout frame=around.frame title>
            {view(&tenant, &account.row)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) fn view(tenant: &str, row: &AccountRow) -> AnyView {
    let href = account_href(tenant, row.app_slug.as_str(), row.subdomain.as_str());
    let footer = view! {
        <LinkButton href=href.clone()>"Keep it connected"</LinkButton>
        <PostButton action=format!("{href}/disconnect") once=true kind=Kind::Destroy>
            "Disconnect and forget tokens"
        </PostButton>
    }
    .into_any();
    let crumbs = vec![
        Crumb::new("Accounts", format!("{}/accounts", tenant_home(tenant))),
        Crumb::new(row.subdomain.to_string(), href),
    ];
    let what = format!(
        "{} loses its access to this account at once: Gorgias is asked to revoke the tokens, and they are forgotten here. Nobody can undo that. To use the account again, its admin has to approve the app again.",
        row.app_name
    );
    view! {
        <PageHead title="Disconnect" crumbs/>
        <Confirm id="disconnect" title=format!("Disconnect {} from {}?", row.subdomain, row.app_name) footer>
            <p>{what}</p>
            <p>"The timeline stays. Other accounts and apps aren’t touched."</p>
        </Confirm>
    }
    .into_any()
}
