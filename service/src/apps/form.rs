//! The form of an app, filled in by a person or a backend, and its checks.

use crate::{
    core::error::{FieldError, Forbidden, InternalError},
    records::app::App,
};
use domain::{basic_encoding::BasicEncoding, scope::ScopeSet, slug::Slug};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// An app's form as it was typed. Field names: `name`, `slug`, `client_id`,
/// `client_secret`, `scopes`, `after_install_url`, `basic_encoding`, `pkce`.
#[derive(Debug, Default)]
pub struct AppForm {
    /// For people; 1 to 60 characters.
    pub name: String,
    /// For URLs; made from the name if left out. Can't be changed later.
    pub slug: Option<String>,
    /// From Gorgias' partners' portal.
    pub client_id: String,
    /// From Gorgias' partners' portal; when editing, `None` keeps the old one.
    pub client_secret: Option<SecretString>,
    /// The scopes to request.
    pub scopes: Vec<String>,
    /// The app's own address, https.
    pub after_install_url: Option<String>,
    /// `raw` (the default) or `form`.
    pub basic_encoding: Option<String>,
    /// Whether to use PKCE.
    pub pkce: bool,
}

impl From<App> for AppForm {
    /// The form as it would be typed to leave the app as it is.
    fn from(app: App) -> Self {
        Self {
            name: app.name,
            slug: None,
            client_id: app.client_id,
            client_secret: None,
            scopes: vec![app.requested.to_string()],
            after_install_url: app.after_install_url,
            basic_encoding: Some(app.basic_encoding.code().to_owned()),
            pkce: app.pkce,
        }
    }
}

/// A form that passed its checks.
pub(crate) struct Checked {
    pub name: String,
    pub slug: Slug,
    pub client_id: String,
    pub client_secret: Option<SecretString>,
    pub scopes: ScopeSet,
    pub after_install_url: Option<String>,
    pub basic_encoding: BasicEncoding,
    pub pkce: bool,
}

/// Why an app was not stored.
#[derive(Debug, thiserror::Error)]
pub enum AppFormError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such app.
    #[error("there is no such app")]
    NotFound,
    /// The form can't be stored; each entry names its field.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for AppFormError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// `/apps/new` is the page where apps are added.
const RESERVED: &str = "new";

/// Visible ASCII only: these characters are safe in HTTP Basic authentication.
pub(super) fn is_credential(text: &str) -> bool {
    (1..=500).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

impl AppForm {
    /// Checks all fields, so that a person sees all mistakes together.
    ///
    /// # Errors
    /// One entry for each field that can't be stored.
    pub(crate) fn check(&self, existing: Option<&Slug>) -> Result<Checked, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut bad = |field: &'static str, message: &str| {
            errors.push(FieldError::new(field, message));
        };
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
            bad(
                "name",
                "Give the app a name of 1 to 60 characters, such as “Returns”.",
            );
        }
        let typed = self
            .slug
            .as_deref()
            .map(str::trim)
            .filter(|s| !s.is_empty());
        let slug = match (existing, typed) {
            (Some(slug), _) => Some(slug.clone()),
            (None, Some(typed)) => typed
                .parse()
                .map_err(|e: domain::slug::SlugError| bad("slug", &e.to_string()))
                .ok(),
            (None, None) => {
                let made = Slug::suggest(name);
                if made.is_none() && !name.is_empty() {
                    bad(
                        "slug",
                        "Give a short name for addresses; none could be made from the name.",
                    );
                }
                made
            }
        };
        if existing.is_none() && slug.as_ref().is_some_and(|slug| slug.as_str() == RESERVED) {
            bad(
                "slug",
                "“new” is an address of Mooring's own; give the app another short name.",
            );
        }
        let client_id = self.client_id.trim();
        if !is_credential(client_id) || client_id.contains(':') {
            bad(
                "client_id",
                "Paste the client ID from Gorgias' partners' portal; it has no blanks and no colon.",
            );
        }
        let secret = self
            .client_secret
            .as_ref()
            .map(|s| s.expose_secret().trim())
            .filter(|s| !s.is_empty());
        match secret {
            Some(secret) if !is_credential(secret) => {
                bad(
                    "client_secret",
                    "Paste the client secret from Gorgias' partners' portal; it has no blanks.",
                );
            }
            None if existing.is_none() => {
                bad(
                    "client_secret",
                    "Paste the client secret from Gorgias' partners' portal.",
                );
            }
            _ => (),
        }
        let scopes = self
            .scopes
            .join(" ")
            .parse::<ScopeSet>()
            .map_err(|e| bad("scopes", &format!("{e}.")))
            .unwrap_or_default();
        if scopes.is_empty() && !self.scopes.iter().any(|s| !s.trim().is_empty()) {
            bad(
                "scopes",
                "Choose at least one scope; without any, Gorgias grants nothing.",
            );
        }
        let after = self
            .after_install_url
            .as_deref()
            .map(str::trim)
            .filter(|s| !s.is_empty());
        if let Some(after) = after
            && !Url::parse(after)
                .is_ok_and(|u| u.scheme() == "https" && u.has_host() && u.username().is_empty())
        {
            bad(
                "after_install_url",
                "Give a full address that begins with https://, or leave it empty.",
            );
        }
        let encoding = self
            .basic_encoding
            .as_deref()
            .unwrap_or("raw")
            .parse::<BasicEncoding>();
        if encoding.is_err() {
            bad("basic_encoding", "The encoding is either “raw” or “form”.");
        }
        match (slug, encoding) {
            (Some(slug), Ok(basic_encoding)) if errors.is_empty() => Ok(Checked {
                name: name.to_owned(),
                slug,
                client_id: client_id.to_owned(),
                client_secret: secret.map(SecretString::from),
                scopes,
                after_install_url: after.map(str::to_owned),
                basic_encoding,
                pkce: self.pkce,
            }),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn good() -> AppForm {
        AppForm {
            name: "Returns & Co".into(),
            client_id: "6123abc".into(),
            client_secret: Some(SecretString::from("s3cret")),
            scopes: vec!["openid".into(), "offline".into()],
            ..Default::default()
        }
    }

    fn fields(form: &AppForm) -> Vec<Cow<'static, str>> {
        form.check(None)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|e| e.field)
            .collect()
    }

    #[test]
    fn a_good_form_passes_and_gets_a_slug() {
        let checked = good().check(None).ok().unwrap();
        assert_eq!(checked.slug.as_str(), "returns-co");
        assert_eq!(checked.scopes.to_string(), "offline openid");
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let form = AppForm {
            after_install_url: Some("javascript:alert(1)".into()),
            basic_encoding: Some("rot13".into()),
            ..Default::default()
        };
        assert_eq!(
            fields(&form),
            [
                "name",
                "client_id",
                "client_secret",
                "scopes",
                "after_install_url",
                "basic_encoding"
            ]
        );
    }

    #[test]
    fn an_app_cannot_hide_behind_the_page_for_new_ones() {
        for (name, slug) in [("New", None), ("Other", Some("new".to_owned()))] {
            let form = AppForm {
                name: name.into(),
                slug,
                ..good()
            };
            assert_eq!(fields(&form), ["slug"]);
        }
    }

    #[test]
    fn odd_scopes_and_secrets_are_refused() {
        let scopes = AppForm {
            scopes: vec!["tick\"ets".into()],
            ..good()
        };
        assert_eq!(fields(&scopes), ["scopes"]);
        let secret = AppForm {
            client_secret: Some(SecretString::from("a b")),
            ..good()
        };
        assert_eq!(fields(&secret), ["client_secret"]);
    }

    #[test]
    fn editing_keeps_slug_and_secret() {
        let slug: Slug = "old".parse().unwrap();
        let form = AppForm {
            client_secret: None,
            slug: Some("new".into()),
            ..good()
        };
        let checked = form.check(Some(&slug)).ok().unwrap();
        assert_eq!(checked.slug, slug);
        assert!(checked.client_secret.is_none());
    }
}
