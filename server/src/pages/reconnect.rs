//! `/r/{token}`: the button behind a reconnect link, and the one that begins again.

use crate::{
    failure::Failure,
    oauth::to_gorgias,
    pages::{Form, Posted},
    redirect::see_other,
};
use app::address::Address;
use axum::{extract::Path, http::StatusCode, response::Response};
use domain::customer::Language;
use secrecy::SecretString;
use service::{
    connections::{
        authorize::{self, BeginError},
        links,
    },
    core::error::FieldError,
};
use url::form_urlencoded;

const FORM: Form = Form::new("reconnect", &[]);

/// Notes that a person sees the page: its script says so once the page is visible.
/// A request alone is no proof, since mail scanners, link previews and prefetching
/// browsers make one, too.
pub async fn opened(Path(token): Path<String>, posted: Posted) -> Result<StatusCode, Failure> {
    let services = &posted.visitor.state.services;
    links::mark_opened(services, &SecretString::from(token)).await?;
    // The answer is the same for links that can't be used, so that it doesn't tell
    // which links exist.
    Ok(StatusCode::NO_CONTENT)
}

/// Begins the authorization of the link. The state is made here and not when the
/// page is shown. Pressing the button counts as opening the link, too, for browsers
/// without scripts.
pub async fn continue_to_gorgias(
    Path(token): Path<String>,
    posted: Posted,
) -> Result<Response, Failure> {
    let services = &posted.visitor.state.services;
    let language = chosen_language(&posted);
    let page = in_language(posted.parts.uri.path(), language);
    let token = SecretString::from(token);
    links::mark_opened(services, &token).await?;
    let begun = authorize::begin_with_link(services, &token, language).await;
    Ok(match begun {
        Ok(begun) => to_gorgias(&posted.parts.headers, services, &begun),
        Err(BeginError::Internal(fault)) => return Err(fault.into()),
        Err(error) => {
            let errors = vec![FieldError::new("", error.to_string())];
            posted.rerender_with_errors(&page, &FORM, errors).await
        }
    })
}

/// Begins an authorization again that failed, with its link. The result's page is shown
/// again if the link can't be used any more.
pub async fn begin_again(
    Path((app, authorization)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Failure> {
    let services = &posted.visitor.state.services;
    let result = Address::Result {
        app: &app,
        authorization: &authorization,
    };
    let language = chosen_language(&posted);
    let page = in_language(&result.to_string(), language);
    let (Ok(app), Ok(authorization), Some(browser)) =
        (app.parse(), authorization.parse(), &posted.visitor.browser)
    else {
        return Ok(posted.not_found().await);
    };
    let begun = authorize::begin_again(services, app, authorization, browser, language).await;
    Ok(match begun {
        Ok(begun) => to_gorgias(&posted.parts.headers, services, &begun),
        Err(BeginError::Internal(fault)) => return Err(fault.into()),
        Err(BeginError::NotFound) => posted.not_found().await,
        Err(_) => see_other(&page),
    })
}

/// The language that the form's address names.
fn chosen_language(posted: &Posted) -> Option<Language> {
    let query = posted.parts.uri.query().unwrap_or_default();
    let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "lang");
    named.and_then(|(_, code)| code.parse().ok())
}

/// An address in the chosen language.
fn in_language(page: &str, language: Option<Language>) -> String {
    match language {
        Some(language) => format!("{page}?lang={}", language.code()),
        None => page.to_owned(),
    }
}
