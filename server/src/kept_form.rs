//! A form that outlived its session: why the sign-in is asked for, and what was
//! typed, kept in a sealed cookie until the same person is back on the form.

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

/// What the cookie holds.
#[derive(Serialize, Deserialize)]
pub struct KeptForm {
    /// The path of the form's page.
    page: String,
    /// Which form of the page it was.
    action: String,
    /// For whom the form was made, as the form says it; empty if it doesn't say.
    made_for: String,
    /// What was typed, but secrets.
    values: Vec<(String, String)>,
    /// It was more than can be kept.
    too_long: bool,
    until: Timestamp,
}

impl KeptForm {
    /// A page that was asked for after its session had ended.
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

    /// A form that was sent after its session had ended. What was typed is kept
    /// only if the form says for whom it was made.
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

    /// Whether it can be kept in a cookie: as it will stand there, since
    /// quotation marks and the like take twice the room.
    fn fits(&self) -> bool {
        serde_json::to_string(self).is_ok_and(|text| text.len() <= LONGEST)
    }

    /// As the cookie that keeps it; `None` if not even the page's address fits.
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

    /// What the cookie keeps, as long as its time isn't over.
    ///
    /// # Errors
    /// If it couldn't be found out.
    pub async fn open(services: &Services, cookie: &SecretString) -> Result<Option<Self>, Failure> {
        let opened = kept_forms::open(services, cookie).await?;
        Ok(opened
            .and_then(|text| serde_json::from_str::<Self>(text.expose_secret()).ok())
            .filter(|kept| kept.until > services.expiry_now()))
    }

    /// What the sign-in says of it.
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

    /// The form as it was sent, for its page and the person who typed it, if it
    /// is one of these.
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
