//! `/signin`.

use super::{Address, PageError, setup::problem, show};
use crate::{
    components::{Button, Field, Kind},
    context::PageContext,
    form_state::FormState,
    shell::PublicLayout,
};
use leptos::prelude::*;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: Address) -> Result<AnyView, PageError> {
    let form = context.form("signin");
    let next = form
        .value("next")
        .or_else(|| address.query("next").map(str::to_owned));
    let footer = view! { "No account? Ask an owner of your tenant." }.into_any();
    Ok(view! {
        <PublicLayout title="Sign in" noindex=true footer>
            {view(&form, next)}
        </PublicLayout>
    }
    .into_any())
}

/// `next` only travels through the form; the server checks that it is a path
/// of its own before it leads there.
pub(super) fn view(form: &FormState, next: Option<String>) -> AnyView {
    view! {
        <h1>"Sign in"</h1>
        {problem(form)}
        <form class="form" method="post" action="/signin">
            {next.map(|next| view! { <input type="hidden" name="next" value=next/> })}
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
            <Field
                name="password"
                label="Password"
                kind="password"
                required=true
                autocomplete="current-password"
                error=form.error("password")
            />
            <Button kind=Kind::Primary wide=true>
                "Sign in"
            </Button>
        </form>
    }
    .into_any()
}
