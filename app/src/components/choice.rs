//! Choosing: boxes, lists, a few values side by side.

use super::OptionalText;
use super::field::{asked, labelled};
use leptos::prelude::*;

/// One thing to choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// What it means, a line beneath.
    pub hint: Option<String>,
    /// How many things have it.
    pub count: Option<u64>,
    /// Whether it is chosen (where several can be).
    pub checked: bool,
}

impl Choice {
    /// A value and its words.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            ..Self::default()
        }
    }

    /// With a line that says what it means.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With the number of things that have it.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// Chosen or not.
    #[must_use]
    pub fn checked(mut self, checked: bool) -> Self {
        self.checked = checked;
        self
    }
}

/// The words beside a box.
fn tick_words(label: String, hint: Option<String>) -> impl IntoView {
    view! {
        <span>
            {label}
            {hint
                .map(|hint| {
                    view! {
                        " "
                        <span class="sub">{hint}</span>
                    }
                })}
        </span>
    }
}

/// A list that opens.
#[component]
pub fn Select(
    /// The name it is sent under, and its id.
    #[prop(into)]
    name: String,
    /// What it is.
    #[prop(into)]
    label: String,
    /// What there is to choose.
    options: Vec<Choice>,
    /// The chosen value.
    #[prop(optional, into)]
    value: OptionalText,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
    /// What is wrong with the choice.
    #[prop(optional, into)]
    error: OptionalText,
) -> AnyView {
    labelled(&name, label, hint, error, |invalid, described| {
        view! {
            <select id=name.clone() name=name.clone() aria-invalid=invalid aria-describedby=described>
                {options
                    .into_iter()
                    .map(|o| {
                        let selected = value.0.as_ref() == Some(&o.value);
                        view! {
                            <option value=o.value selected=selected>
                                {o.label}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        }
    })
}

/// A few choices, one beneath the other, each with its meaning.
#[component]
pub fn Radios(
    /// The name they are sent under.
    #[prop(into)]
    name: String,
    /// What is asked.
    #[prop(into)]
    legend: String,
    /// What there is to choose.
    options: Vec<Choice>,
    /// The chosen value.
    #[prop(optional, into)]
    value: OptionalText,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
    /// What is wrong with the choice.
    #[prop(optional, into)]
    error: OptionalText,
) -> AnyView {
    let choices = view! {
            {options
                .into_iter()
                .map(|o| {
                    let checked = value.0.as_ref() == Some(&o.value);
                    view! {
                        <label class="tick">
                            <input type="radio" name=name.clone() value=o.value checked=checked/>
                            {tick_words(o.label, o.hint)}
                        </label>
                    }
                })
                .collect_view()}
    };
    asked(&name, legend, hint, error, choices)
}

/// A few short choices side by side.
#[component]
pub fn Segments(
    /// The name they are sent under.
    #[prop(into)]
    name: String,
    /// What is asked.
    #[prop(into)]
    legend: String,
    /// What there is to choose.
    options: Vec<Choice>,
    /// The chosen value.
    #[prop(optional, into)]
    value: OptionalText,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
) -> AnyView {
    let choices = view! {
            <div class="seg">
                {options
                    .into_iter()
                    .map(|o| {
                        let checked = value.0.as_ref() == Some(&o.value);
                        view! {
                            <label>
                                <input class="sr" type="radio" name=name.clone() value=o.value checked=checked/>
                                {o.label}
                            </label>
                        }
                    })
                    .collect_view()}
            </div>
    };
    asked(&name, legend, hint, OptionalText(None), choices)
}

/// One box to tick.
#[component]
pub fn Checkbox(
    /// The name it is sent under.
    #[prop(into)]
    name: String,
    /// What is sent when it is ticked; "on" if left out.
    #[prop(optional, into)]
    value: OptionalText,
    /// What ticking it means.
    #[prop(into)]
    label: String,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
    /// Ticked or not.
    #[prop(optional)]
    checked: bool,
) -> AnyView {
    let value = value.0.unwrap_or_else(|| "on".into());
    view! {
        <label class="tick">
            <input type="checkbox" name=name value=value checked=checked/>
            {tick_words(label, hint.0)}
        </label>
    }
    .into_any()
}
