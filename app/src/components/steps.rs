//! How far something has come: a link on its way, the first steps of a tenant.

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
    /// Taken.
    pub fn done(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            icon: Glyph::Done,
            health: Some(Health::Working),
        }
    }

    /// Not yet taken.
    pub fn open(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            icon: Glyph::Circle,
            health: None,
        }
    }

    /// Where it ended: expired, revoked.
    pub fn ended(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            icon: Glyph::X,
            health: None,
        }
    }

    /// The word read out for a step that is not taken, since a circle says nothing.
    const fn aside(&self) -> Option<&'static str> {
        match self.icon {
            Glyph::Circle => Some(" (not yet)"),
            _ => None,
        }
    }
}

/// Sent, opened, approved.
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
    /// What is to be done.
    #[prop(into)]
    title: String,
    /// Its number.
    number: u8,
    /// Already done.
    #[prop(optional)]
    done: bool,
    /// The next to do.
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
