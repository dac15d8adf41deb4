//! The words of a mail are shown as they are typed.

use super::fields;
use crate::islands::browser::{all_in, closest, on};
use web_sys::Element;

pub(super) fn begin() {
    on("input", |event| {
        let Some(words) = closest(&event, "textarea[name=message]") else {
            return;
        };
        let Ok(Some(form)) = words.closest("form") else {
            return;
        };
        for shown in all_in(&form, "[data-template]") {
            shown.set_text_content(Some(&filled_in(&fields::text(&words, "value"), &shown)));
        }
    });
}

/// The typed words, or those that the mail has without them.
fn filled_in(typed: &str, shown: &Element) -> String {
    let of = |name: &str| shown.get_attribute(name).unwrap_or_default();
    let words = match typed.trim() {
        "" => of("data-template"),
        typed => typed.to_owned(),
    };
    words
        .replace("{app}", &of("data-app"))
        .replace("{subdomain}", &of("data-subdomain"))
        .replace("{sender}", &of("data-sender"))
}
