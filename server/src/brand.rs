//! `/brand/{name}/…`: the style sheet and the logo of a tenant, for its customers.
//! Their name is new at each change, so browsers may keep them for good.

use crate::{failure::Failure, state::AppState};
use app::address::Address;
use axum::{
    Router,
    extract::{Path, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use domain::color::{Color, Look};
use service::tenants::settings::{self, BrandSettings};

const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Both files. No cookie is read for them.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(Address::BRAND_STYLE.0, get(style))
        .route(Address::BRAND_LOGO.0, get(logo))
}

async fn style(
    Path(name): Path<String>,
    State(state): State<AppState>,
) -> Result<Response, Failure> {
    let found = settings::file(&state.services, &name).await?;
    Ok(match found {
        Some(file) => kept("text/css; charset=utf-8", css(&file.settings).into_bytes()),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

async fn logo(
    Path(name): Path<String>,
    State(state): State<AppState>,
) -> Result<Response, Failure> {
    let found = settings::file(&state.services, &name).await?;
    Ok(match found.and_then(|file| file.logo) {
        Some((kind, bytes)) => kept(&kind, bytes),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

fn kept(kind: &str, bytes: Vec<u8>) -> Response {
    let Ok(kind) = HeaderValue::from_str(kind) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, FOR_GOOD)], bytes).into_response()
}

/// The tokens of `style/tokens.css` that the brand has its own colours for. A colour is
/// parsed before it comes here, so nothing else can.
fn css(brand: &BrandSettings) -> String {
    let light = brand.light.map(|color| (Look::Light, color));
    let dark = brand.dark.map(|color| (Look::Dark, color));
    let both = match (light, dark) {
        (Some(light), Some(dark)) => [light, dark],
        // One alone would leave the other look to Mooring's own: that has to stay whole.
        _ => return String::new(),
    };
    let [accent, on, hover] = [accent, on_accent, hover].map(|of| {
        let [light, dark] = both.map(|(_, color)| of(color));
        format!("light-dark({light}, {dark})")
    });
    format!(
        "[data-brand] {{ --accent: {accent}; --accent-fill: {accent}; --on-accent: {on}; --accent-hover: {hover}; }}\n"
    )
}

fn accent(color: Color) -> String {
    color.to_string()
}

fn on_accent(color: Color) -> String {
    color.text().to_string()
}

/// Further away from the text on it, so that it can be read as well.
fn hover(color: Color) -> String {
    let other = if color.text() == Color::WHITE {
        Color::BLACK
    } else {
        Color::WHITE
    };
    format!("color-mix(in srgb, {color} 85%, {other})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_has_the_colours_and_nothing_else() {
        let color = |text: &str| text.parse().ok();
        let brand = BrandSettings {
            light: color("#2b3fa0"),
            dark: color("#aab7ff"),
            contact: None,
        };
        assert_eq!(
            css(&brand),
            "[data-brand] { --accent: light-dark(#2b3fa0, #aab7ff); \
             --accent-fill: light-dark(#2b3fa0, #aab7ff); \
             --on-accent: light-dark(#ffffff, #000000); \
             --accent-hover: light-dark(color-mix(in srgb, #2b3fa0 85%, #000000), \
             color-mix(in srgb, #aab7ff 85%, #ffffff)); }\n"
        );
        assert_eq!(css(&BrandSettings::default()), "");
    }
}
