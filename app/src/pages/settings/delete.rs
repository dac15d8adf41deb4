//! The way to the deletion of the tenant.

use super::Data;
use crate::{
    address::Address,
    components::{LinkButton, Panel},
};
use leptos::prelude::*;

pub(super) fn section(data: &Data) -> AnyView {
    let tenant = data.tenant.as_str();
    let href = Address::DeleteTenant { tenant }.to_string();
    let name = data.settings.name.as_str();
    let what = "All connections stop at once, links and API tokens stop working, and nobody sees it any more. For 14 days an owner can bring everything back; then it is erased for good, and tokens are taken back at Gorgias.";
    let (title, label) = (format!("Delete {name}"), format!("Delete {name}…"));
    view! {
        <Panel id="delete" title>
            <div class="body">
                <p>{what}</p>
                <p class="actions">
                    <LinkButton href>{label}</LinkButton>
                </p>
            </div>
        </Panel>
    }
    .into_any()
}
