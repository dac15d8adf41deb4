//! A QR code, drawn without script and without inline styles.

use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode as Code};

/// Light modules around the code, as readers want them (ISO/IEC 18004 6.3.8).
const QUIET: usize = 4;

/// A code of the text; nothing if the text is too long for one. It is dark on light
/// whatever the theme, since many readers know no other.
#[component]
pub fn QrCode(
    /// What is read from it.
    #[prop(into)]
    text: String,
    /// What it is, for screen readers.
    #[prop(into)]
    label: String,
) -> Option<AnyView> {
    let code = Code::with_error_correction_level(text, EcLevel::M).ok()?;
    let (path, side) = drawing(&code);
    let view = view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=label shape-rendering="crispEdges">
            <rect width=side.to_string() height=side.to_string() fill="white"/>
            <path d=path fill="black"/>
        </svg>
    };
    Some(view.into_any())
}

/// A square for each dark module, and the length of a side.
fn drawing(code: &Code) -> (String, usize) {
    let width = code.width();
    let colors = code.to_colors();
    let dark = colors
        .iter()
        .enumerate()
        .filter(|(_, c)| **c == Color::Dark);
    let path = dark.map(|(at, _)| {
        let (x, y) = (at % width + QUIET, at / width + QUIET);
        format!("M{x} {y}h1v1h-1z")
    });
    (path.collect(), width + 2 * QUIET)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_drawn_with_light_around_them() {
        let code = Code::with_error_correction_level("mooring", EcLevel::M).unwrap();
        let (path, side) = drawing(&code);
        assert_eq!(side, 21 + 8, "the smallest code");
        // The corner of the first finder pattern.
        assert!(path.starts_with("M4 4h1v1h-1zM5 4h1v1h-1z"), "{path}");
        assert!(!path.contains("M4 11h1"), "light beneath the pattern");
        let dark = code.to_colors().into_iter().filter(|c| *c == Color::Dark);
        assert_eq!(path.matches('M').count(), dark.count());
    }
}
