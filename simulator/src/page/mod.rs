//! What the HTML pages share: the document around them, and text that can't become markup.

use std::fmt::Write as _;

/// The colours, sizes and plain elements of Mooring's own pages, so that both look alike.
const TOKENS: &str = include_str!("../../../style/tokens.css");
const BASE: &str = include_str!("../../../style/base.css");
/// What these pages draw with them.
const STYLE: &str = include_str!("style.css");

/// A page of the simulated Gorgias, which customers see: narrow, without navigation.
pub(crate) fn document(title: &str, body: &str) -> String {
    html(
        title,
        &format!("<main class=\"solo\"><div class=\"sheet\">\n{body}\n</div></main>"),
    )
}

/// A page for whoever runs the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Panel,
    Mailbox,
}

impl Place {
    const fn address(self) -> &'static str {
        match self {
            Self::Panel => "/panel",
            Self::Mailbox => "/mailbox",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Panel => "Panel",
            Self::Mailbox => "Mailbox",
        }
    }
}

/// A page with the navigation between the panel and the mailbox, if there is one.
pub(crate) fn with_navigation(mailbox: bool, here: Place, title: &str, body: &str) -> String {
    let mut places = vec![Place::Panel];
    if mailbox {
        places.push(Place::Mailbox);
    }
    let mut links = String::new();
    for place in places {
        let current = if place == here {
            " aria-current=\"page\""
        } else {
            ""
        };
        let _ = write!(
            links,
            r#"<a class="button" data-kind="quiet" href="{}"{current}>{}</a>"#,
            place.address(),
            place.label(),
        );
    }
    html(
        title,
        &format!(
            r#"<header class="top"><span class="brand">{FLASK}Gorgias simulator</span>
<nav aria-label="Simulator">{links}</nav>
<span class="sub">Nothing leaves this machine</span></header>
<main class="main">
{body}
</main>"#
        ),
    )
}

/// A flask.
const FLASK: &str = r#"<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M6 1.8h4M6.8 1.8v4.4l-3.9 6.3a1 1 0 0 0 .9 1.6h8.4a1 1 0 0 0 .9-1.6L9.2 6.2V1.8M5 10h6"/></svg>"#;

fn html(title: &str, body: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{} · Gorgias simulator</title>
<link rel="icon" href="data:,">
<style>
{TOKENS}{BASE}{STYLE}</style>
</head>
<body>
{body}
</body>
</html>
"#,
        escaped(title)
    )
}

/// The text with the signs of HTML replaced.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A count with its noun.
pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
