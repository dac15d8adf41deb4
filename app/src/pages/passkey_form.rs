//! The forms that a passkey answers.

use crate::{
    address::Address,
    components::{Button, Glyph, Kind},
    islands::Passkey,
};
use leptos::prelude::*;
use service::people::passkeys::Purpose;

/// The address of a challenge.
pub(super) fn challenge(purpose: Purpose) -> String {
    format!("{}?for={}", Address::PasskeyChallenge, purpose.code())
}

/// A form with a button that asks for a passkey. It is hidden without script, and in
/// browsers that can't.
pub(super) fn view(
    purpose: Purpose,
    action: Address<'_>,
    next: Option<&str>,
    kind: Kind,
) -> AnyView {
    let next = next.map(str::to_owned);
    let words = match purpose {
        Purpose::SignIn => "Sign in with a passkey",
        Purpose::Add | Purpose::Confirm => "Use a passkey",
    };
    view! {
        <form class="form" id="passkey" method="post" action=action.to_string() data-hidden=true>
            {next.map(|next| view! { <input type="hidden" name="next" value=next/> })}
            <input type="hidden" name="answer"/>
            <Button kind wide=true icon=Glyph::Passkey>
                {words}
            </Button>
            <Passkey form="passkey".to_owned() challenge=challenge(purpose) adds=false/>
        </form>
    }
    .into_any()
}
