//! The HTML document, and the two layouts of pages.

use crate::components::{Brand, Frame, Nav, OptionalText, Sprite, Theme, TopBar};
use axum::http::{HeaderName, HeaderValue};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::{HashedStylesheet, Meta, MetaTags, Title};

/// The theme of this request.
fn theme() -> Theme {
    use_context::<Theme>().unwrap_or_default()
}

/// The document around `body`. Layouts find the options in context.
pub fn document(options: LeptosOptions, body: impl IntoView) -> impl IntoView {
    provide_context(options.clone());
    // Nothing of a page is hydrated but its islands, so nothing that a page
    // loaded may be written into it for the browser to pick up.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme().attr()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options/>
                <MetaTags/>
            </head>
            <body>{body.into_any()}</body>
        </html>
    }
}

/// Leptos writes the title's text into the page as it is, and names stand in
/// titles; `</title>` in one must not end it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What makes islands live. Pages without islands load no script at all.
fn scripts(islands: bool) -> Option<impl IntoView> {
    islands.then(|| {
        let options = use_context::<LeptosOptions>();
        options.map(|options| view! { <HydrationScripts options islands=true/> })
    })
}

/// Signed-in pages: bar on top, navigation, the page.
#[component]
pub fn SignedInLayout(
    /// What the frame shows.
    frame: Frame,
    /// The page in a few words, for the title of the window.
    #[prop(into)]
    title: String,
    /// Whether the page holds islands.
    #[prop(optional)]
    islands: bool,
    /// For pages that are one wide table.
    #[prop(optional)]
    wide: bool,
    /// The island that keeps the page up to date; it stands in the bar on top.
    #[prop(optional)]
    live: Option<AnyView>,
    children: Children,
) -> AnyView {
    let frame = Frame {
        theme: theme(),
        ..frame
    };
    view! {
        <Title text=escaped(&format!("{title} · {} · Mooring", frame.tenant_name))/>
        {scripts(islands)}
        <a class="skip button" data-kind="primary" href="#main">
            "Skip to content"
        </a>
        <div class="shell">
            <TopBar frame=frame.clone() live/>
            <Nav frame/>
            <main class="main" id="main" tabindex="-1">
                <div class="page" data-wide=wide>
                    {children()}
                </div>
            </main>
        </div>
        <Sprite/>
    }
    .into_any()
}

/// Keeps search engines away from this answer.
fn no_robots() {
    if let Some(response) = use_context::<ResponseOptions>() {
        let name = HeaderName::from_static("x-robots-tag");
        response.insert_header(name, HeaderValue::from_static("noindex"));
    }
}

/// Pages without the frame: sign-in, set-up, reconnect, results.
#[component]
pub fn PublicLayout(
    /// The page in a few words, for the title of the window.
    #[prop(into)]
    title: String,
    /// The vendor's name in place of Mooring's mark.
    #[prop(optional, into)]
    brand: OptionalText,
    /// Whether the page holds islands.
    #[prop(optional)]
    islands: bool,
    /// A wider card, for pages with more to read.
    #[prop(optional)]
    wide: bool,
    /// Keeps search engines away.
    #[prop(optional)]
    noindex: bool,
    /// A line beneath the card.
    #[prop(optional)]
    footer: Option<AnyView>,
    children: Children,
) -> AnyView {
    let named = brand.0.clone().unwrap_or_else(|| "Mooring".into());
    if noindex {
        // By header as well: not everybody who fetches a page reads it.
        no_robots();
    }
    view! {
        <Title text=escaped(&format!("{title} · {named}"))/>
        {noindex.then(|| view! { <Meta name="robots" content="noindex"/> })}
        {scripts(islands)}
        <div class="solo" data-wide=wide>
            <header class="brand">
                {match brand.0 {
                    Some(name) => name.into_any(),
                    None => view! { <Brand/> }.into_any(),
                }}
            </header>
            <main class="sheet" id="main">
                {children()}
            </main>
            {footer.map(|footer| view! { <footer>{footer}</footer> })}
        </div>
        <Sprite/>
    }
    .into_any()
}
