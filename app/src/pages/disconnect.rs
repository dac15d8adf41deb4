//! `…/disconnect`: the question before an account's tokens are deleted.

use super::{PageError, PageParams, account_question, show};
use crate::{
    address::Address,
    components::{Confirm, Kind, LinkButton, PageHead, PostButton},
    context::PageContext,
};
use leptos::prelude::*;
use service::connections::row::AccountRow;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    account_question::ask(&context, &address, "Disconnect", view).await
}

pub(super) fn view(tenant: &str, row: &AccountRow) -> AnyView {
    let (crumbs, href) = account_question::place(tenant, row);
    let disconnect = Address::Disconnect {
        tenant,
        app: row.app_slug.as_str(),
        subdomain: row.subdomain.as_str(),
    }
    .to_string();
    let footer = view! {
        <LinkButton href=href.clone()>"Keep it connected"</LinkButton>
        <PostButton action=disconnect once=true kind=Kind::Destroy>
            "Disconnect and forget tokens"
        </PostButton>
    }
    .into_any();
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
