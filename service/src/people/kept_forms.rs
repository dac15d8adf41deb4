//! The content of a form whose session had ended, kept during the sign-in:
//! sealed, in a cookie of the browser that sent it. Nothing of it is stored
//! here, so requests without a sign-in can't fill the database.

use crate::{
    core::{error::InternalError, services::Services},
    vault::BriefPurpose,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::time::Span;
use secrecy::{ExposeSecret, SecretString};

/// How long the content is kept.
pub const KEPT_FOR: Span = Span::minutes(15);

/// The longest text that is kept, in bytes. Sealed and encoded it is a third
/// longer plus 100 bytes, and fits into a cookie beside the others.
pub const LONGEST: usize = 2_000;

/// Seals a text for a cookie.
///
/// # Errors
/// If the database failed.
pub async fn seal(services: &Services, text: &str) -> Result<SecretString, InternalError> {
    let vault = services.vault();
    let sealed = vault.seal_briefly(services, BriefPurpose::FormDraft, &[], text.as_bytes());
    Ok(SecretString::from(
        BASE64_URL_SAFE_NO_PAD.encode(sealed.await?),
    ))
}

/// The text in a cookie; `None` if Mooring didn't seal it.
///
/// # Errors
/// If the database failed.
pub async fn open(
    services: &Services,
    cookie: &SecretString,
) -> Result<Option<SecretString>, InternalError> {
    let Ok(sealed) = BASE64_URL_SAFE_NO_PAD.decode(cookie.expose_secret()) else {
        return Ok(None);
    };
    let vault = services.vault();
    let opened = vault.open_briefly(services, BriefPurpose::FormDraft, &[], &sealed);
    Ok(opened
        .await?
        .and_then(|plain| std::str::from_utf8(&plain).map(SecretString::from).ok()))
}
