//! Above the accounts list: which columns it has, and saving what it shows as a view.

use super::{accounts::Data, accounts_filter};
use crate::{
    address::Address,
    components::{Button, Field, FormKey, Glyph, Icon, Kind},
};
use domain::account_columns::Column;
use leptos::prelude::*;
use service::{connections::by_account::AccountsQuery, views};

/// The name of the form that saves a view, among those of its page.
pub const FORM: &str = "view";

/// The query of a list from its first page on, as views have it.
pub(super) fn without_page(query: &AccountsQuery) -> AccountsQuery {
    AccountsQuery {
        after: None,
        limit: AccountsQuery::default().limit,
        ..query.clone()
    }
}

/// The choice of columns: for this address, or for the reader from now on.
pub(super) fn columns(data: &Data) -> AnyView {
    let others = accounts_filter::pairs(&AccountsQuery {
        after: None,
        columns: None,
        ..data.query.clone()
    });
    let others = others
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let boxes = Column::ALL.map(|column| {
        let checked = data.columns.has(column);
        view! {
            <label class="tick">
                <input type="checkbox" name="columns" value=column.code() checked=checked/>
                <span>{column.label()}</span>
            </label>
        }
    });
    let tenant = &data.tenant;
    // On the page of an app, it would lead away.
    let always = data.within.is_none().then(|| {
        view! {
            <button type="submit" formmethod="post" formaction=Address::Columns { tenant }.to_string()>
                "Always show me these"
            </button>
        }
    });
    view! {
        <details class="menu" data-end name="filter">
            <summary class="chip">"Columns" <Icon name=Glyph::Chevron/></summary>
            <div>
            <form action=data.base() aria-label="Columns">
                {others.collect_view()}
                // Without it, a form without a tick would mean the usual columns.
                <input type="hidden" name="columns" value="none"/>
                {boxes.into_iter().collect_view()}
                <hr/>
                <button type="submit">"Show these"</button>
                {always}
            </form>
            </div>
        </details>
    }
    .into_any()
}

/// The form that saves what the list shows; nothing for whoever may not, and on the page of
/// an app.
pub(super) fn save(data: &Data) -> Option<AnyView> {
    if data.within.is_some() || !data.may.edit_customers {
        return None;
    }
    let tenant = &data.tenant;
    let failed = data.saving.was_posted();
    let all = (!data.views.is_empty()).then(|| {
        view! {
            <hr/>
            <a href=Address::Views { tenant }.to_string()>"Rename or remove views"</a>
        }
    });
    Some(
        view! {
            <details class="menu" data-end name="filter" open=failed>
                <summary class="chip">"Save view" <Icon name=Glyph::Chevron/></summary>
                <div>
                    <form class="form" method="post" action=Address::Views { tenant }.to_string()>
                        <FormKey/>
                        <input
                            type="hidden"
                            name="filter"
                            value=accounts_filter::text(&without_page(&data.query))
                        />
                        <Field
                            name="view"
                            label="Name of the view"
                            required=true
                            maxlength=views::LONGEST_NAME as u32
                            autocomplete="off"
                            hint="Everybody in the tenant sees it above the list."
                            value=data.saving.value("view")
                            error=data.saving.error("view").or_else(|| data.saving.problem())
                        />
                        <Button kind=Kind::Plain>"Save view"</Button>
                    </form>
                    {all}
                </div>
            </details>
        }
        .into_any(),
    )
}
