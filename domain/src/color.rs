//! Colours of a brand, and whether text in them can be read.

use std::{fmt, str::FromStr};

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color([u8; 3]);

/// The text is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written as # and six digits of 0–9 and a–f, for example #2b3fa0")]
pub struct NotAColor;

/// The least contrast of text (WCAG 2.2, 1.4.3).
pub const LEAST_CONTRAST: f64 = 4.5;

/// The look of a page: what is behind text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Dark text on light.
    Light,
    /// Light text on dark.
    Dark,
}

impl Look {
    /// The colours behind text, as `style/tokens.css` has them: canvas and surface.
    pub const fn surfaces(self) -> [Color; 2] {
        match self {
            Self::Light => [Color([0xf4, 0xf6, 0xf6]), Color([0xff, 0xff, 0xff])],
            Self::Dark => [Color([0x0b, 0x0e, 0x0f]), Color([0x12, 0x16, 0x17])],
        }
    }
}

impl Color {
    /// White.
    pub const WHITE: Self = Self([0xff; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// Contrast with another colour, from 1 to 21 (WCAG 2.2, “contrast ratio”).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Its contrast as text on pages of this look, where it is least.
    pub fn contrast_on(self, look: Look) -> f64 {
        let on = look.surfaces().map(|surface| self.contrast(surface));
        on.into_iter().fold(f64::MAX, f64::min)
    }

    /// White or black, whichever can be read on this colour. One of them always can:
    /// the product of both contrasts is 21.
    pub fn text(self) -> Self {
        if self.contrast(Self::WHITE) >= LEAST_CONTRAST {
            Self::WHITE
        } else {
            Self::BLACK
        }
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|value| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }
}

/// A contrast for people, never better than it is: `4.4:1`.
pub fn ratio(contrast: f64) -> String {
    format!("{:.1}:1", (contrast * 10.0).floor() / 10.0)
}

impl FromStr for Color {
    type Err = NotAColor;

    fn from_str(text: &str) -> Result<Self, NotAColor> {
        let digits = text.strip_prefix('#').ok_or(NotAColor)?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NotAColor);
        }
        let part = |at| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| NotAColor);
        Ok(Self([part(0)?, part(2)?, part(4)?]))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        text.parse().unwrap()
    }

    #[test]
    fn colours_are_six_digits_and_nothing_else() {
        assert_eq!(color("#2B3fa0").to_string(), "#2b3fa0");
        for bad in [
            "",
            "#",
            "2b3fa0",
            "#2b3",
            "#2b3fa0;",
            "#2b3fa00",
            "red",
            "#2b3f\u{e9}",
            "#+b3fa0",
            "url(//evil)",
            "#ü3fa0",
        ] {
            assert_eq!(bad.parse::<Color>(), Err(NotAColor), "{bad}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        let near = |one: f64, two: f64| (one - two).abs() < 0.01;
        assert!(near(Color::WHITE.contrast(Color::BLACK), 21.0));
        assert!(near(Color::WHITE.contrast(Color::WHITE), 1.0));
        // The best known pair at the limit.
        assert!(near(color("#767676").contrast(Color::WHITE), 4.54));
        assert!(near(color("#777777").contrast(Color::WHITE), 4.48));
        assert_eq!(ratio(4.48), "4.4:1", "4.5 would be too good");
        assert!(color("#2b3fa0").contrast_on(Look::Light) > 8.0);
        assert!(color("#2b3fa0").contrast_on(Look::Dark) < LEAST_CONTRAST);
    }

    #[test]
    fn text_on_a_colour_can_be_read_whichever_it_is() {
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    let color = Color([r, g, b]);
                    assert!(color.contrast(color.text()) >= LEAST_CONTRAST, "{color}");
                }
            }
        }
    }
}
