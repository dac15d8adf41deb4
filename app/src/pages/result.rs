//! `/oauth/{app}/result/{authorization}`: the result of an authorization. Only the
//! browser that went through it may see it.

use super::{
    PageError, PageParams,
    scope_words::{ScopeWords, list},
    show,
};
use crate::{
    components::{Callout, Glyph, HealthBadge, Icon, Kind, LinkButton, Size, absolute, written_in},
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
    let title = title(&result);
    let again = matches!(result.outcome, Outcome::UnderWay)
        .then(|| view! { <Meta http_equiv="refresh" content="2"/> });
    Ok(view! {
        {again}
        <PublicLayout title brand=result.brand.clone() noindex=true wide=true>
            {view(&result)}
        </PublicLayout>
    }
    .into_any())
}

fn title(result: &AuthorizationResult) -> String {
    match &result.outcome {
        Outcome::Approved { .. } if ended(result) => {
            format!(
                "{} was approved, but is not connected any more",
                result.subdomain
            )
        }
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

/// The health of the approved connection now. A missing connection was erased.
fn health(result: &AuthorizationResult) -> Health {
    result.health.unwrap_or(Health::NotConnected)
}

/// Whether the approved connection has ended since.
fn ended(result: &AuthorizationResult) -> bool {
    matches!(health(result), Health::Disconnected | Health::NotConnected)
}

/// What the health means for the person who approved, unless it is simply working.
fn meaning(result: &AuthorizationResult, missing: &[String]) -> Option<String> {
    let app = &result.app_name;
    match health(result) {
        Health::Limited => Some(format!(
            "Gorgias did not grant everything that {app} asked for. Missing: {}. It works, with less.",
            list(missing)
        )),
        Health::StoppingSoon => {
            let until = match result.access_expires_at {
                Some(at) => format!("It stops {}.", absolute(at)),
                None => "It will stop soon.".to_owned(),
            };
            let why = if result.lacks_offline {
                format!(
                    "Whoever publishes {app} has to change it first, and then asks you to approve it once more. You can’t do anything about it now."
                )
            } else {
                "Approve it once more to keep it working.".to_owned()
            };
            Some(format!(
                "{app} works now, but can’t renew its access by itself. {until} {why}"
            ))
        }
        Health::SetupFault => Some(format!(
            "{app} itself has a problem with Gorgias right now. Whoever publishes it has to solve that; you have nothing to do."
        )),
        Health::Retrying | Health::Unchecked => Some(format!(
            "Gorgias has not answered {app} lately. It goes on by itself; you have nothing to do."
        )),
        Health::Disconnected | Health::NotConnected => Some(format!(
            "{app} has no access any more. Ask whoever publishes it for a new link if it should have."
        )),
        Health::Working => None,
    }
}

fn approved(result: &AuthorizationResult, by: Option<&str>, granted: &ScopeSet) -> AnyView {
    let missing: Vec<_> = result
        .comparison
        .missing
        .iter()
        .map(ToString::to_string)
        .collect();
    let health = health(result);
    let who = by
        .map(|by| format!("Approved by {by}. "))
        .unwrap_or_default();
    let app = result.app_name.clone();
    let more = meaning(result, &missing).map(|more| {
        view! {
            <Callout health>
                <p>{more}</p>
            </Callout>
        }
    });
    let has = if ended(result) { "had" } else { "now has" };
    let close = if health == Health::Working {
        "You can close this page: there is nothing else to set up here."
    } else {
        "You can close this page."
    };
    view! {
        <header>
            <div>
                <HealthBadge health/>
            </div>
            <h1>{title(result)}</h1>
            <p>
                {format!("{who}{app} {has} access to ")}
                <span class="host">{format!("{}.gorgias.com.", result.subdomain)}</span>
            </p>
        </header>
        {more}
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
            None => view! { <p>{close}</p> }.into_any(),
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

/// The browser came twice. The page reloads until the first request is done.
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
