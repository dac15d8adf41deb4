//! Progress: the steps of a link, and the first steps of a tenant.

use super::{Glyph, Icon};
use domain::health::Health;
use leptos::prelude::*;

/// One step of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    label: String,
    icon: Glyph,
    health: Option<Health>,
}

impl Step {
    /// A step that is done.
    pub fn done(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            icon: Glyph::Done,
            health: Some(Health::Working),
        }
    }

    /// A step that is not done yet.
    pub fn open(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            icon: Glyph::Circle,
            health: None,
        }
    }

    /// The step at which it ended: expired, revoked.
    pub fn ended(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            icon: Glyph::X,
            health: None,
        }
    }

    /// The word for screen readers if a step is not done, since the circle has no text.
    const fn aside(&self) -> Option<&'static str> {
        match self.icon {
            Glyph::Circle => Some(" (not yet)"),
            _ => None,
        }
    }
}

/// The steps of a link: sent, opened, approved.
#[component]
pub fn Steps(
    /// The steps, in order.
    steps: Vec<Step>,
) -> AnyView {
    view! {
        <ol class="steps" role="list">
            {steps
                .into_iter()
                .map(|s| {
                    let aside = s.aside();
                    view! {
                        <li data-health=s.health.map(Health::code)>
                            <Icon name=s.icon/>
                            {s.label}
                            {aside.map(|aside| view! { <span class="sr">{aside}</span> })}
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
    .into_any()
}

/// The first steps of a new tenant.
#[component]
pub fn Checklist(children: Children) -> AnyView {
    view! {
        <ol class="checklist" role="list">
            {children()}
        </ol>
    }
    .into_any()
}

/// One of the first steps; only the current one shows what to do.
#[component]
pub fn CheckItem(
    /// What has to be done.
    #[prop(into)]
    title: String,
    /// Its number.
    number: u8,
    /// Already done.
    #[prop(optional)]
    done: bool,
    /// The next step to do.
    #[prop(optional)]
    current: bool,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    let said = match (done, current) {
        (true, _) => "Done:",
        (_, true) => "Now:",
        _ => "To do:",
    };
    let mark = if done {
        view! { <Icon name=Glyph::Working/> }.into_any()
    } else {
        view! { <span aria-hidden="true">{number}</span> }.into_any()
    };
    view! {
        <li aria-current=current.then_some("step")>
            <span class="dot" data-health=done.then_some(Health::Working.code())>
                {mark}
                <span class="sr">{said}</span>
            </span>
            <div>
                <h3>{title}</h3>
                {children.map(|children| children())}
            </div>
        </li>
    }
    .into_any()
}
