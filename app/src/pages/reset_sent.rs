//! `/reset/sent`: what happens after a link was asked for. It says the same for
//! every address, and is true for whoever opens it.

use super::{PageError, PageParams, show};
use crate::{address::Address, context::PageContext, shell::PublicLayout};
use leptos::prelude::*;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(_: PageContext, _: PageParams) -> Result<AnyView, PageError> {
    Ok(view! {
        <PublicLayout title="Look at your mail" noindex=true>
            {view()}
        </PublicLayout>
    }
    .into_any())
}

pub(super) fn view() -> AnyView {
    view! {
        <header>
            <h1>"Look at your mail"</h1>
            <p>
                "If the address that you typed belongs to somebody here, a link is on its way. It works for 30 minutes, once."
            </p>
        </header>
        <p>
            "Nothing after five minutes? Look in spam, or "
            <a href=Address::ResetAsk.to_string()>"ask again"</a>
            ". Whoever runs the server can make the link as well."
        </p>
        <p>
            <a href=Address::SignIn.to_string()>"Back to sign-in"</a>
        </p>
    }
    .into_any()
}
