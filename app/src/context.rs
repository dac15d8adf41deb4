//! What a page is made from: the services, who asks, and the form that failed.

use crate::{
    components::Theme,
    form_outcome::ShownOutcome,
    form_state::{FormState, Kept},
    pages::PageError,
};
use domain::{error::AuthorizationProblem, slug::Slug};
use leptos::prelude::*;
use secrecy::SecretString;
use service::{
    Actor, Services,
    people::membership::{self, PersonSummary},
};

/// Everything that `server` knows about a request when it asks for a page.
#[derive(Clone)]
pub struct PageContext {
    /// The use cases.
    pub services: Services,
    /// Where script, wasm and style sheet are.
    pub options: LeptosOptions,
    /// Who is signed in.
    pub signed_in: Option<PersonSummary>,
    /// The secret in this browser's cookie, to which authorizations are bound.
    pub browser: Option<SecretString>,
    /// How the person wants pages to look.
    pub theme: Theme,
    /// The form that was posted and failed, if the page is its answer.
    pub form: Option<FormState>,
    /// What came of a form that was posted before this page.
    pub outcome: Option<ShownOutcome>,
    /// Why somebody whose session had ended is to sign in.
    pub kept: Option<Kept>,
    /// What went wrong, if the page stands in place of another.
    pub problem: Option<ProblemText>,
}

/// What the page of a problem says.
#[derive(Debug, Clone)]
pub struct ProblemText {
    /// What it is.
    pub title: String,
    /// Why it is so.
    pub explanation: String,
    /// What helps.
    pub remedy: String,
}

impl From<&AuthorizationProblem> for ProblemText {
    fn from(problem: &AuthorizationProblem) -> Self {
        Self {
            title: problem.title(),
            explanation: problem.explanation(),
            remedy: problem.remedy().to_owned(),
        }
    }
}

impl PageContext {
    /// The context of the page that is being rendered.
    ///
    /// # Errors
    /// [`PageError::Broken`] outside of [`crate::render`].
    pub fn get() -> Result<Self, PageError> {
        use_context().ok_or(PageError::Broken)
    }

    /// The person who is signed in.
    ///
    /// # Errors
    /// [`PageError::SignIn`] if nobody is.
    pub fn person(&self) -> Result<&PersonSummary, PageError> {
        self.signed_in.as_ref().ok_or(PageError::SignIn)
    }

    /// The signed-in person as a member of a tenant.
    ///
    /// # Errors
    /// Whoever isn't a member gets the answer for a tenant that doesn't exist.
    pub async fn actor(&self, tenant: &str) -> Result<Actor, PageError> {
        let person = self.person()?.id;
        let slug: Slug = tenant.parse().map_err(|_| PageError::NotFound)?;
        membership::actor(&self.services, person, &slug)
            .await?
            .ok_or(PageError::NotFound)
    }

    /// The form of this name, if it was posted and failed.
    pub fn form(&self, action: &str) -> FormState {
        match &self.form {
            Some(form) if form.action == action => form.clone(),
            _ => FormState::default(),
        }
    }
}
