//! The panel's HTML.

use std::fmt::Write as _;

use super::{Answers, Only, Wanted};
use crate::page::{Place, counted, escaped, with_navigation};
use crate::state::End;

/// All that the panel shows.
pub(super) struct Overview {
    pub everywhere: Answers,
    pub apps: Vec<AppRow>,
    pub accounts: Vec<AccountRow>,
}

/// An app.
pub(super) struct AppRow {
    pub client_id: String,
    /// Whether its client secret is refused.
    pub refused: bool,
    /// On how many accounts it is active.
    pub accounts: usize,
}

/// An account.
pub(super) struct AccountRow {
    pub subdomain: String,
    pub issuer: String,
    pub answers: Answers,
    /// Whether requests wait without an answer.
    pub held: bool,
    /// Its apps by client id, each with why its newest access ended.
    pub apps: Vec<(String, Option<End>)>,
}

impl AccountRow {
    fn is_broken(&self) -> bool {
        self.held
            || self.answers != Answers::Normally
            || self.apps.iter().any(|(_, ended)| ended.is_some())
    }
}

pub(super) fn page(overview: &Overview, wanted: &Wanted, mailbox: bool) -> String {
    let body = format!(
        r#"<div><h1>Panel</h1>
<p>Break the simulated Gorgias and mend it again. Mooring notices at its next check, or at once if you press “Check now” there.</p></div>
{}{}{}"#,
        everything(overview, wanted),
        apps(overview, wanted),
        accounts(overview, wanted),
    );
    with_navigation(mailbox, Place::Panel, "Panel", &body)
}

/// A button that does something, with what it says to whom can't see where it stands.
fn button(deed: &str, label: &str, of: &str) -> String {
    let of = match of {
        "" => String::new(),
        of => format!("<span class=\"sr\"> {}</span>", escaped(of)),
    };
    format!(
        r#"<button type="submit" name="do" value="{deed}" data-size="small">{label}{of}</button>"#
    )
}

/// A form around buttons, which leads back to the same list.
fn form(wanted: &Wanted, fields: &[(&str, &str)], buttons: &str) -> String {
    let mut hidden = String::new();
    let only = wanted.only.map(|Only::Broken| ("only", "broken"));
    let q = Some(("q", wanted.q.as_str())).filter(|(_, q)| !q.is_empty());
    for (name, value) in fields.iter().copied().chain(q).chain(only) {
        let value = escaped(value);
        let _ = write!(
            hidden,
            r#"<input type="hidden" name="{name}" value="{value}">"#
        );
    }
    format!(r#"<form method="post" action="/panel" class="actions">{hidden}{buttons}</form>"#)
}

fn badge(health: &str, label: &str) -> String {
    format!(
        r#"<span class="badge" data-health="{health}">{}</span>"#,
        escaped(label)
    )
}

fn answers(answers: &Answers) -> String {
    match answers {
        Answers::Normally => badge("working", "Answers"),
        Answers::WithErrors => badge("retrying", "Outage: answers 500"),
        Answers::Wait => badge("retrying", "Asks to wait: 429"),
        Answers::Refuses => badge("retrying", "Refuses every app: 401"),
        Answers::Otherwise(kind) => badge("retrying", &format!("Fault: {kind}")),
    }
}

fn everything(overview: &Overview, wanted: &Wanted) -> String {
    let state = match &overview.everywhere {
        Answers::Normally => badge("working", "Every account answers for itself"),
        other => answers(other),
    };
    let mut buttons = String::new();
    if overview.everywhere != Answers::WithErrors {
        buttons += &button("fail_all", "Outage", "of every account");
    }
    if overview.everywhere != Answers::Wait {
        buttons += &button("wait_all", "Ask to wait", "as every account");
    }
    if overview.everywhere != Answers::Normally {
        buttons += &button("answer_all", "Mend", "every account");
    }
    buttons += &button("mend_all", "Mend every fault", "of accounts and apps");
    format!(
        r#"<section class="panel" aria-labelledby="all"><header><h2 id="all">Everything</h2>{state}</header>
<div class="body">{}<p class="sub">An outage answers every token request with 500. “Mend every fault” ends those of accounts and apps too; deactivated apps stay so.</p></div></section>"#,
        form(wanted, &[], &buttons)
    )
}

fn apps(overview: &Overview, wanted: &Wanted) -> String {
    let mut rows = String::new();
    for app in &overview.apps {
        let id = escaped(&app.client_id);
        let (state, action) = if app.refused {
            (
                badge("setup_fault", "Client secret refused: invalid_client"),
                button("accept_app", "Accept it again", &app.client_id),
            )
        } else {
            (
                badge("working", "Client secret accepted"),
                button("refuse_app", "Refuse its secret", &app.client_id),
            )
        };
        let _ = writeln!(
            rows,
            r#"<tr><th scope="row"><code>{id}</code><br><span class="sub">On {}</span></th><td>{state}</td><td>{}</td></tr>"#,
            counted(app.accounts, "account", "accounts"),
            form(wanted, &[("app", &app.client_id)], &action),
        );
    }
    let content = if rows.is_empty() {
        r#"<p class="body">No app yet. Register one with POST /_control/apps.</p>"#.to_owned()
    } else {
        table("Apps", ["App", "State", "Break or mend"], &rows)
    };
    format!(
        r#"<section class="panel" id="apps" aria-labelledby="apps-head"><header><h2 id="apps-head">Apps</h2><span class="sub">{}</span></header>
{content}</section>"#,
        overview.apps.len()
    )
}

fn table(caption: &str, columns: [&str; 3], rows: &str) -> String {
    let columns = columns.map(|column| format!(r#"<th scope="col">{column}</th>"#));
    format!(
        r#"<table class="table"><caption class="sr">{caption}</caption>
<thead><tr>{}</tr></thead>
<tbody>
{rows}</tbody></table>"#,
        columns.concat()
    )
}

fn accounts(overview: &Overview, wanted: &Wanted) -> String {
    let q = wanted.q.trim().to_lowercase();
    let all = &overview.accounts;
    let broken = all.iter().filter(|account| account.is_broken()).count();
    let shown: Vec<&AccountRow> = all
        .iter()
        .filter(|account| account.subdomain.contains(&q))
        .filter(|account| wanted.only.is_none() || account.is_broken())
        .collect();
    let rows: String = shown
        .iter()
        .map(|account| row(account, overview, wanted))
        .collect();
    let content = if !rows.is_empty() {
        table("Accounts", ["Account", "Token requests", "Apps"], &rows)
    } else if all.is_empty() {
        r#"<p class="body">No account yet. One is made as soon as Mooring asks for it.</p>"#
            .to_owned()
    } else {
        r#"<p class="body">No account matches. <a href="/panel">Show all</a></p>"#.to_owned()
    };
    let chip = |only: Option<Only>, label: String| {
        let to = Wanted {
            q: wanted.q.clone(),
            only,
        };
        let current = if only == wanted.only {
            " aria-current=\"true\""
        } else {
            ""
        };
        let address = escaped(&to.address());
        format!(r#"<a class="chip" href="{address}"{current}>{label}</a>"#)
    };
    let only = match wanted.only {
        Some(Only::Broken) => r#"<input type="hidden" name="only" value="broken">"#,
        None => "",
    };
    format!(
        r#"<section class="panel" aria-labelledby="accounts-head"><header><h2 id="accounts-head">Accounts</h2>
<form class="actions toolbar" role="search" action="/panel"><input type="search" name="q" value="{q}" aria-label="Part of an account's name" placeholder="Part of its name">{only}{}{}</form></header>
{content}</section>"#,
        chip(None, format!("All {}", all.len())),
        chip(Some(Only::Broken), format!("Broken {broken}")),
        q = escaped(&wanted.q),
    )
}

fn row(account: &AccountRow, overview: &Overview, wanted: &Wanted) -> String {
    let name = account.subdomain.as_str();
    let mut buttons = String::new();
    for (state, deed, label) in [
        (Answers::WithErrors, "fail", "Outage"),
        (Answers::Wait, "wait", "Ask to wait"),
        (Answers::Refuses, "refuse", "Refuse"),
    ] {
        if account.answers != state {
            buttons += &button(deed, label, name);
        }
    }
    if account.answers != Answers::Normally {
        buttons += &button("answer", "Mend", name);
    }
    let mut apps = String::new();
    for (client_id, ended) in &account.apps {
        apps += &app_on_account(name, client_id, *ended, wanted);
    }
    // What has no access yet can be connected as the customer does it.
    let others = overview.apps.iter().filter(|app| {
        let active = |(id, ended): &(String, Option<End>)| *id == app.client_id && ended.is_none();
        !account.apps.iter().any(active)
    });
    let mut connects = String::new();
    for app in others {
        let _ = write!(
            connects,
            r#"<a href="{}">Connect <code>{}</code></a>"#,
            escaped(&format!(
                "{}/app/settings/integrations/app/{}",
                account.issuer, app.client_id
            )),
            escaped(&app.client_id)
        );
    }
    if !connects.is_empty() {
        let _ = write!(apps, "<li class=\"sub\">{connects}</li>");
    }
    let held = if account.held {
        badge("retrying", "Requests wait without an answer")
    } else {
        String::new()
    };
    format!(
        r#"<tr id="account-{name}"><th scope="row"><span class="name">{name}</span></th><td><ul role="list"><li>{}{held}</li><li>{}</li></ul></td><td><ul role="list">{apps}</ul></td></tr>
"#,
        answers(&account.answers),
        form(wanted, &[("account", name)], &buttons),
    )
}

fn app_on_account(name: &str, client_id: &str, ended: Option<End>, wanted: &Wanted) -> String {
    let of = format!("{client_id} on {name}");
    let (state, action) = match ended {
        None => (
            badge("working", "Active"),
            button("deactivate", "Deactivate", &of),
        ),
        Some(End::Deactivated) => (
            badge("disconnected", "Deactivated"),
            button("reactivate", "Reactivate", &of),
        ),
        Some(End::Revoked) => (
            badge("not_connected", "Disconnected by its vendor"),
            String::new(),
        ),
        Some(End::CodeReused | End::TokenReused) => {
            (badge("disconnected", "Ended: used twice"), String::new())
        }
        Some(End::Superseded) => (
            badge("not_connected", "Replaced by a later approval"),
            String::new(),
        ),
    };
    let action = if action.is_empty() {
        action
    } else {
        form(wanted, &[("account", name), ("app", client_id)], &action)
    };
    format!(
        "<li><code>{}</code>{state}{action}</li>",
        escaped(client_id)
    )
}
