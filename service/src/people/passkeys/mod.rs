//! Passkeys (WebAuthn): a key pair on a device of the person, who unlocks it by
//! finger, face or PIN. So it is two factors by itself: it signs in alone, and it
//! confirms that it is still the person (ADR 31).
//!
//! A ceremony begins with a challenge, which stands sealed in a cookie of the
//! browser that asked for it. Nothing is stored until an answer is right.

mod add;
mod answer;
mod ceremony;
mod confirm;
mod own;
mod refusal;
mod relying_party;
mod sign_in;
mod single_use;

pub use add::{AddError, Added, New, add};
pub use answer::{Answered, LONGEST_ANSWER};
pub use ceremony::{
    BeginError, Begun, CHALLENGE_LIFE, Purpose, begin_adding, begin_confirming, begin_sign_in,
};
pub use confirm::confirm;
pub(crate) use own::remove_all;
pub use own::{ChangeError, OwnPasskey, of_person, remove, rename};
pub use relying_party::is_available;
pub use sign_in::{PasskeyError, sign_in, signed_in};
pub(crate) use single_use::sweep;
