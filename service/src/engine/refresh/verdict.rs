//! The result of an attempt.

use domain::time::Timestamp;

/// The result of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is a new token.
    Fine,
    /// Another task checked, renewed or reauthorized it in the meantime; that
    /// result counts.
    Superseded,
    /// Gorgias refused it, and refused it again on confirmation.
    Lost,
    /// Gorgias refuses the app's own credentials.
    AppRefused,
    /// There was no useful answer.
    Unavailable {
        /// What happened, in plain words.
        sentence: String,
        /// When the next attempt is due.
        next: Timestamp,
        /// Whether Gorgias asked us to slow down.
        limited: bool,
    },
    /// There is no refresh token.
    NotRenewable,
    /// There are no tokens.
    NotConnected,
    /// Another attempt is under way.
    Busy,
    /// The answer could not have been kept safe, so Gorgias was not asked.
    JournalFull,
}

impl Verdict {
    /// The sentence for the timeline and the page, without a full stop.
    pub fn sentence(&self) -> String {
        match self {
            Self::Fine => "it works".into(),
            Self::Superseded => "it was checked just now".into(),
            Self::Lost => "Gorgias refused our access".into(),
            Self::AppRefused => "Gorgias refused our app's own credentials".into(),
            Self::Unavailable { sentence, .. } => sentence.clone(),
            Self::NotRenewable => "it can't renew itself".into(),
            Self::NotConnected => "there is nothing to check, it is not connected".into(),
            Self::Busy => "a check is under way already".into(),
            Self::JournalFull => {
                "it was not checked, since Mooring's disk is full or can't be written".into()
            }
        }
    }
}
