//! The menu of a row that needs somebody: snooze, take on, assign, wake. It is a `details`
//! with forms, so it works without script; the browser keeps one of them open at a time.

use super::{
    row_action::{May, account_href, check_href, is_checked_first},
    snooze_form::{BACK, SnoozeForm},
};
use crate::{
    address::Address,
    components::{Glyph, Icon},
    form_state::FormState,
};
use domain::{ids::PersonId, snooze::can_be_snoozed, time::Timestamp};
use leptos::prelude::*;
use service::connections::{by_account::ListedAccount, row::AccountRow};

/// What the menus of a list have in common.
pub(super) struct RowMenus<'a> {
    pub tenant: &'a str,
    pub may: May,
    /// The reader, if it is a person.
    pub me: Option<PersonId>,
    pub now: Timestamp,
    /// The page of the list, to which the forms lead back.
    pub back: &'a str,
}

impl RowMenus<'_> {
    /// The menu of an account's row; `None` if the reader may do nothing there.
    pub(super) fn of(&self, account: &ListedAccount, row: &AccountRow) -> Option<AnyView> {
        if !self.may.edit_customers {
            return None;
        }
        let customer = &account.customer;
        let (tenant, back) = (self.tenant, self.back);
        let (app, subdomain) = (row.app_slug.as_str(), row.subdomain.as_str());
        let button = |to: Address<'_>,
                      icon,
                      words: &'static str,
                      value: Option<(&'static str, String)>| {
            view! {
                <form method="post" action=to.to_string()>
                    <input type="hidden" name=BACK value=back.to_owned()/>
                    {value.map(|(name, value)| view! { <input type="hidden" name=name value=value/> })}
                    <button type="submit">
                        <Icon name=icon/>
                        {words}
                    </button>
                </form>
            }
        };
        let snooze = match &customer.snoozed {
            Some(_) => {
                let wake = Address::Wake {
                    tenant,
                    app,
                    subdomain,
                };
                Some(button(wake, Glyph::Clock, "Wake it now", None).into_any())
            }
            None => account
                .connections
                .iter()
                .any(|one| can_be_snoozed(one.own_health))
                .then(|| {
                    SnoozeForm {
                        action: Address::Snooze {
                            tenant,
                            app,
                            subdomain,
                        }
                        .to_string(),
                        subdomain,
                        title: customer.title(),
                        back: Some(back),
                        typed: &FormState::default(),
                        now: self.now,
                    }
                    .view()
                }),
        };
        let check = (self.may.check && !is_checked_first(row)).then(|| {
            view! {
                <form method="post" action=check_href(tenant, row) data-stay="row">
                    <button type="submit">
                        <Icon name=Glyph::Retrying/>
                        "Check now"
                    </button>
                </form>
            }
        });
        let owner = customer.owner.as_ref().map(|owner| owner.id);
        let take_on = self.me.filter(|me| owner != Some(*me)).map(|me| {
            let to = Address::LookAfter {
                tenant,
                app,
                subdomain,
            };
            button(to, Glyph::User, "Take on", Some(("owner", me.to_string())))
        });
        let assign = format!(
            "{}?assign=new#follow-up",
            account_href(tenant, app, subdomain)
        );
        let divider = snooze.is_some().then(|| view! { <hr/> });
        Some(
            view! {
                <details class="menu" data-end=true name="row">
                    <summary
                        class="button"
                        data-kind="quiet"
                        data-size="small"
                        data-icon=true
                        aria-label=format!("More for {}", customer.title())
                    >
                        <Icon name=Glyph::Dots/>
                    </summary>
                    <div>
                        {snooze}
                        {divider}
                        {check}
                        {take_on}
                        <a href=assign>
                            <Icon name=Glyph::Members/>
                            "Assign to…"
                        </a>
                    </div>
                </details>
            }
            .into_any(),
        )
    }
}
