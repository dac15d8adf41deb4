//! The entries to record.

use super::{Action, Outcome};
use crate::tenancy::{Actor, Who};
use domain::{
    ids::{ApiTokenId, AppId, ConnectionId, DataKeyId, InvitationId, JobId, PasskeyId, PersonId},
    job::JobAction,
    subdomain::Subdomain,
};
use std::net::IpAddr;
use uuid::Uuid;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum By {
    /// A person of the tenant.
    Person {
        id: PersonId,
        name: String,
        email: String,
    },
    /// A person of the tenant who erased their own name.
    Nameless { id: PersonId },
    /// A backend with an API token.
    ApiToken { id: ApiTokenId, name: String },
    /// A customer's admin, as far as Gorgias names them.
    Customer {
        name: Option<String>,
        email: Option<String>,
    },
    /// Somebody who isn't known.
    Somebody,
    /// A person who can run commands on Mooring's machine.
    CommandLine,
    /// Mooring itself, which continues an action of somebody.
    Mooring,
}

impl By {
    /// The code in the database; part of the MAC.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Person { .. } | Self::Nameless { .. } => "person",
            Self::ApiToken { .. } => "api_token",
            Self::Customer { .. } => "customer",
            Self::Somebody => "somebody",
            Self::CommandLine => "command_line",
            Self::Mooring => "mooring",
        }
    }

    pub const fn id(&self) -> Option<Uuid> {
        match self {
            Self::Person { id, .. } | Self::Nameless { id } => Some(id.0),
            Self::ApiToken { id, .. } => Some(id.0),
            Self::Customer { .. } | Self::Somebody | Self::CommandLine | Self::Mooring => None,
        }
    }

    pub fn name(&self) -> Option<String> {
        match self {
            Self::Person { name, .. } | Self::ApiToken { name, .. } => Some(name.clone()),
            Self::Customer { name, .. } => name.clone(),
            Self::Somebody | Self::CommandLine | Self::Mooring | Self::Nameless { .. } => None,
        }
    }

    pub fn email(&self) -> Option<String> {
        match self {
            Self::Person { email, .. } => Some(email.clone()),
            Self::Customer { email, .. } => email.clone(),
            Self::ApiToken { .. }
            | Self::Somebody
            | Self::CommandLine
            | Self::Mooring
            | Self::Nameless { .. } => None,
        }
    }
}

impl From<&Who> for By {
    fn from(who: &Who) -> Self {
        match who.clone() {
            Who::Person { id, name, email } => Self::Person { id, name, email },
            Who::ApiToken { id, name } => Self::ApiToken { id, name },
        }
    }
}

/// What the action was done to. The name can't be erased from the chain, so it
/// is never a person's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub kind: &'static str,
    pub id: Option<Uuid>,
    pub name: String,
}

impl Target {
    pub fn app(id: AppId, slug: impl ToString) -> Self {
        Self {
            kind: "app",
            id: Some(id.0),
            name: slug.to_string(),
        }
    }

    /// An account, named as in the page's address.
    pub fn account(id: Option<ConnectionId>, app: impl ToString, subdomain: &Subdomain) -> Self {
        Self {
            kind: "account",
            id: id.map(|id| id.0),
            name: format!("{}/{subdomain}", app.to_string()),
        }
    }

    /// What is known of the customer behind an account, whatever it is connected to.
    pub fn customer(subdomain: &Subdomain) -> Self {
        Self {
            kind: "customer",
            id: None,
            name: subdomain.to_string(),
        }
    }

    pub fn api_token(id: ApiTokenId, name: &str) -> Self {
        Self {
            kind: "api_token",
            id: Some(id.0),
            name: name.to_owned(),
        }
    }

    pub fn person(id: PersonId) -> Self {
        Self {
            kind: "person",
            id: Some(id.0),
            name: String::new(),
        }
    }

    /// A passkey of a person, who names it as they like, so it is not named.
    pub fn passkey(id: PasskeyId) -> Self {
        Self {
            kind: "passkey",
            id: Some(id.0),
            name: String::new(),
        }
    }

    /// An invitation. Its address is a person's, so it is not named.
    pub fn invitation(id: InvitationId) -> Self {
        Self {
            kind: "invitation",
            id: Some(id.0),
            name: String::new(),
        }
    }

    /// A bulk job, named by its action.
    pub fn job(id: JobId, action: JobAction) -> Self {
        Self {
            kind: "job",
            id: Some(id.0),
            name: action.label().to_owned(),
        }
    }

    pub fn data_key(id: DataKeyId) -> Self {
        Self {
            kind: "data_key",
            id: Some(id.0),
            name: id.to_string(),
        }
    }

    /// The tenant itself.
    pub fn tenant() -> Self {
        Self {
            kind: "tenant",
            id: None,
            name: String::new(),
        }
    }
}

/// An entry to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub by: By,
    pub address: Option<IpAddr>,
    pub action: Action,
    pub target: Target,
    pub outcome: Outcome,
    /// Names of fields and codes of reasons; never a person's data or a secret.
    pub detail: String,
    /// How many more times it happened since the previous entry of its kind.
    pub repeats: i64,
    /// A key for entries that are recorded only once: no second entry with it is added.
    pub once: Option<String>,
}

impl Entry {
    pub fn new(by: By, action: Action, target: Target) -> Self {
        Self {
            by,
            address: None,
            action,
            target,
            outcome: Outcome::Done,
            detail: String::new(),
            repeats: 0,
            once: None,
        }
    }

    /// An action of an actor.
    pub fn of(actor: &Actor, action: Action, target: Target) -> Self {
        Self::new(By::from(&actor.who), action, target).at(actor.address)
    }

    pub fn at(self, address: Option<IpAddr>) -> Self {
        Self { address, ..self }
    }

    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    pub fn once(self, text: impl Into<String>) -> Self {
        Self {
            once: Some(text.into()),
            ..self
        }
    }

    pub fn refused(self) -> Self {
        Self {
            outcome: Outcome::Refused,
            ..self
        }
    }
}
