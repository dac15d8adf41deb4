//! `/oauth/{app}/result/{authorization}`: how an authorization ended, shown to
//! the browser that went through it and to no other.

use super::{
    Address, PageError,
    scope_words::{ScopeWords, list},
    show,
};
use crate::{
    components::{Callout, Glyph, HealthBadge, Icon, Kind, LinkButton, Size},
    context::PageContext,
    shell::PublicLayout,
};
use domain::{
    error::AuthorizationProblem,
    health::Health,
    ids::{AppId, AuthorizationId},
    scope::ScopeSet,
};
use leptos::prelude::*;
use leptos_meta::Meta;
use service::connections::result::{self, AuthorizationResult, Outcome};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: Address) -> Result<AnyView, PageError> {
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
    let title = title(&result);
    let again = matches!(result.outcome, Outcome::UnderWay)
        .then(|| view! { <Meta http_equiv="refresh" content="2"/> });
    Ok(view! {
        {again}
        <PublicLayout title brand=result.app_name.clone() noindex=true wide=true>
            {view(&result)}
        </PublicLayout>
    }
    .into_any())
}

fn title(result: &AuthorizationResult) -> String {
    match &result.outcome {
        Outcome::Approved { first: true, .. } => format!("{} is connected", result.subdomain),
        Outcome::Approved { first: false, .. } => format!("{} is reconnected", result.subdomain),
        Outcome::UnderWay => "One moment".to_owned(),
        Outcome::Failed { problem } => problem.title(),
    }
}

pub(super) fn view(result: &AuthorizationResult) -> AnyView {
    match &result.outcome {
        Outcome::Approved { by, granted, .. } => approved(result, by.as_deref(), granted),
        Outcome::UnderWay => under_way(result),
        Outcome::Failed { problem } => failed(result, problem),
    }
}

fn approved(result: &AuthorizationResult, by: Option<&str>, granted: &ScopeSet) -> AnyView {
    let missing: Vec<_> = result
        .comparison
        .missing
        .iter()
        .map(ToString::to_string)
        .collect();
    let health = if missing.is_empty() {
        Health::Working
    } else {
        Health::Limited
    };
    let who = by
        .map(|by| format!("Approved by {by}. "))
        .unwrap_or_default();
    let app = result.app_name.clone();
    let less = (!missing.is_empty()).then(|| {
        let less = format!(
            "Gorgias did not grant everything that {app} asked for. Missing: {}. It works, with less.",
            list(&missing)
        );
        view! {
            <Callout health=Health::Limited>
                <p>{less}</p>
            </Callout>
        }
    });
    view! {
        <header>
            <div>
                <HealthBadge health/>
            </div>
            <h1>{title(result)}</h1>
            <p>
                {format!("{who}{app} now has access to ")}
                <span class="host">{format!("{}.gorgias.com.", result.subdomain)}</span>
            </p>
        </header>
        {less}
        {match result.after_install_url.clone() {
            Some(href) => {
                view! {
                    <p class="actions">
                        <LinkButton href kind=Kind::Primary size=Size::Large>
                            {format!("Go on to {app} ")}
                            <Icon name=Glyph::ArrowRight/>
                        </LinkButton>
                    </p>
                }
                    .into_any()
            }
            None => view! { <p>"You can close this page: there is nothing else to set up here."</p> }.into_any(),
        }}
        <section aria-labelledby="granted">
            <h2 id="granted">{format!("What {} may do", result.app_name)}</h2>
            <ScopeWords scopes=granted.clone()/>
        </section>
        <p class="sub">
            "You can take this back at any time in your helpdesk’s settings, by removing the app."
        </p>
    }
    .into_any()
}

/// The browser came twice, and looks again by itself until the first is through.
fn under_way(result: &AuthorizationResult) -> AnyView {
    view! {
        <header>
            <h1>"One moment"</h1>
            <p>"The approval is being handed in at Gorgias. This page shows the result as soon as it is there."</p>
        </header>
        <p class="sub">{format!("{} · {}.gorgias.com", result.app_name, result.subdomain)}</p>
    }
    .into_any()
}

fn failed(result: &AuthorizationResult, problem: &AuthorizationProblem) -> AnyView {
    view! {
        <header>
            <h1>{problem.title()}</h1>
            <p>{problem.explanation()}</p>
        </header>
        <p>{problem.remedy()}</p>
        {result
            .again
            .clone()
            .map(|href| {
                view! {
                    <p class="actions">
                        <LinkButton href kind=Kind::Primary>
                            "Begin again"
                        </LinkButton>
                    </p>
                }
            })}
        <p class="sub">{format!("{} · {}.gorgias.com", result.app_name, result.subdomain)}</p>
    }
    .into_any()
}
