//! Choosing accounts of the list, and the bar with what can be done with them. It works
//! without script: the bar appears as soon as something is ticked.

use super::{accounts::Data, accounts_filter, snooze_form::label};
use crate::{
    address::Address,
    components::{Button, FormKey, Glyph, Icon, Kind},
    form_state::FormState,
};
use domain::{
    customer::LONGEST_TAG,
    job::JobAction,
    permission::Permission,
    snooze::{Choice, LONGEST_REASON},
};
use leptos::prelude::*;
use service::{
    Actor,
    accounts::Customer,
    connections::by_account::{AccountsPage, AccountsQuery},
    mail,
};

/// The name of the form among those of its page.
pub const BULK: &str = "bulk";

/// What the reader may do with many accounts.
#[derive(Debug, Clone, Default)]
pub(super) struct Bulk {
    pub check: bool,
    pub edit: bool,
    /// Also whether mail is set up.
    pub links: bool,
    /// What was chosen and typed, if it was refused.
    pub form: FormState,
}

impl Bulk {
    pub fn of(actor: &Actor, form: FormState) -> Option<Self> {
        let check = actor.may(Permission::CheckConnections);
        let edit = actor.may(Permission::EditCustomers);
        let links = actor.may(Permission::SendLinks) && mail::is_set_up(actor);
        (check || edit || links).then_some(Self {
            check,
            edit,
            links,
            form,
        })
    }
}

/// The head of the column with ticks: all rows of the page.
pub(super) fn of_page(bulk: &Bulk, rows: usize) -> AnyView {
    let said = format!("Choose all {rows} of this page");
    let checked = bulk.form.value("page").is_some();
    view! {
        <td class="c-check">
            <label class="tick">
                <input type="checkbox" name="page" value="on" form=BULK aria-label=said checked=checked/>
            </label>
        </td>
    }
    .into_any()
}

/// The tick of a row.
pub(super) fn of_row(bulk: &Bulk, customer: &Customer) -> AnyView {
    let said = format!("Choose {}", customer.title());
    let name = customer.subdomain.to_string();
    let checked = bulk.form.all("account").any(|one| one == name);
    view! {
        <td class="c-check">
            <label class="tick">
                <input type="checkbox" name="account" value=name form=BULK aria-label=said checked=checked/>
            </label>
        </td>
    }
    .into_any()
}

/// The bar, after the table, so that it can count the ticks.
pub(super) fn bar(data: &Data, bulk: &Bulk, page: &AccountsPage) -> AnyView {
    let tenant = &data.tenant;
    let filtered = accounts_filter::is_filtered(&data.query);
    let all = match &data.counts {
        Some(counts) if !filtered => format!("All {}", counts.total),
        _ => "All that match".to_owned(),
    };
    let shown = page.rows.iter().map(|row| {
        let name = row.customer.subdomain.to_string();
        view! { <input type="hidden" name="shown" value=name/> }
    });
    let checked = bulk.form.value("all").is_some();
    view! {
        <form id=BULK class="bulk" method="post" action=Address::Jobs { tenant }.to_string()>
            <FormKey/>
            <input type="hidden" name="filter" value=accounts_filter::text(&AccountsQuery { columns: None, ..data.wanted() })/>
            {shown.collect_view()}
            <b class="chosen" data-page=format!("{} chosen", page.rows.len()) data-all=format!("{all} chosen")></b>
            <label class="tick">
                <input type="checkbox" name="all" value="on" checked=checked/>
                <span>{all}</span>
            </label>
            {bulk.edit.then(|| tag(data, bulk))}
            {bulk.edit.then(|| assign(data, bulk))}
            {bulk.edit.then(|| snooze(data, bulk))}
            {bulk.links.then(|| links(bulk))}
            {bulk.check.then(|| act(JobAction::Check, Kind::Primary, Some(Glyph::Retrying)))}
            {bulk.edit.then(|| act(JobAction::Export, Kind::Plain, Some(Glyph::Download)))}
            <button type="reset" class="button" data-kind="quiet">
                "Clear"
            </button>
        </form>
    }
    .into_any()
}

/// A button that starts a job.
fn act(action: JobAction, kind: Kind, icon: Option<Glyph>) -> AnyView {
    view! {
        <Button kind icon name="action" value=action.code()>
            {action.label()}
        </Button>
    }
    .into_any()
}

/// What is behind a button of the bar; one is open at a time.
fn menu(icon: Glyph, words: &'static str, open: bool, body: AnyView) -> AnyView {
    view! {
        <details class="menu" name="bulk" open=open>
            <summary class="button">
                <Icon name=icon/>
                {words}
            </summary>
            <div>{body}</div>
        </details>
    }
    .into_any()
}

/// The error of a field, read out at once.
fn error(bulk: &Bulk, field: &str, id: &'static str) -> Option<AnyView> {
    let said = bulk.form.error(field)?;
    Some(
        view! {
            <span class="error" id=id role="alert" data-health="disconnected">
                {said}
            </span>
        }
        .into_any(),
    )
}

/// Comes first: pressing Enter in a form presses its first button, and this one refuses
/// to do anything as long as no tag is typed.
fn tag(data: &Data, bulk: &Bulk) -> AnyView {
    let failed = bulk.form.error("tag").is_some();
    let known = data.choices.tags.iter().map(|(tag, _)| {
        view! { <option value=tag.to_string()></option> }
    });
    let body = view! {
        <p class="field">
            <label for="bulk-tag">"Tag"</label>
            <input
                id="bulk-tag"
                name="tag"
                list="bulk-tags"
                maxlength=LONGEST_TAG.to_string()
                value=bulk.form.value("tag")
                autocomplete="off"
                aria-invalid=failed.then_some("true")
                aria-describedby=failed.then_some("bulk-tag-error")
            />
            {error(bulk, "tag", "bulk-tag-error")}
            <datalist id="bulk-tags">{known.collect_view()}</datalist>
        </p>
        {act(JobAction::AddTag, Kind::Plain, None)}
        {act(JobAction::RemoveTag, Kind::Plain, None)}
    };
    menu(Glyph::Tag, "Tag", failed, body.into_any())
}

/// One link each at once, or a campaign that follows them for days.
fn links(bulk: &Bulk) -> AnyView {
    let body = view! {
        {act(JobAction::SendLinks, Kind::Plain, Some(Glyph::Send))}
        {bulk
            .edit
            .then(|| {
                view! {
                    <Button icon=Glyph::Clock name="action" value="campaign">
                        "Begin a campaign…"
                    </Button>
                }
            })}
    };
    menu(Glyph::Send, "Links", false, body.into_any())
}

/// Until when an account of many can be snoozed: a day of its own is for one account.
const UNTIL: [Choice; 4] = [
    Choice::NextChange,
    Choice::Hour,
    Choice::Tomorrow,
    Choice::Week,
];

fn snooze(data: &Data, bulk: &Bulk) -> AnyView {
    let failed = bulk.form.error("until").is_some();
    let chosen = bulk.form.value_or("until", Choice::NextChange.code());
    let choices = UNTIL.map(|choice| {
        let checked = choice.code() == chosen;
        view! {
            <label class="tick">
                <input type="radio" name="until" value=choice.code() checked=checked/>
                <span>{label(choice, data.now)}</span>
            </label>
        }
    });
    let body = view! {
        <fieldset class="field" aria-describedby=failed.then_some("bulk-until-error")>
            <legend>"Snooze them"</legend>
            {choices.collect_view()}
            {error(bulk, "until", "bulk-until-error")}
        </fieldset>
        <p class="field">
            <label for="bulk-reason">"Why"</label>
            <input
                id="bulk-reason"
                name="reason"
                maxlength=LONGEST_REASON.to_string()
                value=bulk.form.value("reason")
                autocomplete="off"
            />
        </p>
        {act(JobAction::Snooze, Kind::Plain, None)}
        {act(JobAction::Wake, Kind::Plain, None)}
    };
    menu(Glyph::Snooze, "Snooze", failed, body.into_any())
}

fn assign(data: &Data, bulk: &Bulk) -> AnyView {
    let failed = bulk.form.error("owner").is_some();
    let chosen = bulk.form.value("owner").unwrap_or_default();
    let members = data.choices.members.iter().map(|member| {
        let id = member.id.to_string();
        let selected = id == chosen;
        view! {
            <option value=id selected=selected>
                {member.name.clone()}
            </option>
        }
    });
    let body = view! {
        <p class="field">
            <label for="bulk-owner">"Looked after by"</label>
            <select
                id="bulk-owner"
                name="owner"
                aria-invalid=failed.then_some("true")
                aria-describedby=failed.then_some("bulk-owner-error")
            >
                <option value="">"Nobody"</option>
                {members.collect_view()}
            </select>
            {error(bulk, "owner", "bulk-owner-error")}
        </p>
        {act(JobAction::Assign, Kind::Plain, None)}
    };
    menu(Glyph::User, "Assign", failed, body.into_any())
}
