//! `/confirm`: asks a person who is signed in whether it is still them.

use super::{PageError, PageParams, passkey_form::PasskeyForm, setup::problem, show};
use crate::{
    address::{Address, Pattern},
    components::{Button, Field, Kind, PostButton},
    context::PageContext,
    csp,
    form_state::{FormState, Kept},
    shell::PublicLayout,
};
use domain::{factor::Factor, slug::Slug};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    CONFIRMED_FOR,
    core::input::Field as RawField,
    people::{
        confirm, membership,
        passkeys::{self, Purpose},
    },
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// The path to redirect to afterwards.
    next: RawField<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let person = context.person()?.clone();
    let email = person.email.clone();
    let single_sign_on = match person.signed_in.is_own_way() {
        true => None,
        // It opens one tenant alone.
        false => membership::tenants_of(&context.services, person.signed_in)
            .await?
            .pop(),
    };
    let form = match single_sign_on {
        Some(_) => context.form("sso"),
        None => context.form("confirm"),
    };
    let services = &context.services;
    let factors = confirm::asked_for(services, &person).await?;
    let passkey = single_sign_on.is_none()
        && passkeys::is_available(&services.config)
        && factors.has(Factor::Passkey);
    let asked = if factors.has(Factor::Authenticator) {
        Asked::Code
    } else if factors.has(Factor::Passkey) {
        Asked::RecoveryCode
    } else {
        Asked::Password
    };
    csp::forms_to_providers(&context);
    let next = form
        .value("next")
        .or_else(|| address.query::<Query>().next.given().map(str::to_owned));
    let islands = passkey;
    let body = view(&Data {
        email,
        next,
        asked,
        kept: context.kept,
        passkey,
        single_sign_on: single_sign_on.map(|tenant| tenant.slug),
        form,
    });
    Ok(view! {
        <PublicLayout title="Is it still you?" noindex=true islands>
            {body}
        </PublicLayout>
    }
    .into_any())
}

/// What is typed. Whoever has a second factor doesn't confirm with less.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Of whoever has no second factor.
    Password,
    /// A code of the app, or a recovery code.
    Code,
    /// Of whoever has passkeys alone.
    RecoveryCode,
}

/// What the page shows.
pub(super) struct Data {
    pub email: String,
    /// Where the person came from, and is led back to.
    pub next: Option<String>,
    pub asked: Asked,
    /// How much is kept of what they typed there.
    pub kept: Option<Kept>,
    /// Whether a passkey of theirs can show it.
    pub passkey: bool,
    /// The tenant whose single sign-on brought the person, if one did.
    pub single_sign_on: Option<Slug>,
    pub form: FormState,
}

/// What is asked for on the pages that lead here.
const ABOUT: &[(Pattern, &str)] = &[
    (Address::REVEAL, "see a client secret"),
    (Address::KEYS, "begin a rotation of keys"),
    (Address::API_TOKENS, "make an API token"),
    (Address::MEMBERS, "invite an owner"),
    (Address::MEMBER, "make somebody an owner"),
    (Address::DELETE_TENANT, "delete a tenant"),
    (Address::SETTINGS, "change settings of the tenant"),
    (Address::ME, "change how you come in"),
    (Address::AUTHENTICATOR, "set up a second factor"),
];

fn path(next: &str) -> &str {
    next.split(['?', '#']).next().unwrap_or_default()
}

/// What the person is about to do on the page that they came from.
fn about(next: &str) -> Option<&'static str> {
    let found = ABOUT.iter().find(|(pattern, _)| pattern.is_of(path(next)));
    found.map(|(_, words)| *words)
}

pub(super) fn view(data: &Data) -> AnyView {
    let next = data.next.clone();
    let what = match next.as_deref().and_then(about) {
        Some(what) => view! { "You are about to " <b>{what}</b> ". " }.into_any(),
        None => ().into_any(),
    };
    let minutes = CONFIRMED_FOR.words();
    let kept = match data.kept {
        Some(Kept::Typed) => "What you filled in is kept. ",
        Some(Kept::TooLong) => "What you filled in was too long to be kept: go back and copy it. ",
        Some(Kept::Nothing) | None => "",
    };
    // Back to where the person came from, if that is a page of ours.
    let is_ours = |next: &String| Address::PATTERNS.iter().any(|one| one.is_of(path(next)));
    let back = next.clone().filter(is_ours);
    let back = back.unwrap_or_else(|| Address::Home.to_string());
    view! {
        <header>
            <h1>"Is it still you?"</h1>
            <p>{what} {format!("Show it once more; then nobody asks for {minutes}.")}</p>
        </header>
        {problem(&data.form)}
        {way(data)}
        <p class="sub">{kept} <a href=back>"Leave it"</a></p>
        <PostButton action=Address::SignOut.to_string() kind=Kind::Quiet>
            "Sign out"
        </PostButton>
    }
    .into_any()
}

/// How the person shows it.
fn way(data: &Data) -> AnyView {
    let next = data.next.clone();
    let next = next.map(|next| view! { <input type="hidden" name="next" value=next/> });
    if let Some(tenant) = &data.single_sign_on {
        let action = Address::SsoStart {
            tenant: tenant.as_str(),
        };
        return view! {
            <form class="form" method="post" action=action.to_string()>
                {next}
                <input type="hidden" name="purpose" value="confirm"/>
                <Button kind=Kind::Primary wide=true>
                    "Continue with single sign-on"
                </Button>
            </form>
        }
        .into_any();
    }
    let passkey = |kind| {
        let form = PasskeyForm {
            purpose: Purpose::Confirm,
            action: Address::ConfirmPasskey,
            next: data.next.as_deref(),
            with: None,
        };
        data.passkey.then(|| form.view("Use a passkey", kind))
    };
    let (before, after, kind) = match data.asked {
        Asked::RecoveryCode => (passkey(Kind::Primary), None, Kind::Plain),
        Asked::Password | Asked::Code => (None, passkey(Kind::Plain), Kind::Primary),
    };
    view! {
        {before}
        <form class="form" method="post" action=Address::Confirm.to_string()>
            {next}
            {field(data)}
            <Button kind wide=true>
                "Confirm"
            </Button>
        </form>
        {after}
    }
    .into_any()
}

/// What the person types.
fn field(data: &Data) -> AnyView {
    match data.asked {
        Asked::Password => view! {
            <input type="hidden" autocomplete="username" value=data.email.clone()/>
            <Field
                name="password"
                label="Your password"
                kind="password"
                required=true
                autofocus=true
                autocomplete="current-password"
                error=data.form.error("password")
            />
        }
        .into_any(),
        Asked::Code => view! {
            <Field
                name="code"
                label="Your code"
                plain=true
                required=true
                autofocus=true
                autocomplete="one-time-code"
                hint="Six digits from your authenticator app, or a recovery code."
                error=data.form.error("code")
            />
        }
        .into_any(),
        Asked::RecoveryCode => view! {
            <Field
                name="code"
                label="A recovery code"
                plain=true
                required=true
                autocomplete="off"
                placeholder="xxxx-xxxx-xxxx"
                hint="One of those that you kept. It works once."
                error=data.form.error("code")
            />
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_it_is_about() {
        assert_eq!(about("/t/acme/keys"), Some("begin a rotation of keys"));
        assert_eq!(
            about("/t/acme/apps/x/reveal?outcome=a"),
            Some("see a client secret")
        );
        assert_eq!(about("/t/acme/keys/more"), None);
        assert_eq!(about("//evil.example"), None);
    }
}
