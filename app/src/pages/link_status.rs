//! `/r/{token}` after the approval: how the account is, for its own people.

use super::scope_words::{PermissionList, ScopeWords};
use crate::{
    components::{
        Callout, Fact, Facts, Glyph, HealthBadge, Icon, Kind, LinkButton, Moment, Size, absolute,
    },
    language::{host, sentences},
};
use domain::{customer_words::CustomerState, health::Health, time::Timestamp};
use leptos::prelude::*;
use service::connections::links::LinkStatus;

/// The window's title.
pub(super) fn title(status: &LinkStatus) -> String {
    heading(status).of(status.subdomain.as_str())
}

fn heading(status: &LinkStatus) -> domain::customer_words::Around {
    let said = &sentences().status;
    if status.connected {
        said.connected
    } else {
        said.not_connected
    }
}

pub(super) fn view(status: &LinkStatus, now: Timestamp) -> AnyView {
    let said = sentences();
    let words = &said.status;
    let (app, vendor) = (status.app_name.as_str(), status.brand.name.as_str());
    let badge = status.state.words(said, vendor);
    let text = match status.state {
        CustomerState::Works => (words.works_text)(app),
        CustomerState::NeedsApproval => (words.needs_approval_text)(app),
        CustomerState::LookedAt => (words.looked_at_text)(app, vendor),
    };
    let missing = (!status.missing.is_empty()).then(|| {
        let (text, missing) = ((said.result.limited)(app), status.missing.clone());
        view! {
            <Callout health=Health::Limited>
                <p>{text}</p>
                <PermissionList scopes=missing/>
            </Callout>
        }
    });
    let last_seen = status.last_seen.map(|at| {
        let relative = said.times.relative(at, now);
        (words.last_seen)(&relative)
    });
    let by = status.approved_by.clone();
    let by = by.unwrap_or_else(|| words.somebody.to_owned());
    let may = (!status.granted.is_empty()).then(|| {
        let (title, scopes) = ((said.result.may_do)(app), status.granted.clone());
        view! {
            <section aria-labelledby="granted">
                <h2 id="granted">{title}</h2>
                <ScopeWords scopes/>
            </section>
            <p class="sub">{said.result.take_back}</p>
        }
    });
    let approved = view! { <Moment at=status.approved_at/> }.into_any();
    let until = (words.shown_until)(&absolute(status.shown_until));
    view! {
        <header>
            <div>
                <HealthBadge health=status.state.looks_like() label=badge.clone()/>
            </div>
            <h1>{host(heading(status), status.subdomain.as_str())}</h1>
            <p>{text}</p>
        </header>
        {missing}
        {action(status)}
        <Facts>
            <Fact term=words.approved_by detail=approved>
                {by}
            </Fact>
            <Fact term=words.how_it_is detail=last_seen.into_any()>
                {badge}
            </Fact>
        </Facts>
        {may}
        <Facts>
            <Fact term=words.this_page detail=view! { {words.not_twice} }.into_any()>
                {until}
            </Fact>
        </Facts>
    }
    .into_any()
}

/// The one thing to do: approve again if that helps, else go on to the app.
fn action(status: &LinkStatus) -> Option<AnyView> {
    let said = sentences();
    let (href, words) = match (&status.again, &status.after_install_url) {
        (Some(again), _) => (again.clone(), said.status.approve_again.to_owned()),
        (None, Some(app)) => (app.clone(), (said.result.go_on)(&status.app_name)),
        (None, None) => return None,
    };
    Some(
        view! {
            <p class="actions">
                <LinkButton href kind=Kind::Primary size=Size::Large>
                    {words}
                    <Icon name=Glyph::ArrowRight/>
                </LinkButton>
            </p>
        }
        .into_any(),
    )
}
