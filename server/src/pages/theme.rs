//! `/theme`: the theme of pages, kept in a cookie.

use crate::{
    cookies,
    own_path::own_path,
    pages::{Answered, Form, PostedForm},
    redirect::see_other,
};
use app::components::Theme;
use axum::{
    http::header::{REFERER, SET_COOKIE},
    response::Response,
};
use serde::Deserialize;
use service::core::input::{Errors, Field, Input};

const FORM: Form = Form::new("theme", &[]);

/// The fields of the form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    theme: Field<String>,
    back: Field<String>,
}

/// The parsed fields.
pub struct Chosen {
    theme: String,
    /// The page to go back to.
    back: Option<String>,
}

impl Input for Fields {
    type Parsed = Chosen;

    fn parse(self, errors: &mut Errors) -> Option<Chosen> {
        Some(Chosen {
            theme: errors.text("theme", self.theme),
            back: errors.optional("back", self.back),
        })
    }
}

/// Sets the cookie and redirects back to the page.
pub async fn choose(PostedForm(posted, fields): PostedForm<Fields>) -> Result<Response, Answered> {
    let chosen = posted.parse(fields, "/", &FORM).await?;
    let config = &posted.visitor.state.services.config;
    let theme = Theme::from_code(&chosen.theme);
    let referer = posted
        .parts
        .headers
        .get(REFERER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix(config.public_url.as_str()))
        .unwrap_or_default();
    let back = chosen.back.as_deref().unwrap_or(referer);
    let mut response = see_other(own_path(back));
    if let Some(cookie) = cookies::theme(theme.code(), config) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
