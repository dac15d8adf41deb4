//! Bulk jobs: one action on many accounts.

use crate::{
    customer::Tag,
    ids::{CampaignId, PersonId},
    permission::Permission,
    snooze::Until,
    time::{Span, Timestamp},
};
use std::str::FromStr;

/// How long a job is kept after it ended.
pub const KEPT_FOR: Span = Span::days(30);
/// How long the file of an export can be downloaded after the job ended.
pub const FILE_KEPT_FOR: Span = Span::days(1);
/// The most jobs of a tenant that run at once.
pub const MOST_RUNNING: u64 = 10;
/// The most accounts that can be chosen one by one; more are named by a filter.
pub const MOST_CHOSEN: usize = 500;

/// A code that isn't known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no code of a job")]
pub struct NotACode;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $code:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$of])* $code,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The code in the database and in forms.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$code => $text,)* }
            }
        }

        impl FromStr for $name {
            type Err = NotACode;

            fn from_str(text: &str) -> Result<Self, NotACode> {
                Self::ALL.iter().copied().find(|one| one.code() == text).ok_or(NotACode)
            }
        }
    )*};
}

codes! {
    /// What a job does with each account. A new one needs its words here, a variant of
    /// [`Work`], and a file in `service/src/jobs/actions`.
    JobAction {
        /// Checks its connections.
        Check = "check",
        /// Gives it a tag.
        AddTag = "add_tag",
        /// Takes a tag from it.
        RemoveTag = "remove_tag",
        /// Says who looks after it.
        Assign = "assign",
        /// Gives it back to whoever looked after it before another job.
        AssignBack = "assign_back",
        /// Writes to its first contact, with a link for what needs an approval.
        SendLinks = "send_links",
        /// Puts it off.
        Snooze = "snooze",
        /// Ends its snooze.
        Wake = "wake",
        /// Takes it up in a campaign.
        AddToCampaign = "add_to_campaign",
        /// Writes it into a file.
        Export = "export",
    }

    /// How far a job is.
    JobState {
        /// It waits for the worker, or the worker is at it.
        Running = "running",
        /// It came to its end.
        Finished = "finished",
        /// A person stopped it.
        Stopped = "stopped",
        /// Whoever started it may not do this any more.
        Halted = "halted",
    }

    /// How far an account of a job is.
    ItemState {
        /// Its turn has not come.
        Waiting = "waiting",
        /// Its connections are due; the worker asks Gorgias.
        Asked = "asked",
        /// It was done.
        Done = "done",
        /// It failed; the reason says why.
        Failed = "failed",
    }

    /// Why an account of a job failed.
    JobReason {
        /// Whoever started the job doesn't see the account, or it was erased.
        NotSeen = "not_seen",
        /// It is connected to no app.
        NotConnected = "not_connected",
        /// Gorgias gave no useful answer.
        NoAnswer = "no_answer",
        /// Gorgias refuses the app's own credentials.
        AppRefused = "app_refused",
        /// The worker could not make the attempt.
        NotChecked = "not_checked",
        /// It has as many tags as an account can have.
        TooManyTags = "too_many_tags",
        /// The person who was to look after it is no member.
        NoMember = "no_member",
        /// It has no contact.
        NobodyToWriteTo = "nobody_to_write_to",
        /// Nothing of it needs an approval, or a link can't help it.
        NoLinkNeeded = "no_link_needed",
        /// It needs nobody, so there is nothing to snooze.
        NothingToSnooze = "nothing_to_snooze",
        /// It was never connected to the campaign's app.
        NotAtApp = "not_at_app",
        /// The campaign is over.
        CampaignOver = "campaign_over",
        /// Somebody changed it since.
        ChangedSince = "changed_since",
    }
}

impl JobAction {
    /// What the button says that starts it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Check => "Check now",
            Self::AddTag => "Add tag",
            Self::RemoveTag => "Remove tag",
            Self::Assign => "Assign",
            Self::AssignBack => "Assign back",
            Self::SendLinks => "Send links",
            Self::Snooze => "Snooze",
            Self::Wake => "Wake",
            Self::AddToCampaign => "Add to campaign",
            Self::Export => "Export CSV",
        }
    }

    /// The permission that it needs, for each account.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Check => Permission::CheckConnections,
            Self::SendLinks | Self::AddToCampaign => Permission::SendLinks,
            Self::AddTag
            | Self::RemoveTag
            | Self::Assign
            | Self::AssignBack
            | Self::Snooze
            | Self::Wake
            | Self::Export => Permission::EditCustomers,
        }
    }
}

impl JobReason {
    /// Why, as the head of a list of accounts.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotSeen => "The account can’t be seen any more",
            Self::NotConnected => "It is connected to no app, so there is nothing to check",
            Self::NoAnswer => "Gorgias gave no useful answer",
            Self::AppRefused => "Gorgias refused our app’s own credentials",
            Self::NotChecked => "The worker could not check it",
            Self::TooManyTags => "It has as many tags as an account can have",
            Self::NoMember => "The person is no member any more",
            Self::NobodyToWriteTo => "It has no contact to write to",
            Self::NoLinkNeeded => "It needs no approval, or a link can’t help it",
            Self::NothingToSnooze => "It needs nobody, so there is nothing to snooze",
            Self::NotAtApp => "It was never connected to the campaign’s app",
            Self::CampaignOver => "The campaign is over",
            Self::ChangedSince => "Somebody changed it since, so it was left alone",
        }
    }

    /// What helps, in one sentence.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::NotSeen => "It was erased, or is not at one of your apps.",
            Self::NotConnected => "Connect it, or send a link.",
            Self::NoAnswer => "Mooring tries again by itself; you can try now, too.",
            Self::AppRefused => "Compare the app’s client secret with the partners’ portal.",
            Self::NotChecked => "Look at the worker’s heartbeat, then try again.",
            Self::TooManyTags => "Take off one that isn’t needed, then try again.",
            Self::NoMember => "Choose somebody else.",
            Self::NobodyToWriteTo => "Add a contact on its page, then try again.",
            Self::NoLinkNeeded => "Nothing has to be done, or its page says what helps.",
            Self::NothingToSnooze => "Nothing has to be done.",
            Self::NotAtApp => "Send it a link from its page.",
            Self::CampaignOver => "Begin another one.",
            Self::ChangedSince => "Open the account to see what it is now.",
        }
    }

    /// Whether trying again can help.
    pub const fn can_pass(self) -> bool {
        match self {
            Self::NoAnswer | Self::AppRefused | Self::NotChecked | Self::TooManyTags => true,
            Self::NotConnected | Self::NobodyToWriteTo => true,
            Self::NotSeen | Self::NoMember | Self::NoLinkNeeded | Self::ChangedSince => false,
            Self::NothingToSnooze | Self::NotAtApp | Self::CampaignOver => false,
        }
    }
}

/// An action with all that it needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Check its connections now.
    Check,
    /// Give it this tag.
    AddTag(Tag),
    /// Take this tag from it.
    RemoveTag(Tag),
    /// This member looks after it, or nobody.
    Assign(Option<PersonId>),
    /// Whoever looked after it before, if this member, or nobody, still does.
    AssignBack(Option<PersonId>),
    /// Write to its first contact, with a link for what needs an approval.
    SendLinks,
    /// Put it off.
    Snooze {
        /// Until when.
        until: Until,
        /// Why; may be empty.
        reason: String,
    },
    /// End its snooze.
    Wake,
    /// Take it up in this campaign.
    AddToCampaign(CampaignId),
    /// Write it into a file.
    Export,
}

/// Stands in a job's value where a snooze has no instant.
const NEXT_CHANGE: &str = "change";

impl Work {
    /// The action.
    pub const fn action(&self) -> JobAction {
        match self {
            Self::Check => JobAction::Check,
            Self::AddTag(_) => JobAction::AddTag,
            Self::RemoveTag(_) => JobAction::RemoveTag,
            Self::Assign(_) => JobAction::Assign,
            Self::AssignBack(_) => JobAction::AssignBack,
            Self::SendLinks => JobAction::SendLinks,
            Self::Snooze { .. } => JobAction::Snooze,
            Self::Wake => JobAction::Wake,
            Self::AddToCampaign(_) => JobAction::AddToCampaign,
            Self::Export => JobAction::Export,
        }
    }

    /// The text beside the action's code in the database; empty if there is none.
    pub fn value(&self) -> String {
        match self {
            Self::Check | Self::SendLinks | Self::Wake | Self::Export => String::new(),
            Self::Snooze { until, reason } => {
                let until = until.at().map(|at| at.0.to_string());
                format!("{} {reason}", until.as_deref().unwrap_or(NEXT_CHANGE))
            }
            Self::AddToCampaign(campaign) => campaign.to_string(),
            Self::AddTag(tag) | Self::RemoveTag(tag) => tag.to_string(),
            Self::Assign(person) | Self::AssignBack(person) => {
                person.map_or_else(String::new, |person| person.to_string())
            }
        }
    }

    /// Reads what [`Self::value`] wrote.
    ///
    /// # Errors
    /// [`NotACode`] for a text that it never wrote.
    pub fn read(action: JobAction, value: &str) -> Result<Self, NotACode> {
        let tag = || value.parse().map_err(|_| NotACode);
        let person = || match value {
            "" => Ok(None),
            id => id.parse().map(Some).map_err(|_| NotACode),
        };
        Ok(match action {
            JobAction::Check => Self::Check,
            JobAction::AddTag => Self::AddTag(tag()?),
            JobAction::RemoveTag => Self::RemoveTag(tag()?),
            JobAction::Assign => Self::Assign(person()?),
            JobAction::AssignBack => Self::AssignBack(person()?),
            JobAction::SendLinks => Self::SendLinks,
            JobAction::Snooze => {
                let (until, reason) = value.split_once(' ').ok_or(NotACode)?;
                let until = match until {
                    NEXT_CHANGE => Until::NextChange,
                    at => Until::At(Timestamp(at.parse().map_err(|_| NotACode)?)),
                };
                let reason = reason.to_owned();
                Self::Snooze { until, reason }
            }
            JobAction::Wake => Self::Wake,
            JobAction::AddToCampaign => Self::AddToCampaign(value.parse().map_err(|_| NotACode)?),
            JobAction::Export => Self::Export,
        })
    }

    /// What takes back what this did; `None` if nothing can.
    pub fn undone_by(&self) -> Option<Self> {
        match self {
            Self::AddTag(tag) => Some(Self::RemoveTag(tag.clone())),
            Self::RemoveTag(tag) => Some(Self::AddTag(tag.clone())),
            Self::Assign(person) => Some(Self::AssignBack(*person)),
            Self::Snooze { .. } => Some(Self::Wake),
            Self::Check
            | Self::AssignBack(_)
            | Self::SendLinks
            | Self::Wake
            | Self::AddToCampaign(_)
            | Self::Export => None,
        }
    }
}

/// How many accounts of a job are done, and how long it has been at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Done and failed ones.
    pub over: u64,
    /// All of them.
    pub all: u64,
    /// When the first one was begun.
    pub since: Timestamp,
}

impl Progress {
    /// About how much longer it takes, if it goes on as until now; `None` before anything
    /// can be said.
    pub fn left(self, now: Timestamp) -> Option<Span> {
        let spent = now.since(self.since).0.max(0).unsigned_abs();
        if self.over == 0 || spent == 0 {
            return None;
        }
        let rest = self.all.saturating_sub(self.over);
        let left = u128::from(spent) * u128::from(rest) / u128::from(self.over);
        Some(Span(i64::try_from(left).unwrap_or(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;
    use uuid::Uuid;

    #[test]
    fn work_survives_being_stored() {
        let (tag, person): (Tag, _) = ("VIP".parse().unwrap(), PersonId(Uuid::from_u128(7)));
        for work in [
            Work::Check,
            Work::AddTag(tag.clone()),
            Work::RemoveTag(tag),
            Work::Assign(Some(person)),
            Work::Assign(None),
            Work::AssignBack(Some(person)),
            Work::SendLinks,
            Work::Snooze {
                until: Until::NextChange,
                reason: String::new(),
            },
            Work::Snooze {
                until: Until::At(Timestamp(7)),
                reason: "They approve on Monday".to_owned(),
            },
            Work::Wake,
            Work::AddToCampaign(CampaignId(Uuid::from_u128(7))),
            Work::Export,
        ] {
            let code = work.action().code();
            let read = Work::read(code.parse().unwrap(), &work.value());
            assert_eq!(read, Ok(work));
        }
        assert_eq!(Work::read(JobAction::AddTag, ""), Err(NotACode));
        assert_eq!(Work::read(JobAction::Assign, "ann"), Err(NotACode));
        assert_eq!(Work::read(JobAction::Snooze, "soon "), Err(NotACode));
        assert_eq!(Work::read(JobAction::Snooze, "change"), Err(NotACode));
        assert_eq!("erase".parse::<JobAction>(), Err(NotACode));
    }

    #[test]
    fn what_changes_accounts_can_be_undone() {
        let tag: Tag = "VIP".parse().unwrap();
        assert_eq!(
            Work::AddTag(tag.clone()).undone_by(),
            Some(Work::RemoveTag(tag))
        );
        assert_eq!(Work::Assign(None).undone_by(), Some(Work::AssignBack(None)));
        assert_eq!(Work::Export.undone_by(), None);
        assert_eq!(Work::AssignBack(None).undone_by(), None);
    }

    #[test]
    fn viewers_may_start_none() {
        for action in JobAction::ALL {
            assert!(!Role::Viewer.allows(action.permission()), "{action:?}");
            assert!(Role::Success.allows(action.permission()), "{action:?}");
        }
    }

    #[test]
    fn the_time_left_is_what_the_rest_takes_at_this_pace() {
        let since = Timestamp(0);
        let progress = Progress {
            over: 84,
            all: 200,
            since,
        };
        let now = since.plus(Span::seconds(42));
        assert_eq!(progress.left(now), Some(Span::seconds(58)));
        assert_eq!(progress.left(since), None);
        assert_eq!(
            Progress {
                over: 0,
                ..progress
            }
            .left(now),
            None
        );
        assert_eq!(
            Progress {
                over: 200,
                ..progress
            }
            .left(now),
            Some(Span(0))
        );
        let before = Timestamp(-1);
        assert_eq!(progress.left(before), None, "a clock that was put back");
    }
}
