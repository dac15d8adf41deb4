//! The sender of a request to a page, found from the cookies once for each request.

use crate::{
    cookies,
    failure::Failure,
    form::Form,
    kept_form::KeptForm,
    middleware::{client_address, refusals::Seen},
    session_store::NOTED_EVERY,
    state::AppState,
};
use app::{
    components::{Letters, Theme},
    context::PageContext,
    form_outcome::ShownOutcome,
    form_state::{FormState, Kept},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Uri, header::USER_AGENT, request::Parts},
};
use domain::{ids::PersonId, slug::Slug, time::Timestamp};
use secrecy::SecretString;
use service::{
    Actor, Confirmed,
    people::{
        SignedIn,
        form_results::{self, FormKey, FormSession},
        membership::{self, Opened, PersonSummary},
        session_renewal,
        sessions::{
            self, ADDRESS, AGENT, BySingleSignOn, CONFIRMED_AT, PERSON, SEEN_AT, SET_ASIDE,
            SIGNED_IN_AT, SINGLE_SIGN_ON,
        },
    },
};
use std::net::IpAddr;
use tower_sessions::Session;
use url::form_urlencoded;

/// The parameter that names the outcome of a form.
pub const OUTCOME: &str = "outcome";

/// A browser, and the person who is signed in with it.
#[derive(Clone)]
pub struct Visitor {
    /// The state that handlers share.
    pub state: AppState,
    /// The signed-in person.
    pub person: Option<PersonSummary>,
    /// The person's session, for outcomes of forms.
    pub session: Option<FormSession>,
    /// What names that session among those of the person.
    pub session_key: Option<String>,
    /// When the person signed in, or last confirmed that it is still them.
    pub confirmed_at: Option<Timestamp>,
    /// The cookie of a form whose session ended before it was sent.
    pub kept_form: Option<SecretString>,
    /// The sealed note of a sign-in whose second step is due.
    pub second_step: Option<SecretString>,
    /// Whether the browser sent the cookie of a session, which may have ended.
    pub had_session: bool,
    /// The browser's own secret.
    pub browser: Option<SecretString>,
    /// The theme that the browser's cookie asks for.
    pub theme: Theme,
    /// Whether single letters are keys in this browser.
    pub letters: Letters,
    /// The tenant whose single sign-on was used in this browser before.
    pub sso_tenant: Option<Slug>,
    /// The client's address, as far as proxies can be trusted.
    pub address: Option<IpAddr>,
}

impl Visitor {
    /// The context of a page.
    pub fn context(&self, form: Option<FormState>, outcome: Option<ShownOutcome>) -> PageContext {
        PageContext {
            services: self.state.services.clone(),
            options: self.state.leptos.clone(),
            signed_in: self.person.clone(),
            browser: self.browser.clone(),
            theme: self.theme,
            letters: self.letters,
            sso_tenant: self.sso_tenant.clone(),
            form,
            outcome,
            kept: None,
            session_key: self.session_key.clone(),
            second_step: self.second_step.clone(),
            confirmed: self.confirmed(),
            looked_at: None,
            problem: None,
        }
    }

    /// The kept form of the cookie.
    ///
    /// # Errors
    /// If it couldn't be opened because of a failure.
    pub async fn kept_form(&self) -> Result<Option<KeptForm>, Failure> {
        match &self.kept_form {
            Some(cookie) => KeptForm::open(&self.state.services, cookie).await,
            None => Ok(None),
        }
    }

    /// How much is kept of a form for which a person has to sign in, or to confirm
    /// that it is still them.
    ///
    /// # Errors
    /// If it couldn't be found out.
    pub async fn kept(&self) -> Result<Option<Kept>, Failure> {
        let kept = self.kept_form().await?;
        let kept = kept.filter(|kept| match &self.person {
            Some(person) => kept.is_of(person.id),
            None => true,
        });
        Ok(kept.map(|kept| kept.told()))
    }

    /// Proof that the person signed in or confirmed a few minutes ago.
    pub fn confirmed(&self) -> Option<Confirmed> {
        let (person, at) = (self.person.as_ref()?, self.confirmed_at?);
        Confirmed::lately(&self.state.services, person.id, at)
    }

    /// The values that the person had typed into one of these forms, on this page.
    ///
    /// # Errors
    /// If it couldn't be found out.
    pub async fn restored(&self, forms: &[Form], page: &str) -> Result<Option<FormState>, Failure> {
        let Some(person) = &self.person else {
            return Ok(None);
        };
        let kept = self.kept_form().await?;
        Ok(kept.and_then(|kept| kept.restored(forms, page, person.id)))
    }

    /// The outcome of the form that led to this page, if this session posted it
    /// within the last two minutes. An address alone can't make a page show an
    /// outcome.
    ///
    /// # Errors
    /// If it couldn't be found out.
    pub async fn outcome(&self, uri: &Uri) -> Result<Option<ShownOutcome>, Failure> {
        let named = uri.query().and_then(|query| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == OUTCOME)
                .and_then(|(_, key)| FormKey::parse(&key))
        });
        let (Some(key), Some(session)) = (named, &self.session) else {
            return Ok(None);
        };
        let shown = form_results::show(&self.state.services, session, &key, uri.path()).await?;
        // An outcome of another version that this one doesn't know is not shown.
        Ok(shown.and_then(|shown| {
            Some(ShownOutcome {
                outcome: serde_json::from_str(&shown.outcome).ok()?,
                secret: shown.secret,
            })
        }))
    }

    /// Gives the session another id, as each change of rights wants it (ASVS 7.2.4).
    /// What comes of the form is then told to the session under its new id.
    ///
    /// A session that somebody ends at the same moment stays ended.
    ///
    /// # Errors
    /// If the session can't be kept, or ended meanwhile.
    pub async fn renew_session(&mut self, session: &Session) -> Result<(), Failure> {
        let services = &self.state.services;
        let id = session.id().map(|id| SecretString::from(id.to_string()));
        let aside = match &id {
            Some(id) => session_renewal::set_aside(services, id).await?,
            None => None,
        };
        let aside = aside.ok_or(Failure::SessionEnded)?;
        session.insert(SET_ASIDE, aside).await?;
        // This deletes nothing: no session has the id any more.
        session.cycle_id().await?;
        let saved = session.save().await;
        if saved.is_err() && session.is_empty().await {
            return Err(Failure::SessionEnded);
        }
        saved?;
        let id = session.id().map(|id| SecretString::from(id.to_string()));
        self.session = id.as_ref().map(FormSession::of);
        self.session_key = id.as_ref().map(sessions::key);
        Ok(())
    }

    /// The signed-in person as a member of a tenant; `None` both for people who are
    /// not members and for tenants that don't exist.
    ///
    /// # Errors
    /// If it couldn't be found out.
    pub async fn actor(&self, tenant: &str) -> Result<Option<Actor>, service::InternalError> {
        match self.open(tenant).await? {
            Opened::Actor(actor) => Ok(Some(*actor)),
            Opened::BySingleSignOn | Opened::NeedsSecondFactor | Opened::Not => Ok(None),
        }
    }

    /// The same, and why the session doesn't open the tenant of a member.
    ///
    /// # Errors
    /// If it couldn't be found out.
    pub async fn open(&self, tenant: &str) -> Result<Opened, service::InternalError> {
        let (Some(person), Ok(slug)) = (&self.person, tenant.parse::<Slug>()) else {
            return Ok(Opened::Not);
        };
        let opened = membership::open(&self.state.services, person.signed_in, &slug).await?;
        Ok(match opened {
            Opened::Actor(actor) => Opened::Actor(Box::new(actor.at(self.address))),
            other => other,
        })
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let address = client_address::find(
            &parts.extensions,
            &parts.headers,
            &state.options.trusted_proxies,
        );
        let session = parts.extensions.get::<Session>().cloned();
        let person = match &session {
            Some(session) => person(session, state, address).await?,
            None => None,
        };
        if let (Some(seen), Some(person)) = (parts.extensions.get::<Seen>(), &person) {
            seen.is(person.signed_in, address);
        }
        let confirmed_at = match &session {
            Some(session) if person.is_some() => confirmed_at(session).await?,
            _ => None,
        };
        let id = session
            .filter(|_| person.is_some())
            .and_then(|session| session.id())
            .map(|id| SecretString::from(id.to_string()));
        let session = id.as_ref().map(FormSession::of);
        Ok(Self {
            person,
            session,
            session_key: id.as_ref().map(sessions::key),
            confirmed_at,
            kept_form: cookies::kept_form_of(&parts.headers, &state.services.config),
            second_step: cookies::second_step_of(&parts.headers, &state.services.config),
            had_session: cookies::value(
                &parts.headers,
                cookies::session_name(&state.services.config),
            )
            .is_some(),
            browser: cookies::browser(&parts.headers, &state.services.config),
            theme: cookies::theme_of(&parts.headers),
            letters: cookies::letters_of(&parts.headers),
            sso_tenant: cookies::sso_tenant(&parts.headers, &state.services.config),
            address,
            state: state.clone(),
        })
    }
}

/// The person of a session. It is read again for each request, so that a removal
/// takes effect at once in every process.
async fn person(
    session: &Session,
    state: &AppState,
    address: Option<IpAddr>,
) -> Result<Option<PersonSummary>, Failure> {
    let Some(signed_in) = signed_in(session).await? else {
        return Ok(None);
    };
    let id = signed_in.person();
    let now = state.services.expiry_now();
    let seen = session.get::<Timestamp>(SEEN_AT).await?.unwrap_or_default();
    if now.since(seen) >= NOTED_EVERY {
        session.insert(SEEN_AT, now).await?;
        session.insert(ADDRESS, address).await?;
        if let Err(error) = membership::seen(&state.services, id).await {
            // It can be noted the next time; pages go on, also with a full disk.
            tracing::warn!(%error, person.id = %id, "the last use could not be noted");
        }
    }
    Ok(membership::person(&state.services, signed_in).await?)
}

/// Who is signed in, and how.
///
/// # Errors
/// If the session can't be read.
pub async fn signed_in(session: &Session) -> Result<Option<SignedIn>, Failure> {
    if let Some(person) = session.get::<PersonId>(PERSON).await? {
        return Ok(Some(SignedIn::own_way(person)));
    }
    let other = session.get::<BySingleSignOn>(SINGLE_SIGN_ON).await?;
    Ok(other.map(SignedIn::from))
}

/// When the person signed in or confirmed, whichever was later. A sign-in by
/// single sign-on doesn't count by itself: the provider may have asked nobody.
async fn confirmed_at(session: &Session) -> Result<Option<Timestamp>, Failure> {
    let own_way = session.get::<PersonId>(PERSON).await?.is_some();
    let signed_in = session.get::<Timestamp>(SIGNED_IN_AT).await?;
    let confirmed = session.get::<Timestamp>(CONFIRMED_AT).await?;
    Ok(signed_in.filter(|_| own_way).max(confirmed))
}

/// Notes that it is still the person. The session gets a new id (ASVS 7.2.4).
///
/// # Errors
/// If the session can't be kept.
pub async fn confirm(session: &Session, visitor: &mut Visitor) -> Result<(), Failure> {
    let now = visitor.state.services.expiry_now();
    session.insert(CONFIRMED_AT, now).await?;
    visitor.renew_session(session).await
}

/// Notes when somebody whom single sign-on brought showed the provider that it is
/// them.
///
/// # Errors
/// If the session can't be kept.
pub async fn shown_at(session: &Session, at: Timestamp) -> Result<(), Failure> {
    Ok(session.insert(CONFIRMED_AT, at).await?)
}

/// So much of a browser's name is kept.
const LONGEST_AGENT: usize = 300;

/// Signs a person in who came in their own way. The session gets a new id, so that an id that an attacker
/// planted before is worthless (ASVS 7.2.4).
///
/// # Errors
/// If the session can't be kept.
pub async fn sign_in(
    session: &Session,
    visitor: &Visitor,
    headers: &HeaderMap,
    person: PersonId,
) -> Result<(), Failure> {
    sign_in_as(session, visitor, headers, SignedIn::own_way(person)).await
}

/// The same, also for whom a tenant's single sign-on brought.
///
/// # Errors
/// If the session can't be kept.
pub async fn sign_in_as(
    session: &Session,
    visitor: &Visitor,
    headers: &HeaderMap,
    signed_in: SignedIn,
) -> Result<(), Failure> {
    let services = &visitor.state.services;
    let now = services.expiry_now();
    let agent = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let agent: String = agent
        .unwrap_or_default()
        .chars()
        .take(LONGEST_AGENT)
        .collect();
    session.clear().await;
    session.cycle_id().await?;
    match BySingleSignOn::of(signed_in) {
        Some(by) => session.insert(SINGLE_SIGN_ON, by).await?,
        None => session.insert(PERSON, signed_in.person()).await?,
    }
    session.insert(SIGNED_IN_AT, now).await?;
    session.insert(SEEN_AT, now).await?;
    session.insert(AGENT, agent).await?;
    session.insert(ADDRESS, visitor.address).await?;
    membership::seen(services, signed_in.person()).await?;
    Ok(())
}
