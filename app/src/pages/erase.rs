//! `…/erase`: the question before an account's connection is erased for good.

use super::{
    Address, PageError,
    row_action::{account_href, tenant_home},
    show,
};
use crate::{
    components::{Button, Confirm, Crumb, Field, FormKey, Kind, LinkButton, NavItem, PageHead},
    context::PageContext,
    form_state::FormState,
    frame::around,
    shell::SignedInLayout,
};
use domain::{health::Health, permission::Permission, subdomain::Subdomain};
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
    let title = format!("Erase {subdomain}");
    Ok(view! {
        <SignedInLayout frame=around.frame title>
            {view(&tenant, &account.row, &context.form("erase"))}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) fn view(tenant: &str, row: &AccountRow, form: &FormState) -> AnyView {
    let href = account_href(tenant, row.app_slug.as_str(), row.subdomain.as_str());
    let crumbs = vec![
        Crumb::new("Accounts", format!("{}/accounts", tenant_home(tenant))),
        Crumb::new(row.subdomain.to_string(), href.clone()),
    ];
    let footer = view! { <LinkButton href=href.clone()>"Keep it"</LinkButton> }.into_any();
    let first = (row.health != Health::NotConnected).then(|| {
        view! {
            <p>
                {format!(
                    "It is connected: {} loses its access first. Gorgias is asked to revoke the tokens.",
                    row.app_name,
                )}
            </p>
        }
    });
    let account = row.subdomain.to_string();
    let what = format!(
        "The connection of {account} is forgotten with its tokens, reconnect links and timeline, and stands in no list any more. Nobody can undo that. The audit keeps who did what."
    );
    let (value, error) = (
        form.value("confirm"),
        form.error("confirm").or_else(|| form.problem()),
    );
    let title = format!("Erase {account} from {} for good?", row.app_name);
    view! {
        <PageHead title="Erase" crumbs/>
        <Confirm id="erase" title footer>
            {first}
            <p>{what}</p>
            <form class="form" method="post" action=format!("{href}/erase")>
                <FormKey/>
                <Field
                    name="confirm"
                    label=format!("Type {account} to confirm")
                    plain=true
                    required=true
                    autocomplete="off"
                    value
                    error
                />
                <p class="actions">
                    <Button kind=Kind::Destroy>{format!("Erase {account} for good")}</Button>
                </p>
            </form>
        </Confirm>
    }
    .into_any()
}
