//! What a person may be told when an authorization fails.

use crate::subdomain::Subdomain;
use serde::{Deserialize, Serialize};

/// Why an authorization ended without a connection. It holds no secret and no
/// unchecked text from outside, so it may be stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum AuthorizationProblem {
    /// `state` unknown, used up, older than ten minutes, or begun in another browser (RFC 9700 4.7).
    StateUnknown,
    /// `state` or `code` missing or doubled.
    Malformed,
    /// The operator who began it is not signed in any more, or another person is.
    OtherPerson,
    /// The customer refused (RFC 6749 4.1.2.1 `access_denied`), or Gorgias reported another error.
    Refused {
        /// The code, if it is one of RFC 6749 4.1.2.1.
        code: String,
    },
    /// The approval came for another account than the expected one.
    WrongAccount {
        /// The expected account.
        expected: Subdomain,
    },
    /// Gorgias refused the app's client id and secret.
    AppRefused,
    /// Gorgias refused the code.
    CodeRefused,
    /// Gorgias gave no answer, or no usable one, after the code was sent.
    Unavailable,
    /// The answer's tokens or id_token can't be trusted.
    BadAnswer,
    /// The link was used, withdrawn or has expired in the meantime.
    LinkGone,
    /// The operator who began it has no permission to authorize apps any more.
    RoleGone,
    /// There is no account at the address, so nothing secret was sent there.
    NoAccount {
        /// The requested account.
        subdomain: Subdomain,
    },
    /// Too many installations without an operator or a link came at once.
    Busy,
}

impl AuthorizationProblem {
    /// The code in the machine API, logs and tests.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::StateUnknown => "state_unknown",
            Self::Malformed => "malformed",
            Self::OtherPerson => "other_person",
            Self::Refused { .. } => "refused",
            Self::WrongAccount { .. } => "wrong_account",
            Self::AppRefused => "app_refused",
            Self::CodeRefused => "code_refused",
            Self::Unavailable => "unavailable",
            Self::BadAnswer => "bad_answer",
            Self::LinkGone => "link_gone",
            Self::RoleGone => "role_gone",
            Self::NoAccount { .. } => "no_account",
            Self::Busy => "busy",
        }
    }

    /// A heading that names the problem.
    pub fn title(&self) -> String {
        match self {
            Self::StateUnknown => "This approval can't be used any more".into(),
            Self::Malformed => "This address is incomplete".into(),
            Self::OtherPerson => "You are signed in as somebody else now".into(),
            Self::Refused { code } if code == "access_denied" => "The app was not approved".into(),
            Self::Refused { .. } => "Gorgias reported an error".into(),
            Self::WrongAccount { expected } => format!("That wasn't {expected}.gorgias.com"),
            Self::AppRefused => "Gorgias doesn't accept this app".into(),
            Self::CodeRefused => "Gorgias did not accept the approval".into(),
            Self::Unavailable => "Gorgias isn't answering".into(),
            Self::BadAnswer => "Gorgias gave an answer that we can't trust".into(),
            Self::LinkGone => "This link can't be used any more".into(),
            Self::RoleGone => "You may not authorize apps any more".into(),
            Self::NoAccount { subdomain } => {
                format!("There is no account {subdomain}.gorgias.com")
            }
            Self::Busy => "Too many approvals are under way".into(),
        }
    }

    /// One or two sentences: the reason, and that nothing was lost.
    pub fn explanation(&self) -> String {
        match self {
            Self::StateUnknown => "An approval works once, within ten minutes, in the browser in which it was begun. Nothing was changed.".into(),
            Self::Malformed => "Gorgias sends people here after they approved an app; something was missing from the address. Nothing was changed.".into(),
            Self::OtherPerson => "The approval was begun by another person in this browser. Nothing was changed.".into(),
            Self::Refused { code } if code == "access_denied" => "Somebody pressed “Cancel” at Gorgias, or may not approve apps there. Nothing was changed.".into(),
            Self::Refused { code } => format!("It calls the error “{code}”. Nothing was changed."),
            Self::WrongAccount { expected } => format!("The approval came from another Gorgias account than {expected}.gorgias.com. We kept everything as it was."),
            Self::AppRefused => "Its own credentials were refused. You can't mend this; the app's makers can.".into(),
            Self::CodeRefused => "It may have taken too long, or have been used already. Nothing was changed.".into(),
            Self::Unavailable => "The approval was given, but Gorgias did not hand out access. Nothing was changed.".into(),
            Self::BadAnswer => "To be safe, we did not use it. Nothing was changed.".into(),
            Self::LinkGone => "It was used, withdrawn, or has expired.".into(),
            Self::RoleGone => "Your role was changed while you were at Gorgias. Nothing was changed.".into(),
            Self::NoAccount { subdomain } => format!("No Gorgias account answers at {subdomain}.gorgias.com, so the approval was not handed in. Nothing was changed."),
            Self::Busy => "Many approvals for new accounts failed within a few minutes, so further ones have to wait. Nothing was changed.".into(),
        }
    }

    /// What to do now.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::StateUnknown | Self::Malformed | Self::CodeRefused => {
                "Begin again where you started: in Gorgias, or with the link that you were sent."
            }
            Self::OtherPerson => "Sign in as the person who began, or begin again.",
            Self::Refused { .. } => {
                "Begin again if that was a mistake. You need to be an admin in Gorgias."
            }
            Self::WrongAccount { .. } => {
                "Sign in to the right account in Gorgias, then begin again."
            }
            Self::AppRefused => "Tell the makers of the app.",
            Self::Unavailable => "Wait a minute, then begin again.",
            Self::BadAnswer => "Begin again; if it happens twice, tell the makers of the app.",
            Self::LinkGone => "Ask the sender for a new link.",
            Self::RoleGone => "Ask an owner of the tenant.",
            Self::NoAccount { .. } => {
                "Look at the address of your helpdesk, then begin again with its first part."
            }
            Self::Busy => {
                "Begin again in ten minutes, or ask the makers of the app for a link: links are not held up."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_titled_explained_and_has_a_way_on() {
        for p in [
            AuthorizationProblem::StateUnknown,
            AuthorizationProblem::Refused {
                code: "access_denied".into(),
            },
            AuthorizationProblem::Refused {
                code: "server_error".into(),
            },
            AuthorizationProblem::LinkGone,
            AuthorizationProblem::RoleGone,
            AuthorizationProblem::Busy,
        ] {
            assert!(!p.title().ends_with('.'));
            assert!(p.explanation().ends_with('.'));
            assert!(p.remedy().ends_with('.'));
        }
    }
}
