//! `/t/{tenant}/keys`: data keys, how many records each encrypts, and which can't be read.

use super::{PageError, PageParams, outcome, show};
use crate::{
    address::Address,
    components::{
        Badge, Callout, Fact, Facts, Glyph, Kind, LoadFailed, Moment, NavItem, PageHead, Panel,
        PostButton,
    },
    context::PageContext,
    form_outcome::ShownOutcome,
    form_state::FormState,
    frame::page_chrome,
    islands::Live,
    shell::SignedInLayout,
};
use domain::{health::Health, permission::Permission};
use leptos::prelude::*;
use service::keys::{DataKeyStatus, KeysError, TenantKeys, UnreadableRecord, status};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::ManageKeys)?;
    let keys = match status::show(&actor).await {
        Ok(keys) => Some(keys),
        Err(KeysError::Forbidden(forbidden)) => return Err(forbidden.into()),
        Err(error) => {
            tracing::error!(%error, "the keys could not be loaded");
            None
        }
    };
    let around = page_chrome(&context, &actor, NavItem::Keys).await;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        keys,
        outcome: context.outcome.clone(),
        form: context.form.clone().unwrap_or_default(),
    };
    let tenant = &data.tenant;
    let live = view! {
        <Live
            stream=Address::Live { tenant }.to_string()
            page=Address::Keys { tenant }.to_string()
            connection="keys".to_owned()
        />
    }
    .into_any();
    Ok(view! {
        <SignedInLayout frame=around.frame title="Keys" live=live>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    /// `None` if they couldn't be loaded.
    pub keys: Option<TenantKeys>,
    pub outcome: Option<ShownOutcome>,
    pub form: FormState,
}

pub(super) fn view(data: &Data) -> AnyView {
    let here = Address::Keys {
        tenant: &data.tenant,
    }
    .to_string();
    let body = match &data.keys {
        None => view! {
            <LoadFailed
                what="The keys couldn’t be loaded."
                why="The database didn’t answer as it should. They go on working."
                retry=here.clone()
            />
        }
        .into_any(),
        Some(keys) => view! {
            {progress(keys)}
            {table(keys)}
            {unreadable(&keys.unreadable)}
        }
        .into_any(),
    };
    let rotate = view! {
        <PostButton action=here once=true kind=Kind::Primary icon=Glyph::Key>
            "Rotate"
        </PostButton>
    }
    .into_any();
    view! {
        <PageHead
            title="Keys"
            lead="Everything secret of this tenant is encrypted with a data key of its own. Rotating makes a new one and encrypts everything again, while accounts go on working."
            actions=rotate
        />
        {outcome::outcome(data.outcome.as_ref(), &data.form)}
        <div data-live="keys">{body}</div>
    }
    .into_any()
}

fn progress(keys: &TenantKeys) -> AnyView {
    let (done, all) = keys.progress();
    let sentence = match (keys.under_way(), all) {
        (_, 0) => "No secret is stored yet.".to_owned(),
        (true, _) => format!(
            "{done} of {all} records are under the current key. The worker brings the others there; it can be stopped at any time and goes on."
        ),
        (false, _) => format!("All {all} readable records are under the current key."),
    };
    let bar = keys.under_way().then(|| {
        view! { <progress value=done.to_string() max=all.to_string() aria-label="Re-encryption"></progress> }
    });
    let body = view! {
        <div class="body">
            <p>{sentence}</p>
            {bar}
        </div>
    }
    .into_any();
    view! {
        <Panel id="progress" title="Progress">
            {body}
        </Panel>
    }
    .into_any()
}

fn table(keys: &TenantKeys) -> AnyView {
    if keys.keys.is_empty() {
        return ().into_any();
    }
    let body = view! {
        <div class="table-wrap scroll" tabindex="0" role="region" aria-label="Data keys">
            <table class="table">
                <caption class="sr">"Data keys, the current one first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Data key"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Records"</th>
                        <th scope="col">"Encryptions"</th>
                        <th scope="col">"Made"</th>
                        <th scope="col">"Master key"</th>
                    </tr>
                </thead>
                <tbody>{keys.keys.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any();
    view! {
        <Panel id="data-keys" title="Data keys">
            {body}
        </Panel>
    }
    .into_any()
}

fn row(key: &DataKeyStatus) -> AnyView {
    let state = if key.current {
        view! { <Badge icon=Glyph::Working health=Health::Working>"Current"</Badge> }.into_any()
    } else if let Some(at) = key.removed_after() {
        view! {
            "Nothing is under it. Removed "
            <Moment at/>
        }
        .into_any()
    } else {
        "Retired, decrypts only".into_any()
    };
    let records = match key.unreadable {
        0 => key.records.to_string(),
        n => format!("{}, {n} unreadable", key.records),
    };
    let (id, created_at) = (key.id.to_string(), key.created_at);
    let master = match key.master_key_version {
        Some(version) => format!("{}, version {version}", key.master_key_id),
        None => key.master_key_id.clone(),
    };
    let encryptions = key.encryptions;
    view! {
        <tr>
            <th scope="row">
                <code>{id}</code>
            </th>
            <td>{state}</td>
            <td>{records}</td>
            <td>{encryptions}</td>
            <td>
                <Moment at=created_at/>
            </td>
            <td>{master}</td>
        </tr>
    }
    .into_any()
}

fn unreadable(records: &[UnreadableRecord]) -> Option<AnyView> {
    if records.is_empty() {
        return None;
    }
    let facts = records
        .iter()
        .map(|record| {
            let (at, key) = (record.since, record.data_key.to_string());
            let term = format!("{} of {}", record.purpose, record.owner);
            view! {
                <Fact term>
                    "Since "
                    <Moment at/>
                    ", under data key "
                    <code>{key}</code>
                </Fact>
            }
        })
        .collect_view();
    let body = view! {
        <Callout health=Health::Disconnected icon=Glyph::Warn>
            <p>
                <b>"These can’t be decrypted: their rows were changed or moved. "</b>
                "Enter a client secret again on its app’s page; send a reconnect link for a connection’s tokens. Everything else goes on."
            </p>
        </Callout>
        <Facts list=true body=true>
            {facts}
        </Facts>
    }
    .into_any();
    Some(
        view! {
            <Panel id="unreadable" title="Unreadable records">
                {body}
            </Panel>
        }
        .into_any(),
    )
}
