//! A new tenant's overview: a checklist whose steps are ticked when they are done.

use super::row_action::May;
use crate::{
    address::Address,
    components::{
        CheckItem, Checklist, Copy, CopyField, Empty, Glyph, Kind, LinkButton, PageHead, Panel,
    },
};
use leptos::prelude::*;
use service::apps::App;

/// The progress of a tenant without accounts.
pub(super) struct Progress {
    pub tenant: String,
    /// The first app, if there is one.
    pub app: Option<App>,
    pub install_url: Option<String>,
    pub redirect_uri: Option<String>,
    pub may: May,
}

pub(super) fn view(progress: &Progress) -> AnyView {
    let has_app = progress.app.is_some();
    let done = 1 + u8::from(has_app);
    let lead = if progress.may.manage_apps {
        "The list ticks itself off as things happen."
    } else {
        "Adding apps is for operators and owners. Accounts appear here once they are connected."
    };
    let items = (add_app(progress), register(progress), connect(progress));
    let aside = view! { <span class="sub">{format!("{done} of 4 done")}</span> }.into_any();
    view! {
        <PageHead title="Connect your first Gorgias account" lead/>
        <div class="split">
            <div>
                <Panel id="steps" title="Getting started" aside>
                    <Checklist>
                        <CheckItem title="Owner created" number=1 done=true/>
                        {items}
                    </Checklist>
                </Panel>
            </div>
            <div>
                <Panel id="accounts" title="Accounts">
                    <Empty icon=Glyph::Accounts title="Nothing connected yet">
                        <p>"Accounts appear here as customers install your app, with their health and what to do."</p>
                    </Empty>
                </Panel>
            </div>
        </div>
    }
    .into_any()
}

fn add_app(progress: &Progress) -> AnyView {
    let tenant = &progress.tenant;
    match &progress.app {
        Some(app) => {
            view! { <CheckItem title=format!("App “{}” added", app.name) number=2 done=true/> }
                .into_any()
        }
        None => {
            let action = progress.may.manage_apps.then(|| {
                view! {
                    <p class="actions">
                        <LinkButton href=Address::NewApp { tenant }.to_string() kind=Kind::Primary>
                            "Add app"
                        </LinkButton>
                    </p>
                }
            });
            view! {
            <CheckItem title="Add your app" number=2 current=true>
                <p>
                    "Create an app in Gorgias’ partners’ portal. It shows a client ID and a client secret; enter both here. Mooring keeps the secret encrypted."
                </p>
                {action}
            </CheckItem>
            }
            .into_any()
        }
    }
}

fn register(progress: &Progress) -> AnyView {
    let (Some(install), Some(redirect)) =
        (progress.install_url.clone(), progress.redirect_uri.clone())
    else {
        return view! {
            <CheckItem title="Paste two addresses at Gorgias" number=3>
                <p>"Mooring shows them here once the app is added."</p>
            </CheckItem>
        }
        .into_any();
    };
    view! {
        <CheckItem title="Paste two addresses at Gorgias" number=3 current=true>
            <p>"In the partners’ portal, paste these into the app’s form, unchanged."</p>
            <CopyField id="app-url" label="App URL" value=install>
                <Copy of="app-url" what="App URL"/>
            </CopyField>
            <CopyField id="redirect-uri" label="Redirect URI" value=redirect>
                <Copy of="redirect-uri" what="redirect URI"/>
            </CopyField>
        </CheckItem>
    }
    .into_any()
}

fn connect(progress: &Progress) -> AnyView {
    let tenant = &progress.tenant;
    let action = (progress.app.is_some() && progress.may.send_links).then(|| {
        view! {
            <p class="actions">
                <LinkButton href=Address::Connect { tenant }.to_string() kind=Kind::Primary>
                    "Connect an account"
                </LinkButton>
            </p>
        }
    });
    view! {
        <CheckItem title="Connect a first account" number=4>
            <p>
                "Take a sandbox of your own. You approve at Gorgias and come back here; the account then shows as Working."
            </p>
            {action}
        </CheckItem>
    }
    .into_any()
}
