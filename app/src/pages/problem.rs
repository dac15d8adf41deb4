//! `/oauth/problem`: an installation or a callback that belongs to no authorization
//! of ours. The server renders it with 400 at the requested address.

use super::{PageError, PageParams, show};
use crate::{
    components::{Kind, LinkButton},
    context::{PageContext, ProblemText, ShownProblem},
    language::{Chosen, sentences, written_for_customer},
    shell::PublicLayout,
};
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, _: PageParams) -> Result<AnyView, PageError> {
    let (text, again) = match context.problem.ok_or(PageError::NotFound)? {
        ShownProblem::Text(text) => (text, None),
        ShownProblem::Approval { problem, again } => {
            written_for_customer(&Chosen::default(), None);
            let words = (sentences().problem)(&problem);
            let text = ProblemText {
                title: words.title,
                explanation: words.explanation,
                remedy: words.remedy,
            };
            (text, again)
        }
    };
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::BAD_REQUEST);
    }
    let again = again.map(|href| {
        view! {
            <p class="actions">
                <LinkButton href kind=Kind::Primary>
                    {sentences().page.begin_again}
                </LinkButton>
            </p>
        }
    });
    Ok(view! {
        <PublicLayout title=text.title.clone() noindex=true>
            <header>
                <h1>{text.title}</h1>
                <p>{text.explanation}</p>
            </header>
            <p>{text.remedy}</p>
            {again}
        </PublicLayout>
    }
    .into_any())
}
