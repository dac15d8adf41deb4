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

/// A form with a button that asks for a passkey.
pub(super) struct PasskeyForm<'a> {
    pub purpose: Purpose,
    pub action: Address<'a>,
    /// Where the person wants to go.
    pub next: Option<&'a str>,
    /// Which question the page asks, if it asks others as well.
    pub with: Option<&'static str>,
}

impl PasskeyForm<'_> {
    /// It is hidden without script, and in browsers that can't.
    pub fn view(&self, words: &'static str, kind: Kind) -> AnyView {
        let next = self.next.map(str::to_owned);
        view! {
            <form class="form" id="passkey" method="post" action=self.action.to_string() data-hidden=true>
                {next.map(|next| view! { <input type="hidden" name="next" value=next/> })}
                {self.with.map(|with| view! { <input type="hidden" name="with" value=with/> })}
                <input type="hidden" name="answer"/>
                <Button kind wide=true icon=Glyph::Passkey>
                    {words}
                </Button>
                <Passkey form="passkey".to_owned() challenge=challenge(self.purpose) adds=false/>
            </form>
        }
        .into_any()
    }
}
