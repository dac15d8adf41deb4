//! How long events and the audit are kept.

use super::Data;
use crate::{
    address::Address,
    components::{Button, Checkbox, Choice, Panel, Select},
    pages::setup::problem,
};
use domain::time::Span;
use leptos::prelude::*;
use service::tenants::settings::KEEPING;

/// The value of a time in the form: days, or `forever`.
fn code(span: Option<Span>) -> String {
    span.map_or_else(
        || "forever".to_owned(),
        |span| (span.whole_seconds() / Span::days(1).whole_seconds()).to_string(),
    )
}

/// The same in words. Months are what people think in.
fn words(span: Span) -> String {
    match span.whole_seconds() / Span::days(1).whole_seconds() {
        91 => "3 months".to_owned(),
        396 => "13 months".to_owned(),
        761 => "25 months".to_owned(),
        1_827 => "5 years".to_owned(),
        _ => span.words(),
    }
}

/// The time that counts: one that is not below the installation's is not among the
/// choices, and a browser would show the first one.
fn within(kept: Option<Span>, bound: Option<Span>) -> Option<Span> {
    kept.filter(|kept| bound.is_none_or(|bound| *kept < bound))
}

fn choices(bound: Option<Span>) -> Vec<Choice> {
    let shorter = KEEPING
        .into_iter()
        .filter(|span| bound.is_none_or(|bound| *span < bound));
    let longest = match bound {
        Some(bound) => format!("{}, as this installation keeps it", words(bound)),
        None => "For ever".to_owned(),
    };
    shorter
        .map(|span| Choice::new(code(Some(span)), words(span)))
        .chain([Choice::new(code(None), longest)])
        .collect()
}

pub(super) fn section(data: &Data) -> AnyView {
    let form = data.form("settings_retention");
    let kept = data.settings.retention;
    let agreed = form.error("agreed").map(|question| {
        view! {
            <div class="field">
                <p class="error" id="agreed-error">
                    {question}
                </p>
                <Checkbox name="agreed" label="Remove it for good"/>
            </div>
        }
    });
    let action = Address::SettingsRetention {
        tenant: &data.tenant,
    };
    let body = view! {
        <form class="body" method="post" action=action.to_string() data-bar="Retention">
            {problem(&form)}
            <div class="pair">
                <Select
                    name="events_kept"
                    label="Events and timelines"
                    options=choices(None)
                    value=form.value_or("events_kept", code(kept.events))
                    hint="States and figures of accounts stay."
                    error=form.error("events_kept")
                />
                <Select
                    name="audit_kept"
                    label="Audit"
                    options=choices(data.settings.audit_bound)
                    value=form.value_or("audit_kept", code(within(kept.audit, data.settings.audit_bound)))
                    hint="Before a shorter time removes anything, you are told how much."
                    error=form.error("audit_kept")
                />
            </div>
            {agreed}
            <p class="actions">
                <Button about="retention">"Save"</Button>
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="retention" title="How long things are kept">
            {body}
        </Panel>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A select whose value is none of its options shows, and sends, its first one.
    #[test]
    fn the_time_that_counts_is_always_among_the_choices() {
        for bound in [None, Some(Span::days(30)), Some(Span::days(400))] {
            for kept in KEEPING.map(Some).into_iter().chain([None]) {
                let shown = code(within(kept, bound));
                let choices = choices(bound);
                let there = choices.iter().filter(|choice| choice.value == shown);
                assert_eq!(there.count(), 1, "{kept:?} {bound:?}");
            }
        }
        let year = Some(Span::days(396));
        assert_eq!(within(year, None), year);
        assert_eq!(within(year, Some(Span::days(400))), year);
        assert_eq!(within(year, Some(Span::days(396))), None);
    }
}
