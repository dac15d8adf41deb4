//! `/r/{token}`: the page that a customer's admin sees behind a reconnect link. A
//! GET request changes nothing, since mail scanners and link previews make one,
//! too. After the approval it shows how the account is (`link_status.rs`).

use super::{PageError, PageParams, link_status, scope_words::ScopeWords, show};
use crate::{
    address::Address,
    components::{Button, Callout, Fact, Facts, Glyph, Icon, Kind, Moment, Size, written_in},
    context::PageContext,
    csp,
    form_state::FormState,
    language::{Chosen, host, in_language, sentences, written_for_customer},
    shell::PublicLayout,
};
use axum::http::StatusCode;
use domain::{customer::Language, customer_words::LinkReason, health::Health, time::Timestamp};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use secrecy::SecretString;
use service::connections::links::{self, LinkGone, LinkStatus, Opened, PublicLink};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let token = address.part("token").to_owned();
    let chosen = address.query::<Chosen>();
    let secret = SecretString::from(token.clone());
    Ok(match links::open(&context.services, &secret).await? {
        Opened::Gone(gone, language) => gone_page(gone, &chosen, language),
        Opened::Approved(status) => status_page(&status, &chosen, context.services.expiry_now()),
        Opened::Usable(link) => {
            csp::forms_to_gorgias(&context);
            let action = Address::Reconnect { token: &token }.to_string();
            let action = in_language(action, chosen.language());
            usable_page(&context, &link, &chosen, &action)
        }
    })
}

fn usable_page(context: &PageContext, link: &PublicLink, chosen: &Chosen, action: &str) -> AnyView {
    written_in(link.brand.zone);
    written_for_customer(chosen, link.language);
    let (title, brand) = (
        heading(link).of(link.subdomain.as_str()),
        link.brand.clone(),
    );
    let footer = (sentences().page.never_sees_password)(&link.tenant_name);
    let now = context.services.expiry_now();
    let body = view(link, action, &context.form("reconnect"), now);
    view! {
        <PublicLayout
            title
            brand
            noindex=true
            wide=true
            languages=true
            footer=footer.into_any()
        >
            {body}
            {tell_opened()}
        </PublicLayout>
    }
    .into_any()
}

fn status_page(status: &LinkStatus, chosen: &Chosen, now: Timestamp) -> AnyView {
    written_in(status.brand.zone);
    written_for_customer(chosen, status.language);
    let (title, brand) = (link_status::title(status), status.brand.clone());
    let body = link_status::view(status, now);
    view! {
        <PublicLayout title brand noindex=true wide=true languages=true>
            {body}
        </PublicLayout>
    }
    .into_any()
}

fn gone_page(gone: LinkGone, chosen: &Chosen, language: Option<Language>) -> AnyView {
    written_for_customer(chosen, language);
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(match gone {
            LinkGone::Unknown => StatusCode::NOT_FOUND,
            LinkGone::Used | LinkGone::Expired | LinkGone::Revoked => StatusCode::GONE,
        });
    }
    view! {
        <PublicLayout title=sentences().gone.window noindex=true languages=true>
            {gone_view(gone)}
        </PublicLayout>
    }
    .into_any()
}

/// Says that the link was opened, once, as soon as a person can see the page. This
/// script is inline: the script of islands would be a hundred times as long.
const OPENED: &str = "(()=>{const d=document,e=\"visibilitychange\",f=()=>{if(d.visibilityState===\"visible\"){d.removeEventListener(e,f);fetch(location.pathname+\"/opened\",{method:\"POST\",keepalive:true}).catch(()=>{})}};d.addEventListener(e,f);f()})()";

fn tell_opened() -> AnyView {
    let nonce = use_nonce().map(|nonce| nonce.to_string());
    view! { <script nonce=nonce inner_html=OPENED></script> }.into_any()
}

fn heading(link: &PublicLink) -> domain::customer_words::Around {
    let said = &sentences().link;
    if link.health == Health::NotConnected {
        said.connect
    } else {
        said.reconnect
    }
}

pub(super) fn view(link: &PublicLink, action: &str, form: &FormState, now: Timestamp) -> AnyView {
    let said = sentences();
    let words = &said.link;
    let expires = link.expires_at;
    let account = link.subdomain.to_string();
    let sent_by = format!("{}, {}", link.created_by, link.tenant_name);
    let why = (words.why)(
        LinkReason::from(link.health),
        &link.tenant_name,
        &link.app_name,
    );
    let once = (words.for_one_approval)(&said.times.relative(expires, now));
    let failed = form.failed().then(|| {
        view! {
            <Callout health=Health::Disconnected icon=Glyph::Warn alert=true>
                <p>{words.cannot_begin}</p>
            </Callout>
        }
    });
    view! {
        <header>
            <h1>{host(heading(link), &account)}</h1>
            <p>{why}</p>
        </header>
        {failed}
        <form method="post" action=action.to_owned()>
            <Button kind=Kind::Primary size=Size::Large wide=true>
                {words.go_on}
                <Icon name=Glyph::ArrowRight/>
            </Button>
            <p class="sub">
                {words.admin.0}
                <b>{account.clone()}</b>
                {words.admin.1}
            </p>
        </form>
        <section aria-labelledby="asks">
            <h2 id="asks">{(words.asks_for)(&link.app_name)}</h2>
            <ScopeWords scopes=link.requested.clone()/>
        </section>
        <section aria-labelledby="next">
            <h2 id="next">{words.next}</h2>
            <ol>{words.steps.map(|step| view! { <li>{step}</li> }).into_iter().collect_view()}</ol>
        </section>
        <Facts>
            <Fact term=words.works_until detail=once.into_any()>
                <Moment at=expires/>
            </Fact>
            <Fact term=words.sent_by>{sent_by}</Fact>
        </Facts>
    }
    .into_any()
}

pub(super) fn gone_view(gone: LinkGone) -> AnyView {
    let said = &sentences().gone;
    let words = match gone {
        LinkGone::Unknown => said.unknown,
        LinkGone::Used => said.used,
        LinkGone::Expired => said.expired,
        LinkGone::Revoked => said.revoked,
    };
    view! {
        <header>
            <h1>{words.title}</h1>
            <p>{words.text}</p>
        </header>
        <p>{said.ask}</p>
    }
    .into_any()
}
