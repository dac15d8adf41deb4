//! `/oauth/account`: asks for the account if the install address names none. The
//! server renders it with 400 at the install address, and its form leads there
//! again.

use super::{PageError, PageParams, show};
use crate::{
    components::{Button, Callout, Copy, CopyField, Field, Kind},
    context::PageContext,
    csp,
    form_state::FormState,
    shell::PublicLayout,
};
use axum::http::StatusCode;
use domain::{health::Health, ids::AppId};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use service::TenantBrand;
use service::apps::at_install;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, _: PageParams) -> Result<AnyView, PageError> {
    let form = context.form("account");
    let id: AppId = form
        .value("app")
        .and_then(|id| id.parse().ok())
        .ok_or(PageError::NotFound)?;
    let person = context.signed_in.as_ref().map(|person| person.signed_in);
    let app = at_install(&context.services, id, person)
        .await?
        .ok_or(PageError::NotFound)?;
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::BAD_REQUEST);
    }
    csp::forms_to_gorgias(&context);
    let install = context.services.config.install_url(id);
    let template = app
        .managed
        .then(|| format!("{install}?account={{gorgias_account}}"));
    let islands = template.is_some();
    let body = view(&install, template, &form);
    Ok(view! {
        <PublicLayout title="Which Gorgias account is it?" brand=TenantBrand::named(app.name) noindex=true islands>
            {body}
        </PublicLayout>
    }
    .into_any())
}

pub(super) fn view(install: &str, template: Option<String>, form: &FormState) -> AnyView {
    let told = template.map(|template| {
        view! {
            <Callout health=Health::Limited>
                <p>
                    "If this page came up after “Connect app”, Gorgias named no account. In the partners’ portal, enter this as the app’s App URL; Gorgias fills in the account:"
                </p>
                <CopyField id="template" label="App URL" value=template>
                    <Copy of="template" what="App URL"/>
                </CopyField>
            </Callout>
        }
    });
    view! {
        <header>
            <h1>"Which Gorgias account is it?"</h1>
            <p>"The address that led here names no account. Nothing was changed."</p>
        </header>
        <form method="get" action=install.to_owned()>
            <Field
                name="account"
                label="Account"
                plain=true
                required=true
                autocomplete="off"
                placeholder="acme"
                hint="The “acme” of acme.gorgias.com; pasting the whole address works too."
                value=form.value("account")
                error=form.error("account")
            />
            <p class="actions">
                <Button kind=Kind::Primary>"Continue to Gorgias"</Button>
            </p>
        </form>
        {told}
    }
    .into_any()
}
