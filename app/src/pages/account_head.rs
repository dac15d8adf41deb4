//! The head of an account's page.

use super::account::Data;
use crate::{
    address::Address,
    components::{Crumb, Glyph, Icon, PageHead},
};
use domain::{health::Health, health_words::NextStep};
use leptos::prelude::*;
use service::connections::show::Account;

/// The account's name, where it is, and what can be done besides the main action.
pub(super) fn head(data: &Data) -> AnyView {
    let accounts = Address::Accounts {
        tenant: &data.tenant,
    }
    .to_string();
    view! {
        <PageHead
            title=data.title()
            crumbs=vec![Crumb::new("Accounts", accounts)]
            meta=meta(data)
            actions=actions(data)
        />
    }
    .into_any()
}

/// Name and e-mail address of the person who approved, as far as Gorgias told.
fn approver(account: &Account) -> Option<String> {
    match (&account.approved_by_name, &account.approved_by_email) {
        (Some(name), Some(email)) => Some(format!("{name}, {email}")),
        (Some(who), None) | (None, Some(who)) => Some(who.clone()),
        (None, None) => None,
    }
}

fn meta(data: &Data) -> AnyView {
    let host = data
        .at_gorgias
        .split_once("://")
        .map_or(data.at_gorgias.as_str(), |(_, host)| host)
        .to_owned();
    let app = data.account.row.app_slug.as_str();
    let app = Address::App {
        tenant: &data.tenant,
        app,
    }
    .to_string();
    view! {
        <a href=format!("{}/", data.at_gorgias) rel="noreferrer">
            {host} <Icon name=Glyph::External/>
        </a>
        <span>
            <Icon name=Glyph::Apps/>
            <a href=app>
                {data.account.row.app_name.clone()}
            </a>
        </span>
        {approver(&data.account)
            .map(|who| {
                view! {
                    <span>
                        <Icon name=Glyph::User/>
                        {format!("Approved by {who}")}
                    </span>
                }
            })}
    }
    .into_any()
}

/// The actions besides the main one.
fn actions(data: &Data) -> AnyView {
    let href = data.href();
    let may = data.may;
    let connected = data.account.row.own_health != Health::NotConnected;
    // If checking is already the main action, it is shown only once.
    let check = may.check
        && connected
        && matches!(
            data.account.row.explanation.next,
            NextStep::SendLink | NextStep::AddOffline | NextStep::TellOperator
        );
    let tenant = &data.tenant;
    let (app, subdomain) = (
        data.account.row.app_slug.as_str(),
        data.account.row.subdomain.as_str(),
    );
    let post = |to: Address<'_>, words: &'static str| {
        view! {
            <form method="post" action=to.to_string()>
                <button type="submit">{words}</button>
            </form>
        }
    };
    let menu = (may.send_links || may.authorize || may.disconnect).then(|| {
        view! {
            <details class="menu" data-end=true>
                <summary class="button" data-icon=true aria-label="More actions">
                    <Icon name=Glyph::Dots/>
                </summary>
                <div>
                    {may
                        .send_links
                        .then(|| view! { <a href=format!("{href}?link=new#link") data-dialog="link-panel">"Send reconnect link"</a> })}
                    {may.authorize.then(|| post(Address::Authorize { tenant, app, subdomain }, "Approve at Gorgias yourself"))}
                    {(may.disconnect && connected)
                        .then(|| {
                            view! {
                                <hr/>
                                <a href=Address::Disconnect { tenant, app, subdomain }.to_string()>"Disconnect and forget tokens…"</a>
                            }
                        })}
                    {may
                        .disconnect
                        .then(|| view! { <a href=Address::Erase { tenant, app, subdomain }.to_string()>"Erase for good…"</a> })}
                </div>
            </details>
        }
    });
    view! {
        {check
            .then(|| {
                view! {
                    <form
                        method="post"
                        data-stay="page"
                        action=Address::Check { tenant, app, subdomain }.to_string()
                    >
                        <button type="submit" class="button" data-key="r">
                            <Icon name=Glyph::Retrying/>
                            "Check now"
                        </button>
                    </form>
                }
            })}
        {menu}
    }
    .into_any()
}
