//! `/setup`: makes the first owner, once.

use super::{PageError, PageParams, show};
use crate::{
    address::Address,
    components::{Button, Callout, Field, Glyph, Kind, NewPasswordField, SecretField},
    context::PageContext,
    form_state::FormState,
    shell::PublicLayout,
};
use domain::health::Health;
use leptos::prelude::*;
use service::people::set_up;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, _: PageParams) -> Result<AnyView, PageError> {
    if !set_up::is_open(&context.services).await? {
        return Err(PageError::NotFound);
    }
    let form = context.form("setup");
    let public_url = context.services.config.public_url.clone();
    Ok(view! {
        <PublicLayout title="Set up" noindex=true wide=true>
            {view(&form, &public_url)}
        </PublicLayout>
    }
    .into_any())
}

pub(super) fn view(form: &FormState, public_url: &str) -> AnyView {
    let example = Address::Overview {
        tenant: "your-company",
    };
    view! {
        <header>
            <h1>"Set up Mooring"</h1>
            <p>
                "Create the first owner. They can do everything, and invite the others. This page closes for good afterwards."
            </p>
        </header>
        {problem(form)}
        <form class="form" method="post" action=Address::Setup.to_string()>
            <SecretField
                name="token"
                label="Set-up token"
                readable=true
                hint="Mooring wrote it into its log when it started. It proves that you run this server."
                error=form.error("token")
            />
            <Field
                name="tenant_name"
                label="Your company"
                required=true
                maxlength=60_u32
                autocomplete="organization"
                hint="Customers read it on reconnect links."
                value=form.value("tenant_name")
                error=form.error("tenant_name")
            />
            <Field
                name="tenant_slug"
                label="Short name for addresses"
                plain=true
                required=true
                maxlength=40_u32
                hint=format!("Small letters, digits and hyphens: {public_url}{example}")
                value=form.value("tenant_slug")
                error=form.error("tenant_slug")
            />
            <Field
                name="name"
                label="Your name"
                required=true
                autocomplete="name"
                value=form.value("name")
                error=form.error("name")
            />
            <Field
                name="email"
                label="Your e-mail address"
                kind="email"
                plain=true
                required=true
                autocomplete="username"
                value=form.value("email")
                error=form.error("email")
            />
            <NewPasswordField name="password" label="Password" error=form.error("password")/>
            <Button kind=Kind::Primary wide=true>
                "Create owner"
            </Button>
        </form>
        <section aria-labelledby="address">
            <h2 id="address">"This server’s address"</h2>
            <p>
                "Links and redirect addresses are built from " <code>{public_url.to_owned()}</code>
                ". If browsers reach it under another one, set " <code>"MOORING_PUBLIC_URL"</code>
                " and start again before you go on."
            </p>
        </section>
    }
    .into_any()
}

/// The error of a form as a whole, or why the form is already filled in.
pub(super) fn problem(form: &FormState) -> Option<AnyView> {
    if let Some(problem) = form.problem() {
        return Some(
            view! {
                <Callout health=Health::Disconnected icon=Glyph::Warn alert=true>
                    <p>{problem}</p>
                </Callout>
            }
            .into_any(),
        );
    }
    form.restored.then(|| {
        view! {
            <Callout health=Health::Limited icon=Glyph::Info>
                <p>
                    <b>"What you typed before your session ended is back. "</b>
                    "It was not sent yet, and secrets have to be typed again."
                </p>
            </Callout>
        }
        .into_any()
    })
}
