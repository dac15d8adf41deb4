//! `/oauth/{app}/result/{authorization}`: the result of an authorization. Only the
//! browser that went through it may see it. Customers read it in their language, and
//! in fewer words than colleagues.

use super::{
    PageError, PageParams,
    row_action::account_href,
    scope_words::{PermissionList, ScopeWords},
    show,
};
use crate::{
    address::Address,
    components::{
        Button, Callout, Glyph, HealthBadge, Icon, Kind, LinkButton, Size, absolute, written_in,
    },
    context::PageContext,
    csp,
    language::{Chosen, in_language, sentences, written_for_customer},
    shell::PublicLayout,
};
use domain::{
    customer_words::CustomerState,
    error::AuthorizationProblem,
    health::Health,
    ids::{AppId, AuthorizationId},
    scope::ScopeSet,
};
use leptos::prelude::*;
use leptos_meta::Meta;
use service::connections::result::{self, Again, AuthorizationResult, Outcome};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let app: AppId = address
        .part("app")
        .parse()
        .map_err(|_| PageError::NotFound)?;
    let id: AuthorizationId = address
        .part("authorization")
        .parse()
        .map_err(|_| PageError::NotFound)?;
    let browser = context.browser.as_ref().ok_or(PageError::NotFound)?;
    let result = result::show(&context.services, app, id, browser)
        .await?
        .ok_or(PageError::NotFound)?;
    written_in(result.brand.zone);
    let (languages, chosen) = (!result.is_for_colleague(), address.query::<Chosen>());
    if languages {
        written_for_customer(&chosen, result.language);
    }
    if result.again == Again::Link {
        csp::forms_to_gorgias(&context);
    }
    let again = Address::ResultAgain {
        app: address.part("app"),
        authorization: address.part("authorization"),
    };
    let again = in_language(again.to_string(), chosen.language());
    let title = title(&result);
    let reload = matches!(result.outcome, Outcome::UnderWay)
        .then(|| view! { <Meta http_equiv="refresh" content="2"/> });
    Ok(view! {
        {reload}
        <PublicLayout title brand=result.brand.clone() noindex=true wide=true languages>
            {view(&result, &again)}
        </PublicLayout>
    }
    .into_any())
}

fn title(result: &AuthorizationResult) -> String {
    let said = sentences();
    let account = result.subdomain.as_str();
    match &result.outcome {
        Outcome::Approved { .. } if ended(result) => (said.result.ended)(account),
        Outcome::Approved { first: true, .. } => (said.result.connected)(account),
        Outcome::Approved { first: false, .. } => (said.result.reconnected)(account),
        Outcome::UnderWay => said.result.under_way.title.to_owned(),
        Outcome::Failed { problem } => (said.problem)(problem).title,
    }
}

/// `again`: where a form begins the same once more.
pub(super) fn view(result: &AuthorizationResult, again: &str) -> AnyView {
    match &result.outcome {
        Outcome::Approved { by, granted, .. } => approved(result, by.as_deref(), granted),
        Outcome::UnderWay => under_way(result),
        Outcome::Failed { problem } => failed(result, problem, again),
    }
}

/// The health of the approved connection now. A missing connection was erased.
fn health(result: &AuthorizationResult) -> Health {
    result.health.unwrap_or(Health::NotConnected)
}

/// Whether the approved connection has ended since.
fn ended(result: &AuthorizationResult) -> bool {
    matches!(health(result), Health::Disconnected | Health::NotConnected)
}

/// What the health means for the person who approved, unless it is simply working.
fn meaning(result: &AuthorizationResult) -> Option<String> {
    let said = &sentences().result;
    let app = result.app_name.as_str();
    match health(result) {
        Health::Limited => Some((said.limited)(app)),
        Health::StoppingSoon => {
            let until = result.access_expires_at.map(absolute);
            let stops = (said.stops)(app, until.as_deref());
            let why = if result.lacks_offline {
                (said.stops_by_app)(app)
            } else {
                said.stops_by_approval.to_owned()
            };
            Some(format!("{stops} {why}"))
        }
        Health::SetupFault => Some((said.setup_fault)(app)),
        Health::Retrying | Health::Unchecked => Some((said.waiting)(app)),
        Health::Disconnected | Health::NotConnected => Some((said.no_access)(app)),
        Health::Working => None,
    }
}

/// The state in words: those of the dashboard for colleagues, fewer for customers.
fn badge(result: &AuthorizationResult) -> AnyView {
    let health = health(result);
    if result.is_for_colleague() {
        return view! { <HealthBadge health/> }.into_any();
    }
    let state = CustomerState::of(health, result.lacks_offline);
    let label = state.words(sentences(), &result.brand.name);
    view! { <HealthBadge health=state.looks_like() label/> }.into_any()
}

fn approved(result: &AuthorizationResult, by: Option<&str>, granted: &ScopeSet) -> AnyView {
    let said = &sentences().result;
    let health = health(result);
    let app = result.app_name.as_str();
    let who = by
        .map(|by| format!("{} ", (said.approved_by)(by)))
        .unwrap_or_default();
    let more = meaning(result).map(|more| {
        let missing = (health == Health::Limited).then(|| {
            let scopes = result.comparison.missing.clone();
            view! { <PermissionList scopes/> }
        });
        view! {
            <Callout health>
                <p>{more}</p>
                {missing}
            </Callout>
        }
    });
    let has = if ended(result) {
        (said.had_access)(app)
    } else {
        (said.has_access)(app)
    };
    view! {
        <header>
            <div>{badge(result)}</div>
            <h1>{title(result)}</h1>
            <p>
                {format!("{who}{has} ")}
                <span class="host">{format!("{}.gorgias.com.", result.subdomain)}</span>
            </p>
        </header>
        {more}
        {way_on(result)}
        <section aria-labelledby="granted">
            <h2 id="granted">{(said.may_do)(app)}</h2>
            <ScopeWords scopes=granted.clone()/>
        </section>
        <p class="sub">{said.take_back}</p>
    }
    .into_any()
}

/// Where a person goes on after an approval.
fn way_on(result: &AuthorizationResult) -> AnyView {
    let said = &sentences().result;
    if let Some(back) = back(result) {
        return back;
    }
    match result.after_install_url.clone() {
        Some(href) => {
            let words = format!("{} ", (said.go_on)(&result.app_name));
            view! {
                <p class="actions">
                    <LinkButton href kind=Kind::Primary size=Size::Large>
                        {words}
                        <Icon name=Glyph::ArrowRight/>
                    </LinkButton>
                </p>
            }
            .into_any()
        }
        None if health(result) == Health::Working => view! { <p>{said.all_done}</p> }.into_any(),
        None => view! { <p>{said.close}</p> }.into_any(),
    }
}

/// A colleague goes back to the account.
fn back(result: &AuthorizationResult) -> Option<AnyView> {
    let Again::Account { tenant, app } = &result.again else {
        return None;
    };
    let account = result.subdomain.as_str();
    let href = account_href(tenant.as_str(), app.as_str(), account);
    Some(
        view! {
            <p class="actions">
                <LinkButton href kind=Kind::Primary>
                    {format!("Back to {account}")}
                </LinkButton>
            </p>
        }
        .into_any(),
    )
}

/// The browser came twice. The page reloads until the first request is done.
fn under_way(result: &AuthorizationResult) -> AnyView {
    let words = sentences().result.under_way;
    view! {
        <header>
            <h1>{words.title}</h1>
            <p>{words.text}</p>
        </header>
        <p class="sub">{format!("{} · {}.gorgias.com", result.app_name, result.subdomain)}</p>
    }
    .into_any()
}

fn failed(result: &AuthorizationResult, problem: &AuthorizationProblem, again: &str) -> AnyView {
    let said = sentences();
    let words = (said.problem)(problem);
    let begin = match &result.again {
        Again::Install(href) => Some(
            view! {
                <p class="actions">
                    <LinkButton href=href.clone() kind=Kind::Primary>
                        {said.page.begin_again}
                    </LinkButton>
                </p>
            }
            .into_any(),
        ),
        Again::Link => Some(
            view! {
                <form method="post" action=again.to_owned()>
                    <p class="actions">
                        <Button kind=Kind::Primary>{said.page.begin_again}</Button>
                    </p>
                </form>
            }
            .into_any(),
        ),
        Again::Account { .. } => back(result),
        Again::Nowhere => None,
    };
    view! {
        <header>
            <h1>{words.title}</h1>
            <p>{words.explanation}</p>
        </header>
        <p>{words.remedy}</p>
        {begin}
        <p class="sub">{format!("{} · {}.gorgias.com", result.app_name, result.subdomain)}</p>
    }
    .into_any()
}
