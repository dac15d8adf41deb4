//! Who sees to an account, and whether it is snoozed: a panel of its page, which also
//! changes both.

use super::{
    account::Data,
    setup::problem,
    snooze_form::{SnoozeForm, snoozed_words},
};
use crate::{
    address::Address,
    components::{Button, Choice, Fact, Facts, Kind, LinkButton, Panel, PostButton, Select, Size},
    form_state::FormState,
};
use domain::snooze::can_be_snoozed;
use leptos::prelude::*;
use service::accounts::{Customer, Owner};

/// The part of the page that shows it.
const PART: &str = "#follow-up";

/// Which form of the panel is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Open {
    /// None.
    #[default]
    Nothing,
    /// The one that snoozes.
    Snooze,
    /// The one that assigns.
    Assign,
}

pub(super) fn panel(data: &Data) -> Option<AnyView> {
    let shown = data.customer.as_ref()?;
    let customer = &shown.customer;
    let open = data.follow_up.filter(|_| data.may.edit_customers);
    let body = match (open, &shown.assignable) {
        (Some(Open::Snooze), _) if customer.snoozed.is_none() => snooze(data, customer),
        (Some(Open::Assign), Some(members)) => assign(data, customer, members),
        _ => known(data, customer),
    };
    Some(
        view! {
            <Panel id="follow-up" title="Follow-up">
                {body}
            </Panel>
        }
        .into_any(),
    )
}

fn known(data: &Data, customer: &Customer) -> AnyView {
    let owner = customer.owner.as_ref();
    let name = owner.map_or("Nobody", |owner| &owner.name).to_owned();
    let snoozed = match &customer.snoozed {
        Some(snoozed) => snoozed_words(snoozed),
        None => "No".to_owned(),
    };
    let tenant = &data.tenant;
    let row = &data.account.row;
    let (app, subdomain) = (row.app_slug.as_str(), row.subdomain.as_str());
    let actions = data.may.edit_customers.then(|| {
        let others = data.me.filter(|me| owner.map(|owner| owner.id) != Some(*me));
        let take_on = others.map(|me| {
            let action = Address::LookAfter { tenant, app, subdomain };
            view! {
                <PostButton action=action.to_string() size=Size::Small name="owner" value=me.to_string() letter="t">
                    "Take on"
                </PostButton>
            }
        });
        let snooze = match &customer.snoozed {
            Some(_) => {
                let action = Address::Wake { tenant, app, subdomain };
                Some(
                    view! {
                        <PostButton action=action.to_string() size=Size::Small>
                            "Wake it now"
                        </PostButton>
                    }
                    .into_any(),
                )
            }
            None => can_be_snoozed(row.own_health).then(|| {
                view! {
                    <LinkButton href=format!("{}?snooze=new{PART}", data.href()) size=Size::Small letter="s">
                        "Snooze…"
                    </LinkButton>
                }
                .into_any()
            }),
        };
        view! {
            <div class="body"><div class="actions">
                {take_on}
                <LinkButton href=format!("{}?assign=new{PART}", data.href()) size=Size::Small>
                    "Assign to…"
                </LinkButton>
                {snooze}
            </div></div>
        }
    });
    view! {
        <Facts list=true body=true>
            <Fact term="Looked after by">{name}</Fact>
            <Fact term="Snoozed">{snoozed}</Fact>
        </Facts>
        {actions}
    }
    .into_any()
}

/// What was typed into this form of the panel.
fn typed<'a>(data: &'a Data, action: &str, none: &'a FormState) -> &'a FormState {
    if data.form.action == action {
        &data.form
    } else {
        none
    }
}

fn snooze(data: &Data, customer: &Customer) -> AnyView {
    let none = FormState::default();
    let typed = typed(data, "snooze", &none);
    let row = &data.account.row;
    let (app, subdomain) = (row.app_slug.as_str(), row.subdomain.as_str());
    let form = SnoozeForm {
        action: Address::Snooze {
            tenant: &data.tenant,
            app,
            subdomain,
        }
        .to_string(),
        subdomain,
        title: customer.title(),
        back: None,
        typed,
        now: data.now,
    };
    view! {
        <div class="body">
            {problem(typed)}
            {form.view()}
            <p>
                <a href=format!("{}{PART}", data.href())>"Leave it"</a>
            </p>
        </div>
    }
    .into_any()
}

fn assign(data: &Data, customer: &Customer, members: &[Owner]) -> AnyView {
    let none = FormState::default();
    let typed = typed(data, "look_after", &none);
    let row = &data.account.row;
    let action = Address::LookAfter {
        tenant: &data.tenant,
        app: row.app_slug.as_str(),
        subdomain: row.subdomain.as_str(),
    };
    let owner = customer.owner.as_ref().map(|owner| owner.id.to_string());
    let owners = std::iter::once(Choice::new("", "Nobody"));
    let each = members.iter();
    let owners = owners.chain(each.map(|one| Choice::new(one.id.to_string(), one.name.clone())));
    let options: Vec<_> = owners.collect();
    view! {
        <form class="body form" method="post" action=action.to_string()>
            {problem(typed)}
            <Select
                name="owner"
                label="Looked after by"
                options
                value=typed.value_or("owner", owner.unwrap_or_default())
                error=typed.error("owner")
            />
            <p class="actions">
                <Button kind=Kind::Primary>"Assign"</Button>
                <a href=format!("{}{PART}", data.href())>"Leave it"</a>
            </p>
        </form>
    }
    .into_any()
}
