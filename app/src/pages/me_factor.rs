//! A person's second factor, on `/me`.

use super::setup::problem;
use crate::{
    address::Address,
    components::{Copy, CopyField, LoadFailed, Moment, Outcome, Panel, PostButton, Size, TimeOr},
    form_outcome::{FormOutcome, ShownOutcome},
    form_state::FormState,
};
use domain::{health::Health, time::Timestamp};
use leptos::prelude::*;
use service::people::factors::authenticator::Authenticator;

/// What the panel shows.
pub(super) struct MyFactor {
    pub authenticator: Option<Authenticator>,
    /// Whether the person has a passkey.
    pub passkey: bool,
    /// How many recovery codes are left.
    pub left: u64,
    /// New recovery codes, for two minutes.
    pub codes: Vec<String>,
}

/// The recovery codes that are shown with an outcome.
pub(super) fn shown_codes(shown: Option<&ShownOutcome>) -> Vec<String> {
    let shown = shown.filter(|shown| {
        matches!(
            shown.outcome,
            FormOutcome::AuthenticatorOn
                | FormOutcome::RecoveryCodesMade
                | FormOutcome::PasskeyAdded { .. }
        )
    });
    let codes = shown.and_then(ShownOutcome::in_clear);
    codes
        .map(|codes| codes.lines().map(str::to_owned).collect())
        .unwrap_or_default()
}

/// The panel; `None` of the data if it couldn't be loaded.
pub(super) fn panel(data: Option<&MyFactor>, form: &FormState, now: Timestamp) -> AnyView {
    let Some(data) = data else {
        return view! {
            <Panel id="second-factor" title="Second factor">
                <LoadFailed
                    what="Your second factor couldn’t be loaded."
                    why="The database didn’t answer as it should. It stays as it is."
                    retry=Address::Me.to_string()
                />
            </Panel>
        }
        .into_any();
    };
    let is_on = data.authenticator.is_some() || data.passkey;
    let aside = view! { <span class="sub">{if is_on { "On" } else { "Off" }}</span> }.into_any();
    let app = match &data.authenticator {
        Some(app) => on(app, now),
        None => off(data.passkey),
    };
    let left = is_on.then(|| left(data.left));
    let body = view! {
        <div class="body">
            {problem(form)}
            {app}
            {left}
            {codes(&data.codes)}
        </div>
    }
    .into_any();
    view! {
        <Panel id="second-factor" title="Second factor" aside>
            {body}
        </Panel>
    }
    .into_any()
}

fn off(passkey: bool) -> AnyView {
    let begin = Address::BeginAuthenticator.to_string();
    let text = if passkey {
        "Your password alone signs nobody in: a passkey of yours is asked for as well. An authenticator app can be shown instead of it."
    } else {
        "With an authenticator app or a passkey, your password alone signs nobody in."
    };
    view! {
        <p>{text}</p>
        <div class="actions">
            <PostButton action=begin>"Set up an app"</PostButton>
        </div>
    }
    .into_any()
}

fn on(app: &Authenticator, now: Timestamp) -> AnyView {
    let replace = Address::BeginAuthenticator.to_string();
    view! {
        <p>
            <b>"Authenticator app"</b>
            " "
            <span class="sub">
                "On since " <Moment at=app.since/> ". Last used "
                <TimeOr at=app.last_used_at now=now/>
            </span>
        </p>
        <div class="actions">
            <PostButton action=replace size=Size::Small about="authenticator app">
                "Replace"
            </PostButton>
            <PostButton action=Address::EndAuthenticator.to_string() size=Size::Small about="authenticator app">
                "Switch off"
            </PostButton>
        </div>
    }
    .into_any()
}

/// How many recovery codes are left, and how to make new ones.
fn left(number: u64) -> AnyView {
    let words = match number {
        0 => "No recovery codes are left. Make new ones now.".to_owned(),
        1 => "1 recovery code is left.".to_owned(),
        number => format!("{number} recovery codes are left."),
    };
    view! {
        <p>{words}</p>
        <div class="actions">
            <PostButton action=Address::RecoveryCodes.to_string() size=Size::Small>
                "Make new recovery codes"
            </PostButton>
            <span class="sub">"The old ones stop working, and your other sessions end."</span>
        </div>
    }
    .into_any()
}

/// The new recovery codes, to be kept.
fn codes(codes: &[String]) -> Option<AnyView> {
    if codes.is_empty() {
        return None;
    }
    // A file without script and without another request: codes have no letter that
    // an address would have to escape.
    let file = format!("data:text/plain;charset=utf-8,{}%0A", codes.join("%0A"));
    let items = codes.iter().map(|code| view! { <li>{code.clone()}</li> });
    let view = view! {
        <Outcome health=Health::Working>
            <b>"Keep these recovery codes now. "</b>
            "Each signs you in once if you lose your app or your passkeys. In two minutes they are gone from here."
        </Outcome>
        <ul class="codes mono" role="list" aria-label="Recovery codes">
            {items.collect_view()}
        </ul>
        <CopyField id="recovery-codes" label="All of them, to copy" value=codes.join(" ")>
            <Copy of="recovery-codes" what="recovery codes"/>
        </CopyField>
        <p class="actions">
            <a class="button" data-size="small" href=file download="mooring-recovery-codes.txt">
                "Download as text"
            </a>
            <span class="sub">"Or print this page. Keep them where you keep passports."</span>
        </p>
    };
    Some(view.into_any())
}
