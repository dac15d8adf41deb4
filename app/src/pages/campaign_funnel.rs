//! The funnel of a campaign: how many accounts came how far, and what went wrong.

use super::counted::grouped;
use domain::campaign::Stage;
use leptos::prelude::*;
use service::campaigns::{Campaign, CampaignState, Funnel};

/// The funnel: each bar is as long as its share of all accounts.
pub(super) fn funnel(campaign: &Campaign) -> AnyView {
    let funnel = &campaign.funnel;
    let (chosen, sent, opened) = (funnel.chosen(), funnel.sent(), funnel.opened());
    let approved = funnel.approved();
    let steps = [
        ("Chosen", chosen, nobody(funnel)),
        ("Sent", sent, waiting(campaign)),
        ("Opened", opened, share(opened, sent, "sent")),
        ("Approved", approved, share(approved, chosen, "chosen")),
        ("Failed", funnel.failed(), failures(funnel)),
    ];
    let steps = steps.map(|(label, n, more)| {
        view! {
            <li>
                <span class="sub">{label}</span>
                <b>{grouped(n)}</b>
                <progress
                    max=chosen.max(1)
                    value=n
                    aria-label=format!("{label}: {} of {}", grouped(n), grouped(chosen))
                ></progress>
                <span class="sub">{more}</span>
            </li>
        }
    });
    view! {
        <ol class="funnel" role="list">
            {steps.into_iter().collect_view()}
        </ol>
    }
    .into_any()
}

/// How many of the chosen ones can't be written to.
fn nobody(funnel: &Funnel) -> Option<String> {
    let n = funnel.at(Stage::NobodyToWriteTo);
    (n > 0).then(|| format!("{} without a contact", grouped(n)))
}

/// How many mails have not left.
fn waiting(campaign: &Campaign) -> Option<String> {
    let n = campaign.funnel.at(Stage::Waiting);
    let words = match campaign.state {
        CampaignState::Ended => "never sent",
        _ => "not yet",
    };
    (n > 0).then(|| format!("{} {words}", grouped(n)))
}

/// The share of a number, such as "75 % of sent".
fn share(n: u64, of: u64, whole: &str) -> Option<String> {
    let percent = (n * 100).checked_div(of)?;
    Some(format!("{percent} % of {whole}"))
}

/// What went wrong.
fn failures(funnel: &Funnel) -> Option<String> {
    let parts = [
        (funnel.at(Stage::NotDelivered), "not delivered"),
        (funnel.at(Stage::Declined), "cancelled"),
    ];
    let parts = parts.into_iter().filter(|(n, _)| *n > 0);
    let words: Vec<_> = parts
        .map(|(n, words)| format!("{} {words}", grouped(n)))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}
