//! `/invite/{token}`: where an invited person joins.

use super::{PageError, PageParams, setup::problem, show};
use crate::{
    address::{Address, escape},
    components::{
        Button, Fact, Facts, Field, FormKey, Kind, LinkButton, Moment, NewPasswordField,
        PostButton, written_in,
    },
    context::PageContext,
    form_state::FormState,
    shell::PublicLayout,
};
use axum::http::StatusCode;
use domain::time::Timestamp;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use secrecy::SecretString;
use service::people::invitations::{self, InvitationError, Joining, OpenInvitation};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let token = address.part("token").to_owned();
    let secret = SecretString::from(token.clone());
    // A session of single sign-on opens its own tenant, and joins no other.
    let person = context.signed_in.as_ref();
    let person = person.filter(|person| person.signed_in.is_own_way());
    let opened = invitations::open(&context.services, &secret, person.map(|p| p.id)).await;
    let invitation = match opened {
        Ok(invitation) => invitation,
        Err(InvitationError::Internal(error)) => return Err(error.into()),
        Err(gone) => return Ok(gone_page(&gone)),
    };
    written_in(invitation.brand.zone);
    let title = format!("Join {}", invitation.tenant_name);
    let body = view(
        &invitation,
        &token,
        person.map(|person| person.email.as_str()),
        &context.form("invitation"),
        context.services.expiry_now(),
    );
    Ok(view! {
        <PublicLayout title brand=invitation.brand.clone() noindex=true wide=true>
            {body}
        </PublicLayout>
    }
    .into_any())
}

pub(super) fn view(
    invitation: &OpenInvitation,
    token: &str,
    signed_in: Option<&str>,
    form: &FormState,
    now: Timestamp,
) -> AnyView {
    let here = Address::Invitation { token }.to_string();
    let by = if invitation.created_by.is_empty() {
        "You are invited".to_owned()
    } else {
        format!("{} invites you", invitation.created_by)
    };
    let lead = format!("{by} to work in {} with Mooring.", invitation.tenant_name);
    let (email, role, expires_at) = (
        invitation.email.clone(),
        invitation.role,
        invitation.expires_at,
    );
    let limit = invitation.is_limited.then_some(", for some apps");
    let left = format!("{}, once", expires_at.relative(now));
    view! {
        <header>
            <h1>{format!("Join {}", invitation.tenant_name)}</h1>
            <p>{lead}</p>
        </header>
        {problem(form)}
        <Facts list=true>
            <Fact term="For">{email}</Fact>
            <Fact term="Role" detail=role.meaning().into_any()>
                {role.label()}
                {limit}
            </Fact>
            <Fact term="Works until" detail=left.into_any()>
                <Moment at=expires_at/>
            </Fact>
        </Facts>
        {action(invitation, here, signed_in, form)}
    }
    .into_any()
}

fn action(
    invitation: &OpenInvitation,
    here: String,
    signed_in: Option<&str>,
    form: &FormState,
) -> AnyView {
    match invitation.joining {
        Joining::AsNew => view! {
            <form class="form" method="post" action=here>
                // For password managers: the name that the password belongs to.
                <input type="hidden" autocomplete="username" value=invitation.email.clone()/>
                <Field
                    name="name"
                    label="Your name"
                    required=true
                    maxlength=100_u32
                    autocomplete="name"
                    value=form.value("name")
                    error=form.error("name")
                />
                <NewPasswordField name="password" label="Password" error=form.error("password")/>
                <Button kind=Kind::Primary wide=true>
                    "Join"
                </Button>
            </form>
        }
        .into_any(),
        Joining::SignIn => view! {
            <p>"There is a person with this address. Sign in as that person to join."</p>
            <LinkButton href=format!("{}?next={}", Address::SignIn, escape(&here)) kind=Kind::Primary wide=true>
                "Sign in"
            </LinkButton>
        }
        .into_any(),
        Joining::Confirm => view! {
            <form method="post" action=here>
                <FormKey/>
                <Button kind=Kind::Primary wide=true>
                    "Join"
                </Button>
            </form>
        }
        .into_any(),
        Joining::OtherPerson => view! {
            <p>
                {format!(
                    "You are signed in as {}. Sign out and open the link again, or ask for an invitation to that address.",
                    signed_in.unwrap_or("somebody else"),
                )}
            </p>
            <PostButton action=Address::SignOut.to_string()>"Sign out"</PostButton>
        }
        .into_any(),
    }
}

fn gone_page(gone: &InvitationError) -> AnyView {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(match gone {
            InvitationError::Unknown => StatusCode::NOT_FOUND,
            _ => StatusCode::GONE,
        });
    }
    let body = gone_view(gone);
    view! {
        <PublicLayout title="This invitation can’t be used" noindex=true>
            {body}
        </PublicLayout>
    }
    .into_any()
}

pub(super) fn gone_view(gone: &InvitationError) -> AnyView {
    let (title, why, help) = match gone {
        InvitationError::Accepted => (
            "This invitation was accepted already",
            "An invitation works once.",
            "If it was you, sign in. If not, tell the person who invited you.",
        ),
        InvitationError::Expired => (
            "This invitation has expired",
            "Invitations work for seven days, so that old messages open nothing.",
            "Ask the person who invited you for a new one.",
        ),
        InvitationError::Withdrawn => (
            "This invitation was withdrawn",
            "It was taken back, or a newer one was made.",
            "Look for a newer one, or ask the person who invited you.",
        ),
        InvitationError::Unknown | InvitationError::Internal(_) => (
            "This invitation is not known",
            "The address may be incomplete: long links are sometimes cut in messages. Or a newer one was made.",
            "Look for a newer one, or ask the person who invited you.",
        ),
    };
    view! {
        <header>
            <h1>{title}</h1>
            <p>{why}</p>
        </header>
        <p>{help}</p>
        <p>
            <a href=Address::SignIn.to_string()>"Sign in"</a>
        </p>
    }
    .into_any()
}
