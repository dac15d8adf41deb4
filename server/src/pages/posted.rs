//! A form that was posted, and the ways to answer it: a redirect to a page that
//! shows the outcome, or the same page again with the errors.

use crate::{
    cookies,
    failure::Failure,
    kept_form::KeptForm,
    own_path::own_path,
    pages::{Answered, Form, claimed_form::ClaimedForm},
    redirect::see_other,
    visitor::{OUTCOME, Visitor},
};
use app::{
    accounts_import::LookedAt, address::Address, form_outcome::FormOutcome, form_state::FormState,
};
use axum::{
    http::{Method, StatusCode, Uri, header::SET_COOKIE, request::Parts},
    response::Response,
};
use domain::permission::Permission;
use secrecy::{ExposeSecret, SecretString};
use service::{
    Actor, Confirmed, InternalError,
    core::{
        error::FieldError,
        input::{self, Input},
    },
    people::{
        form_results::{self, AT_WORK_FOR, Claim, FormKey, FormResult},
        membership::{Opened, PersonSummary},
    },
};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How often to look whether another request has finished the same form.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// How many times at most, so that this request is answered in time.
const LOOKS: u32 = 200;

/// A form that was posted, and all that is needed to render its page again. As an
/// extractor, it accepts a form with only a button, which has no fields.
pub struct Posted {
    /// The browser and the person.
    pub visitor: Visitor,
    /// The request without its body.
    pub parts: Parts,
    /// The key of this rendering of the form; empty if there is none.
    pub(super) key: String,
    /// The values that were sent, to be shown again. All are held as secrets, since some are.
    pub(super) sent: Vec<(String, SecretString)>,
    /// The claimed key, until the outcome is known.
    pub(super) claimed: Mutex<Option<ClaimedForm>>,
}

impl Posted {
    /// The parsed fields.
    ///
    /// # Errors
    /// The page again, with all errors.
    pub async fn parse<T: Input>(
        &self,
        raw: T,
        page: &str,
        form: &Form,
    ) -> Result<T::Parsed, Answered> {
        match input::parse(raw) {
            Ok(parsed) => Ok(parsed),
            Err(errors) => Err(self.rerender_with_errors(page, form, errors).await.into()),
        }
    }

    /// The value that was sent under a name, of a form whose fields aren't parsed.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut sent = self.sent.iter();
        let found = sent.find(|(key, _)| key == name);
        found.map(|(_, value)| value.expose_secret())
    }

    /// The values that were typed into the form's fields, to be shown again.
    fn values(&self, form: &Form) -> Vec<(String, String)> {
        self.sent
            .iter()
            .filter(|(key, _)| form.fields.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.expose_secret().to_owned()))
            .collect()
    }

    /// The member of the tenant who posted the form.
    ///
    /// # Errors
    /// The answer for other people.
    pub async fn member(&self, tenant: &str, page: &str, form: &Form) -> Result<Actor, Answered> {
        if self.visitor.person.is_none() {
            return Err(self.sign_in(page, form).await?.into());
        }
        match self.visitor.open(tenant).await? {
            Opened::Actor(actor) => Ok(*actor),
            Opened::NeedsSecondFactor => Err(see_other(Address::AUTHENTICATOR.0).into()),
            Opened::BySingleSignOn | Opened::Not => Err(self.not_found().await.into()),
        }
    }

    /// The person who posted it, for what belongs to no tenant. Whom single sign-on
    /// brought has nothing there.
    ///
    /// # Errors
    /// A redirect to the sign-in.
    pub async fn person(&self, page: &str, form: &Form) -> Result<PersonSummary, Answered> {
        let person = self.visitor.person.as_ref();
        match person.filter(|person| person.signed_in.is_own_way()) {
            Some(person) => Ok(person.clone()),
            None => Err(self.sign_in(page, form).await?.into()),
        }
    }

    /// Proof that the person signed in, or confirmed that it is still them, a few
    /// minutes ago. Use cases that would do most harm in a stolen session ask for it.
    ///
    /// # Errors
    /// A redirect to the sign-in, or to the page that asks for a confirmation. It
    /// leads back to `page`, and what was typed into a form that is kept is there.
    pub async fn confirmed(&self, page: &str, form: &Form) -> Result<Confirmed, Answered> {
        if self.visitor.person.is_none() {
            return Err(self.sign_in(page, form).await?.into());
        }
        match self.visitor.confirmed() {
            Some(confirmed) => Ok(confirmed),
            None => Err(self.ask_to_confirm(page, form).await?.into()),
        }
    }

    /// The same for what a member does in a tenant. Who may not do it at all isn't asked.
    ///
    /// # Errors
    /// As [`Self::confirmed`], and the answer to people without the permission.
    pub async fn member_confirmed(
        &self,
        actor: &Actor,
        permission: Permission,
        page: &str,
        form: &Form,
    ) -> Result<Confirmed, Answered> {
        if !actor.may(permission) {
            return Err(self.forbidden(page, form).await.into());
        }
        self.confirmed(page, form).await
    }

    /// Redirects to the page that asks for a confirmation, for a use case that wants
    /// one only for some of what can be asked of it.
    ///
    /// # Errors
    /// If the typed values couldn't be sealed.
    pub async fn ask_to_confirm(&self, page: &str, form: &Form) -> Result<Response, Answered> {
        self.give_back().await;
        let mut response = see_other(&format!("{}?next={}", Address::Confirm, own_path(page)));
        let services = &self.visitor.state.services;
        let kept = KeptForm::form(services, page, form, &self.key, self.values(form));
        if let Some(cookie) = kept.cookie(services).await? {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        Ok(response)
    }

    /// Redirects to the sign-in, which leads back to the page. If a session ended
    /// meanwhile, the sign-in says so, and the typed values are kept.
    async fn sign_in(&self, page: &str, form: &Form) -> Result<Response, Answered> {
        let mut response = see_other(&format!("{}?next={}", Address::SignIn, own_path(page)));
        let made_for = self.key.as_str();
        if self.visitor.had_session || !made_for.is_empty() {
            let services = &self.visitor.state.services;
            let kept = KeptForm::form(services, page, form, made_for, self.values(form));
            if let Some(cookie) = kept.cookie(services).await? {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
        }
        Ok(response)
    }

    /// The kept values were sent now, or belonged to another person.
    pub fn forget_kept(&self, response: &mut Response) {
        if self.visitor.kept_form.is_some()
            && let Some(cookie) = cookies::kept_form_end(&self.visitor.state.services.config)
        {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }

    /// Goes on only if this form was not posted before, by a second click, in a
    /// second tab, or after going back. While the first request works, the second
    /// one waits for its outcome. A form without a key, such as one of the version
    /// before, always goes on.
    ///
    /// # Errors
    /// The redirect to the outcome of the first request.
    pub async fn first(&self, page: &str) -> Result<(), Answered> {
        let (Some(session), Some(key)) = (&self.visitor.session, FormKey::from_form(&self.key))
        else {
            return Ok(());
        };
        let services = &self.visitor.state.services;
        let mut looks = 0;
        loop {
            match form_results::claim(services, session, &key, page).await? {
                Claim::First => {
                    let claimed = ClaimedForm::new(&self.visitor.state, session, &key);
                    *self.claimed() = Some(claimed);
                    return Ok(());
                }
                Claim::Done {
                    location,
                    shown: true,
                    ..
                } => return Err(see_other(&location).into()),
                Claim::Done { location, at, .. } => {
                    let there = location.split(['?', '#']).next().unwrap_or(page);
                    let outcome = FormOutcome::DoneBefore { at };
                    return Err(self.done(there, outcome).await?.into());
                }
                Claim::UnderWay(at)
                    if looks >= LOOKS || services.expiry_now().since(at) > AT_WORK_FOR =>
                {
                    let outcome = FormOutcome::Unknown { at };
                    return Err(self.done(page, outcome).await?.into());
                }
                Claim::Interrupted(at) => {
                    let outcome = FormOutcome::Unknown { at };
                    return Err(self.done(page, outcome).await?.into());
                }
                Claim::UnderWay(_) => {
                    looks += 1;
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
            }
        }
    }

    /// Redirects to the page, which shows the outcome. Its address may have a query.
    ///
    /// # Errors
    /// If the outcome can't be kept until then.
    pub async fn done(&self, page: &str, outcome: FormOutcome) -> Result<Response, Answered> {
        self.leave(page, "", &outcome, None).await
    }

    /// Redirects to the part of the page that shows the secret for two minutes.
    ///
    /// # Errors
    /// If the secret can't be kept until then.
    pub async fn done_showing(
        &self,
        page: &str,
        part: &str,
        outcome: FormOutcome,
        secret: SecretString,
    ) -> Result<Response, Answered> {
        self.leave(page, part, &outcome, Some(secret)).await
    }

    async fn leave(
        &self,
        page: &str,
        part: &str,
        outcome: &FormOutcome,
        secret: Option<SecretString>,
    ) -> Result<Response, Answered> {
        let Some(session) = &self.visitor.session else {
            return Ok(see_other(page));
        };
        let services = &self.visitor.state.services;
        let claimed = self.claimed().take();
        let key = match claimed.as_ref().and_then(ClaimedForm::key) {
            Some(key) => key.clone(),
            None => FormKey::new(services.random.as_ref()),
        };
        let (path, more) = match page.split_once('?') {
            Some((path, _)) => (path, '&'),
            None => (page, '?'),
        };
        let location = format!("{page}{more}{OUTCOME}={}{part}", key.as_str());
        let result = FormResult {
            page: path.to_owned(),
            location: location.clone(),
            outcome: serde_json::to_string(outcome).map_err(Failure::from)?,
            secret,
        };
        form_results::keep(services, session, &key, result).await?;
        if let Some(claimed) = claimed {
            claimed.settle();
        }
        let mut response = see_other(&location);
        self.forget_kept(&mut response);
        Ok(response)
    }

    /// The page again, with the errors.
    pub async fn rerender_with_errors(
        &self,
        page: &str,
        form: &Form,
        mut errors: Vec<FieldError>,
    ) -> Response {
        self.give_back().await;
        for error in &mut errors {
            error.message = sentence(&error.message);
        }
        let form = FormState {
            action: form.action,
            values: self.values(form),
            errors,
            ..FormState::default()
        };
        let mut response = self.render(page, form).await;
        if self.visitor.person.is_some() {
            self.forget_kept(&mut response);
        }
        response
    }

    /// The page again, saying that the role doesn't allow it.
    pub async fn forbidden(&self, page: &str, form: &Form) -> Response {
        let message = service::core::error::Forbidden.to_string();
        let errors = vec![FieldError::new("", message)];
        let mut response = self.rerender_with_errors(page, form, errors).await;
        *response.status_mut() = StatusCode::FORBIDDEN;
        response
    }

    /// The page for things that don't exist.
    pub async fn not_found(&self) -> Response {
        self.give_back().await;
        self.render("/nothing/there", FormState::default()).await
    }

    /// The result of a query before anything was changed. If the query failed, the
    /// form may be posted again.
    ///
    /// # Errors
    /// The answer to the failure.
    pub async fn looked<T>(&self, found: Result<T, InternalError>) -> Result<T, Answered> {
        if found.is_err() {
            self.give_back().await;
        }
        Ok(found?)
    }

    /// Nothing was changed, so the form may be posted again.
    pub async fn give_back(&self) {
        let claimed = self.claimed().take();
        if let Some(claimed) = claimed {
            claimed.give_back().await;
        }
    }

    fn claimed(&self) -> MutexGuard<'_, Option<ClaimedForm>> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page as the answer to a look at a file.
    pub async fn render_looked_at(&self, page: &str, looked_at: LookedAt) -> Response {
        self.render_with(page, FormState::default(), Some(looked_at))
            .await
    }

    async fn render(&self, page: &str, form: FormState) -> Response {
        self.render_with(page, form, None).await
    }

    async fn render_with(
        &self,
        page: &str,
        form: FormState,
        looked_at: Option<LookedAt>,
    ) -> Response {
        let mut parts = self.parts.clone();
        parts.method = Method::GET;
        parts.uri = page.parse().unwrap_or_else(|_| Uri::from_static("/"));
        let form = Some(form).filter(|form| !form.action.is_empty());
        let mut context = self.visitor.context(form, None);
        context.looked_at = looked_at;
        // The sign-in says again why it is asked for.
        context.kept = self.visitor.kept().await.unwrap_or_default();
        app::render(parts, context).await
    }
}

/// An error's message as a sentence: with a capital letter and a full stop.
pub(super) fn sentence(message: &str) -> String {
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
