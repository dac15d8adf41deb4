//! `/signin`.

use super::{
    PageError, PageParams,
    passkey_form::PasskeyForm,
    setup::problem,
    show,
    signin_sso::{self, SsoSignIn},
};
use crate::{
    address::Address,
    components::{Button, Callout, Field, Glyph, Kind},
    context::PageContext,
    csp,
    form_state::{FormState, Kept},
    shell::PublicLayout,
};
use domain::health::Health;
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    core::input::Field as RawField,
    people::passkeys::{self, Purpose},
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// The path to redirect to after the sign-in.
    next: RawField<String>,
    /// The tenant whose single sign-on is wanted.
    tenant: RawField<String>,
    /// Whether to ask for it.
    sso: RawField<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let (form, sso) = (context.form("signin"), context.form("sso"));
    let query = address.query::<Query>();
    let next = form.value("next").or_else(|| sso.value("next"));
    let next = next.or_else(|| query.next.given().map(str::to_owned));
    let sso = signin_sso::view(&SsoSignIn {
        tenant: query.tenant.parsed().or_else(|| context.sso_tenant.clone()),
        asked: query.sso.given().is_some(),
        next: next.clone(),
        form: sso,
    });
    let islands = passkeys::is_available(&context.services.config);
    let passkey = islands.then(|| {
        let form = PasskeyForm {
            purpose: Purpose::SignIn,
            action: Address::SignInPasskey,
            next: next.as_deref(),
            with: None,
        };
        form.view("Sign in with a passkey", Kind::Plain)
    });
    csp::forms_to_providers(&context);
    let footer = view! { "No account? Ask an owner of your tenant." }.into_any();
    Ok(view! {
        <PublicLayout title="Sign in" noindex=true footer islands>
            {view(&form, next, context.kept)}
            {passkey}
            {sso}
        </PublicLayout>
    }
    .into_any())
}

/// Why the sign-in is asked for.
fn why(kept: Kept) -> AnyView {
    let text = match kept {
        Kept::Typed => {
            "What you typed is kept for 15 minutes: sign in and look it through. Nothing was done yet, and secrets have to be typed again."
        }
        Kept::Nothing => "Nothing was done. Sign in to go on.",
        Kept::TooLong => {
            "What you typed was too long to be kept, and nothing was done. Go back and copy it before you sign in."
        }
    };
    view! {
        <Callout health=Health::Limited icon=Glyph::Info>
            <p>
                <b>"Your session ended. "</b>
                {text}
            </p>
        </Callout>
    }
    .into_any()
}

/// The form only carries `next`; the server checks that it is a path of its own
/// before it redirects there.
pub(super) fn view(form: &FormState, next: Option<String>, kept: Option<Kept>) -> AnyView {
    view! {
        <h1>"Sign in"</h1>
        {kept.map(why)}
        {problem(form)}
        <form class="form" method="post" action=Address::SignIn.to_string()>
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
        <p>
            <a href=Address::ResetAsk.to_string()>"Forgot it?"</a>
        </p>
    }
    .into_any()
}
