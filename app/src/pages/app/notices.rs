//! The notices of an app that Gorgias refuses.

use super::{Data, Part, secrets};
use crate::{
    address::Address,
    components::{Callout, LinkButton, Moment, PostButton, Size},
};
use domain::{health::Health, health_words::app_fault};
use leptos::prelude::*;

/// The way to the part where the secret is replaced.
fn to_credentials(data: &Data) -> AnyView {
    view! {
        <LinkButton href=data.href(Part::Credentials) size=Size::Small>
            "Open credentials"
        </LinkButton>
    }
    .into_any()
}

/// On the overview with what can be done about it, since the other parts are where it is
/// done.
pub(super) fn fault(data: &Data, here: Part) -> Option<AnyView> {
    let since = data.app.credentials.rejected_since()?;
    let acts = data.may.manage_apps && here == Part::Overview;
    let words = if data.app.credentials.in_doubt() {
        let vouch = acts.then(|| {
            view! {
                <div class="actions">
                    <PostButton action=Address::Refusals { tenant: &data.tenant, app: data.app.slug.as_str() }.to_string() once=true size=Size::Small>
                        "The credentials are right"
                    </PostButton>
                    <p class="sub">
                        "Then every account that Gorgias refuses is called Disconnected, and its customer has to approve the app again."
                    </p>
                </div>
            }
        });
        view! {
            <p>
                <b>{app_fault(true)}</b>
                " Since "
                <Moment at=since/>
                ". That usually means that the client secret was replaced at Gorgias. No account is called Disconnected for it, and nobody should write to customers yet. Compare the credentials with Gorgias’ partners’ portal, and enter the client secret from there as a new one."
            </p>
            {vouch}
        }
        .into_any()
    } else {
        view! {
            <p>
                <b>{app_fault(false)}</b>
                " Since "
                <Moment at=since/>
                ". Compare the client ID with Gorgias’ partners’ portal, and enter the client secret from there as a new one. The accounts are checked again at once after you switch."
            </p>
        }
        .into_any()
    };
    let action = acts.then(|| to_credentials(data)).into_any();
    let told = view! {
        <Callout health=Health::SetupFault alert=true action>
            {words}
        </Callout>
    };
    Some(told.into_any())
}

/// Gorgias refused the credentials when a code was exchanged. Anyone may choose the
/// account whose answer says so, so nothing is stopped because of it; a test shows
/// whether it is true.
pub(in crate::pages) fn exchange_refused(data: &Data) -> Option<AnyView> {
    let (at, by) = data.app.credentials.exchange_refused.clone()?;
    let test = data.may.manage_apps.then(|| {
        view! {
            <div class="actions">
                <PostButton action=secrets::step(&data.tenant, data.app.slug.as_str(), "test-in-use") size=Size::Small>
                    "Test the secret"
                </PostButton>
            </div>
        }
    });
    let told = view! {
        <Callout health=Health::Limited>
            <p>
                <b>"The last exchange was refused: invalid_client."</b>
                " "
                {format!("{by}.gorgias.com answered so to an approval, ")}
                <Moment at/>
                ". If accounts of this app work, it may be that account alone. Otherwise compare client ID and client secret with Gorgias’ partners’ portal. The next approval or renewal that succeeds takes this notice away."
            </p>
            {test}
        </Callout>
    };
    Some(told.into_any())
}
