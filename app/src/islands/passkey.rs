//! Asks for a passkey when a form is sent.

use leptos::prelude::*;

/// How far the question is. On the server this is `NotYet`.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Asking {
    /// Nobody asked.
    #[default]
    NotYet,
    /// The browser asks.
    Now,
    /// It ended, for this reason.
    Ended(String),
    /// This browser knows no passkeys.
    Unable,
}

impl Asking {
    fn words(self) -> String {
        match self {
            Self::NotYet => String::new(),
            Self::Now => "Waiting for your passkey…".to_owned(),
            Self::Ended(why) => why,
            Self::Unable => "This browser can’t use passkeys.".to_owned(),
        }
    }
}

/// Shows the form, which is hidden without this. When it is sent, asks for a
/// challenge and for the passkey, and sends the form with the answer. If the server
/// gives no challenge to this session, the form goes without an answer, and the
/// server says what is to be done first.
#[island]
pub fn Passkey(
    /// The id of the form. It has a hidden field `answer`.
    form: String,
    /// The address of the challenge.
    challenge: String,
    /// Whether a new passkey is asked for.
    adds: bool,
) -> impl IntoView {
    let asking = RwSignal::new(Asking::default());
    #[cfg(feature = "hydrate")]
    {
        super::ceremony::attend(&form, challenge, adds, asking);
        super::browser::mark_live();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, challenge, adds);
    view! {
        <p class="sub" role="status">
            {move || asking.get().words()}
        </p>
    }
}
