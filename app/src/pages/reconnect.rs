//! `/r/{token}`: the page that a customer's admin sees behind a reconnect link. A
//! GET request changes nothing, since mail scanners and link previews make one,
//! too.

use super::{PageError, PageParams, scope_words::ScopeWords, setup::problem, show};
use crate::{
    address::Address,
    components::{Button, Fact, Facts, Glyph, Icon, Kind, Moment, Size, written_in},
    context::PageContext,
    csp,
    form_state::FormState,
    shell::PublicLayout,
};
use axum::http::StatusCode;
use domain::{health::Health, time::Timestamp};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use secrecy::SecretString;
use service::connections::links::{self, LinkGone, OpenError, PublicLink};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let token = address.part("token").to_owned();
    let secret = SecretString::from(token.clone());
    match links::open(&context.services, &secret).await {
        Err(OpenError::Internal(error)) => Err(error.into()),
        Err(OpenError::Gone(gone)) => {
            if let Some(response) = use_context::<ResponseOptions>() {
                response.set_status(match gone {
                    LinkGone::Unknown => StatusCode::NOT_FOUND,
                    _ => StatusCode::GONE,
                });
            }
            Ok(view! {
                <PublicLayout title="This link can’t be used" noindex=true>
                    {gone_view(gone)}
                </PublicLayout>
            }
            .into_any())
        }
        Ok(link) => {
            csp::forms_to_gorgias(&context);
            written_in(link.brand.zone);
            let (title, brand) = (format!("Reconnect {}", link.subdomain), link.brand.clone());
            let footer = format!("{} never sees your Gorgias password.", link.tenant_name);
            let body = view(
                &link,
                &token,
                &context.form("reconnect"),
                context.services.expiry_now(),
            );
            Ok(view! {
                <PublicLayout title brand noindex=true wide=true footer=footer.into_any()>
                    {body}
                    {tell_opened()}
                </PublicLayout>
            }
            .into_any())
        }
    }
}

/// Says that the link was opened, once, as soon as a person can see the page. This
/// script is inline: the script of islands would be a hundred times as long.
const OPENED: &str = "(()=>{const d=document,e=\"visibilitychange\",f=()=>{if(d.visibilityState===\"visible\"){d.removeEventListener(e,f);fetch(location.pathname+\"/opened\",{method:\"POST\",keepalive:true}).catch(()=>{})}};d.addEventListener(e,f);f()})()";

fn tell_opened() -> AnyView {
    let nonce = use_nonce().map(|nonce| nonce.to_string());
    view! { <script nonce=nonce inner_html=OPENED></script> }.into_any()
}

/// Why the reader got the link.
fn why(link: &PublicLink) -> String {
    let (tenant, app) = (&link.tenant_name, &link.app_name);
    match link.health {
        Health::NotConnected => {
            format!(
                "{tenant} asks you to connect {app} to your helpdesk. Until you approve it, {app} has no access."
            )
        }
        Health::Limited => format!(
            "{app} by {tenant} works, but some permissions that it needs are missing. Approve it once more to add them."
        ),
        Health::StoppingSoon => format!(
            "{app} by {tenant} can’t renew its access to your helpdesk by itself and will stop soon. Approve it once more to keep it working."
        ),
        Health::Disconnected => format!(
            "{app} by {tenant} lost its access to your helpdesk. Usually someone deactivated the app. Until it is back, nothing is synced."
        ),
        _ => format!("{tenant} asks you to approve {app} for your helpdesk again."),
    }
}

pub(super) fn view(link: &PublicLink, token: &str, form: &FormState, now: Timestamp) -> AnyView {
    let verb = if link.health == Health::NotConnected {
        "Connect"
    } else {
        "Reconnect"
    };
    let expires = link.expires_at;
    let sent_by = format!("{}, {}", link.created_by, link.tenant_name);
    view! {
        <header>
            <h1>
                {verb}" "
                <span class="host">
                    <b>{link.subdomain.to_string()}</b>
                    <span class="sub">".gorgias.com"</span>
                </span>
            </h1>
            <p>{why(link)}</p>
        </header>
        {problem(form)}
        <form method="post" action=Address::Reconnect { token }.to_string()>
            <Button kind=Kind::Primary size=Size::Large wide=true>
                "Continue to Gorgias"
                <Icon name=Glyph::ArrowRight/>
            </Button>
            <p class="sub">
                "You need to be a Gorgias admin of "<b>{link.subdomain.to_string()}</b>
                ". If you aren’t, forward this page’s address to someone who is; opening it uses nothing up."
            </p>
        </form>
        <section aria-labelledby="asks">
            <h2 id="asks">{format!("What {} asks for", link.app_name)}</h2>
            <ScopeWords scopes=link.requested.clone()/>
        </section>
        <section aria-labelledby="next">
            <h2 id="next">"What happens next"</h2>
            <ol>
                <li>"Gorgias asks you to sign in, then to approve."</li>
                <li>"You come back here and read whether it worked."</li>
            </ol>
        </section>
        <Facts>
            <Fact
                term="This link works until"
                detail=format!("{}, for one approval", expires.relative(now)).into_any()
            >
                <Moment at=expires/>
            </Fact>
            <Fact term="Sent by">{sent_by}</Fact>
        </Facts>
    }
    .into_any()
}

pub(super) fn gone_view(gone: LinkGone) -> AnyView {
    let (title, why) = match gone {
        LinkGone::Unknown => (
            "This link is not known",
            "The address may be incomplete: long links are sometimes cut in mails.",
        ),
        LinkGone::Used => (
            "This link was used already",
            "The app was approved after this link was sent. A link works for one approval only.",
        ),
        LinkGone::Expired => (
            "This link has expired",
            "Links work for a limited time, so that old mails open nothing.",
        ),
        LinkGone::Revoked => (
            "This link was withdrawn",
            "Whoever sent it has taken it back.",
        ),
    };
    view! {
        <header>
            <h1>{title}</h1>
            <p>{why}</p>
        </header>
        <p>"Ask the person who sent it for a new one. Opening this page changed nothing."</p>
    }
    .into_any()
}
