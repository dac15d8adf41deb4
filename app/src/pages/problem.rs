//! `/oauth/problem`: an installation or a return from Gorgias that could not
//! be matched with anything we began. The server renders it with 400 in place
//! of the address that was asked for.

use super::{PageError, PageParams, show};
use crate::{context::PageContext, form_state::FormState, shell::PublicLayout};
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, _: PageParams) -> Result<AnyView, PageError> {
    let form = context.form("problem");
    if !form.was_posted() {
        return Err(PageError::NotFound);
    }
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::BAD_REQUEST);
    }
    let title = form.value("title").unwrap_or_default();
    Ok(view! {
        <PublicLayout title noindex=true>
            {view(&form)}
        </PublicLayout>
    }
    .into_any())
}

pub(super) fn view(form: &FormState) -> AnyView {
    let text = |field: &str| form.value(field).unwrap_or_default();
    view! {
        <header>
            <h1>{text("title")}</h1>
            <p>{text("explanation")}</p>
        </header>
        <p>{text("remedy")}</p>
    }
    .into_any()
}
