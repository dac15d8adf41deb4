//! `/t/{tenant}/apps/new`.

use super::{PageError, PageParams, app_form::form, show};
use crate::{
    address::Address,
    components::{Crumb, NavItem, PageHead},
    context::PageContext,
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::permission::Permission;
use leptos::prelude::*;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::AddApps)?;
    let around = page_chrome(&context, &actor, NavItem::Apps).await;
    let state = context.form("app_create");
    Ok(view! {
        <SignedInLayout frame=around.frame title="Add app">
            {view(actor.tenant_slug.as_str(), &state)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) fn view(tenant: &str, state: &FormState) -> AnyView {
    view! {
        <PageHead
            title="Add app"
            crumbs=vec![Crumb::new("Apps", Address::Apps { tenant }.to_string())]
            lead="Create the app in Gorgias’ partners’ portal first; it shows a client ID and a client secret. The two addresses to paste there appear once the app is added here."
        />
        {form(&Address::NewApp { tenant }.to_string(), state)}
    }
    .into_any()
}
