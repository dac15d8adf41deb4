//! `/t/{tenant}/apps/{app}/accounts`: the accounts list with the accounts of one app.

use super::{Data, Part, head};
use crate::{
    address::Address,
    components::{Glyph, LinkButton, NavItem},
    context::PageContext,
    frame::page_chrome,
    pages::{PageError, PageParams, accounts, accounts_filter, app_rejudging, show},
    shell::SignedInLayout,
};
use leptos::prelude::*;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let around = page_chrome(&context, &actor, NavItem::Apps).await;
    let data = Data::load(&context, &actor, &around, &address).await?;
    let query = address.query::<accounts_filter::Parameters>().into();
    let within = Some(data.app.slug.clone());
    let list = accounts::Data::load(&context, &actor, &around, query, within).await;
    let title = format!("Accounts of {}", data.app.name);
    let live = accounts::live(&list);
    Ok(view! {
        <SignedInLayout frame=around.frame title wide=true live=live>
            {view(&data, &list)}
        </SignedInLayout>
    }
    .into_any())
}

fn view(data: &Data, list: &accounts::Data) -> AnyView {
    let connect = data.may.send_links.then(|| {
        let connect = Address::Connect {
            tenant: &data.tenant,
        };
        let href = format!("{connect}?app={}", data.app.slug);
        view! {
            <LinkButton href icon=Glyph::Plus>
                "Connect an account"
            </LinkButton>
        }
        .into_any()
    });
    view! {
        {head(data, Part::Accounts, connect)}
        {data.rejudging.map(app_rejudging::notice)}
        {accounts::list(list)}
    }
    .into_any()
}
