//! `/t/{tenant}/settings/delete`: the question before a tenant is deleted.

use super::{PageError, PageParams, panel, show};
use crate::{
    address::Address,
    components::{Button, Confirm, Crumb, Field, FormKey, Kind, LinkButton, NavItem, PageHead},
    context::PageContext,
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::permission::Permission;
use leptos::prelude::*;
use service::connections::counts;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::ManageTenant)?;
    let counts = panel("connections", counts::of_tenant(&actor).await);
    let around = page_chrome(&context, &actor, NavItem::Settings).await;
    let tenant = (actor.tenant_slug.as_str(), actor.tenant_name.as_str());
    let connections = counts.map(|counts| counts.total());
    let body = view(tenant, connections, &context.form("tenant_delete"));
    Ok(view! {
        <SignedInLayout frame=around.frame title="Delete">
            {body}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) fn view(
    (tenant, name): (&str, &str),
    connections: Option<u64>,
    form: &FormState,
) -> AnyView {
    let settings = Address::Settings { tenant }.to_string();
    let crumbs = vec![Crumb::new("Settings", settings.clone())];
    let stop = match connections {
        Some(0) | None => "All connections stop at once.".to_owned(),
        Some(1) => "Its connection stops at once.".to_owned(),
        Some(number) => format!("All {number} connections stop at once."),
    };
    let (value, error) = (
        form.value("confirm"),
        form.error("confirm").or_else(|| form.problem()),
    );
    let label = format!("Type {tenant} to confirm");
    let delete = Address::DeleteTenant { tenant }.to_string();
    let footer = view! {
        <LinkButton href=settings>"Keep it"</LinkButton>
        <Button kind=Kind::Destroy form="delete-form">{format!("Delete {name}")}</Button>
    }
    .into_any();
    view! {
        <PageHead title="Delete" crumbs/>
        <Confirm id="delete" title=format!("Delete {name}?") footer>
            <p>
                <b>{stop}</b>
                " Links and API tokens stop working, and nobody sees anything of it any more."
            </p>
            <p>
                "For 14 days, an owner can bring everything back under “Your tenants”, and whoever runs this installation with "
                <code>"mooring tenants restore"</code>
                ". Then it is erased for good, and its tokens are taken back at Gorgias. Only the audit stays, for whoever runs the installation."
            </p>
            <form id="delete-form" class="form" method="post" action=delete>
                <FormKey/>
                <Field
                    name="confirm"
                    label
                    plain=true
                    required=true
                    autocomplete="off"
                    value
                    error
                />
            </form>
        </Confirm>
    }
    .into_any()
}
