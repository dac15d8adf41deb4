//! What comes next for an app: the steps until its first account, then what its accounts
//! wait for.

use super::{Data, Part, counted};
use crate::{
    address::Address,
    components::{Glyph, Icon, Panel},
    pages::row_action::add_offline,
};
use domain::{campaign::Audience, health::Health};
use leptos::prelude::*;

/// One thing to do.
struct Step {
    /// The state that it mends; gives the colour.
    health: Health,
    words: String,
    href: String,
}

fn step(health: Health, words: impl Into<String>, href: String) -> Step {
    Step {
        health,
        words: words.into(),
        href,
    }
}

/// The steps, the most urgent first; none if there is nothing to do.
fn steps(data: &Data) -> Vec<Step> {
    let (tenant, app, may) = (&data.tenant, data.app.slug.as_str(), data.may);
    let accounts = data.href(Part::Accounts);
    let with = |health: Health| format!("{accounts}?health={}", health.code());
    let mut steps = Vec::new();
    if may.manage_apps && data.app.credentials.fault.is_some() {
        let words = "Enter the client secret from the partners’ portal";
        steps.push(step(
            Health::SetupFault,
            words,
            data.href(Part::Credentials),
        ));
    }
    let lost = data.count(Health::Disconnected);
    if lost > 0 && may.send_links {
        let words = format!(
            "Send a link to {}",
            counted(lost, "lost account", "lost accounts")
        );
        steps.push(step(
            Health::Disconnected,
            words,
            with(Health::Disconnected),
        ));
    }
    if may.manage_apps && !data.app.requested.contains("offline") {
        let words = "Ask for “offline”, so that accounts stay connected";
        steps.push(step(Health::StoppingSoon, words, add_offline(tenant, app)));
    }
    let limited = data.count(Health::Limited);
    if limited > 0 && may.send_links && may.edit_customers {
        let new = Address::NewCampaign { tenant };
        let audience = Audience::MissingPermissions.code();
        let words = format!(
            "Start a campaign: {} a permission",
            counted(limited, "account lacks", "accounts lack")
        );
        steps.push(step(
            Health::Limited,
            words,
            format!("{new}?app={app}&audience={audience}"),
        ));
    }
    if data.counts.is_some() && data.total() == 0 {
        let here = data.href(Part::Overview);
        steps.push(step(
            Health::Unchecked,
            "Paste the two addresses into the partners’ portal",
            format!("{here}#addresses"),
        ));
        steps.push(step(
            Health::Unchecked,
            "Try it on a sandbox",
            format!("{here}#preview"),
        ));
        if may.send_links {
            let connect = Address::Connect { tenant };
            steps.push(step(
                Health::Unchecked,
                "Connect the first account",
                format!("{connect}?app={app}"),
            ));
        }
    }
    steps
}

/// Nothing if the counts are unknown, since then nobody can say what to do.
pub(in crate::pages) fn panel(data: &Data) -> Option<AnyView> {
    data.counts.as_ref()?;
    let steps = steps(data);
    let body = if steps.is_empty() {
        view! { <p class="body">"Nothing to do."</p> }.into_any()
    } else {
        let lines = steps.into_iter().map(|step| {
            view! {
                <li>
                    <a href=step.href data-health=step.health.code()>
                        <Icon name=Glyph::from(step.health)/>
                        <span>{step.words}</span>
                    </a>
                </li>
            }
        });
        view! {
            <ul class="ledger" role="list">
                {lines.collect_view()}
            </ul>
        }
        .into_any()
    };
    Some(
        view! {
            <Panel id="next" title="What comes next">
                {body}
            </Panel>
        }
        .into_any(),
    )
}
