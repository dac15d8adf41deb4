//! Pages that ask before an account's connection is ended.

use super::{PageError, PageParams, account, row_action::account_href};
use crate::{
    address::Address,
    components::{Crumb, NavItem},
    context::PageContext,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::permission::Permission;
use leptos::prelude::*;
use service::connections::row::AccountRow;

/// The page of a question: its title is `verb` and the account; `view` gets the
/// tenant and the account's row.
///
/// # Errors
/// [`PageError::NotFound`] for an account that doesn't exist, and an error for a
/// person who may not disconnect.
pub(super) async fn ask(
    context: &PageContext,
    address: &PageParams,
    verb: &str,
    view: impl FnOnce(&str, &AccountRow) -> AnyView,
) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let account = account::find(&actor, address).await?;
    actor.require(Permission::Disconnect)?;
    let around = page_chrome(context, &actor, NavItem::Accounts).await;
    let title = format!("{verb} {}", account.row.subdomain);
    let question = view(actor.tenant_slug.as_str(), &account.row);
    Ok(view! { <SignedInLayout frame=around.frame title>{question}</SignedInLayout> }.into_any())
}

/// The breadcrumb, and the account's address.
pub(super) fn place(tenant: &str, row: &AccountRow) -> (Vec<Crumb>, String) {
    let href = account_href(tenant, row.app_slug.as_str(), row.subdomain.as_str());
    let crumbs = vec![
        Crumb::new("Accounts", Address::Accounts { tenant }.to_string()),
        Crumb::new(row.subdomain.to_string(), href.clone()),
    ];
    (crumbs, href)
}
