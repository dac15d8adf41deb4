//! Makes signed-in pages quicker to use: dialogs, keys, the palette, one open menu, forms
//! that stay on their page, times that tick. Everything has a way without script.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
mod choosing;
#[cfg(feature = "hydrate")]
mod copying;
#[cfg(feature = "hydrate")]
mod dialogs;
#[cfg(feature = "hydrate")]
mod drafts;
#[cfg(feature = "hydrate")]
mod fields;
#[cfg(feature = "hydrate")]
mod forms;
#[cfg(feature = "hydrate")]
mod keys;
#[cfg(feature = "hydrate")]
mod menus;
#[cfg(feature = "hydrate")]
mod palette;
#[cfg(feature = "hydrate")]
mod preview;
#[cfg(feature = "hydrate")]
mod times;
#[cfg(feature = "hydrate")]
mod unsaved;

/// Begins all of it. It is once on a page and shows nothing but what screen readers are told.
#[island]
pub fn Enhance(
    /// When the page was made, in milliseconds since 1970: the browser's clock may be wrong.
    now: f64,
    /// The address of the search, for the palette; empty where there is none.
    search: String,
    /// Whether single letters are keys (WCAG 2.1.4).
    letters: bool,
    /// For whom drafts of long forms are kept in this browser; empty if for nobody.
    drafts: String,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    {
        menus::begin();
        copying::begin();
        choosing::begin();
        dialogs::begin();
        preview::begin();
        unsaved::begin();
        drafts::begin(drafts);
        forms::begin();
        keys::begin(letters);
        palette::begin(search);
        times::begin(now);
        super::browser::mark_live();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (now, search, letters, drafts);
    view! { <span class="sr" aria-live="polite" id="said"></span> }
}
