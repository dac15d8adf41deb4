//! `/reset`: asks for a link to set a new password.

use super::{PageError, PageParams, setup::problem, show};
use crate::{
    address::Address,
    components::{Button, Field, Kind},
    context::PageContext,
    form_state::FormState,
    shell::PublicLayout,
};
use leptos::prelude::*;
use service::mail;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, _: PageParams) -> Result<AnyView, PageError> {
    let body = view(
        &context.form("reset_ask"),
        mail::is_set_up(&context.services),
    );
    Ok(view! {
        <PublicLayout title="Forgot your password?" noindex=true>
            {body}
        </PublicLayout>
    }
    .into_any())
}

pub(super) fn view(form: &FormState, mail: bool) -> AnyView {
    let way_back = view! {
        <p>
            <a href=Address::SignIn.to_string()>"Back to sign-in"</a>
        </p>
    };
    if !mail {
        return view! {
            <header>
                <h1>"Forgot your password?"</h1>
                <p>"This Mooring sends no mail, so it can’t send you a link."</p>
            </header>
            <p>
                "Ask whoever runs the server for a link to set a new password. They make it with "
                <code>"mooring people reset"</code> "."
            </p>
            {way_back}
        }
        .into_any();
    }
    view! {
        <header>
            <h1>"Forgot your password?"</h1>
            <p>"We mail you a link to set a new one. Your second factor stays."</p>
        </header>
        {problem(form)}
        <form class="form" method="post" action=Address::ResetAsk.to_string()>
            <Field
                name="email"
                label="E-mail"
                kind="email"
                plain=true
                required=true
                autocomplete="username"
                value=form.value("email")
                error=form.error("email")
            />
            <Button kind=Kind::Primary wide=true>
                "Send link"
            </Button>
        </form>
        {way_back}
    }
    .into_any()
}
