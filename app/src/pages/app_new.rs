//! `/t/{tenant}/apps/new`.

use super::{Address, PageError, app_form::form, row_action::tenant_home, show};
use crate::{
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

async fn load(context: PageContext, address: Address) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::AddApps)?;
    let around = page_chrome(&context, &actor, NavItem::Apps).await;
    let home = tenant_home(actor.tenant_slug.as_str());
    let state = context.form("app_create");
    Ok(view! {
        <SignedInLayout frame=around.frame title="Add app">
            {view(&home, &state)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) fn view(home: &str, state: &FormState) -> AnyView {
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
