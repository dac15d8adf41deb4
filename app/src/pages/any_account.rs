//! `/t/{tenant}/accounts/{subdomain}`: leads to the account's connection that most needs
//! somebody.

use super::{PageError, PageParams, error::redirect_to, row_action::account_href, show};
use crate::context::PageContext;
use domain::subdomain::Subdomain;
use leptos::prelude::*;
use service::connections::show::of_account;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let subdomain: Subdomain = address
        .part("subdomain")
        .parse()
        .map_err(|_| PageError::NotFound)?;
    let rows = of_account(&actor, &subdomain).await?;
    let worst = rows.iter().min_by_key(|row| row.health.severity());
    let worst = worst.ok_or(PageError::NotFound)?;
    let (app, tenant) = (worst.app_slug.as_str(), actor.tenant_slug.as_str());
    let href = account_href(tenant, app, subdomain.as_str());
    redirect_to(&href);
    Ok(view! { <a href=href>{subdomain.to_string()}</a> }.into_any())
}
