//! The HTML document, and the two layouts of pages.

use crate::{
    address::Address,
    components::{Brand, FormKeys, Frame, Letters, Nav, Sprite, Theme, TopBar},
    islands::Enhance,
    language::{Languages, sentences},
};
use axum::http::{HeaderName, HeaderValue};
use domain::time::Timestamp;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::{HashedStylesheet, Meta, MetaTags, Stylesheet, Title};
use service::{TenantBrand, people::form_results::drafts_of};

/// The theme of this request.
fn theme() -> Theme {
    use_context::<Theme>().unwrap_or_default()
}

/// The document around `body`. Layouts get the options from the context.
pub fn document(options: LeptosOptions, body: impl IntoView) -> impl IntoView {
    provide_context(options.clone());
    // Only islands are hydrated, so Leptos must not write the page's loaded data
    // into the page for the browser.
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

/// Leptos writes the title's text unescaped, and titles hold names; a `</title>` in
/// a name must not end the title.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The scripts that hydrate islands. Pages without islands load no script.
fn scripts(islands: bool) -> Option<impl IntoView> {
    islands.then(|| {
        let options = use_context::<LeptosOptions>();
        options.map(|options| view! { <HydrationScripts options islands=true/> })
    })
}

/// The layout of signed-in pages: top bar, navigation, page.
#[component]
pub fn SignedInLayout(
    /// The data of the frame.
    frame: Frame,
    /// The page's name, for the window's title.
    #[prop(into)]
    title: String,
    /// For pages with one wide table.
    #[prop(optional)]
    wide: bool,
    /// Loads no script, for a page that shows a secret.
    #[prop(optional)]
    no_script: bool,
    /// The island that keeps the page up to date; it is in the top bar.
    #[prop(optional)]
    live: Option<AnyView>,
    children: Children,
) -> AnyView {
    let frame = Frame {
        theme: theme(),
        ..frame
    };
    let beats = live.is_some();
    let search = Address::Search {
        tenant: &frame.tenant_slug,
    }
    .to_string();
    view! {
        <Title text=escaped(&format!("{title} · {} · Mooring", frame.tenant_name))/>
        {scripts(!no_script)}
        <a class="skip button" data-kind="primary" href="#main">
            "Skip to content"
        </a>
        <div class="shell">
            <TopBar frame=frame.clone() live/>
            <Nav frame=frame.clone() beats/>
            <main class="main" id="main" tabindex="-1">
                <div class="page" data-wide=wide>
                    {children()}
                </div>
            </main>
        </div>
        <Sprite/>
        {(!no_script).then(|| enhance(frame.now, search))}
    }
    .into_any()
}

/// The island that makes pages quicker to use.
fn enhance(now: Timestamp, search: String) -> AnyView {
    let letters = use_context::<Letters>().unwrap_or_default() == Letters::On;
    // Pages for nobody in particular keep nothing.
    let keys = use_context::<FormKeys>().filter(|_| !search.is_empty());
    let drafts = keys.map_or_else(String::new, |keys| drafts_of(keys.person));
    view! { <Enhance now=now.0 as f64 / 1_000.0 search letters drafts/> }.into_any()
}

/// Keeps search engines from indexing this answer.
fn no_robots() {
    if let Some(response) = use_context::<ResponseOptions>() {
        let name = HeaderName::from_static("x-robots-tag");
        response.insert_header(name, HeaderValue::from_static("noindex"));
    }
}

/// Whom to ask.
fn questions(contact: String) -> AnyView {
    view! {
        <p>{sentences().page.questions} " " <a href=format!("mailto:{contact}")>{contact.clone()}</a></p>
    }
    .into_any()
}

/// The colours of a brand, as a style sheet of their own: pages allow no inline style.
#[component]
pub fn BrandStyle(
    /// The brand.
    brand: TenantBrand,
) -> AnyView {
    let name = brand.file_name;
    name.map(|name| {
        let href = Address::BrandStyle { name: &name }.to_string();
        view! { <Stylesheet href/> }
    })
    .into_any()
}

/// The logo and the name of a brand.
#[component]
pub fn BrandName(
    /// The brand.
    brand: TenantBrand,
) -> AnyView {
    let logo = brand.file_name.filter(|_| brand.has_logo).map(|name| {
        let src = Address::BrandLogo { name: &name }.to_string();
        // The name beside it says what it shows.
        view! { <img src=src alt=""/> }
    });
    view! {
        {logo}
        <span>{brand.name}</span>
    }
    .into_any()
}

/// The layout of pages without the frame: sign-in, set-up, reconnect, results.
#[component]
pub fn PublicLayout(
    /// The page's name, for the window's title.
    #[prop(into)]
    title: String,
    /// The vendor's brand instead of Mooring's.
    #[prop(optional)]
    brand: Option<TenantBrand>,
    /// Whether the page holds islands.
    #[prop(optional)]
    islands: bool,
    /// A wider card, for pages with more to read.
    #[prop(optional)]
    wide: bool,
    /// Keeps search engines from indexing the page.
    #[prop(optional)]
    noindex: bool,
    /// A line below the card.
    #[prop(optional)]
    footer: Option<AnyView>,
    /// Whether the page is there in all languages of customers.
    #[prop(optional)]
    languages: bool,
    children: Children,
) -> AnyView {
    let brand = brand.as_ref();
    let named = brand.map_or("Mooring", |brand| &brand.name);
    let branded = brand.is_some_and(|brand| brand.file_name.is_some());
    let contact = brand.and_then(|brand| brand.contact.clone());
    if noindex {
        // As a header as well: not every client parses the page.
        no_robots();
    }
    view! {
        <Title text=escaped(&format!("{title} · {named}"))/>
        {noindex.then(|| view! { <Meta name="robots" content="noindex"/> })}
        {scripts(islands)}
        {brand.map(|brand| view! { <BrandStyle brand=brand.clone()/> })}
        <div class="solo" data-wide=wide data-brand=branded>
            <header class="brand">
                {match brand {
                    Some(brand) => view! { <BrandName brand=brand.clone()/> }.into_any(),
                    None => view! { <Brand/> }.into_any(),
                }}
            </header>
            <main class="sheet" id="main">
                {children()}
            </main>
            {(footer.is_some() || contact.is_some() || languages).then(|| view! {
                <footer>
                    {footer}
                    {contact.map(questions)}
                    {languages.then(|| view! { <Languages/> })}
                </footer>
            })}
        </div>
        <Sprite/>
        {islands.then(|| enhance(Timestamp::default(), String::new()))}
    }
    .into_any()
}
