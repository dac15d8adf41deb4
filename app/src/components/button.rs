//! Buttons of forms, links that look like buttons, and forms with only a button.

use super::{FormKey, Glyph, Icon, OptionalText};
use leptos::prelude::*;

/// How much a button stands out. A page has one primary button.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// The usual one.
    #[default]
    Plain,
    /// The main action of the page.
    Primary,
    /// Without a frame.
    Quiet,
    /// For an action that destroys something.
    Destroy,
}

impl Kind {
    const fn attr(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Primary => Some("primary"),
            Self::Quiet => Some("quiet"),
            Self::Destroy => Some("destroy"),
        }
    }
}

/// How large a button is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Size {
    /// 32 pixels high.
    #[default]
    Normal,
    /// 28 pixels high, for rows.
    Small,
    /// 44 pixels high.
    Large,
}

impl Size {
    const fn attr(self) -> Option<&'static str> {
        match self {
            Self::Normal => None,
            Self::Small => Some("small"),
            Self::Large => Some("large"),
        }
    }
}

/// Words for screen readers that tell equal buttons of a table apart.
fn about_words(about: OptionalText) -> Option<impl IntoView> {
    about
        .0
        .map(|about| view! { <span class="sr">{format!(": {about}")}</span> })
}

/// A button of a form.
#[component]
pub fn Button(
    /// How much it stands out.
    #[prop(optional)]
    kind: Kind,
    /// How large it is.
    #[prop(optional)]
    size: Size,
    /// An icon before the words.
    #[prop(optional_no_strip, into)]
    icon: Option<Glyph>,
    /// As wide as its container.
    #[prop(optional)]
    wide: bool,
    /// Does nothing by itself: for islands.
    #[prop(optional)]
    plain: bool,
    /// Name of the value it sends.
    #[prop(optional, into)]
    name: OptionalText,
    /// The value it sends.
    #[prop(optional, into)]
    value: OptionalText,
    /// The id of its form, if the button is outside the form.
    #[prop(optional, into)]
    form: OptionalText,
    /// An address to post to instead of the form's.
    #[prop(optional, into)]
    formaction: OptionalText,
    /// What it is about, for screen readers only.
    #[prop(optional, into)]
    about: OptionalText,
    /// The letter that presses it.
    #[prop(optional, into)]
    letter: OptionalText,
    children: Children,
) -> AnyView {
    view! {
        <button
            type=if plain { "button" } else { "submit" }
            class="button"
            data-kind=kind.attr()
            data-size=size.attr()
            data-wide=wide
            name=name.0
            value=value.0
            form=form.0
            formaction=formaction.0
            data-key=letter.0
        >
            {icon.map(|name| view! { <Icon name/> })}
            {children()}
            {about_words(about)}
        </button>
    }
    .into_any()
}

/// A link that looks like a button: it leads somewhere and changes nothing.
#[component]
pub fn LinkButton(
    /// The address it leads to.
    #[prop(into)]
    href: String,
    /// How much it stands out.
    #[prop(optional)]
    kind: Kind,
    /// How large it is.
    #[prop(optional)]
    size: Size,
    /// An icon before the words.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// As wide as its container.
    #[prop(optional)]
    wide: bool,
    /// What it is about, for screen readers only.
    #[prop(optional, into)]
    about: OptionalText,
    /// The part of the page it leads to that is shown as a dialog over this page.
    #[prop(optional, into)]
    dialog: OptionalText,
    /// In a dialog it only closes that.
    #[prop(optional)]
    closes: bool,
    /// The letter that presses it.
    #[prop(optional, into)]
    letter: OptionalText,
    children: Children,
) -> AnyView {
    view! {
        <a
            class="button"
            data-kind=kind.attr()
            data-size=size.attr()
            data-wide=wide
            data-dialog=dialog.0
            data-close=closes
            data-key=letter.0
            href=href
        >
            {icon.map(|name| view! { <Icon name/> })}
            {children()}
            {about_words(about)}
        </a>
    }
    .into_any()
}

/// A form with only a button, which changes something at once.
#[component]
pub fn PostButton(
    /// The address it posts to.
    #[prop(into)]
    action: String,
    /// A second press has no effect. Not for parts that `Live` compares: the form's
    /// key differs each time.
    #[prop(optional)]
    once: bool,
    /// The page stays and shows what came of it, where its address is the page's own.
    #[prop(optional)]
    stay: bool,
    /// It is in a row, which changes by itself; the page stays as it is.
    #[prop(optional)]
    in_row: bool,
    /// How much it stands out.
    #[prop(optional)]
    kind: Kind,
    /// How large it is.
    #[prop(optional)]
    size: Size,
    /// An icon before the words.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// As wide as its container.
    #[prop(optional)]
    wide: bool,
    /// Name of a value to send along.
    #[prop(optional, into)]
    name: OptionalText,
    /// The value to send along.
    #[prop(optional, into)]
    value: OptionalText,
    /// What it is about, for screen readers only.
    #[prop(optional, into)]
    about: OptionalText,
    /// The letter that presses it.
    #[prop(optional, into)]
    letter: OptionalText,
    children: Children,
) -> AnyView {
    let stays = match (in_row, stay) {
        (true, _) => Some("row"),
        (false, true) => Some("page"),
        (false, false) => None,
    };
    view! {
        <form method="post" action=action data-stay=stays>
            {once.then(|| view! { <FormKey/> })}
            <Button kind size icon wide name value about letter>
                {children()}
            </Button>
        </form>
    }
    .into_any()
}
