//! A person's passkeys, on `/me`.

use super::{passkey_form::challenge, setup::problem};
use crate::{
    address::Address,
    components::{
        Button, CardTable, Field, FormKey, Glyph, LoadFailed, Moment, Panel, PostButton, Size,
        TimeOr,
    },
    form_state::FormState,
    islands::Passkey,
};
use domain::{
    passkey::{LONGEST_NAME, MOST},
    time::Timestamp,
};
use leptos::prelude::*;
use service::people::passkeys::{OwnPasskey, Purpose};

/// What the panel shows.
pub(super) struct Passkeys {
    /// Whether there can be any: not if the public URL names an IP address.
    pub available: bool,
    /// `None` if they couldn't be loaded.
    pub own: Option<Vec<OwnPasskey>>,
    /// The form that adds one, if it failed.
    pub add: FormState,
    /// The form that gives another name, if it failed.
    pub rename: FormState,
}

pub(super) fn panel(passkeys: &Passkeys, now: Timestamp) -> AnyView {
    let Some(own) = &passkeys.own else {
        return view! {
            <Panel id="passkeys" title="Passkeys">
                <LoadFailed
                    what="Your passkeys couldn’t be loaded."
                    why="The database didn’t answer as it should. They go on."
                    retry=Address::Me.to_string()
                />
            </Panel>
        }
        .into_any();
    };
    let footer = view! {
        <span>"Kept on your devices. Mooring never sees your finger or face."</span>
    }
    .into_any();
    let rows = own.iter().map(|one| row(one, &passkeys.rename, now));
    let rows = rows.collect_view();
    let table = (!own.is_empty()).then(|| {
        view! {
            <CardTable
                caption="Your passkeys"
                columns=&["Name", "Added", "Last used"]
                actions="Actions"
                rows={rows.into_any()}
            />
        }
    });
    let add = add(passkeys, own.len() as u64);
    let aside = view! { <span class="sub">"Sign in without a password"</span> }.into_any();
    view! {
        <Panel id="passkeys" title="Passkeys" aside footer>
            {table}
            {add}
        </Panel>
    }
    .into_any()
}

/// The form that adds one, or why there is none.
fn add(passkeys: &Passkeys, number: u64) -> AnyView {
    if !passkeys.available {
        return view! {
            <p class="body">
                "There can be none here: passkeys belong to a name, and this Mooring is reached by an IP address. Whoever runs it sets MOORING_PUBLIC_URL to a name."
            </p>
        }
        .into_any();
    }
    if number >= MOST {
        return view! { <p class="body">{format!("{MOST} are the most. Remove one to add another.")}</p> }
            .into_any();
    }
    let form = &passkeys.add;
    view! {
        <div class="body">
            <noscript>
                <p>"Adding one needs JavaScript."</p>
            </noscript>
            <form class="form" id="add_passkey" method="post" action=Address::MyPasskeys.to_string()>
                <FormKey/>
                {problem(form)}
                <input type="hidden" name="answer"/>
                <Field
                    name="name"
                    id="passkey_name"
                    label="Name of the new passkey"
                    hint="What you will know it by: the device, or where it is kept."
                    required=true
                    maxlength=LONGEST_NAME
                    value=form.value("name")
                    error=form.error("name")
                />
                <p class="actions">
                    <Button icon=Glyph::Plus>"Add a passkey"</Button>
                    <span class="sub">"Ends your other sessions. Your password alone then signs nobody in."</span>
                </p>
            </form>
            <Passkey form="add_passkey".to_owned() challenge=challenge(Purpose::Add) adds=true/>
        </div>
    }
    .into_any()
}

fn row(one: &OwnPasskey, renamed: &FormState, now: Timestamp) -> AnyView {
    let id = one.id.to_string();
    let remove = Address::RemovePasskey { id: &id }.to_string();
    let form = match renamed.value("id") {
        Some(other) if other == id => renamed.clone(),
        _ => FormState::default(),
    };
    let field = format!("name_{id}");
    view! {
        <tr>
            <th scope="row">
                <b class="name">{one.name.clone()}</b>
                <details class="more" open=form.failed()>
                    <summary>
                        "Rename"
                        <span class="sr">{format!(" {}", one.name)}</span>
                    </summary>
                    <form class="form" method="post" action=Address::NamePasskey.to_string()>
                        <input type="hidden" name="id" value=id/>
                        <Field
                            name="name"
                            id=field
                            label="Name"
                            required=true
                            maxlength=LONGEST_NAME
                            value=form.value_or("name", one.name.clone())
                            error=form.error("name")
                        />
                        <p class="actions">
                            <Button size=Size::Small about=one.name.clone()>
                                "Save"
                            </Button>
                        </p>
                    </form>
                </details>
            </th>
            <td data-label="Added">
                <Moment at=one.created_at/>
            </td>
            <td data-label="Last used">
                <TimeOr at=one.last_used_at now/>
            </td>
            <td>
                <PostButton action=remove size=Size::Small about=one.name.clone()>
                    "Remove"
                </PostButton>
            </td>
        </tr>
    }
    .into_any()
}
