//! Every sentence that customers read, in each of their languages: on the page of a
//! link, on the page with the result of an approval, and in the mail with a link.
//!
//! [`Sentences`] has a field for each sentence, and each language is one constant of it,
//! so that a sentence that one language lacks doesn't compile. A sentence with names in
//! it is a function of them; one that leaves a name out doesn't compile either.

#![deny(unused_variables)]

mod choice;
mod english;
mod french;
mod german;
mod permissions;
mod spanish;
mod state;
#[cfg(test)]
mod tests;
mod times;

pub use permissions::{Icon, PermissionLine, PermissionWords, Resources};
pub use state::{CustomerState, LinkReason};
pub use times::Times;

use crate::{customer::Language, error::AuthorizationProblem};

/// What stands before and after something that is shown in its own way, such as a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around(pub &'static str, pub &'static str);

impl Around {
    /// The same as plain text.
    pub fn of(self, middle: &str) -> String {
        format!("{}{middle}{}", self.0, self.1)
    }
}

/// A title and what explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Titled {
    /// The title.
    pub title: &'static str,
    /// What explains it.
    pub text: &'static str,
}

/// All sentences in one language.
pub struct Sentences {
    /// The language.
    pub language: Language,
    /// What several pages say.
    pub page: PageWords,
    /// Dates and lengths of time.
    pub times: Times,
    /// What an app may do.
    pub permissions: PermissionWords,
    /// The page of a link that can be used.
    pub link: LinkWords,
    /// The page of a link that can't be used.
    pub gone: GoneWords,
    /// The page with the result of an approval.
    pub result: ResultWords,
    /// The page of a link after its approval.
    pub status: StatusWords,
    /// Why an approval failed.
    pub problem: fn(&AuthorizationProblem) -> ProblemWords,
    /// The mail with a link.
    pub mail: MailWords,
}

/// What several pages say.
pub struct PageWords {
    /// Before the address of whom to ask.
    pub questions: &'static str,
    /// Names the list of languages.
    pub languages: &'static str,
    /// The button after something that failed.
    pub begin_again: &'static str,
    /// That the tenant never sees the password.
    pub never_sees_password: fn(tenant: &str) -> String,
}

/// The page of a link that can be used.
pub struct LinkWords {
    /// The heading for an account that was never connected, around its host.
    pub connect: Around,
    /// The heading for one that was, around its host.
    pub reconnect: Around,
    /// Why the reader got the link.
    pub why: fn(LinkReason, tenant: &str, app: &str) -> String,
    /// The button.
    pub go_on: &'static str,
    /// Who can approve, around the account.
    pub admin: Around,
    /// The heading above the permissions.
    pub asks_for: fn(app: &str) -> String,
    /// The heading above the steps.
    pub next: &'static str,
    /// The steps.
    pub steps: [&'static str; 2],
    /// Names the instant until which the link works.
    pub works_until: &'static str,
    /// How long that is, and that it works once.
    pub for_one_approval: fn(relative: &str) -> String,
    /// Names the sender.
    pub sent_by: &'static str,
    /// The approval could not be begun.
    pub cannot_begin: &'static str,
}

/// The page of a link that can't be used.
pub struct GoneWords {
    /// The window's title.
    pub window: &'static str,
    /// No such link.
    pub unknown: Titled,
    /// It ended with an approval.
    pub used: Titled,
    /// It has expired.
    pub expired: Titled,
    /// It was withdrawn.
    pub revoked: Titled,
    /// What to do.
    pub ask: &'static str,
}

/// The page with the result of an approval.
pub struct ResultWords {
    /// The title if the account was connected for the first time.
    pub connected: fn(account: &str) -> String,
    /// The title if it was connected before.
    pub reconnected: fn(account: &str) -> String,
    /// The title if it isn't connected any more.
    pub ended: fn(account: &str) -> String,
    /// Who approved.
    pub approved_by: fn(name: &str) -> String,
    /// That the app has access, before the host.
    pub has_access: fn(app: &str) -> String,
    /// That it had access, before the host.
    pub had_access: fn(app: &str) -> String,
    /// Not everything was granted; the missing permissions follow.
    pub limited: fn(app: &str) -> String,
    /// The access can't be renewed, and when it stops, if that is known.
    pub stops: fn(app: &str, until: Option<&str>) -> String,
    /// The publisher has to change the app first.
    pub stops_by_app: fn(app: &str) -> String,
    /// Another approval keeps it working.
    pub stops_by_approval: &'static str,
    /// The app's own credentials are refused.
    pub setup_fault: fn(app: &str) -> String,
    /// Gorgias hasn't answered lately.
    pub waiting: fn(app: &str) -> String,
    /// The app has no access any more.
    pub no_access: fn(app: &str) -> String,
    /// The page can be closed, and there is nothing to set up.
    pub all_done: &'static str,
    /// The page can be closed.
    pub close: &'static str,
    /// The link to the app.
    pub go_on: fn(app: &str) -> String,
    /// The heading above the permissions.
    pub may_do: fn(app: &str) -> String,
    /// How to end the access.
    pub take_back: &'static str,
    /// The approval isn't finished.
    pub under_way: Titled,
}

/// The page of a link after its approval.
pub struct StatusWords {
    /// The heading, around the host.
    pub connected: Around,
    /// The heading without access, around the host.
    pub not_connected: Around,
    /// The state: it works.
    pub works: &'static str,
    /// The state: another approval is needed.
    pub needs_approval: &'static str,
    /// The state: the vendor looks at it.
    pub looked_at: fn(vendor: &str) -> String,
    /// What it means that it works.
    pub works_text: fn(app: &str) -> String,
    /// What it means that another approval is needed.
    pub needs_approval_text: fn(app: &str) -> String,
    /// What it means that the vendor looks at it.
    pub looked_at_text: fn(app: &str, vendor: &str) -> String,
    /// The button that begins another approval.
    pub approve_again: &'static str,
    /// Names who approved.
    pub approved_by: &'static str,
    /// In the place of a name that isn't known.
    pub somebody: &'static str,
    /// Names the state.
    pub how_it_is: &'static str,
    /// When it was last seen to work.
    pub last_seen: fn(relative: &str) -> String,
    /// Names the page.
    pub this_page: &'static str,
    /// Until when the page shows this.
    pub shown_until: fn(until: &str) -> String,
    /// That the link can't be used again.
    pub not_twice: &'static str,
}

/// Why an approval failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemWords {
    /// The title.
    pub title: String,
    /// The explanation.
    pub explanation: String,
    /// What to do.
    pub remedy: String,
}

/// The mail with a link.
pub struct MailWords {
    /// The subject, and the heading.
    pub subject: fn(account: &str, app: &str) -> String,
    /// The text, unless the tenant has one; with placeholders.
    pub text: &'static str,
    /// The button.
    pub button: &'static str,
    /// Names the instant until which the link works.
    pub works_until: &'static str,
    /// Names what the link is for.
    pub good_for: &'static str,
    /// What the link is for.
    pub one_approval: &'static str,
    /// For readers who can't approve.
    pub not_you: fn(account: &str) -> String,
    /// Where the button leads.
    pub leads_to: fn(here: &str, account: &str) -> String,
}

impl Language {
    /// Every sentence that customers read in this language.
    pub const fn sentences(self) -> &'static Sentences {
        match self {
            Self::English => &english::SENTENCES,
            Self::French => &french::SENTENCES,
            Self::German => &german::SENTENCES,
            Self::Spanish => &spanish::SENTENCES,
        }
    }
}
