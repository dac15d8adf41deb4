//! `/me`: a person's name, password, second factor and sessions.

use super::{
    PageError, PageParams,
    me_factor::{self, MyFactor},
    me_passkeys::{self, Passkeys},
    me_sso, outcome, panel,
    setup::problem,
    show,
};
use crate::{
    address::Address,
    components::{
        Button, CardTable, Field, FormKey, Kind, LoadFailed, Moment, NewPasswordField, Panel,
        PostButton, Size, TimeOr,
    },
    context::PageContext,
    csp,
    form_outcome::ShownOutcome,
    form_state::FormState,
    shell::PublicLayout,
};
use domain::{ids::PersonId, time::Timestamp};
use leptos::prelude::*;
use service::{
    InternalError, Services,
    people::{
        factors::{authenticator, recovery_codes},
        membership::{self, PersonSummary, TenantOfPerson},
        passkeys,
        sessions::{self, OwnSession},
    },
    sso::{self, MyLink},
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, _: PageParams) -> Result<AnyView, PageError> {
    let person = context.own_person()?.clone();
    let services = &context.services;
    csp::forms_to_providers(&context);
    let codes = me_factor::shown_codes(context.outcome.as_ref());
    let available = passkeys::is_available(&services.config);
    let islands = available || !codes.is_empty();
    let own = panel("passkeys", passkeys::of_person(services, person.id).await);
    // Without the list it isn't known whether there is a passkey, so nothing is said.
    let factor = match &own {
        Some(own) => {
            let passkey = !own.is_empty();
            let factor = my_factor(services, person.id, passkey, codes).await;
            panel("second factor", factor)
        }
        None => None,
    };
    let data = Data {
        factor,
        sessions: panel("sessions", sessions::of_person(services, person.id).await),
        tenants: panel(
            "tenants",
            membership::tenants_of(services, person.signed_in).await,
        ),
        links: panel("links", sso::mine(services, person.signed_in).await),
        passkeys: Passkeys {
            available,
            own,
            add: context.form("me_passkeys"),
            rename: context.form("me_passkey_name"),
        },
        here: context.session_key.clone().unwrap_or_default(),
        now: services.expiry_now(),
        outcome: context.outcome.clone(),
        form: context.form.clone().unwrap_or_default(),
        person,
    };
    let body = view(&data);
    Ok(view! {
        <PublicLayout title="Your account" noindex=true wide=true islands>
            {body}
        </PublicLayout>
    }
    .into_any())
}

async fn my_factor(
    services: &Services,
    person: PersonId,
    passkey: bool,
    codes: Vec<String>,
) -> Result<MyFactor, InternalError> {
    Ok(MyFactor {
        authenticator: authenticator::of_person(services, person).await?,
        passkey,
        left: recovery_codes::left(services, person).await?,
        codes,
    })
}

/// What the page shows.
pub(super) struct Data {
    pub person: PersonSummary,
    /// `None` if it couldn't be loaded.
    pub factor: Option<MyFactor>,
    /// `None` if they couldn't be loaded.
    pub sessions: Option<Vec<OwnSession>>,
    /// `None` if they couldn't be loaded.
    pub tenants: Option<Vec<TenantOfPerson>>,
    /// Their single sign-on; `None` if it couldn't be loaded.
    pub links: Option<Vec<MyLink>>,
    pub passkeys: Passkeys,
    /// The key of this session.
    pub here: String,
    pub now: Timestamp,
    pub outcome: Option<ShownOutcome>,
    pub form: FormState,
}

impl Data {
    /// The form of this name, if it failed.
    fn form(&self, action: &str) -> FormState {
        if self.form.action == action {
            self.form.clone()
        } else {
            FormState::default()
        }
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let outcome = if data.form.failed() {
        None
    } else {
        outcome::outcome(data.outcome.as_ref(), &data.form)
    };
    view! {
        <header>
            <h1>"Your account"</h1>
            <p>{data.person.email.clone()}</p>
        </header>
        {outcome}
        {name(data)}
        {me_passkeys::panel(&data.passkeys, data.now)}
        {password(data)}
        {me_factor::panel(data.factor.as_ref(), &data.form("me_factor"), data.now)}
        {session_list(data)}
        {data.links.as_deref().and_then(|links| me_sso::panel(links, &data.form("me_sso")))}
        {tenant_list(data)}
        <PostButton action=Address::SignOut.to_string() kind=Kind::Quiet>
            "Sign out"
        </PostButton>
    }
    .into_any()
}

fn name(data: &Data) -> AnyView {
    let form = data.form("me_name");
    let body = view! {
        <form class="body" method="post" action=Address::Me.to_string()>
            {problem(&form)}
            <Field
                name="name"
                label="Name"
                required=true
                maxlength=100_u32
                autocomplete="name"
                hint="Colleagues see your name and your address."
                value=form.value_or("name", data.person.name.clone())
                error=form.error("name")
            />
            <p class="actions">
                <Button>"Save"</Button>
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="you" title="You">
            {body}
        </Panel>
    }
    .into_any()
}

fn password(data: &Data) -> AnyView {
    let form = data.form("me_password");
    let body = view! {
        <form class="body" method="post" action=Address::MyPassword.to_string()>
            <FormKey/>
            {problem(&form)}
            <input type="hidden" autocomplete="username" value=data.person.email.clone()/>
            <Field
                name="password"
                label="Password now"
                kind="password"
                required=true
                autocomplete="current-password"
                error=form.error("password")
            />
            <NewPasswordField name="new_password" label="New password" error=form.error("new_password")/>
            <p class="actions">
                <Button kind=Kind::Primary>"Change password"</Button>
                <span class="sub">"Ends your other sessions."</span>
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="password-panel" title="Password">
            {body}
        </Panel>
    }
    .into_any()
}

fn session_list(data: &Data) -> AnyView {
    let Some(sessions) = &data.sessions else {
        return view! {
            <Panel id="sessions" title="Sessions">
                <LoadFailed
                    what="Your sessions couldn’t be loaded."
                    why="The database didn’t answer as it should. They go on."
                    retry=Address::Me.to_string()
                />
            </Panel>
        }
        .into_any();
    };
    let rows = sessions.iter().map(|session| row(data, session));
    let rows = rows.collect_view();
    let others = (sessions.len() > 1).then(|| {
        view! {
            <PostButton action=Address::EndOtherSessions.to_string() size=Size::Small>
                "End all others"
            </PostButton>
        }
    });
    let footer = view! {
        <span>"A session ends after 12 hours without use, and after 14 days."</span>
        {others}
    }
    .into_any();
    view! {
        <Panel id="sessions" title="Sessions" footer>
            <CardTable caption="Your sessions" columns=&["Browser", "Address", "Last used"] actions="Action" rows={rows.into_any()}/>
        </Panel>
    }
    .into_any()
}

fn row(data: &Data, session: &OwnSession) -> AnyView {
    let here = session.key == data.here;
    let name = browser(&session.agent);
    let end = if here {
        view! { <span class="sub">"This one"</span> }.into_any()
    } else {
        let action = Address::EndSession { key: &session.key }.to_string();
        view! {
            <PostButton action size=Size::Small about=name.clone()>
                "End"
            </PostButton>
        }
        .into_any()
    };
    let address = session.address.clone();
    view! {
        <tr>
            <th scope="row">
                <b class="name">{name}</b>
                " "
                <span class="sub">"Signed in " <Moment at=session.signed_in_at/></span>
            </th>
            <td data-label="Address">{address.unwrap_or_else(|| "Not known".to_owned())}</td>
            <td data-label="Last used">
                <TimeOr at=Some(session.seen_at) now=data.now/>
            </td>
            <td>{end}</td>
        </tr>
    }
    .into_any()
}

fn tenant_list(data: &Data) -> Option<AnyView> {
    let tenants = data.tenants.as_deref().filter(|list| !list.is_empty())?;
    let person = data.person.id.to_string();
    let rows = tenants
        .iter()
        .map(|one| {
            let tenant = one.slug.as_str();
            let leave = Address::RemoveMember {
                tenant,
                person: &person,
            };
            view! {
                <tr>
                    <th scope="row">
                        <a class="name" href=Address::Overview { tenant }.to_string()>{one.name.clone()}</a>
                    </th>
                    <td data-label="Role">{one.role.label()}</td>
                    <td>
                        <a href=leave.to_string()>"Leave" <span class="sr">{format!(" {}", one.name)}</span></a>
                    </td>
                </tr>
            }
        })
        .collect_view();
    let panel = view! {
        <Panel id="tenants" title="Your tenants">
            <CardTable caption="Your tenants" columns=&["Tenant", "Role"] actions="Action" rows={rows.into_any()}/>
        </Panel>
    }
    .into_any();
    Some(panel)
}

/// What a browser calls itself, in two words. It is only a help to recognize
/// one's own: anybody can call themselves anything.
fn browser(agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(part, _)| agent.contains(part));
        found.map(|(_, name)| *name)
    };
    // Each of these names those after it as well.
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Macintosh", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Another browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_in_two_words() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
                "Firefox on Linux",
            ),
            ("curl/8.5.0", "Another browser"),
            ("", "Another browser"),
        ] {
            assert_eq!(browser(agent), name);
        }
    }
}
