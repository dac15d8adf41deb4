//! What a change of an app's permissions would mean, before it is saved.

use super::counted::counted;
use crate::components::{Button, Glyph, Icon, Kind, Panel};
use domain::{
    health::Health,
    scope::{Scope, ScopeSet},
    scope_plan::Impact,
};
use leptos::prelude::*;

/// The name of the buttons' field, and its values.
pub const THEN: &str = "then";
/// The change is saved, and nothing else.
pub const SAVE: &str = "save";
/// The change is saved, and leads to a new campaign.
pub const CAMPAIGN: &str = "campaign";

/// A change that is typed and not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unsaved {
    pub before: ScopeSet,
    pub after: ScopeSet,
    pub impact: Impact,
    /// Whether the reader may begin a campaign.
    pub may_begin_campaigns: bool,
}

/// A scope that is asked for from now on, or no longer.
fn chip(scope: &Scope, added: bool) -> AnyView {
    let (icon, words) = match added {
        true => (Glyph::Plus, "Ask for "),
        false => (Glyph::Minus, "No longer ask for "),
    };
    view! {
        <span class="chip" data-set=true>
            <Icon name=icon/>
            <span class="sr">{words}</span>
            <code>{scope.to_string()}</code>
        </span>
    }
    .into_any()
}

fn line(health: Health, icon: Glyph, words: String, n: u64) -> Option<AnyView> {
    (n > 0).then(|| {
        view! {
            <li>
                <span data-health=health.code()>
                    <Icon name=icon/>
                    <span>{words}</span>
                    <b>{n}</b>
                </span>
            </li>
        }
        .into_any()
    })
}

/// “customers:write”, “customers:write and tags:read”, “3 permissions”.
fn named(scopes: &[&Scope]) -> String {
    match scopes {
        [one] => one.to_string(),
        [one, other] => format!("{one} and {other}"),
        more => counted(more.len() as u64, "permission", "permissions"),
    }
}

/// The panel with the buttons of the form.
pub(super) fn panel(app: &str, change: &Unsaved) -> AnyView {
    let impact = &change.impact;
    let gone = |from: &ScopeSet, in_: &ScopeSet| -> Vec<Scope> {
        let gone = from.iter().filter(|scope| !in_.contains(scope.as_str()));
        gone.cloned().collect()
    };
    let added = gone(&change.after, &change.before);
    let taken = gone(&change.before, &change.after);
    let chips = added
        .iter()
        .map(|scope| chip(scope, true))
        .chain(taken.iter().map(|scope| chip(scope, false)))
        .collect_view();
    let kept = named(&taken.iter().collect::<Vec<_>>());
    let lines = [
        line(
            Health::Limited,
            Glyph::Limited,
            "Become Limited until somebody approves".into(),
            impact.become_limited,
        ),
        line(
            Health::Limited,
            Glyph::Limited,
            "Stay Limited".into(),
            impact.stay_limited,
        ),
        line(
            Health::Limited,
            Glyph::Limited,
            "Lack something too, beside another problem".into(),
            impact.lack_beneath,
        ),
        line(
            Health::Working,
            Glyph::Working,
            "Lack nothing any more".into(),
            impact.mended,
        ),
        line(
            Health::Working,
            Glyph::Done,
            "Covered by write:all, no change".into(),
            impact.covered,
        ),
        line(
            Health::Working,
            Glyph::Working,
            "Have given it already".into(),
            impact.given,
        ),
        line(
            Health::Unchecked,
            Glyph::Unchecked,
            "It isn’t known what they gave".into(),
            impact.unknown,
        ),
    ];
    let lines = lines.into_iter().flatten().collect_view();
    let keep = line(
        Health::Retrying,
        Glyph::Plus,
        format!("Of these, keep {kept} until their next approval"),
        impact.keep,
    );
    let consequence = match impact.will_lack() {
        0 => format!("Nothing changes at the accounts of {app}."),
        _ => format!(
            "Nothing stops working: accounts keep all they have given. {app} can’t use what is new there until somebody approves."
        ),
    };
    let aside = view! {
        <span class="sub">{counted(impact.total(), "connected account", "connected accounts")}</span>
    }
    .into_any();
    let footer = buttons(change);
    view! {
        <Panel id="unsaved" title="Not saved yet" aside footer>
            <div class="body" role="status">
                <p class="actions">{chips}</p>
                <ul class="ledger" role="list">
                    {lines}
                    {keep}
                </ul>
                <p class="sub">{consequence}</p>
            </div>
        </Panel>
    }
    .into_any()
}

fn buttons(change: &Unsaved) -> AnyView {
    let campaign = change.may_begin_campaigns && change.impact.will_lack() > 0;
    if !campaign {
        return view! {
            <Button kind=Kind::Primary name=THEN value=SAVE>
                "Save"
            </Button>
        }
        .into_any();
    }
    view! {
        <Button kind=Kind::Quiet name=THEN value=SAVE>
            "Save only"
        </Button>
        <Button kind=Kind::Primary icon=Glyph::Send name=THEN value=CAMPAIGN>
            "Save and start a campaign"
        </Button>
    }
    .into_any()
}
