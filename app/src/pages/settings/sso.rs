//! Single sign-on: the provider, which group gives which role, and who isn't let
//! in any more.

use super::Data;
use crate::{
    address::Address,
    components::{
        Button, CardTable, Checkbox, Choice, CopyField, Field, Kind, Moment, Panel, PostButton,
        Select, Size,
    },
    form_state::FormState,
    pages::setup::problem,
};
use domain::role::Role;
use leptos::prelude::*;
use service::sso::{Barred, SsoSettings};

/// So many rows are free for further groups.
const FREE_ROWS: usize = 3;
/// The choice for whom no group lets in.
const NOBODY: &str = "nobody";

pub(super) fn section(data: &Data) -> AnyView {
    let form = data.form("settings_sso");
    let tenant = data.tenant.as_str();
    let now = data.sso.as_ref();
    let start = |value: fn(&SsoSettings) -> String| now.map(value).unwrap_or_default();
    let action = Address::SettingsSso { tenant };
    let secret_hint = if now.is_some() {
        "Kept, never shown. Fill in only to replace it."
    } else {
        "It is kept encrypted and never shown."
    };
    let others = match now.and_then(|now| now.others) {
        Some(role) => role.code(),
        None => NOBODY,
    };
    let only_way = if form.was_posted() {
        form.value("only_way").is_some()
    } else {
        now.is_some_and(|now| now.only_way)
    };
    let body = view! {
        {state(now)}
        <form class="body" method="post" action=action.to_string() data-bar="Single sign-on">
            {problem(&form)}
            <CopyField
                id="sso-redirect"
                label="Redirect URI"
                value=data.sso_redirect_uri.clone()
                hint="Enter it at the provider. The sign-in page is /signin?tenant= with your short name."
            />
            <div class="pair">
                <Field
                    name="issuer"
                    label="Issuer"
                    required=true
                    plain=true
                    maxlength=300_u32
                    value=form.value_or("issuer", start(|now| now.issuer.clone()))
                    hint="As the provider writes it, such as https://acme.okta.com"
                    error=form.error("issuer")
                />
                <Field
                    name="client_id"
                    label="Client ID"
                    required=true
                    plain=true
                    maxlength=200_u32
                    value=form.value_or("client_id", start(|now| now.client_id.clone()))
                    error=form.error("client_id")
                />
            </div>
            <div class="pair">
                <Field
                    name="client_secret"
                    label="Client secret"
                    kind="password"
                    autocomplete="off"
                    hint=secret_hint
                    error=form.error("client_secret")
                />
                <Field
                    name="groups_claim"
                    label="Claim of the groups"
                    plain=true
                    maxlength=100_u32
                    value=form.value_or("groups_claim", now.map_or("groups".to_owned(), |now| now.groups_claim.clone()))
                    hint="Usually groups or roles"
                    error=form.error("groups_claim")
                />
            </div>
            <Field
                name="email_domain"
                label="E-mail domain"
                plain=true
                maxlength=200_u32
                value=form.value_or("email_domain", start(|now| now.email_domain.clone().unwrap_or_default()))
                hint="Only addresses of this domain are let in; empty for any. Google needs it."
                error=form.error("email_domain")
            />
            {groups(data, &form)}
            <Select
                name="others"
                label="Everybody else"
                options=roles([Choice::new(NOBODY, "Not let in")])
                value=form.value_or("others", others)
                error=form.error("others")
            />
            <Checkbox
                name="only_way"
                label="Make it the only way in"
                checked=only_way
                hint="Owners keep their own, so that a fault at the provider locks nobody out for good."
            />
            {form.error("only_way").map(|error| view! { <p class="error">{error}</p> })}
            <p class="actions">
                <Button about="sign-on">"Save"</Button>
                <span class="sub">"Changing this asks whether it’s still you."</span>
            </p>
        </form>
        {problem(&data.form("settings_sso_asked")).map(|said| view! { <div class="body">{said}</div> })}
        {now.map(|_| actions(tenant))}
        {barred(data)}
    }
    .into_any();
    view! {
        <Panel id="sso" title="Single sign-on">
            {body}
        </Panel>
    }
    .into_any()
}

fn state(now: Option<&SsoSettings>) -> AnyView {
    let Some(now) = now else {
        return view! {
            <p class="body sub">
                "Not set up. Members sign in with what they chose themselves; docs/sso.md tells how to connect a provider."
            </p>
        }
        .into_any();
    };
    let fetched = now.keys_fetched_at.map(|at| {
        view! {
            " Keys fetched "
            <Moment at/>
            "."
        }
    });
    view! {
        <p class="body sub">
            "Changed "
            <Moment at=now.changed_at/>
            "."
            {fetched}
        </p>
    }
    .into_any()
}

fn roles(first: impl IntoIterator<Item = Choice>) -> Vec<Choice> {
    let roles = Role::OF_PEOPLE.map(|role| Choice::new(role.code(), role.label()));
    first.into_iter().chain(roles).collect()
}

/// A table with a row for each group, and some that are free: works without script.
fn groups(data: &Data, form: &FormState) -> AnyView {
    let mut rows: Vec<(String, String)> = if form.was_posted() {
        let typed = form.all("group").map(str::to_owned);
        typed
            .zip(form.all("group_role").map(str::to_owned))
            .collect()
    } else {
        let now = data.sso.iter().flat_map(|now| now.roles.iter());
        now.map(|(group, role)| (group.to_owned(), role.code().to_owned()))
            .collect()
    };
    rows.retain(|(group, _)| !group.is_empty());
    let free = (String::new(), Role::Viewer.code().to_owned());
    rows.extend(std::iter::repeat_n(free, FREE_ROWS));
    let rows = rows.into_iter().enumerate().map(|(at, (group, role))| {
        let options = Role::OF_PEOPLE.map(|one| {
            let selected = one.code() == role;
            view! {
                <option value=one.code() selected=selected>
                    {one.label()}
                </option>
            }
        });
        view! {
            <tr>
                <th scope="row">
                    <input type="text" name="group" value=group maxlength="200" autocapitalize="off" spellcheck="false" autocomplete="off" aria-label=format!("Group {}", at + 1)/>
                </th>
                <td data-label="Role here">
                    <select name="group_role" aria-label=format!("Role of group {}", at + 1)>
                        {options.collect_view()}
                    </select>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="field">
            <b>"Groups become roles"</b>
            <CardTable caption="Groups at the provider and their roles" columns=&["Group at the provider", "Role here"] rows={rows.into_any()}/>
            <p class="hint">"Each sign-in gives the strongest role of a person’s groups, to people who linked it as well; the last owner stays owner."</p>
            {form.error("groups").map(|error| view! { <p class="error">{error}</p> })}
        </div>
    }
    .into_any()
}

fn actions(tenant: &str) -> AnyView {
    view! {
        <div class="body actions">
            <PostButton action=Address::TrySso { tenant }.to_string() size=Size::Small>
                "Try it"
            </PostButton>
            <PostButton action=Address::EndSso { tenant }.to_string() kind=Kind::Destroy size=Size::Small>
                "Switch off"
            </PostButton>
        </div>
    }
    .into_any()
}

fn barred(data: &Data) -> Option<AnyView> {
    if data.barred.is_empty() {
        return None;
    }
    let rows = data
        .barred
        .iter()
        .map(|one| row(&data.tenant, one))
        .collect_view();
    let table = view! {
        <div class="body">
            <b>"Removed, and not let in"</b>
            <CardTable caption="Who is not let in any more" columns=&["Person", "Removed"] actions="Action" rows={rows.into_any()}/>
        </div>
    };
    Some(table.into_any())
}

fn row(tenant: &str, one: &Barred) -> AnyView {
    let person = one.id.to_string();
    let action = Address::AdmitBySso {
        tenant,
        person: &person,
    };
    let about = one.name.clone();
    view! {
        <tr>
            <th scope="row">
                <b class="name">{one.name.clone()}</b>
                " "
                <span class="sub">{one.email.clone()}</span>
            </th>
            <td data-label="Removed">
                <Moment at=one.since/>
            </td>
            <td>
                <PostButton action=action.to_string() size=Size::Small about>
                    "Let in again"
                </PostButton>
            </td>
        </tr>
    }
    .into_any()
}
