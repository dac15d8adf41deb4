//! `/t/{tenant}/views`: the saved views of the accounts list.

use super::{PageError, PageParams, accounts_filter, outcome, show};
use crate::{
    address::Address,
    components::{
        Button, CardTable, Crumb, Empty, Field, FormKey, Glyph, Icon, Moment, NavItem, PageHead,
        PostButton, Size,
    },
    context::PageContext,
    form_outcome::ShownOutcome,
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::permission::Permission;
use leptos::prelude::*;
use service::views::{self, LONGEST_NAME, SavedView};

/// The name of the form that gives another name.
pub const RENAME: &str = "view_rename";

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::Look)?;
    let around = page_chrome(&context, &actor, NavItem::Accounts).await;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        views: views::all(&actor).await?,
        outcome: context.outcome.clone(),
        form: context.form.clone().unwrap_or_default(),
    };
    Ok(view! {
        <SignedInLayout frame=around.frame title="Saved views">
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    pub views: Vec<SavedView>,
    pub outcome: Option<ShownOutcome>,
    pub form: FormState,
}

pub(super) fn view(data: &Data) -> AnyView {
    let list = Address::Accounts {
        tenant: &data.tenant,
    }
    .to_string();
    let crumbs = vec![Crumb::new("Accounts", list.clone())];
    let said = (data.form.action != RENAME || data.form.problem().is_some())
        .then(|| outcome::outcome(data.outcome.as_ref(), &data.form));
    let body = if data.views.is_empty() {
        view! {
            <Empty icon=Glyph::Accounts title="No saved view yet">
                <p>
                    "Filter and sort the " <a href=list>"accounts"</a>
                    " as you need them, then save that under a name for everybody."
                </p>
            </Empty>
        }
        .into_any()
    } else {
        let rows = data.views.iter().map(|view| row(data, view));
        let rows = rows.collect_view().into_any();
        view! { <CardTable caption="Saved views, by name" columns=&["View", "Made by"] actions="Actions" rows/> }
        .into_any()
    };
    view! {
        <PageHead title="Saved views" crumbs lead="Everybody in the tenant sees them above the list of accounts."/>
        {said}
        {body}
    }
    .into_any()
}

fn row(data: &Data, view: &SavedView) -> AnyView {
    let base = Address::Accounts {
        tenant: &data.tenant,
    };
    let href = accounts_filter::href(&base.to_string(), &view.query);
    let act = view.may_change.then(|| actions(data, view));
    view! {
        <tr>
            <th scope="row">
                <a class="name" href=href>
                    {view.name.clone()}
                </a>
            </th>
            <td data-label="Made by">{format!("{}, ", view.created_by)} <Moment at=view.created_at/></td>
            <td>{act}</td>
        </tr>
    }
    .into_any()
}

/// For who made it, and who manages views.
fn actions(data: &Data, view: &SavedView) -> AnyView {
    let id = view.id.to_string();
    let tenant = &data.tenant;
    // Which one was refused: the form says it.
    let mine = data.form.action == RENAME && data.form.value("id").as_ref() == Some(&id);
    let form = match mine {
        true => data.form.clone(),
        false => FormState::default(),
    };
    let rename = Address::View { tenant, id: &id }.to_string();
    let remove = Address::RemoveView { tenant, id: &id }.to_string();
    view! {
        <div class="actions">
            <details class="more" open=mine>
                <summary>
                    <Icon name=Glyph::Chevron/>
                    "Rename"
                    <span class="sr">{format!(" {}", view.name)}</span>
                </summary>
                <form class="form" method="post" action=rename>
                    <FormKey/>
                    <input type="hidden" name="id" value=id.clone()/>
                    <Field
                        name="view"
                        id=format!("view-{id}")
                        label="Name"
                        required=true
                        maxlength=LONGEST_NAME as u32
                        autocomplete="off"
                        value=form.value_or("view", view.name.clone())
                        error=form.error("view")
                    />
                    <Button size=Size::Small about=view.name.clone()>"Save"</Button>
                </form>
            </details>
            <PostButton action=remove once=true size=Size::Small about=view.name.clone()>
                "Remove"
            </PostButton>
        </div>
    }
    .into_any()
}
