//! The panels of an account's page. Each shows its part, or says why it can't.

use super::{account::Data, history, mail_progress::mail_progress, overview_links::link_steps};
use crate::address::Address;
use crate::components::{
    Callout, Empty, Fact, Facts, Glyph, Icon, Moment, Panel, PanelFailed, PostButton, ScopeTable,
    SecretMask, Size, Steps, Timeline, TimelineDay, TimelineEvent, absolute, scope_groups,
};
use domain::{
    health::{Health, Standing},
    scope::Scope,
    time::Timestamp,
};
use leptos::prelude::*;
use service::connections::{
    events::TimelineEntry,
    links::{LinkRow, LinkState},
};

const REST_IS_FINE: &str =
    "The database didn’t answer as it should. The rest of this page is current.";

/// "2 missing", or nothing if there are none.
fn some(n: usize, what: &str) -> Option<String> {
    (n > 0).then(|| format!(" · {n} {what}"))
}

pub(super) fn permissions(data: &Data) -> AnyView {
    let account = &data.account;
    let (asked, granted, c) = (
        &account.app.requested,
        &account.row.granted,
        &account.comparison,
    );
    let app = &account.row.app_name;
    let footer = view! {
        <span></span>
        <a href=Address::AppPermissions { tenant: &data.tenant, app: account.row.app_slug.as_str() }.to_string()>{format!("What {app} asks for")}</a>
    }
    .into_any();
    if matches!(account.condition.standing, Standing::NotConnected(_)) {
        let none = format!(
            "{app} asks for {} permissions; the account has approved none of them now.",
            asked.len()
        );
        return view! {
            <Panel id="permissions" title="Permissions" footer>
                <Empty icon=Glyph::Limited title="Nothing granted">
                    <p>{none}</p>
                </Empty>
            </Panel>
        }
        .into_any();
    }
    if account.row.scopes_unknown {
        return unknown_permissions(data, footer);
    }
    let counted = [
        Some(format!(
            "{} asked for · {} granted",
            asked.len(),
            granted.len()
        )),
        some(c.missing.len(), "missing"),
        some(c.extra.len(), "extra"),
        some(c.unknown.len(), "unknown to us"),
    ];
    let aside =
        view! { <p class="sub">{counted.into_iter().flatten().collect::<String>()}</p> }.into_any();
    let advice = granted.contains("write:all").then(|| old_permission(data));
    let caption = format!(
        "Permissions of {} by resource: asked for, granted, missing, extra",
        account.row.subdomain
    );
    let groups = scope_groups(asked, granted);
    let body = view! {
        {advice}
        <ScopeTable caption groups/>
    }
    .into_any();
    view! {
        <Panel id="permissions" title="Permissions" aside footer>
            {body}
        </Panel>
    }
    .into_any()
}

/// For an account whose last answer about permissions could not be read.
fn unknown_permissions(data: &Data, footer: AnyView) -> AnyView {
    let granted = &data.account.row.granted;
    let before = if granted.is_empty() {
        "Nothing that could be read was ever told.".to_owned()
    } else {
        format!("Told before: {}.", granted.to_string().replace(' ', ", "))
    };
    let words = format!(
        "What Gorgias said last about the permissions couldn’t be read, so nobody knows which of the {} that are asked for were granted. {before}",
        data.account.app.requested.len(),
    );
    view! {
        <Panel id="permissions" title="Permissions" footer>
            <Empty icon=Glyph::Info title="Not known">
                <p>{words}</p>
            </Empty>
        </Panel>
    }
    .into_any()
}

/// Gorgias has announced the removal of `write:all`; this says what to do before.
fn old_permission(data: &Data) -> AnyView {
    let (asked, granted) = (&data.account.app.requested, &data.account.row.granted);
    let by_it_alone = |s: &&Scope| granted.covers(s) && !granted.contains(s.as_str());
    let covered = asked.iter().filter(by_it_alone).count();
    let advice = if asked.contains("write:all") {
        format!(
            "{} still asks for it: an operator should choose specific permissions in its place.",
            data.account.row.app_name
        )
    } else {
        "The next reconnect link asks for the specific permissions instead.".to_owned()
    };
    let covers = match covered {
        0 => String::new(),
        1 => " For now it stands in for 1 permission that wasn’t granted by name.".to_owned(),
        n => format!(" For now it stands in for {n} permissions that weren’t granted by name."),
    };
    view! {
        <Callout health=Health::Limited>
            <p>
                <b>"Old permission " <code>"write:all"</code> " can go."</b>
                {format!(" Gorgias will remove it.{covers} {advice}")}
            </p>
        </Callout>
    }
    .into_any()
}

pub(super) fn timeline(data: &Data, shown: u64) -> AnyView {
    let href = data.href();
    let Some(entries) = &data.timeline else {
        return view! {
            <PanelFailed
                id="timeline"
                title="Timeline"
                what="The timeline couldn’t be loaded."
                why=REST_IS_FINE
                retry=href
            />
        }
        .into_any();
    };
    let shown = usize::try_from(shown).unwrap_or(usize::MAX);
    let older = (entries.len() > shown)
        .then(|| entries.get(shown.saturating_sub(1)))
        .flatten();
    let page = history::with_days(&href, data.days);
    let footer = view! {
        <span>{format!("{} shown", entries.len().min(shown))}</span>
        <span class="actions">
            {data
                .before
                .map(|_| view! { <a href=format!("{page}#timeline")>"Newest"</a> })}
            {older
                .map(|last: &TimelineEntry| {
                    view! {
                        <a href=format!("{page}&before={}#timeline", last.id) rel="next">
                            "Older"
                        </a>
                    }
                })}
        </span>
    }
    .into_any();
    let events: Vec<_> = entries
        .iter()
        .take(shown)
        .map(|e| TimelineEvent::of(&e.happening, &e.actor, e.at))
        .collect();
    if events.is_empty() {
        return view! {
            <Panel id="timeline" title="Timeline">
                <Empty icon=Glyph::Clock title="No events yet">
                    <p>"What happens to this account is written down here."</p>
                </Empty>
            </Panel>
        }
        .into_any();
    }
    let (days, now) = (TimelineDay::group(events, data.now), data.now);
    let body = view! {
        <Timeline days now/>
    }
    .into_any();
    view! {
        <Panel id="timeline" title="Timeline" class="timeline" footer>
            {body}
        </Panel>
    }
    .into_any()
}

pub(super) fn links_panel(data: &Data) -> AnyView {
    let Some(links) = &data.links else {
        return view! {
            <PanelFailed
                id="links"
                title="Links"
                what="The links couldn’t be loaded."
                why=REST_IS_FINE
                retry=data.href()
            />
        }
        .into_any();
    };
    if links.is_empty() {
        return view! {
            <Panel id="links" title="Links">
                <Empty icon=Glyph::Link title="No link yet">
                    <p>"No reconnect link was ever made for this account."</p>
                </Empty>
            </Panel>
        }
        .into_any();
    }
    let open = links.iter().filter(|l| is_open(l)).count();
    let aside = match open {
        0 => "None open".to_owned(),
        n => format!("{n} open"),
    };
    let aside = view! { <span class="sub">{aside}</span> }.into_any();
    let rows: Vec<_> = links.iter().map(|l| link_row(data, l)).collect();
    let body = view! {
        <ul class="rows" role="list">
            {rows}
        </ul>
    }
    .into_any();
    view! {
        <Panel id="links" title="Links" aside>
            {body}
        </Panel>
    }
    .into_any()
}

const fn is_open(link: &LinkRow) -> bool {
    matches!(
        link.state,
        LinkState::Sent | LinkState::Opened | LinkState::Started
    )
}

fn link_row(data: &Data, link: &LinkRow) -> AnyView {
    let ends = if is_open(link) {
        "Works until "
    } else {
        "Ended, was made to work until "
    };
    let revoke = (is_open(link) && data.may.send_links).then(|| {
        view! {
            <PostButton
                action=Address::RevokeLink {
                    tenant: &data.tenant,
                    app: data.account.row.app_slug.as_str(),
                    subdomain: data.account.row.subdomain.as_str(),
                    id: &link.id.to_string(),
                }
                .to_string()
                stay=true
                size=Size::Small
                about=format!("link made {}", absolute(link.created_at))
            >
                "Withdraw"
            </PostButton>
        }
    });
    view! {
        <li>
            <span>
                "Made by " <b>{link.created_by.clone()}</b> ", " <Moment at=link.created_at/>
                {link.email.clone().map(|email| format!(", for {email}"))}
            </span>
            {link.mail.as_ref().map(|mail| view! { <span>{mail_progress(mail)}</span> })}
            <Steps steps=link_steps(link.state, link.created_at, data.now)/>
            <span class="sub">
                {ends}
                <Moment at=link.expires_at/>
            </span>
            {revoke}
        </li>
    }
    .into_any()
}

pub(super) fn tokens(data: &Data) -> AnyView {
    let account = &data.account;
    let aside = view! {
        <span class="sub">
            <Icon name=Glyph::Lock/>
            " Encrypted"
        </span>
    }
    .into_any();
    let footer = view! { <span>"Tokens are never shown"</span> }.into_any();
    let token = |term: &'static str, stored: Option<Timestamp>, none: &'static str| match stored {
        Some(at) => view! {
            <Fact
                term
                detail=view! {
                    {format!("Stored {}, ", at.relative(data.now))}
                    <Moment at/>
                }
                    .into_any()
            >
                <SecretMask/>
            </Fact>
        }
        .into_any(),
        None => view! { <Fact term>{none}</Fact> }.into_any(),
    };
    let access = token("Access token", account.access_token_stored, "None");
    let refresh = token(
        "Refresh token",
        account.refresh_token_stored,
        "None: it can’t renew itself",
    );
    let created = account.created_at;
    let body = view! {
        <Facts list=true body=true>
            {access}
            {refresh}
            <Fact term="First seen">
                <Moment at=created/>
            </Fact>
        </Facts>
    }
    .into_any();
    view! {
        <Panel id="tokens" title="Tokens" aside footer>
            {body}
        </Panel>
    }
    .into_any()
}
