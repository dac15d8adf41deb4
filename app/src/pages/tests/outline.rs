//! A page as plain text: texts, links, forms.

use leptos::prelude::*;

pub(super) fn html(view: impl FnOnce() -> AnyView) -> String {
    Owner::new().with(|| {
        leptos_meta::provide_meta_context();
        view().to_html()
    })
}

/// The value of an attribute in a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag.get(from..)?.split('"').next()
}

/// One line for each text, link, form and field, with its address.
pub(super) fn outline(html: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for piece in html.replace("<!>", "").split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let name = tag.split(' ').next().unwrap_or_default();
        let get = |of: &str| attribute(tag, of).unwrap_or_default();
        let mark = match name {
            "h1" | "h2" | "h3" => format!("{}: ", name.to_uppercase()),
            "a" => format!("[{}] ", get("href")),
            "button" => format!("[button {}] ", get("formaction")),
            "form" => format!(
                "FORM {} {}",
                attribute(tag, "method").unwrap_or("get"),
                get("action")
            ),
            "input" | "select" | "textarea" => {
                let ticked = if tag.contains(" checked") {
                    " ticked"
                } else {
                    ""
                };
                format!(
                    "{name} {} {}={:?}{ticked}",
                    get("type"),
                    get("name"),
                    get("value")
                )
            }
            _ => String::new(),
        };
        let line = format!("{mark}{}", text.trim());
        if !line.trim().is_empty() {
            lines.push(line.trim().to_owned());
        }
    }
    lines.join("\n")
}
