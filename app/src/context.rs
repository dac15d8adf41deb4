//! The data of a page: the services, the person, and the form that failed.

use crate::{
    components::{Letters, Theme, written_in},
    form_outcome::ShownOutcome,
    form_state::{FormState, Kept},
    pages::{PageError, accounts_import::LookedAt},
};
use domain::{error::AuthorizationProblem, slug::Slug};
use leptos::prelude::*;
use secrecy::SecretString;
use service::{
    Actor, Confirmed, Services,
    people::membership::{self, Opened, PersonSummary},
};

/// Everything that `server` knows about a request for a page.
#[derive(Clone)]
pub struct PageContext {
    /// The use cases.
    pub services: Services,
    /// Where script, wasm and style sheet are.
    pub options: LeptosOptions,
    /// The signed-in person.
    pub signed_in: Option<PersonSummary>,
    /// The secret in this browser's cookie, to which authorizations are bound.
    pub browser: Option<SecretString>,
    /// The theme that the browser's cookie asks for.
    pub theme: Theme,
    /// Whether single letters are keys.
    pub letters: Letters,
    /// The tenant whose single sign-on was used in this browser before.
    pub sso_tenant: Option<Slug>,
    /// The form that was posted and failed, if the page is its answer.
    pub form: Option<FormState>,
    /// The outcome of the form that led to this page.
    pub outcome: Option<ShownOutcome>,
    /// Why a person whose session had ended has to sign in.
    pub kept: Option<Kept>,
    /// The sealed note of a sign-in whose second step is due.
    pub second_step: Option<SecretString>,
    /// Proof that the person signed in or confirmed a few minutes ago.
    pub confirmed: Option<Confirmed>,
    /// What names this session among those of the person.
    pub session_key: Option<String>,
    /// A file of customers that was looked at, if the page is the answer to it.
    pub looked_at: Option<LookedAt>,
    /// The problem, if this page is shown instead of another.
    pub problem: Option<ShownProblem>,
}

/// The text of the page of a problem.
#[derive(Debug, Clone)]
pub struct ProblemText {
    /// The title.
    pub title: String,
    /// The explanation.
    pub explanation: String,
    /// The remedy.
    pub remedy: String,
}

/// The problem that a page shows instead of what was asked for.
#[derive(Debug, Clone)]
pub enum ShownProblem {
    /// In English.
    Text(ProblemText),
    /// An approval that belongs to none of ours, in the language of the browser.
    Approval {
        /// The problem.
        problem: AuthorizationProblem,
        /// Where it can be begun again.
        again: Option<String>,
    },
}

impl PageContext {
    /// The context of the page that is being rendered.
    ///
    /// # Errors
    /// [`PageError::Broken`] outside of [`crate::render`].
    pub fn get() -> Result<Self, PageError> {
        use_context().ok_or(PageError::Broken)
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// [`PageError::SignIn`] if there is none.
    pub fn person(&self) -> Result<&PersonSummary, PageError> {
        self.signed_in.as_ref().ok_or(PageError::SignIn)
    }

    /// The signed-in person, if they came in their own way.
    ///
    /// # Errors
    /// [`PageError::SignIn`] if nobody did, also for whom single sign-on brought.
    pub fn own_person(&self) -> Result<&PersonSummary, PageError> {
        let person = self.person()?;
        if person.signed_in.is_own_way() {
            Ok(person)
        } else {
            Err(PageError::SignIn)
        }
    }

    /// The signed-in person as a member of a tenant.
    ///
    /// # Errors
    /// A person who isn't a member gets the same answer as for a tenant that doesn't exist.
    pub async fn actor(&self, tenant: &str) -> Result<Actor, PageError> {
        let person = self.person()?.signed_in;
        let slug: Slug = tenant.parse().map_err(|_| PageError::NotFound)?;
        let actor = match membership::open(&self.services, person, &slug).await? {
            Opened::Actor(actor) => *actor,
            Opened::BySingleSignOn => return Err(PageError::BySingleSignOn(slug)),
            Opened::NeedsSecondFactor => return Err(PageError::NeedsSecondFactor),
            Opened::Not => return Err(PageError::NotFound),
        };
        written_in(actor.zone);
        Ok(actor)
    }

    /// The state of the form with this name, if it was posted and failed.
    pub fn form(&self, action: &str) -> FormState {
        match &self.form {
            Some(form) if form.action == action => form.clone(),
            _ => FormState::default(),
        }
    }
}
