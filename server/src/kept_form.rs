//! A form whose session ended before it was sent: why the sign-in is asked for, and
//! the typed values, kept in a sealed cookie until the same person is back on the
//! form.

use crate::{cookies, failure::Failure, form::Form};
use app::form_state::{FormState, Kept};
use axum::http::HeaderValue;
use domain::{ids::PersonId, time::Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use service::{
    Services,
    people::{
        form_results::FormKey,
        kept_forms::{self, KEPT_FOR, LONGEST},
    },
};

/// The content of the cookie.
#[derive(Serialize, Deserialize)]
pub struct KeptForm {
    /// The path of the form's page.
    page: String,
    /// Which form of the page it was.
    action: String,
    /// For whom the form was made; empty if the form doesn't say.
    made_for: String,
    /// The typed values, without secrets.
    values: Vec<(String, String)>,
    /// The values were too long to be kept.
    too_long: bool,
    until: Timestamp,
}

impl KeptForm {
    /// For a page that was asked for after its session had ended.
    pub fn page(services: &Services, page: &str) -> Self {
        Self {
            page: page.to_owned(),
            action: String::new(),
            made_for: String::new(),
            values: Vec::new(),
            too_long: false,
            until: services.expiry_now().plus(KEPT_FOR),
        }
    }

    /// For a form that was sent after its session had ended. The typed values are
    /// kept only if the form says for whom it was made.
    pub fn form(
        services: &Services,
        page: &str,
        form: &Form,
        made_for: &str,
        values: Vec<(String, String)>,
    ) -> Self {
        let whose = FormKey::is_in_form(made_for) && form.is_kept;
        let made_for = if whose { made_for } else { "" };
        let mut kept = Self {
            action: form.action.to_owned(),
            made_for: made_for.to_owned(),
            values: if whose { values } else { Vec::new() },
            ..Self::page(services, page)
        };
        if !kept.fits() {
            kept.values.clear();
            kept.too_long = whose;
        }
        kept
    }

    /// Whether it fits in a cookie. This measures the JSON, since characters such
    /// as quotation marks take twice the room there.
    fn fits(&self) -> bool {
        serde_json::to_string(self).is_ok_and(|text| text.len() <= LONGEST)
    }

    /// The cookie that keeps it; `None` if the page's address alone is too long.
    ///
    /// # Errors
    /// If it couldn't be sealed.
    pub async fn cookie(&self, services: &Services) -> Result<Option<HeaderValue>, Failure> {
        if !self.fits() {
            return Ok(None);
        }
        let text = serde_json::to_string(self).map_err(Failure::Outcome)?;
        let sealed = kept_forms::seal(services, &text).await?;
        Ok(cookies::kept_form(&sealed, &services.config))
    }

    /// Opens the cookie; `None` if it has expired.
    ///
    /// # Errors
    /// If it couldn't be opened because of a failure.
    pub async fn open(services: &Services, cookie: &SecretString) -> Result<Option<Self>, Failure> {
        let opened = kept_forms::open(services, cookie).await?;
        Ok(opened
            .and_then(|text| serde_json::from_str::<Self>(text.expose_secret()).ok())
            .filter(|kept| kept.until > services.expiry_now()))
    }

    /// What the sign-in page says about it.
    pub fn told(&self) -> Kept {
        match (self.too_long, self.values.is_empty()) {
            (true, _) => Kept::TooLong,
            (false, false) => Kept::Typed,
            (false, true) => Kept::Nothing,
        }
    }

    /// Whether it may be shown to this person.
    pub fn is_of(&self, person: PersonId) -> bool {
        FormKey::made_for(&self.made_for, person)
    }

    /// The typed values, if the form is one of `forms`, on this page, and was made
    /// for this person.
    pub fn restored(self, forms: &[Form], page: &str, person: PersonId) -> Option<FormState> {
        let form = forms.iter().find(|form| form.action == self.action)?;
        if self.page != page || self.values.is_empty() || !self.is_of(person) {
            return None;
        }
        let fields = form.fields;
        let values = self.values.into_iter();
        Some(FormState {
            action: form.action,
            values: values
                .filter(|(name, _)| fields.contains(&name.as_str()))
                .collect(),
            restored: true,
            ..FormState::default()
        })
    }
}
