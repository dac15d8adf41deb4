//! `/me/authenticator`: setting up an authenticator app. The key is on no other page.

use super::{PageError, PageParams, setup::problem, show};
use crate::{
    address::Address,
    components::{Button, Callout, Field, Glyph, Kind, PostButton, QrCode, absolute},
    context::PageContext,
    form_state::FormState,
    shell::PublicLayout,
};
use domain::{health::Health, time::Timestamp};
use leptos::prelude::*;
use secrecy::ExposeSecret;
use service::people::{
    factors::{
        FactorError,
        authenticator::{self, SetUp},
    },
    membership, passkeys,
};

/// Letters of the key in a group.
const GROUP: usize = 4;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, _: PageParams) -> Result<AnyView, PageError> {
    let person = context.own_person()?.clone();
    let services = &context.services;
    // Whoever didn't confirm lately is asked as they begin.
    let set_up = match &context.confirmed {
        Some(confirmed) => match authenticator::under_way(services, &person, confirmed).await {
            Ok(set_up) => Some(Shown::from(set_up)),
            Err(FactorError::Internal(error)) => return Err(error.into()),
            Err(_) => None,
        },
        None => None,
    };
    let tenants = membership::tenants_of(services, person.signed_in).await?;
    let asking = tenants.into_iter().filter(|one| one.needs_second_factor);
    let body = view(&Data {
        passkeys: passkeys::is_available(&services.config),
        email: person.email.clone(),
        is_on: authenticator::of_person(services, person.id)
            .await?
            .is_some(),
        set_up,
        asking: asking.map(|tenant| tenant.name).collect(),
        form: context.form("authenticator"),
    });
    Ok(view! {
        <PublicLayout title="Authenticator app" noindex=true>
            {body}
        </PublicLayout>
    }
    .into_any())
}

/// What the page shows.
pub(super) struct Data {
    pub email: String,
    /// Whether an app is on, which is to be replaced.
    pub is_on: bool,
    pub set_up: Option<Shown>,
    /// Whether there can be passkeys, which are second factors as well.
    pub passkeys: bool,
    /// The names of the person's tenants that ask for a second factor.
    pub asking: Vec<String>,
    pub form: FormState,
}

/// A set-up, in clear for its page.
pub(super) struct Shown {
    pub key: String,
    pub address: String,
    pub until: Timestamp,
}

impl From<SetUp> for Shown {
    fn from(set_up: SetUp) -> Self {
        Self {
            key: set_up.key.expose_secret().to_owned(),
            address: set_up.address.expose_secret().to_owned(),
            until: set_up.expires_at,
        }
    }
}

/// The key as people type it.
fn in_groups(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    let groups = letters.chunks(GROUP).map(String::from_iter);
    groups.collect::<Vec<_>>().join(" ")
}

pub(super) fn view(data: &Data) -> AnyView {
    let title = if data.is_on {
        "Replace your authenticator app"
    } else {
        "Set up an authenticator app"
    };
    let wanted = data.asking.iter().map(|tenant| {
        let tenant = tenant.clone();
        view! {
            <Callout health=Health::Limited icon=Glyph::Info>
                <p>
                    <b>{tenant}</b>
                    " asks everybody for a second factor. Set one up, then open it."
                </p>
            </Callout>
        }
    });
    let body = match &data.set_up {
        Some(set_up) => finish(data, set_up),
        None => begin(data),
    };
    view! {
        <header>
            <h1>{title}</h1>
            <p>{data.email.clone()}</p>
        </header>
        {wanted.collect_view()}
        {body}
        <p class="sub">
            <a href=Address::Me.to_string()>"Leave it"</a>
        </p>
        <PostButton action=Address::SignOut.to_string() kind=Kind::Quiet>
            "Sign out"
        </PostButton>
    }
    .into_any()
}

fn begin(data: &Data) -> AnyView {
    let stays = data
        .is_on
        .then_some(" The app that you have stays on until the new one has shown a code.");
    let passkey = (data.passkeys && !data.is_on).then(|| {
        let href = format!("{}#passkeys", Address::Me);
        view! {
            <p>
                "Or " <a href=href>"add a passkey"</a> ": it is a second factor as well."
            </p>
        }
    });
    view! {
        <p>
            "An app on your phone shows a code of six digits that changes every 30 seconds. Signing in asks for it after your password."
            {stays}
        </p>
        {problem(&data.form)}
        <PostButton action=Address::BeginAuthenticator.to_string() kind=Kind::Primary wide=true>
            "Begin"
        </PostButton>
        {passkey}
    }
    .into_any()
}

fn finish(data: &Data, set_up: &Shown) -> AnyView {
    let until = absolute(set_up.until);
    view! {
        <ol class="form">
            <li>
                <p>"Read this picture with your app."</p>
                <QrCode text=set_up.address.clone() label="QR code with the key for your app"/>
                <p>
                    "Or type this key: "
                    <code class="mono">{in_groups(&set_up.key)}</code>
                </p>
            </li>
            <li>
                <p>"Type the code that the app shows now."</p>
                {problem(&data.form)}
                <form class="form" method="post" action=Address::Authenticator.to_string()>
                    <Field
                        name="code"
                        label="Code"
                        plain=true
                        required=true
                        autocomplete="one-time-code"
                        inputmode="numeric"
                        hint="Your other sessions end, and you get recovery codes to keep."
                        error=data.form.error("code")
                    />
                    <Button kind=Kind::Primary wide=true>
                        "Switch it on"
                    </Button>
                </form>
            </li>
        </ol>
        <p class="sub">{format!("This key works until {until}, and is shown on this page alone.")}</p>
        <PostButton action=Address::BeginAuthenticator.to_string() kind=Kind::Quiet>
            "Begin again with another key"
        </PostButton>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::in_groups;

    #[test]
    fn keys_are_shown_in_groups() {
        assert_eq!(in_groups("GEZDGNBVGY"), "GEZD GNBV GY");
    }
}
