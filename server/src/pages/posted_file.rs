//! Reads a form with one file. Nothing of it is kept but its bytes: not its name, not
//! what it says to be.

use super::posted_form::{NoFields, PostedForm, UNKNOWN_FIELD};
use crate::{
    middleware::explanation::Explanation,
    pages::{Answered, Posted},
    state::AppState,
    visitor::Visitor,
};
use app::{accounts_import, components::FORM_KEY};
use axum::{
    extract::{FromRequest, FromRequestParts, Multipart, Request, multipart::MultipartError},
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};
use http_body_util::LengthLimitError;
use secrecy::SecretString;
use std::{error::Error, sync::Mutex};

/// A form that was posted, and the bytes of its file: none if no file was chosen.
pub struct PostedFile(pub Posted, pub Vec<u8>);

/// The names that a file has in forms.
const FILES: [&str; 2] = ["logo", accounts_import::FILE];
/// The other fields of such forms.
const FIELDS: [&str; 2] = [accounts_import::TEXT, accounts_import::STEP];

impl FromRequest<AppState> for PostedFile {
    type Rejection = Answered;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Answered> {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            // A form without a file, or of another kind.
            let PostedForm(posted, NoFields {}) = PostedForm::from_request(request, state).await?;
            return Ok(Self(posted, Vec::new()));
        }
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts.clone(), body);
        let mut fields = Multipart::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let (mut key, mut file, mut sent) = (None, None, Vec::new());
        while let Some(field) = fields.next_field().await.map_err(unreadable)? {
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(unreadable)?;
            match name.as_str() {
                FORM_KEY if key.is_none() => {
                    key = Some(String::from_utf8_lossy(&bytes).into_owned());
                }
                name if file.is_none() && FILES.contains(&name) => file = Some(bytes.to_vec()),
                name if FIELDS.contains(&name) => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    sent.push((name.to_owned(), SecretString::from(text)));
                }
                _ => {
                    return Err(UNKNOWN_FIELD
                        .response(StatusCode::UNPROCESSABLE_ENTITY)
                        .into());
                }
            }
        }
        let posted = Posted {
            visitor,
            parts,
            key: key.unwrap_or_default(),
            sent,
            claimed: Mutex::default(),
        };
        Ok(Self(posted, file.unwrap_or_default()))
    }
}

/// The body is no such form, or it is larger than any body may be.
fn unreadable(error: MultipartError) -> Answered {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(error) = cause.filter(|cause| !cause.is::<LengthLimitError>()) {
        cause = error.source();
    }
    if cause.is_some() {
        return TOO_LARGE.response(StatusCode::PAYLOAD_TOO_LARGE).into();
    }
    BROKEN.response(StatusCode::BAD_REQUEST).into()
}

const TOO_LARGE: Explanation = Explanation {
    code: "file_too_large",
    title: "This file is too large",
    explanation: "A logo may have 200 kB, and a file of customers 1 MB. Nothing was changed.",
    remedy: "Go back, save the picture smaller or send the lines in parts, and choose the file again.",
};

const BROKEN: Explanation = Explanation {
    code: "broken_form",
    title: "This form can’t be read",
    explanation: "It did not arrive whole, or it is not what a browser sends. Nothing was changed.",
    remedy: "Go back, load the page anew, and choose the file again.",
};
