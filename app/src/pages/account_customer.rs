//! The customer behind an account: a panel of its page, which also edits it.

use super::setup::problem;
use crate::{
    components::{
        Button, CardTable, Choice, Fact, Facts, Field, FormKey, Kind, LinkButton, LoadFailed,
        Moment, Panel, Select, Size,
    },
    form_state::FormState,
};
use domain::{
    customer::{LONGEST_EXTERNAL_ID, LONGEST_NAME, LONGEST_NOTE, Language},
    permission::Permission,
    subdomain::Subdomain,
};
use leptos::prelude::*;
use service::{
    Actor, InternalError,
    accounts::{self, Contact, Customer, Owner},
};

/// So many rows are free for further contacts.
const FREE_ROWS: usize = 2;
/// The part of the page that shows it.
pub(super) const PART: &str = "#customer";

/// What the panel shows.
pub(super) struct CustomerData {
    pub customer: Customer,
    /// Who could look after it, while it is edited.
    pub members: Option<Vec<Owner>>,
    /// The same, while it is assigned.
    pub assignable: Option<Vec<Owner>>,
}

/// What is known of the customer, and who could look after it while that is edited.
pub(super) async fn load(
    actor: &Actor,
    subdomain: &Subdomain,
    edited: bool,
    assigned: bool,
) -> Result<Option<CustomerData>, InternalError> {
    let Some(customer) = accounts::show(actor, subdomain).await? else {
        return Ok(None);
    };
    let wanted = (edited || assigned) && actor.may(Permission::EditCustomers);
    let members = match wanted {
        true => Some(accounts::members_who_can_own(actor).await?),
        false => None,
    };
    Ok(Some(CustomerData {
        customer,
        assignable: members.clone().filter(|_| assigned),
        members: members.filter(|_| edited),
    }))
}

/// The panel, and where it is.
pub(super) struct CustomerPanel<'a> {
    /// `None` if it couldn't be loaded.
    pub shown: Option<&'a CustomerData>,
    /// Whether the reader may edit it.
    pub may_edit: bool,
    /// The page's own address.
    pub href: String,
    /// Whether it says who looks after the account; else another panel of the page does.
    pub says_owner: bool,
    /// Where its form goes.
    pub action: String,
    /// The form of the page that failed.
    pub form: &'a FormState,
}

pub(super) fn panel(data: &CustomerPanel<'_>) -> AnyView {
    let Some(shown) = data.shown else {
        let retry = data.href.clone();
        return view! {
            <Panel id="customer" title="Customer">
                <LoadFailed
                    what="What is known of the customer couldn’t be loaded."
                    why="The database didn’t answer as it should. The rest of this page is current."
                    retry
                />
            </Panel>
        }
        .into_any();
    };
    let editing = data.may_edit && shown.members.is_some();
    let aside = (data.may_edit && !editing).then(|| {
        let href = format!("{}?customer=edit{PART}", data.href);
        view! {
            <LinkButton href size=Size::Small about="what is known of the customer">
                "Edit"
            </LinkButton>
        }
        .into_any()
    });
    let body = match shown.members.as_deref().filter(|_| editing) {
        Some(members) => form(data, &shown.customer, members),
        None => known(&shown.customer, data.says_owner),
    };
    view! {
        <Panel id="customer" title="Customer" aside=aside.into_any()>
            {body}
        </Panel>
    }
    .into_any()
}

fn known(customer: &Customer, says_owner: bool) -> AnyView {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "Not given".to_owned());
    let owner = customer
        .owner
        .as_ref()
        .map_or("Nobody", |owner| &owner.name)
        .to_owned();
    let tags = if customer.tags.is_empty() {
        view! { "None" }.into_any()
    } else {
        let tags = customer.tags.iter();
        tags.map(|tag| view! { <span class="tag">{tag.to_string()}</span> " " })
            .collect_view()
            .into_any()
    };
    let note = customer.note.as_ref().map(|note| {
        let (by, at) = (note.by.clone(), note.at);
        view! {
            <p class="body">
                {note.text.clone()}
                " "
                <span class="sub">{format!("{by}, ")} <Moment at/></span>
            </p>
        }
    });
    let contacts = customer.contacts.iter().map(contact).collect_view();
    let contacts = (!customer.contacts.is_empty()).then(
        || view! { <ul class="body lines" role="list" aria-label="Contacts">{contacts}</ul> },
    );
    let (name, external_id) = (text(&customer.name), text(&customer.external_id));
    view! {
        <Facts list=true body=true>
            <Fact term="Name">{name}</Fact>
            <Fact term="External id">{external_id}</Fact>
            {says_owner.then(|| view! { <Fact term="Looked after by">{owner}</Fact> })}
            <Fact term="Tags">{tags}</Fact>
        </Facts>
        {note}
        {contacts}
    }
    .into_any()
}

fn contact(one: &Contact) -> AnyView {
    let name = one.name.clone().unwrap_or_else(|| one.email.clone());
    let detail = [
        one.name.as_ref().map(|_| one.email.clone()),
        one.language.map(|language| language.label().to_owned()),
    ];
    let detail: Vec<_> = detail.into_iter().flatten().collect();
    view! {
        <li>
            <b>{name}</b>
            " "
            <span class="sub">{detail.join(" · ")}</span>
        </li>
    }
    .into_any()
}

fn form(data: &CustomerPanel<'_>, customer: &Customer, members: &[Owner]) -> AnyView {
    let form = match data.form.action {
        "customer" => data.form.clone(),
        _ => FormState::default(),
    };
    let tags: Vec<_> = customer.tags.iter().map(ToString::to_string).collect();
    let owner = customer.owner.as_ref().map(|owner| owner.id.to_string());
    let owners = std::iter::once(Choice::new("", "Nobody"));
    let owners = owners.chain(
        members
            .iter()
            .map(|one| Choice::new(one.id.to_string(), one.name.clone())),
    );
    let owners: Vec<_> = owners.collect();
    let note = customer.note.as_ref().map_or("", |note| &note.text);
    view! {
        <form class="body form" method="post" action=data.action.clone() data-bar="Customer" data-draft="">
            <FormKey/>
            {problem(&form)}
            <Field
                name="name"
                id="customer_name"
                label="Name"
                maxlength=LONGEST_NAME as u32
                autocomplete="off"
                value=form.value_or("name", customer.name.clone().unwrap_or_default())
                error=form.error("name")
            />
            <Field
                name="external_id"
                label="External id"
                hint="The customer’s id in your own systems."
                maxlength=LONGEST_EXTERNAL_ID as u32
                autocomplete="off"
                value=form.value_or("external_id", customer.external_id.clone().unwrap_or_default())
                error=form.error("external_id")
            />
            <Select
                name="owner"
                label="Looked after by"
                options=owners
                value=form.value_or("owner", owner.unwrap_or_default())
                error=form.error("owner")
            />
            <Field
                name="tags"
                label="Tags"
                hint="Separated by commas."
                autocomplete="off"
                value=form.value_or("tags", tags.join(", "))
                error=form.error("tags")
            />
            <Field
                name="note"
                label="Note"
                hint="What colleagues should know."
                maxlength=LONGEST_NOTE as u32
                autocomplete="off"
                value=form.value_or("note", note)
                error=form.error("note")
            />
            {contacts(customer, &form)}
            <p class="actions">
                <Button kind=Kind::Primary>"Save"</Button>
                <a href=format!("{}{PART}", data.href)>"Leave it"</a>
            </p>
        </form>
    }
    .into_any()
}

/// A table with a row for each contact, and some that are free: works without script.
fn contacts(customer: &Customer, form: &FormState) -> AnyView {
    let mut rows: Vec<[String; 3]> = if form.was_posted() {
        let all = |name| form.all(name).map(str::to_owned);
        all("contact_email")
            .zip(all("contact_name"))
            .zip(all("contact_language"))
            .map(|((email, name), language)| [email, name, language])
            .collect()
    } else {
        let typed = |one: &Contact| {
            let language = one.language.map_or("", Language::code);
            let name = one.name.clone().unwrap_or_default();
            [one.email.clone(), name, language.to_owned()]
        };
        customer.contacts.iter().map(typed).collect()
    };
    rows.retain(|row| row.iter().any(|text| !text.is_empty()));
    rows.extend(std::iter::repeat_n(Default::default(), FREE_ROWS));
    let rows = rows.into_iter().enumerate().map(|(at, [email, name, language])| {
        let number = at + 1;
        let options = Language::ALL.map(|one| {
            let selected = one.code() == language;
            view! {
                <option value=one.code() selected=selected>
                    {one.label()}
                </option>
            }
        });
        view! {
            <tr>
                <th scope="row">
                    <input type="email" name="contact_email" value=email maxlength="254" autocomplete="off" aria-label=format!("E-mail of contact {number}")/>
                </th>
                <td data-label="Name">
                    <input type="text" name="contact_name" value=name maxlength="100" autocomplete="off" aria-label=format!("Name of contact {number}")/>
                </td>
                <td data-label="Language">
                    <select name="contact_language" aria-label=format!("Language of contact {number}")>
                        <option value="">"Not known"</option>
                        {options.collect_view()}
                    </select>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="field">
            <b>"Contacts"</b>
            <CardTable caption="Contacts" columns=&["E-mail", "Name", "Language"] rows={rows.into_any()}/>
            <p class="hint">"Links are offered to the first one first."</p>
            {form.error("contacts").map(|error| view! { <p class="error">{error}</p> })}
        </div>
    }
    .into_any()
}
