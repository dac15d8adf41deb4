//! Links on their way: a panel of the overview.

use super::{
    overview::{Data, failed},
    row_action::{account_href, tenant_home},
};
use crate::components::{Empty, Glyph, Moment, Panel, Step, Steps};
use domain::time::Timestamp;
use leptos::prelude::*;
use service::connections::links::LinkState;

pub(super) fn links(data: &Data) -> AnyView {
    let home = tenant_home(&data.tenant);
    let Some((_, links)) = &data.lists else {
        return failed(
            "links",
            "Links on their way",
            "The links couldn’t be loaded.",
            &home,
        );
    };
    if links.is_empty() {
        return view! {
            <Panel id="links" title="Links on their way">
                <Empty icon=Glyph::Link title="None">
                    <p>"Reconnect links that were made and not used yet appear here."</p>
                </Empty>
            </Panel>
        }
        .into_any();
    }
    let body = view! {
        <ul class="rows" role="list" data-live="links">
            {links
                .iter()
                .map(|l| {
                    let href = account_href(&data.tenant, l.app_slug.as_str(), l.subdomain.as_str());
                    view! {
                        <li data-row=l.link.id.to_string()>
                            <span>
                                <a class="name" href=href>
                                    {l.subdomain.to_string()}
                                </a>
                                " "
                                <span class="sub">{l.app_name.clone()}</span>
                            </span>
                            <Steps steps=link_steps(l.link.state, l.link.created_at, data.now)/>
                            <span class="sub">"Expires " <Moment at=l.link.expires_at/></span>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any();
    view! {
        <Panel id="links" title="Links on their way">
            {body}
        </Panel>
    }
    .into_any()
}

/// The progress of a link, as steps.
pub(super) fn link_steps(state: LinkState, made: Timestamp, now: Timestamp) -> Vec<Step> {
    let sent = Step::done(format!("Made {}", made.relative(now)));
    let (opened, approved) = (|| Step::done("Opened"), || Step::open("Approved"));
    match state {
        LinkState::Sent => vec![sent, Step::open("Opened"), approved()],
        LinkState::Opened => vec![sent, opened(), approved()],
        LinkState::Started => vec![sent, opened(), Step::done("At Gorgias"), approved()],
        LinkState::Approved => vec![sent, opened(), Step::done("Approved")],
        LinkState::Expired => vec![sent, Step::ended("Expired")],
        LinkState::Revoked => vec![sent, Step::ended("Withdrawn")],
    }
}
