//! `/reset/{token}`: sets a new password.

use super::{PageError, PageParams, setup::problem, show};
use crate::{
    address::Address,
    components::{Button, Kind, LinkButton, NewPasswordField},
    context::PageContext,
    form_state::FormState,
    shell::PublicLayout,
};
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use secrecy::SecretString;
use service::people::resets::{self, ResetError};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let token = address.part("token").to_owned();
    let opened = resets::open(&context.services, &SecretString::from(token.clone())).await;
    let body = match opened {
        Ok(email) => view(&email, &token, &context.form("reset")),
        Err(ResetError::Internal(error)) => return Err(error.into()),
        Err(ResetError::Ended | ResetError::Invalid(_)) => {
            if let Some(response) = use_context::<ResponseOptions>() {
                response.set_status(StatusCode::GONE);
            }
            ended()
        }
    };
    Ok(view! {
        <PublicLayout title="New password" noindex=true>
            {body}
        </PublicLayout>
    }
    .into_any())
}

pub(super) fn view(email: &str, token: &str, form: &FormState) -> AnyView {
    let here = Address::Reset { token }.to_string();
    view! {
        <header>
            <h1>"New password"</h1>
            <p>{format!("For {email}")}</p>
        </header>
        {problem(form)}
        <form class="form" method="post" action=here>
            // For password managers: the name that the password belongs to.
            <input type="hidden" autocomplete="username" value=email.to_owned()/>
            <NewPasswordField name="password" label="New password" error=form.error("password")/>
            <Button kind=Kind::Primary wide=true>
                "Set password"
            </Button>
        </form>
        <p>"Ends all your sessions; then you sign in with it. Your second factor stays."</p>
    }
    .into_any()
}

pub(super) fn ended() -> AnyView {
    view! {
        <header>
            <h1>"This link has ended"</h1>
            <p>"A link to set a new password works once, for 30 minutes, and a newer one replaces it."</p>
        </header>
        <LinkButton href=Address::ResetAsk.to_string() kind=Kind::Primary wide=true>
            "Ask for a new one"
        </LinkButton>
        <p>
            <a href=Address::SignIn.to_string()>"Sign in"</a>
        </p>
    }
    .into_any()
}
