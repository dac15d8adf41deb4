//! `/signin/second`: the second step of a sign-in.

use super::{PageError, PageParams, passkey_form::PasskeyForm, setup::problem, show};
use crate::{
    address::{Address, escape},
    components::{Button, Field, Kind, LinkButton},
    context::PageContext,
    form_state::FormState,
    shell::PublicLayout,
};
use axum::http::StatusCode;
use domain::factor::Factor;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use serde::Deserialize;
use service::{
    core::input::Field as RawField,
    people::{
        factors::{recovery_codes, second_step},
        passkeys::{self, Purpose},
    },
};

/// The value of the query's `with`, and of the form's, for a recovery code.
const RECOVERY: &str = "recovery";
/// The value of the form's `with` for a passkey.
pub const WITH_PASSKEY: &str = "passkey";

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// The path to redirect to after the sign-in.
    next: RawField<String>,
    /// What is asked for: their own factors if left out, else `recovery`.
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
    let (body, islands) = match pending {
        None => {
            if let Some(response) = use_context::<ResponseOptions>() {
                response.set_status(StatusCode::GONE);
            }
            (ended(next.as_deref()), false)
        }
        Some(pending) => {
            let passkey = pending.factors.has(Factor::Passkey);
            let data = Data {
                left: recovery_codes::left(services, pending.person.id).await?,
                email: pending.person.email,
                code: pending.factors.has(Factor::Authenticator),
                passkey: passkey && passkeys::is_available(&services.config),
                recovery,
                next,
                form,
            };
            (view(&data), data.passkey)
        }
    };
    Ok(view! {
        <PublicLayout title="Second step" noindex=true islands>
            {body}
        </PublicLayout>
    }
    .into_any())
}

/// What the page shows. Whoever can show neither factor here is asked for a recovery code.
pub(super) struct Data {
    pub email: String,
    /// Whether the person has an app with codes.
    pub code: bool,
    /// Whether the person has a passkey that can be used here.
    pub passkey: bool,
    /// Whether the person wants to give a recovery code.
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
    match (data.recovery, data.code, data.passkey) {
        (false, true, _) => with_code(data),
        (false, false, true) => with_passkey(data),
        (true, _, _) | (_, false, false) => with_recovery_code(data),
    }
}

fn hidden_next(data: &Data) -> Option<AnyView> {
    let next = data.next.clone();
    next.map(|next| view! { <input type="hidden" name="next" value=next/> }.into_any())
}

/// Leads to the question for a recovery code.
fn to_recovery(data: &Data) -> AnyView {
    let href = other(data.next.as_deref(), true);
    view! {
        <p>
            <a href=href>"Use a recovery code"</a>
        </p>
    }
    .into_any()
}

fn passkey(data: &Data, kind: Kind) -> AnyView {
    let form = PasskeyForm {
        purpose: Purpose::SignIn,
        action: Address::SignInPasskey,
        next: data.next.as_deref(),
        with: Some(WITH_PASSKEY),
    };
    form.view("Use a passkey", kind)
}

fn with_passkey(data: &Data) -> AnyView {
    view! {
        <header>
            <h1>"Your passkey"</h1>
            <p>"It goes with the password, for " <b>{data.email.clone()}</b> "."</p>
        </header>
        {problem(&data.form)}
        <noscript>
            <p>"A passkey needs JavaScript. A recovery code works without."</p>
        </noscript>
        {passkey(data, Kind::Primary)}
        {to_recovery(data)}
    }
    .into_any()
}

fn with_code(data: &Data) -> AnyView {
    view! {
        <header>
            <h1>"Your code"</h1>
            <p>"Six digits from your authenticator app, for " <b>{data.email.clone()}</b> "."</p>
        </header>
        {problem(&data.form)}
        <form class="form" method="post" action=Address::SecondStep.to_string()>
            {hidden_next(data)}
            <Field
                name="code"
                label="Code"
                plain=true
                required=true
                autofocus=true
                autocomplete="one-time-code"
                inputmode="numeric"
                error=data.form.error("code")
            />
            <Button kind=Kind::Primary wide=true>
                "Go on"
            </Button>
        </form>
        {data.passkey.then(|| passkey(data, Kind::Plain))}
        {to_recovery(data)}
    }
    .into_any()
}

fn with_recovery_code(data: &Data) -> AnyView {
    let hint = format!(
        "You have {} left. Each works once, and we mail you that one was used.",
        data.left
    );
    let href = other(data.next.as_deref(), false);
    let back = match (data.code, data.passkey) {
        (true, _) => Some("Back to the code from the app"),
        (false, true) => Some("Back to your passkey"),
        (false, false) => None,
    };
    let back = back.map(|words| view! { <p><a href=href>{words}</a></p> });
    view! {
        <header>
            <h1>"A recovery code"</h1>
            <p>"One of those that you kept, for " <b>{data.email.clone()}</b> "."</p>
        </header>
        {problem(&data.form)}
        <form class="form" method="post" action=Address::SecondStep.to_string()>
            {hidden_next(data)}
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
                error=data.form.error("code")
            />
            <Button kind=Kind::Primary wide=true>
                "Go on"
            </Button>
        </form>
        {back}
        <p class="sub">
            "No codes left? Whoever runs Mooring can take your second factor off. You then set up a new one."
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
