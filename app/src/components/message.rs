//! Messages, shown where the event happened.

use super::{Glyph, HealthBadge, Icon};
use domain::health::Health;
use leptos::prelude::*;

/// A state that matters here, with at most one link.
#[component]
pub fn Callout(
    /// Its colour.
    health: Health,
    /// Its icon; the state's own if left out.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// Screen readers read it at once.
    #[prop(optional)]
    alert: bool,
    /// A link at its end.
    #[prop(optional)]
    action: Option<AnyView>,
    children: Children,
) -> AnyView {
    view! {
        <div class="callout" data-health=health.code() role=alert.then_some("alert")>
            <Icon name=icon.unwrap_or_else(|| health.into())/>
            <div>{children()}</div>
            {action}
        </div>
    }
    .into_any()
}

/// The outcome of the last form, on one line.
#[component]
pub fn Outcome(
    /// Working for success, anything else for a failure.
    health: Health,
    /// Its icon; a tick or a warning if left out.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    children: Children,
) -> AnyView {
    let icon = icon.unwrap_or(match health {
        Health::Working => Glyph::Done,
        _ => Glyph::Warn,
    });
    view! {
        <p class="result" role="status" data-health=health.code()>
            <Icon name=icon/>
            <span>{children()}</span>
        </p>
    }
    .into_any()
}

/// The reason in one sentence, with the one thing to do.
#[component]
pub fn Reason(
    /// The state it explains.
    health: Health,
    /// The reason, a sentence.
    #[prop(into)]
    title: String,
    /// The one thing to do.
    #[prop(optional)]
    action: Option<AnyView>,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    view! {
        <section class="reason" data-health=health.code() aria-labelledby="why">
            <div>
                <HealthBadge health/>
                <h2 id="why">{title}</h2>
                {children.map(|children| children())}
            </div>
            {action}
        </section>
    }
    .into_any()
}

/// A question before something is destroyed: it names the thing and the consequence.
#[component]
pub fn Confirm(
    /// The start of its ids.
    #[prop(into)]
    id: String,
    /// The question.
    #[prop(into)]
    title: String,
    /// The buttons: the harmless one first.
    footer: AnyView,
    children: Children,
) -> AnyView {
    let (ask, what) = (format!("{id}-ask"), format!("{id}-what"));
    let (labelled, described) = (ask.clone(), what.clone());
    view! {
        <dialog
            class="dialog"
            open=true
            data-inline=true
            role="alertdialog"
            aria-labelledby=labelled
            aria-describedby=described
        >
            <header>
                <h2 id=ask>{title}</h2>
                <div id=what>{children()}</div>
            </header>
            <footer>{footer}</footer>
        </dialog>
    }
    .into_any()
}
