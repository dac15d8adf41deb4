//! The client secrets of an app: in use, next, and previous.

use crate::{
    address::Address,
    components::{
        Badge, Button, Callout, Fact, Facts, FormKey, Glyph, HealthBadge, LinkButton, Moment,
        Panel, PanelFailed, PostButton, SecretField, SecretMask, Size,
    },
    form_state::FormState,
};
use domain::health::Health;
use leptos::prelude::*;
use service::apps::secrets::{NextSecret, Slots, TestResult};

/// How many accounts use the secret, and whether an operator can say that it is right.
#[derive(Clone, Copy)]
pub(in crate::pages) struct Use {
    pub accounts: u64,
    /// The app has a setup fault: Gorgias refuses its credentials, or they are in doubt.
    pub faulty: bool,
    /// The cause of the fault: Gorgias refused several accounts in a row.
    pub in_doubt: bool,
}

/// The address to which the form of a step posts.
pub(in crate::pages) fn step(tenant: &str, app: &str, step: &str) -> String {
    Address::SecretStep { tenant, app, step }.to_string()
}

pub(in crate::pages) fn panel(
    tenant: &str,
    app: &str,
    of: Use,
    slots: Option<&Slots>,
    state: &FormState,
) -> AnyView {
    let Some(slots) = slots else {
        return view! {
            <PanelFailed
                id="secrets"
                title="Client secret"
                what="What is stored couldn’t be loaded."
                why="The database didn’t answer as it should. The rest of this page is current."
                retry=Address::AppCredentials { tenant, app }.to_string()
            />
        }
        .into_any();
    };
    let problem = (state.action == "app_secret")
        .then(|| state.problem())
        .flatten()
        .map(|text| {
            view! {
                <Callout health=Health::Disconnected icon=Glyph::Warn alert=true>
                    <p>{text}</p>
                </Callout>
            }
        });
    let body = view! {
        <div class="body">
            {problem}
            <div class="pair">
                {in_use(tenant, app, of, slots)}
                {slots.next.as_ref().map(|next| waiting(tenant, app, next))}
            </div>
            {enter(tenant, app, slots, state)}
            <p class="sub">
                "Switching takes effect at the next renewal and can be undone: the secret before stays for 24 hours."
            </p>
        </div>
    }
    .into_any();
    view! {
        <Panel id="secrets" title="Client secret">
            {body}
        </Panel>
    }
    .into_any()
}

fn in_use(tenant: &str, app: &str, of: Use, slots: &Slots) -> AnyView {
    let serves = match of.accounts {
        1 => "Serves 1 account".to_owned(),
        n => format!("Serves {n} accounts"),
    };
    let back = slots.previous_until.map(|until| {
        view! {
            <PostButton action=step(tenant, app, "roll-back") once=true stay=true size=Size::Small>
                "Go back to the one before"
            </PostButton>
            <span class="sub">"Possible until " <Moment at=until/></span>
        }
    });
    let footer = view! {
        <span>{serves}</span>
        <div class="actions">
            <PostButton action=step(tenant, app, "test-in-use") once=true stay=true size=Size::Small>
                "Test"
            </PostButton>
            <LinkButton href=Address::Reveal { tenant, app }.to_string() size=Size::Small>
                "Show…"
            </LinkButton>
            {back}
        </div>
    }
    .into_any();
    let (health, label) = match (of.faulty, of.in_doubt) {
        (false, _) => (Health::Working, "In use"),
        (true, false) => (Health::SetupFault, "In use, refused"),
        (true, true) => (Health::SetupFault, "In use, in doubt"),
    };
    let aside = view! { <HealthBadge health label/> }.into_any();
    let since = slots.in_use_since.map(|at| {
        view! {
            <Fact term="In use since">
                <Moment at/>
            </Fact>
        }
    });
    view! {
        <Panel id="secret-in-use" title="Secret in use" level=3 aside footer>
            <Facts list=true body=true>
                <Fact term="Value">
                    <SecretMask/>
                </Fact>
                {since}
            </Facts>
        </Panel>
    }
    .into_any()
}

/// The result of the last test, as words for a badge and a sentence.
fn found(next: &NextSecret) -> (&'static str, Glyph, Option<Health>, &'static str) {
    match next.tested.map(|(result, _)| result) {
        None => ("Not tested", Glyph::Info, None, "Not tested yet"),
        Some(TestResult::Accepted) => (
            "Tested, not in use",
            Glyph::Flask,
            Some(Health::Working),
            "Gorgias accepted it",
        ),
        Some(TestResult::Refused) => (
            "Refused",
            Glyph::Warn,
            Some(Health::Disconnected),
            "Gorgias refused it: compare it with the partners’ portal and enter it again",
        ),
        Some(TestResult::Unclear) => (
            "Not tested",
            Glyph::Warn,
            Some(Health::Retrying),
            "Gorgias’ answer didn’t tell; test it again",
        ),
        Some(TestResult::Untestable) => (
            "Not tested",
            Glyph::Info,
            None,
            "No account is connected that it could be tested with",
        ),
    }
}

fn waiting(tenant: &str, app: &str, next: &NextSecret) -> AnyView {
    let (badge, icon, health, sentence) = found(next);
    let aside = match health {
        Some(health) => view! { <Badge icon health>{badge}</Badge> }.into_any(),
        None => view! { <Badge icon>{badge}</Badge> }.into_any(),
    };
    let tested = next.tested.map(|(_, at)| {
        view! {
            ", "
            <Moment at/>
        }
    });
    let switch = next.ready().then(|| {
        view! {
            <PostButton action=step(tenant, app, "switch") once=true stay=true size=Size::Small>
                "Switch to the new secret"
            </PostButton>
        }
    });
    let footer = view! {
        {switch}
        <PostButton action=step(tenant, app, "test") once=true stay=true size=Size::Small>
            "Test again"
        </PostButton>
        <PostButton action=step(tenant, app, "remove") once=true stay=true size=Size::Small>
            "Remove"
        </PostButton>
    }
    .into_any();
    let (by, added_at) = (next.added_by.clone(), next.added_at);
    view! {
        <Panel id="secret-new" title="New secret" level=3 aside footer>
            <Facts list=true body=true>
                <Fact term="Value">
                    <SecretMask/>
                </Fact>
                <Fact term="Test">{sentence} {tested}</Fact>
                <Fact term="Added">
                    <Moment at=added_at/>
                    {format!(" by {by}")}
                </Fact>
            </Facts>
        </Panel>
    }
    .into_any()
}

fn enter(tenant: &str, app: &str, slots: &Slots, state: &FormState) -> AnyView {
    let error = (state.action == "app_secret")
        .then(|| state.error("new_secret"))
        .flatten();
    let label = if slots.next.is_some() {
        "Another new client secret"
    } else {
        "New client secret"
    };
    view! {
        <form
            class="form"
            method="post"
            action=Address::Secret { tenant, app }.to_string()
            data-stay="page"
        >
            <FormKey/>
            <SecretField
                name="new_secret"
                label
                hint="It is encrypted, shown again only to who signs in again, and tested by renewing one account with it. The one in use stays until you switch."
                error
            />
            <p class="actions">
                <Button>"Add and test"</Button>
            </p>
        </form>
    }
    .into_any()
}
