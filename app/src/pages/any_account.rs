//! `/t/{tenant}/accounts/{subdomain}`: leads to the account's connection that most needs
//! somebody. An account that is connected to nothing yet has its page here.

use super::{
    PageError, PageParams,
    account_customer::{self, CustomerData, CustomerPanel},
    error::redirect_to,
    outcome,
    row_action::{May, account_href},
    show,
};
use crate::{
    address::{Address, escape},
    components::{Crumb, Glyph, Kind, LinkButton, NavItem, PageHead, Reason},
    context::PageContext,
    form_outcome::ShownOutcome,
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::{health::Health, subdomain::Subdomain};
use leptos::prelude::*;
use serde::Deserialize;
use service::{Actor, connections::show::of_account, core::input::Field};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// “edit” opens the form for what is known of the customer.
    customer: Field<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let subdomain: Subdomain = address
        .part("subdomain")
        .parse()
        .map_err(|_| PageError::NotFound)?;
    let rows = of_account(&actor, &subdomain).await?;
    let worst = rows.iter().min_by_key(|row| row.health.severity());
    let Some(worst) = worst else {
        return unconnected(&context, &address, &actor, &subdomain).await;
    };
    let (app, tenant) = (worst.app_slug.as_str(), actor.tenant_slug.as_str());
    let href = account_href(tenant, app, subdomain.as_str());
    redirect_to(&href);
    Ok(view! { <a href=href>{subdomain.to_string()}</a> }.into_any())
}

async fn unconnected(
    context: &PageContext,
    address: &PageParams,
    actor: &Actor,
    subdomain: &Subdomain,
) -> Result<AnyView, PageError> {
    let query = address.query::<Query>();
    let form = context.form.clone().unwrap_or_default();
    let edited = query.customer.given() == Some("edit") || form.action == "customer";
    let customer = account_customer::load(actor, subdomain, edited, false).await?;
    let customer = customer.ok_or(PageError::NotFound)?;
    let around = page_chrome(context, actor, NavItem::Accounts).await;
    let title = customer.customer.title().to_owned();
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        may: May::of(actor),
        customer,
        form,
        outcome: context.outcome.clone(),
    };
    Ok(view! {
        <SignedInLayout frame=around.frame title>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    pub may: May,
    pub customer: CustomerData,
    pub form: FormState,
    pub outcome: Option<ShownOutcome>,
}

pub(super) fn view(data: &Data) -> AnyView {
    let tenant = data.tenant.as_str();
    let customer = &data.customer.customer;
    let subdomain = customer.subdomain.as_str();
    let accounts = Address::Accounts { tenant }.to_string();
    let href = Address::AnyAccount { tenant, subdomain }.to_string();
    let connect = format!(
        "{}?account={}",
        Address::Connect { tenant },
        escape(subdomain)
    );
    let action = data.may.send_links.then(|| {
        view! {
            <LinkButton href=connect kind=Kind::Primary icon=Glyph::Plus>
                "Connect an app"
            </LinkButton>
        }
    });
    let known = customer
        .name
        .as_ref()
        .map(|_| view! { <span>{subdomain.to_owned()}</span> });
    let panel = CustomerPanel {
        shown: Some(&data.customer),
        may_edit: data.may.edit_customers,
        says_owner: true,
        action: href.clone(),
        href,
        form: &data.form,
    };
    view! {
        <PageHead
            title=customer.title().to_owned()
            crumbs=vec![Crumb::new("Accounts", accounts)]
            meta=known.into_any()
        />
        {outcome::outcome(data.outcome.as_ref(), &data.form)}
        <Reason health=Health::NotConnected title="Connected to no app yet." action=action.into_any()>
            <p>"You know this customer, but none of your apps was ever approved there."</p>
        </Reason>
        {account_customer::panel(&panel)}
    }
    .into_any()
}
