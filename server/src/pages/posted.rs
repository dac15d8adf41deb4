//! A form that was posted, and the ways to answer it.

use crate::{
    middleware::text::CONTROLS,
    own_path::own_path,
    pages::{Answered, see_other},
    state::AppState,
    visitor::Visitor,
};
use app::form_state::{FormState, Notice};
use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderValue, Method, StatusCode, Uri, header::CONTENT_TYPE, request::Parts},
    response::{IntoResponse, Response},
};
use secrecy::{ExposeSecret, SecretString};
use service::{Actor, error::FieldError};

/// The fields of a form, with everything to render its page again. All values
/// are held as secrets, since some are.
pub struct Posted {
    /// Who posted it.
    pub visitor: Visitor,
    /// The request without its body.
    pub parts: Parts,
    fields: Vec<(String, SecretString)>,
}

impl FromRequest<AppState> for Posted {
    type Rejection = Answered;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Answered> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, state).await?;
        // A form of one button has no fields; who sends it without a browser gives it no type.
        parts
            .headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(
                "application/x-www-form-urlencoded",
            ));
        let request = Request::from_parts(parts.clone(), body);
        let Form(fields) = Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let fields: Option<Vec<_>> = fields
            .into_iter()
            .map(|(name, value)| {
                let value = SecretString::from(value);
                let line = single_line(value.expose_secret())?;
                Some((single_line(&name)?.to_owned(), SecretString::from(line)))
            })
            .collect();
        match fields {
            Some(fields) => Ok(Self {
                visitor,
                parts,
                fields,
            }),
            None => Err(CONTROLS.response(StatusCode::BAD_REQUEST).into()),
        }
    }
}

/// All fields of ours are single lines. What was pasted may have a tab or a
/// line break around it; any other control character is nobody's (security.md 87).
fn single_line(text: &str) -> Option<&str> {
    let text = text.trim_matches(['\t', '\r', '\n']);
    (!text.chars().any(char::is_control)).then_some(text)
}

impl Posted {
    /// The first value of that name, or nothing.
    pub fn text(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.expose_secret())
    }

    /// All values of that name: boxes repeat theirs.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.expose_secret())
    }

    /// A value that must not be shown again.
    pub fn secret(&self, name: &str) -> SecretString {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    }

    /// What was typed into these fields, to be shown again.
    pub fn values(&self, names: &[&str]) -> Vec<(String, String)> {
        self.fields
            .iter()
            .filter(|(key, _)| names.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.expose_secret().to_owned()))
            .collect()
    }

    /// The member of the tenant who posted it.
    ///
    /// # Errors
    /// The answer for everybody else.
    pub async fn member(&self, tenant: &str, page: &str) -> Result<Actor, Answered> {
        if self.visitor.person.is_none() {
            return Err(see_other(&format!("/signin?next={}", own_path(page))).into());
        }
        match self.visitor.actor(tenant).await? {
            Some(actor) => Ok(actor),
            None => Err(self.nothing_there().await.into()),
        }
    }

    /// The page again, with what was wrong.
    pub async fn again(
        &self,
        page: &str,
        action: &'static str,
        values: Vec<(String, String)>,
        errors: Vec<FieldError>,
    ) -> Response {
        let form = FormState {
            action,
            values,
            errors,
            ..FormState::default()
        };
        self.render(page, form).await
    }

    /// The page again, with something that is shown this once.
    pub async fn once(
        &self,
        page: &str,
        action: &'static str,
        values: Vec<(String, String)>,
        secret: SecretString,
        notice: &str,
    ) -> Response {
        let form = FormState {
            action,
            values,
            secret_once: Some(secret),
            notice: Some(Notice {
                good: true,
                text: notice.to_owned(),
            }),
            ..FormState::default()
        };
        self.render(page, form).await
    }

    /// The page again, saying that the role doesn't allow it.
    pub async fn forbidden(&self, page: &str, action: &'static str) -> Response {
        let message = sentence(&service::error::Forbidden.to_string());
        let errors = vec![FieldError::new("", message)];
        let mut response = self.again(page, action, Vec::new(), errors).await;
        *response.status_mut() = StatusCode::FORBIDDEN;
        response
    }

    /// The page for things that aren't there.
    pub async fn nothing_there(&self) -> Response {
        self.render("/nothing/there", FormState::default()).await
    }

    async fn render(&self, page: &str, form: FormState) -> Response {
        let mut parts = self.parts.clone();
        parts.method = Method::GET;
        parts.uri = page.parse().unwrap_or_else(|_| Uri::from_static("/"));
        let form = Some(form).filter(|form| !form.action.is_empty());
        app::render(parts, self.visitor.context(form)).await
    }
}

/// An error's message as a sentence: a capital first, a full stop last.
pub fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    let text = first.unwrap_or_default() + letters.as_str();
    if text.ends_with(['.', '?', '!']) {
        text
    } else {
        text + "."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_become_sentences() {
        assert_eq!(sentence("there is no such app"), "There is no such app.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), ".");
    }
}
