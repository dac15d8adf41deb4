//! `/signin/second`: the second step of a sign-in.

use super::{PageError, PageParams, setup::problem, show};
use crate::{
    address::{Address, escape},
    components::{Button, Field, Kind, LinkButton},
    context::PageContext,
    form_state::FormState,
    shell::PublicLayout,
};
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use serde::Deserialize;
use service::{
    core::input::Field as RawField,
    people::factors::{recovery_codes, second_step},
};

/// The value of the query's `with`, and of the form's, for a recovery code.
const RECOVERY: &str = "recovery";

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// The path to redirect to after the sign-in.
    next: RawField<String>,
    /// What is asked for: a code of the app if left out, else `recovery`.
    with: RawField<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let form = context.form("second_step");
    let query = address.query::<Query>();
    let chosen = |name, field: RawField<String>| {
        form.value(name)
            .or_else(|| field.given().map(str::to_owned))
    };
    let next = chosen("next", query.next);
    let recovery = chosen("with", query.with).is_some_and(|with| with == RECOVERY);
    let services = &context.services;
    let pending = match &context.second_step {
        Some(note) => second_step::pending(services, note).await?,
        None => None,
    };
    let body = match pending {
        None => {
            if let Some(response) = use_context::<ResponseOptions>() {
                response.set_status(StatusCode::GONE);
            }
            ended(next.as_deref())
        }
        Some(pending) => view(&Data {
            left: recovery_codes::left(services, pending.person.id).await?,
            email: pending.person.email,
            recovery,
            next,
            form,
        }),
    };
    Ok(view! {
        <PublicLayout title="Second step" noindex=true>
            {body}
        </PublicLayout>
    }
    .into_any())
}

/// What the page shows.
pub(super) struct Data {
    pub email: String,
    /// Whether a recovery code is asked for.
    pub recovery: bool,
    /// How many recovery codes are left.
    pub left: u64,
    pub next: Option<String>,
    pub form: FormState,
}

/// The same page with the other question.
fn other(next: Option<&str>, recovery: bool) -> String {
    let next = next.map(|next| format!("next={}", escape(next)));
    let with = recovery.then(|| format!("with={RECOVERY}"));
    let query: Vec<_> = next.into_iter().chain(with).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{mark}{}", Address::SecondStep, query.join("&"))
}

pub(super) fn view(data: &Data) -> AnyView {
    let next = data.next.clone();
    let next = next.map(|next| view! { <input type="hidden" name="next" value=next/> });
    let next_path = data.next.as_deref();
    let error = data.form.error("code");
    if data.recovery {
        let hint = format!(
            "You have {} left. Each works once, and we mail you that one was used.",
            data.left
        );
        return view! {
            <header>
                <h1>"A recovery code"</h1>
                <p>"One of those that you kept, for " <b>{data.email.clone()}</b> "."</p>
            </header>
            {problem(&data.form)}
            <form class="form" method="post" action=Address::SecondStep.to_string()>
                {next}
                <input type="hidden" name="with" value=RECOVERY/>
                <Field
                    name="code"
                    label="Recovery code"
                    plain=true
                    required=true
                    autofocus=true
                    autocomplete="off"
                    placeholder="xxxx-xxxx-xxxx"
                    hint
                    error
                />
                <Button kind=Kind::Primary wide=true>
                    "Go on"
                </Button>
            </form>
            <p>
                <a href=other(next_path, false)>"Back to the code from the app"</a>
            </p>
            <p class="sub">
                "No codes left? Whoever runs Mooring can take your second factor off. You then set up a new one."
            </p>
        }
        .into_any();
    }
    view! {
        <header>
            <h1>"Your code"</h1>
            <p>"Six digits from your authenticator app, for " <b>{data.email.clone()}</b> "."</p>
        </header>
        {problem(&data.form)}
        <form class="form" method="post" action=Address::SecondStep.to_string()>
            {next}
            <Field
                name="code"
                label="Code"
                plain=true
                required=true
                autofocus=true
                autocomplete="one-time-code"
                inputmode="numeric"
                error
            />
            <Button kind=Kind::Primary wide=true>
                "Go on"
            </Button>
        </form>
        <p>
            <a href=other(next_path, true)>"Use a recovery code"</a>
        </p>
    }
    .into_any()
}

/// Too late, or another browser.
pub(super) fn ended(next: Option<&str>) -> AnyView {
    let again = match next {
        Some(next) => format!("{}?next={}", Address::SignIn, escape(next)),
        None => Address::SignIn.to_string(),
    };
    view! {
        <header>
            <h1>"This sign-in has ended"</h1>
            <p>"The second step works for ten minutes, in the browser in which the password was given."</p>
        </header>
        <LinkButton href=again kind=Kind::Primary wide=true>
            "Sign in again"
        </LinkButton>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_question_keeps_the_way() {
        assert_eq!(other(None, false), "/signin/second");
        assert_eq!(other(None, true), "/signin/second?with=recovery");
        assert_eq!(
            other(Some("/t/acme?q=a&b"), true),
            "/signin/second?next=/t/acme%3Fq%3Da%26b&with=recovery"
        );
    }
}
