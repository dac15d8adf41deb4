//! The challenges of ceremonies. A browser keeps its challenge sealed in a cookie,
//! until it brings the answer.

use super::{
    own::stored,
    refusal::Refusal,
    relying_party::{adding_options, relying_party, sign_in_options},
    single_use,
};
use crate::{
    core::{error::InternalError, services::Services},
    people::membership::PersonSummary,
    tenancy::Confirmed,
    vault::BriefPurpose,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    passkey::MOST,
    time::{Span, Timestamp},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// So long after the challenge an answer may come.
pub const CHALLENGE_LIFE: Span = Span::minutes(10);

/// The clocks of two processes differ by less.
const CLOCKS_DIFFER: Span = Span::minutes(1);

/// What a passkey is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To sign somebody in.
    SignIn,
    /// To add it to the person who is signed in.
    Add,
    /// To confirm that it is still the person who is signed in.
    Confirm,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SignIn, Self::Add, Self::Confirm];

    /// The code in addresses, in the cookie's name, and in what is authenticated.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SignIn => "signin",
            Self::Add => "add",
            Self::Confirm => "confirm",
        }
    }

    /// The purpose with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// A ceremony that was begun.
#[derive(Debug)]
pub struct Begun {
    /// What the browser is given, as JSON.
    pub options: String,
    /// The value of the cookie.
    pub cookie: SecretString,
}

/// No ceremony was begun.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The public URL names an IP address.
    #[error("passkeys need a public URL with a name instead of an IP address")]
    NoDomain,
    /// The person has to confirm first that it is still them.
    #[error("confirm first that it is still you")]
    NotConfirmed,
    /// The person has as many passkeys as they may.
    #[error("you have {MOST} passkeys; remove one first")]
    TooMany,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// The sealed content of the cookie.
#[derive(Serialize, Deserialize)]
struct Facts<S> {
    state: S,
    begun_at: Timestamp,
}

/// A challenge for whoever wants to sign in.
///
/// # Errors
/// [`BeginError`].
pub async fn begin_sign_in(services: &Services) -> Result<Begun, BeginError> {
    begin_answer(services, Purpose::SignIn, &[], "").await
}

/// A challenge for the person of this session, to confirm that it is still them.
///
/// # Errors
/// [`BeginError`].
pub async fn begin_confirming(
    services: &Services,
    person: &PersonSummary,
    session: &str,
) -> Result<Begun, BeginError> {
    let known = stored(services, person.id).await?;
    begin_answer(services, Purpose::Confirm, &known, session).await
}

async fn begin_answer(
    services: &Services,
    purpose: Purpose,
    known: &[passki::StoredPasskey],
    session: &str,
) -> Result<Begun, BeginError> {
    let party = relying_party(&services.config).ok_or(BeginError::NoDomain)?;
    let (options, mut state) = party
        .start_passkey_authentication(known, sign_in_options())
        .map_err(|_| unserializable())?;
    // The answer's passkey is looked up, with its person; and a cookie has 4 kB.
    state.allowed_credentials.clear();
    let cookie = seal(services, purpose, session, state).await?;
    let options = serde_json::to_string(&options).map_err(|_| unserializable())?;
    Ok(Begun { options, cookie })
}

/// A challenge for the person of this session, to add a passkey.
///
/// # Errors
/// [`BeginError`].
pub async fn begin_adding(
    services: &Services,
    person: &PersonSummary,
    confirmed: Option<&Confirmed>,
    session: &str,
) -> Result<Begun, BeginError> {
    let party = relying_party(&services.config).ok_or(BeginError::NoDomain)?;
    if !confirmed.is_some_and(|confirmed| confirmed.is_of(person.id)) {
        return Err(BeginError::NotConfirmed);
    }
    let known = stored(services, person.id).await?;
    if known.len() as u64 >= MOST {
        return Err(BeginError::TooMany);
    }
    // The id, which means nothing elsewhere, is all that authenticators give back.
    let (options, state) = party
        .start_passkey_registration(
            person.id.0.as_bytes(),
            &person.email,
            &person.name,
            adding_options(&known),
        )
        .map_err(|_| unserializable())?;
    let cookie = seal(services, Purpose::Add, session, state).await?;
    let options = serde_json::to_string(&options).map_err(|_| unserializable())?;
    Ok(Begun { options, cookie })
}

const fn unserializable() -> InternalError {
    InternalError::Passkey
}

/// Seals the state for this purpose and session: it opens for no other.
async fn seal(
    services: &Services,
    purpose: Purpose,
    session: &str,
    state: impl Serialize,
) -> Result<SecretString, InternalError> {
    let facts = Facts {
        state,
        begun_at: services.expiry_now(),
    };
    let plain = serde_json::to_vec(&facts).map_err(|_| unserializable())?;
    let bound = [purpose.code().as_bytes(), session.as_bytes()];
    let vault = services.vault();
    let kind = BriefPurpose::PasskeyChallenge;
    let sealed = vault.seal_briefly(services, kind, &bound, &plain).await?;
    Ok(SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(sealed)))
}

/// The state of a ceremony for this purpose and session, used up: no second answer
/// finds it.
pub(super) async fn take<S: DeserializeOwned + HasChallenge>(
    services: &Services,
    purpose: Purpose,
    session: &str,
    cookie: Option<&SecretString>,
) -> Result<S, Refusal> {
    let sealed = cookie.and_then(|c| BASE64_URL_SAFE_NO_PAD.decode(c.expose_secret()).ok());
    let sealed = sealed.ok_or(Refusal::NoChallenge)?;
    let bound = [purpose.code().as_bytes(), session.as_bytes()];
    let vault = services.vault();
    let kind = BriefPurpose::PasskeyChallenge;
    let plain = vault.open_briefly(services, kind, &bound, &sealed).await?;
    let facts = plain.and_then(|plain| serde_json::from_slice::<Facts<S>>(&plain).ok());
    let facts = facts.ok_or(Refusal::NoChallenge)?;
    let ago = services.expiry_now().since(facts.begun_at);
    if ago < Span(-CLOCKS_DIFFER.0) || ago >= CHALLENGE_LIFE {
        return Err(Refusal::TooLate);
    }
    single_use::take(services, facts.state.challenge()).await?;
    Ok(facts.state)
}

/// The state of a ceremony.
pub(super) trait HasChallenge {
    /// Its challenge.
    fn challenge(&self) -> &[u8];
}

impl HasChallenge for passki::AuthenticationState {
    fn challenge(&self) -> &[u8] {
        &self.challenge
    }
}

impl HasChallenge for passki::RegistrationState {
    fn challenge(&self) -> &[u8] {
        &self.challenge
    }
}
