//! A person's links to the single sign-on of their tenants, on `/me`.

use super::setup::problem;
use crate::{
    address::Address,
    components::{CardTable, Moment, Panel, PostButton, Size},
    form_state::FormState,
};
use leptos::prelude::*;
use service::sso::MyLink;

/// The panel; nothing if no tenant has single sign-on.
pub(super) fn panel(links: &[MyLink], form: &FormState) -> Option<AnyView> {
    if links.is_empty() {
        return None;
    }
    let rows = links.iter().map(row).collect_view();
    let failed = problem(form);
    let footer = view! { <span>"Such a sign-in opens that tenant alone."</span> }.into_any();
    let panel = view! {
        <Panel id="sso" title="Single sign-on" footer>
            {failed}
            <CardTable caption="Single sign-on of your tenants" columns=&["Tenant", "Linked"] actions="Action" rows={rows.into_any()}/>
        </Panel>
    };
    Some(panel.into_any())
}

fn row(link: &MyLink) -> AnyView {
    let tenant = link.slug.as_str();
    let about = link.name.clone();
    let (since, action) = match link.since {
        Some(since) => (
            view! { <Moment at=since/> }.into_any(),
            view! {
                <PostButton action=Address::EndSsoLink { tenant }.to_string() size=Size::Small about>
                    "End"
                </PostButton>
            }
            .into_any(),
        ),
        None => (
            "Not yet".into_any(),
            view! {
                <PostButton action=Address::SsoStart { tenant }.to_string() size=Size::Small name="purpose" value="link" about>
                    "Link"
                </PostButton>
            }
            .into_any(),
        ),
    };
    view! {
        <tr>
            <th scope="row">
                <b class="name">{link.name.clone()}</b>
            </th>
            <td data-label="Linked">{since}</td>
            <td>{action}</td>
        </tr>
    }
    .into_any()
}
