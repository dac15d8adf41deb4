//! `…/erase`: the question before an account's connection is erased for good.

use super::{PageError, PageParams, account_question, show};
use crate::{
    address::Address,
    components::{Button, Confirm, Field, FormKey, Kind, LinkButton, PageHead},
    context::PageContext,
    form_state::FormState,
};
use domain::health::Health;
use leptos::prelude::*;
use service::connections::row::AccountRow;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    account_question::ask(&context, &address, "Erase", |tenant, row| {
        view(tenant, row, &context.form("erase"))
    })
    .await
}

pub(super) fn view(tenant: &str, row: &AccountRow, form: &FormState) -> AnyView {
    let (crumbs, href) = account_question::place(tenant, row);
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
    let erase = Address::Erase {
        tenant,
        app: row.app_slug.as_str(),
        subdomain: row.subdomain.as_str(),
    }
    .to_string();
    let footer = view! {
        <LinkButton href=href.clone()>"Keep it"</LinkButton>
        <Button kind=Kind::Destroy form="erase-form">{format!("Erase {account} for good")}</Button>
    }
    .into_any();
    view! {
        <PageHead title="Erase" crumbs/>
        <Confirm id="erase" title footer>
            {first}
            <p>{what}</p>
            <form id="erase-form" class="form" method="post" action=erase>
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
            </form>
        </Confirm>
    }
    .into_any()
}
