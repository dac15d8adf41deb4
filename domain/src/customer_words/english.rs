//! English.

use super::{
    Around, GoneWords, LinkReason, LinkWords, MailWords, PageWords, PermissionWords, ProblemWords,
    Resources, ResultWords, Sentences, StatusWords, Times, Titled,
};
use crate::{customer::Language, error::AuthorizationProblem};

pub(super) const SENTENCES: Sentences = Sentences {
    language: Language::English,
    page: PageWords {
        questions: "Questions?",
        languages: "Language",
        begin_again: "Begin again",
        never_sees_password: |tenant| format!("{tenant} never sees your Gorgias password."),
    },
    times: Times {
        weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        months: [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ],
        date: |weekday, day, month, year| format!("{weekday} {day} {month} {year}"),
        zone: |letters| letters,
        days: |count| match count {
            1 => "1 day".to_owned(),
            count => format!("{count} days"),
        },
        now: "just now",
        ago: |span| format!("{span} ago"),
        ahead: |span| format!("in {span}"),
    },
    permissions: PermissionWords {
        see: "See",
        change: "Change",
        everything: ("Do everything", "that you may do yourself in the helpdesk"),
        stay: ("Stay connected", "without asking every day"),
        know: "Know who approved",
        name: ": your name",
        email: ": your e-mail address",
        name_and_email: ": your name and e-mail address",
        newer: "Use newer permissions:",
        resources: Resources {
            account: "account settings such as business hours",
            users: "your team",
            customers: "customers",
            tickets: "tickets",
            custom_fields: "custom fields",
            events: "the account’s record of changes",
            integrations: "integrations",
            jobs: "long-running jobs such as exports",
            macros: "macros",
            rules: "rules",
            satisfaction_surveys: "satisfaction surveys",
            statistics: "statistics",
            tags: "tags",
            apps: "installed apps",
        },
        and: |_| " and ",
        by_name: |count| match count {
            1 => "The permission by name".to_owned(),
            count => format!("All {count} permissions by name"),
        },
    },
    link: LinkWords {
        connect: Around("Connect ", ""),
        reconnect: Around("Reconnect ", ""),
        why: |reason, tenant, app| match reason {
            LinkReason::Connect => format!(
                "{tenant} asks you to connect {app} to your helpdesk. Until you approve it, {app} has no access."
            ),
            LinkReason::MorePermissions => format!(
                "{app} by {tenant} works, but some permissions that it needs are missing. Approve it once more to add them."
            ),
            LinkReason::StopsSoon => format!(
                "{app} by {tenant} can’t renew its access to your helpdesk by itself and will stop soon. Approve it once more to keep it working."
            ),
            LinkReason::Lost => format!(
                "{app} by {tenant} lost its access to your helpdesk. Usually someone deactivated the app. Until it is back, nothing is synced."
            ),
            LinkReason::Again => {
                format!("{tenant} asks you to approve {app} for your helpdesk again.")
            }
        },
        go_on: "Continue to Gorgias",
        admin: Around(
            "You need to be a Gorgias admin of ",
            ". If you aren’t, forward this page’s address to someone who is; opening it uses nothing up.",
        ),
        asks_for: |app| format!("What {app} asks for"),
        next: "What happens next",
        steps: [
            "Gorgias asks you to sign in, then to approve.",
            "You come back here and read whether it worked.",
        ],
        works_until: "This link works until",
        for_one_approval: |relative| format!("{relative}, for one approval"),
        sent_by: "Sent by",
        cannot_begin: "The approval can’t be begun right now. Ask the person who sent you this link.",
    },
    gone: GoneWords {
        window: "This link can’t be used",
        unknown: Titled {
            title: "This link is not known",
            text: "The address may be incomplete: long links are sometimes cut in mails.",
        },
        used: Titled {
            title: "This link was used already",
            text: "The app was approved after this link was sent. A link works for one approval only.",
        },
        expired: Titled {
            title: "This link has expired",
            text: "Links work for a limited time, so that old mails open nothing.",
        },
        revoked: Titled {
            title: "This link was withdrawn",
            text: "Whoever sent it has taken it back.",
        },
        ask: "Ask the person who sent it for a new one. Opening this page changed nothing.",
    },
    result: ResultWords {
        connected: |account| format!("{account} is connected"),
        reconnected: |account| format!("{account} is reconnected"),
        ended: |account| format!("{account} was approved, but is not connected any more"),
        approved_by: |name| format!("Approved by {name}."),
        has_access: |app| format!("{app} now has access to"),
        had_access: |app| format!("{app} had access to"),
        limited: |app| {
            format!(
                "Gorgias did not grant everything that {app} asked for. It works, with less. Missing:"
            )
        },
        stops: |app, until| {
            let until = match until {
                Some(until) => format!("It stops {until}."),
                None => "It will stop soon.".to_owned(),
            };
            format!("{app} works now, but can’t renew its access by itself. {until}")
        },
        stops_by_app: |app| {
            format!(
                "Whoever publishes {app} has to change it first, and then asks you to approve it once more. You can’t do anything about it now."
            )
        },
        stops_by_approval: "Approve it once more to keep it working.",
        setup_fault: |app| {
            format!(
                "{app} itself has a problem with Gorgias right now. Whoever publishes it has to solve that; you have nothing to do."
            )
        },
        waiting: |app| {
            format!(
                "Gorgias has not answered {app} lately. It goes on by itself; you have nothing to do."
            )
        },
        no_access: |app| {
            format!(
                "{app} has no access any more. Ask whoever publishes it for a new link if it should have."
            )
        },
        all_done: "You can close this page: there is nothing else to set up here.",
        close: "You can close this page.",
        go_on: |app| format!("Go on to {app}"),
        may_do: |app| format!("What {app} may do"),
        take_back: "You can take this back at any time in your helpdesk’s settings, by removing the app.",
        under_way: Titled {
            title: "One moment",
            text: "The approval is being handed in at Gorgias. This page shows the result as soon as it is there.",
        },
    },
    status: StatusWords {
        connected: Around("", " is connected"),
        not_connected: Around("", " is not connected"),
        works: "Works",
        needs_approval: "Needs a new approval",
        looked_at: |vendor| format!("{vendor} is looking at it"),
        works_text: |app| format!("{app} has access to your helpdesk. You have nothing to do."),
        needs_approval_text: |app| {
            format!("{app} needs another approval by an admin of your helpdesk.")
        },
        looked_at_text: |app, vendor| {
            format!(
                "{app} may not be up to date at the moment. {vendor} takes care of it; you have nothing to do."
            )
        },
        approve_again: "Approve again",
        approved_by: "Approved by",
        somebody: "An admin of your helpdesk",
        how_it_is: "How it is now",
        last_seen: |relative| format!("Last checked {relative}"),
        this_page: "This page",
        shown_until: |until| format!("Shows how it is until {until}"),
        not_twice: "Keep the link if you like; it can’t be used for another approval.",
    },
    problem,
    mail: MailWords {
        subject: |account, app| format!("Reconnect {account}.gorgias.com to {app}"),
        text: "{app} lost its access to {subdomain}.gorgias.com. One click brings it back.",
        button: "See what it asks for, and reconnect",
        works_until: "Works until",
        good_for: "For",
        one_approval: "one approval",
        not_you: |account| {
            format!(
                "Not you? Forward this mail to whoever runs Gorgias at {account}; opening the link uses nothing up."
            )
        },
        leads_to: |here, account| {
            format!(
                "The button leads to {here}, then to {account}.gorgias.com. We never ask for a password."
            )
        },
    },
};

/// The vendor's people read the same.
fn problem(problem: &AuthorizationProblem) -> ProblemWords {
    ProblemWords {
        title: problem.title(),
        explanation: problem.explanation(),
        remedy: problem.remedy().to_owned(),
    }
}
