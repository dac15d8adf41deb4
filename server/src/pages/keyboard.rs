//! `/keyboard`: whether single letters are keys, kept in a cookie.

use crate::{
    cookies,
    own_path::own_path,
    pages::{Answered, Form, PostedForm},
    redirect::see_other,
};
use app::{address::Address, components::Letters};
use axum::{http::header::SET_COOKIE, response::Response};
use serde::Deserialize;
use service::core::input::{Errors, Field, Input};

const FORM: Form = Form::new("keyboard", &[]);

/// The fields of the form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    letters: Field<String>,
    back: Field<String>,
}

/// The parsed fields.
pub struct Chosen {
    letters: Letters,
    /// The page to go back to.
    back: Option<String>,
}

impl Input for Fields {
    type Parsed = Chosen;

    fn parse(self, errors: &mut Errors) -> Option<Chosen> {
        let letters = errors.text("letters", self.letters);
        Some(Chosen {
            letters: Letters::from_code(&letters),
            back: errors.optional("back", self.back),
        })
    }
}

/// Sets the cookie and redirects back to the page.
pub async fn choose(PostedForm(posted, fields): PostedForm<Fields>) -> Result<Response, Answered> {
    let page = Address::Keyboard.to_string();
    let chosen = posted.parse(fields, &page, &FORM).await?;
    let back = chosen.back.as_deref().unwrap_or(&page);
    let mut response = see_other(own_path(back));
    let config = &posted.visitor.state.services.config;
    if let Some(cookie) = cookies::letters(chosen.letters, config) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
