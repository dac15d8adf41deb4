//! The HTML of components and of whole pages, rendered natively.

mod gallery;
mod pages;
mod parts;
mod sample;

use leptos::prelude::*;

fn raw<V: IntoView + 'static>(view: impl FnOnce() -> V) -> String {
    Owner::new().with(|| {
        leptos_meta::provide_meta_context();
        view().into_view().to_html()
    })
}

/// The HTML of a view without the framework's markers, one tag on each line.
fn html<V: IntoView + 'static>(view: impl FnOnce() -> V) -> String {
    raw(view).replace("<!>", "").replace("><", ">\n<")
}
