//! Controls to choose with: checkboxes, lists, a few values side by side.

use super::OptionalText;
use super::field::{asked, labelled};
use leptos::prelude::*;

/// One option.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The value that is sent.
    pub value: String,
    /// The words that are shown.
    pub label: String,
    /// What it means, on a line below.
    pub hint: Option<String>,
    /// How many things have it.
    pub count: Option<u64>,
    /// Whether it is chosen (if several can be).
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

    /// Adds a line that says what it means.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the number of things that have it.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// Sets whether it is chosen.
    #[must_use]
    pub fn checked(mut self, checked: bool) -> Self {
        self.checked = checked;
        self
    }
}

/// The words beside a checkbox.
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

/// A drop-down list.
#[component]
pub fn Select(
    /// The name it is sent under, and its id.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// The options.
    options: Vec<Choice>,
    /// The chosen value.
    #[prop(optional, into)]
    value: OptionalText,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
    /// The error of the choice.
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

/// A few options, one below the other, each with its meaning.
#[component]
pub fn Radios(
    /// The name they are sent under.
    #[prop(into)]
    name: String,
    /// The question.
    #[prop(into)]
    legend: String,
    /// The options.
    options: Vec<Choice>,
    /// The chosen value.
    #[prop(optional, into)]
    value: OptionalText,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
    /// The error of the choice.
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

/// A few short options side by side.
#[component]
pub fn Segments(
    /// The name they are sent under.
    #[prop(into)]
    name: String,
    /// The question.
    #[prop(into)]
    legend: String,
    /// The options.
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

/// A single checkbox.
#[component]
pub fn Checkbox(
    /// The name it is sent under.
    #[prop(into)]
    name: String,
    /// The value that is sent if it is ticked; "on" if left out.
    #[prop(optional, into)]
    value: OptionalText,
    /// What ticking it means.
    #[prop(into)]
    label: String,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
    /// Whether it is ticked.
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
