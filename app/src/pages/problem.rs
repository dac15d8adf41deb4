//! `/oauth/problem`: an installation or a callback that belongs to no authorization
//! of ours. The server renders it with 400 at the requested address.

use super::{PageError, PageParams, show};
use crate::{context::PageContext, shell::PublicLayout};
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, _: PageParams) -> Result<AnyView, PageError> {
    let problem = context.problem.ok_or(PageError::NotFound)?;
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::BAD_REQUEST);
    }
    Ok(view! {
        <PublicLayout title=problem.title.clone() noindex=true>
            <header>
                <h1>{problem.title}</h1>
                <p>{problem.explanation}</p>
            </header>
            <p>{problem.remedy}</p>
        </PublicLayout>
    }
    .into_any())
}
