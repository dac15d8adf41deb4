//! A button that copies the value beside it.

use leptos::prelude::*;

/// Copies the value of the input with the id `of`. If the browser doesn't allow
/// that, it selects the value, so that the person can copy it with the keyboard.
#[island]
pub fn Copy(
    /// The id of the input.
    of: String,
    /// What is copied, for screen readers only: "App URL".
    what: String,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let press = move |_| {
        #[cfg(feature = "hydrate")]
        super::browser::copy(&of, copied);
        #[cfg(not(feature = "hydrate"))]
        let _ = &of;
    };
    #[cfg(feature = "hydrate")]
    super::browser::mark_live();
    view! {
        <button type="button" class="button" data-copy=true on:click=press>
            <svg class="icon" aria-hidden="true">
                <use href="#i-copy"></use>
            </svg>
            {move || if copied.get() { "Copied" } else { "Copy" }}
            <span class="sr">{format!(" {what}")}</span>
        </button>
        <span class="sr" role="status">
            {move || if copied.get() { "Copied" } else { "" }}
        </span>
    }
}
