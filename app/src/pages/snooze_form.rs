//! The form that snoozes an account: in the menu of a row, and on the account's page.

use crate::{
    components::{FormKey, Glyph, Icon, absolute, zone},
    form_state::FormState,
};
use domain::{
    health::Health,
    snooze::{Choice, LONGEST_REASON},
    time::Timestamp,
};
use leptos::prelude::*;
use service::accounts::Snoozed;

/// The name of the field that says where the form leads back to.
pub(super) const BACK: &str = "back";

/// Where the form stands.
pub(super) struct SnoozeForm<'a> {
    /// The address that it posts to.
    pub action: String,
    /// The account's name in addresses: ids are told apart by it.
    pub subdomain: &'a str,
    /// What people call the account.
    pub title: &'a str,
    /// The page that it leads back to, unless it is the account's.
    pub back: Option<&'a str>,
    /// What was typed, if something was wrong with it.
    pub typed: &'a FormState,
    pub now: Timestamp,
}

/// What a choice says.
pub(super) fn label(choice: Choice, now: Timestamp) -> String {
    match choice {
        Choice::NextChange => "Until it changes".to_owned(),
        Choice::Hour => "For an hour".to_owned(),
        Choice::Tomorrow => "Until tomorrow, 09:00".to_owned(),
        Choice::Week => {
            let at = choice.until("", now, zone()).and_then(|until| until.at());
            at.map_or_else(String::new, |at| format!("Until {}", absolute(at)))
        }
        Choice::Day => "Until a day, 09:00".to_owned(),
    }
}

impl SnoozeForm<'_> {
    pub(super) fn view(&self) -> AnyView {
        let chosen = self.typed.value_or("until", Choice::NextChange.code());
        let (why, error_id) = (
            format!("why-{}", self.subdomain),
            format!("snooze-{}", self.subdomain),
        );
        let error = self
            .typed
            .error("snooze")
            .or_else(|| self.typed.error("until"));
        let described = error.is_some().then(|| error_id.clone());
        let radios = Choice::ALL.map(|choice| {
            let checked = choice.code() == chosen;
            view! {
                <label class="tick">
                    <input type="radio" name="until" value=choice.code() checked=checked/>
                    <span>{label(choice, self.now)}</span>
                </label>
            }
        });
        let day = self.typed.value("day").unwrap_or_default();
        let reason = self.typed.value("reason").unwrap_or_default();
        view! {
            <form class="form" method="post" action=self.action.clone()>
                <FormKey/>
                {self.back.map(|back| view! { <input type="hidden" name=BACK value=back.to_owned()/> })}
                <fieldset class="field" aria-describedby=described>
                    <legend>{format!("Snooze {}", self.title)}</legend>
                    {radios.collect_view()}
                    <input type="date" name="day" value=day aria-label="The day"/>
                    {error
                        .map(|error| {
                            view! {
                                <p class="error" id=error_id data-health=Health::Disconnected.code()>
                                    <Icon name=Glyph::Warn/>
                                    {format!(" {error}")}
                                </p>
                            }
                        })}
                </fieldset>
                <div class="field">
                    <label for=why.clone()>"Why"</label>
                    <input
                        id=why.clone()
                        type="text"
                        name="reason"
                        value=reason
                        maxlength=LONGEST_REASON.to_string()
                        autocomplete="off"
                        aria-describedby=format!("{why}-hint")
                    />
                    <p class="hint" id=format!("{why}-hint")>
                        "Colleagues read it. The account comes back earlier if its state gets worse, and the snooze is over once it works again."
                    </p>
                </div>
                <button type="submit" class="button">
                    <Icon name=Glyph::Snooze/>
                    "Snooze for everybody"
                </button>
            </form>
        }
        .into_any()
    }
}

/// Who snoozed it, until when and why: a fact beside the state, never a state.
pub(super) fn snoozed_words(snoozed: &Snoozed) -> String {
    let until = match snoozed.until.at() {
        Some(at) => absolute(at),
        None => "it changes".to_owned(),
    };
    let why = snoozed.reason.as_ref().map(|why| format!(": {why}"));
    let why = why.unwrap_or_default();
    format!("Snoozed by {} until {until}{why}", snoozed.by)
}
