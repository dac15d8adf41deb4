//! Proof that it is still the person who signed in.

use super::Actor;
use crate::core::{error::Forbidden, services::Services};
use domain::{
    ids::PersonId,
    time::{Span, Timestamp},
};
use uuid::Uuid;

/// A sign-in or a confirmation counts for so long (OWASP ASVS 5.0 7.5.3).
pub const CONFIRMED_FOR: Span = Span::minutes(10);

/// The clocks of two processes differ by less.
const CLOCKS_DIFFER: Span = Span::minutes(1);

/// Somebody signed in a few minutes ago, or was asked again. A use case that wants
/// this takes it as an argument, so that no caller can forget to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed(Uuid);

impl Confirmed {
    /// The proof, if this person signed in, or confirmed that it is still them,
    /// less than [`CONFIRMED_FOR`] ago.
    pub fn lately(services: &Services, person: PersonId, at: Timestamp) -> Option<Self> {
        let ago = services.expiry_now().since(at);
        (Span(-CLOCKS_DIFFER.0) <= ago && ago < CONFIRMED_FOR).then_some(Self(person.0))
    }

    /// Whether it is of this person.
    pub fn is_of(&self, person: PersonId) -> bool {
        self.0 == person.0
    }

    /// The proof for tests of use cases.
    #[cfg(feature = "testing")]
    pub fn for_test(actor: &Actor) -> Self {
        Self(actor.who.id())
    }
}

impl Actor {
    /// Continues only if it was this actor who confirmed.
    ///
    /// # Errors
    /// [`Forbidden`] if it was somebody else.
    pub fn require_confirmed(&self, confirmed: &Confirmed) -> Result<(), Forbidden> {
        if confirmed.0 == self.who.id() {
            Ok(())
        } else {
            Err(Forbidden)
        }
    }

    /// Whether this actor confirmed, where only some of what can be asked for wants that.
    pub fn has_confirmed(&self, confirmed: Option<&Confirmed>) -> bool {
        confirmed.is_some_and(|confirmed| self.require_confirmed(confirmed).is_ok())
    }
}
