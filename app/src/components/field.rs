//! Fields to fill in, values to copy, secrets that are never shown.

use super::{Glyph, Icon, OptionalText};
use domain::health::Health;
use leptos::prelude::*;

/// The lines below a control, and their ids for `aria-describedby`: the error's id
/// first, then the hint's.
fn beneath(id: &str, hint: OptionalText, error: OptionalText) -> (Option<String>, impl IntoView) {
    let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
    let described = match (&error.0, &hint.0) {
        (Some(_), Some(_)) => Some(format!("{error_id} {hint_id}")),
        (Some(_), None) => Some(error_id.clone()),
        (None, Some(_)) => Some(hint_id.clone()),
        (None, None) => None,
    };
    let hint = hint.0.map(|hint| {
        view! {
            <p class="hint" id=hint_id>
                {hint}
            </p>
        }
    });
    let error = error.0.map(|error| {
        view! {
            <p class="error" id=error_id data-health=Health::Disconnected.code()>
                <Icon name=Glyph::Warn/>
                {format!(" {error}")}
            </p>
        }
    });
    (described, (hint, error))
}

/// A control with its label above and its lines below. The control gets its
/// `aria-invalid` and its `aria-describedby`.
pub(super) fn labelled<V: IntoView>(
    id: &str,
    label: String,
    hint: OptionalText,
    error: OptionalText,
    control: impl FnOnce(Option<&'static str>, Option<String>) -> V,
) -> AnyView {
    let invalid = error.0.is_some().then_some("true");
    let (described, lines) = beneath(id, hint, error);
    view! {
        <div class="field">
            <label for=id.to_owned()>{label}</label>
            {control(invalid, described)}
            {lines}
        </div>
    }
    .into_any()
}

/// Options, with the question above and the lines below.
pub(super) fn asked<V: IntoView>(
    name: &str,
    legend: String,
    hint: OptionalText,
    error: OptionalText,
    choices: V,
) -> AnyView {
    let (described, lines) = beneath(name, hint, error);
    view! {
        <fieldset class="field" aria-describedby=described>
            <legend>{legend}</legend>
            {choices}
            {lines}
        </fieldset>
    }
    .into_any()
}

/// A field of one line.
#[component]
pub fn Field(
    /// The name it is sent under.
    #[prop(into)]
    name: String,
    /// Its id; the name if left out.
    #[prop(optional, into)]
    id: OptionalText,
    /// Its label.
    #[prop(into)]
    label: String,
    /// The type of the input; "text" if left out.
    #[prop(optional, into)]
    kind: OptionalText,
    /// Its value.
    #[prop(optional, into)]
    value: OptionalText,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
    /// The error of the typed value.
    #[prop(optional, into)]
    error: OptionalText,
    /// What browsers and password managers may fill in.
    #[prop(optional, into)]
    autocomplete: OptionalText,
    /// An example of what to type.
    #[prop(optional, into)]
    placeholder: OptionalText,
    /// Which keyboard a phone shows.
    #[prop(optional, into)]
    inputmode: OptionalText,
    /// The fewest characters.
    #[prop(optional, into)]
    minlength: Option<u32>,
    /// The most characters.
    #[prop(optional, into)]
    maxlength: Option<u32>,
    /// Must be filled in.
    #[prop(optional)]
    required: bool,
    /// For codes and names: no automatic capitals, no spell check.
    #[prop(optional)]
    plain: bool,
    /// Has the focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
    /// The id of a list of values to choose from.
    #[prop(optional, into)]
    list: OptionalText,
) -> AnyView {
    let id = id.0.unwrap_or_else(|| name.clone());
    let kind = kind.0.unwrap_or_else(|| "text".into());
    labelled(&id, label, hint, error, |invalid, described| {
        view! {
            <input
                id=id.clone()
                name=name
                type=kind
                value=value.0
                placeholder=placeholder.0
                autocomplete=autocomplete.0
                autocapitalize=plain.then_some("off")
                spellcheck=plain.then_some("false")
                inputmode=inputmode.0
                minlength=minlength.map(|n| n.to_string())
                maxlength=maxlength.map(|n| n.to_string())
                required=required
                autofocus=autofocus
                list=list.0
                aria-invalid=invalid
                aria-describedby=described
            />
        }
    })
}

/// A file to choose.
#[component]
pub fn FileField(
    /// The name it is sent under, and its id.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// The content types that the browser offers.
    #[prop(into)]
    accept: String,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
    /// The error of the chosen file.
    #[prop(optional, into)]
    error: OptionalText,
    /// Need not be chosen.
    #[prop(optional)]
    optional: bool,
) -> AnyView {
    labelled(&name, label, hint, error, |invalid, described| {
        view! {
            <input
                id=name.clone()
                name=name.clone()
                type="file"
                accept=accept
                required=!optional
                aria-invalid=invalid
                aria-describedby=described
            />
        }
    })
}

/// A password that a person chooses.
#[component]
pub fn NewPasswordField(
    /// The name it is sent under, and its id.
    #[prop(into)]
    name: String,
    /// What it is.
    #[prop(into)]
    label: String,
    /// What is wrong with what was typed.
    #[prop(optional, into)]
    error: OptionalText,
) -> AnyView {
    view! {
        <Field
            name
            label
            kind="password"
            required=true
            minlength=12_u32
            autocomplete="new-password"
            hint="At least 12 characters. A few words in a row are easy to keep in mind and hard to guess."
            error
        />
    }
    .into_any()
}

/// A secret of an app or a server. It is no person's password, so browsers and
/// password managers must neither save it nor fill it in. They do that for every
/// field of the type "password", whatever its `autocomplete` says; so this field is
/// text, and the style hides its letters.
#[component]
pub fn SecretField(
    /// The name it is sent under, and its id.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// Shows its letters: for a secret that is copied from a screen by hand and used once.
    #[prop(optional)]
    readable: bool,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
    /// The error of the typed value.
    #[prop(optional, into)]
    error: OptionalText,
) -> AnyView {
    labelled(&name, label, hint, error, |invalid, described| {
        view! {
            <input
                id=name.clone()
                name=name.clone()
                type="text"
                data-secret=(!readable).then_some("true")
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                data-1p-ignore="true"
                data-bwignore="true"
                data-lpignore="true"
                data-form-type="other"
                required=true
                aria-invalid=invalid
                aria-describedby=described
            />
        }
    })
}

/// Escapes the text in `<textarea>`, which the framework writes as it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A field of several lines.
#[component]
pub fn TextArea(
    /// The name it is sent under, and its id.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// How many lines are shown.
    #[prop(default = 3)]
    rows: u32,
    /// Its value.
    #[prop(optional, into)]
    value: OptionalText,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
    /// The error of the typed value.
    #[prop(optional, into)]
    error: OptionalText,
) -> AnyView {
    labelled(&name, label, hint, error, |invalid, described| {
        view! {
            <textarea
                id=name.clone()
                name=name.clone()
                rows=rows.to_string()
                aria-invalid=invalid
                aria-describedby=described
            >
                {value.0.map(|text| escaped(&text))}
            </textarea>
        }
    })
}

/// A value to copy. Without script, people select it by hand; the children are the
/// place of the copy button.
#[component]
pub fn CopyField(
    /// Its id.
    #[prop(into)]
    id: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// The value.
    #[prop(into)]
    value: String,
    /// A line of help.
    #[prop(optional, into)]
    hint: OptionalText,
    /// The copy button.
    #[prop(optional)]
    children: Option<Children>,
) -> AnyView {
    let none = OptionalText(None);
    labelled(&id, label, hint, none, |_, described| {
        view! {
            <div class="copy">
                <input
                    id=id.clone()
                    class="mono"
                    type="text"
                    value=value
                    readonly=true
                    autocomplete="off"
                    spellcheck="false"
                    data-1p-ignore="true"
                    data-bwignore="true"
                    data-lpignore="true"
                    data-form-type="other"
                    aria-describedby=described
                />
                {children.map(|children| children())}
            </div>
        }
    })
}

/// A text of several lines to copy; as [`CopyField`].
#[component]
pub fn CopyText(
    /// Its id.
    #[prop(into)]
    id: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// The text.
    #[prop(into)]
    value: String,
    /// The copy button.
    children: Children,
) -> AnyView {
    let rows = value.lines().count().clamp(4, 10);
    let none = || OptionalText(None);
    labelled(&id, label, none(), none(), |_, _| {
        view! {
            <textarea id=id.clone() rows=rows.to_string() readonly=true autocomplete="off">
                {escaped(&value)}
            </textarea>
            <p>{children()}</p>
        }
    })
}

/// A button that copies the value of a field.
#[component]
pub fn Copy(
    /// The id of the field.
    #[prop(into)]
    of: String,
    /// What is copied, for screen readers only: "App URL".
    #[prop(into)]
    what: String,
) -> AnyView {
    view! {
        <button type="button" class="button" data-copy=of>
            <Icon name=Glyph::Copy/>
            <b>"Copy"</b>
            <span class="sr">{format!(" {what}")}</span>
        </button>
    }
    .into_any()
}

/// A placeholder for a secret: dots, and a fingerprint to tell two secrets apart.
#[component]
pub fn SecretMask(
    /// The start of the secret's digest.
    #[prop(optional, into)]
    fingerprint: OptionalText,
) -> AnyView {
    let (said, shown) = match fingerprint.0 {
        Some(print) => ("Hidden, fingerprint", format!(" {print}")),
        None => ("Hidden", String::new()),
    };
    view! {
        <span class="mono">
            <span class="sr">{said}</span>
            <span aria-hidden="true">"••••••••••••"</span>
            {shown}
        </span>
    }
    .into_any()
}
