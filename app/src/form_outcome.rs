//! The outcome of a form: kept for the session that posted it, and shown by the
//! page that the redirect leads to. It is never part of an address.

use domain::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use service::apps::secrets::TestResult;

/// The outcome of a form. It is kept as JSON for a day and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum FormOutcome {
    /// An app was added.
    AppAdded,
    /// An app was changed.
    AppSaved,
    /// An app was removed.
    AppRemoved {
        /// Its name.
        name: String,
    },
    /// An account's connection was erased for good.
    AccountErased {
        /// The account.
        account: String,
    },
    /// A bulk job was started.
    JobStarted,
    /// A bulk job was stopped.
    JobStopped,
    /// An operator said that an app's credentials are right.
    RefusalsAccepted,
    /// A new client secret was added or tested.
    NewSecret {
        /// The result of the test.
        tested: SecretTest,
    },
    /// The client secret in use was tested.
    SecretInUse {
        /// The result of the test.
        tested: SecretTest,
    },
    /// The new client secret is in use.
    SecretSwitched,
    /// The previous client secret is in use again.
    SecretRolledBack,
    /// The new client secret was removed.
    SecretRemoved,
    /// A client secret is shown.
    SecretShown,
    /// People were invited; the addresses to open are shown with this.
    Invited {
        /// How many.
        people: usize,
    },
    /// People were invited by mail.
    InvitedByMail {
        /// How many.
        people: usize,
    },
    /// A reconnect link was mailed.
    LinkMailed {
        /// The account.
        account: String,
        /// To whom.
        email: String,
    },
    /// A campaign was begun.
    CampaignBegun,
    /// A campaign was paused.
    CampaignPaused,
    /// A campaign was resumed.
    CampaignResumed,
    /// A campaign was ended.
    CampaignEnded,
    /// A campaign was so already, or over.
    CampaignUnchanged,
    /// The mail server took a test mail.
    TestMailTaken {
        /// What it answered.
        answer: String,
    },
    /// An invitation was withdrawn.
    InvitationWithdrawn,
    /// An invitation could not be changed any more.
    InvitationOver,
    /// A member has another role or other apps.
    MemberChanged,
    /// A member was removed.
    MemberRemoved {
        /// Their name.
        name: String,
    },
    /// A person has another name.
    NameSaved,
    /// What is known of a customer was saved.
    CustomerSaved,
    /// A file of customers was imported.
    CustomersImported {
        /// How many accounts were added.
        made: usize,
        /// How many were changed.
        changed: usize,
        /// How many lines could not be stored.
        refused: usize,
    },
    /// A view of the accounts list was saved.
    ViewSaved {
        /// Its name.
        name: String,
    },
    /// A saved view was removed.
    ViewRemoved {
        /// Its name.
        name: String,
    },
    /// Somebody chose columns for themselves.
    ColumnsChosen,
    /// An account was snoozed.
    AccountSnoozed {
        /// What people call it.
        account: String,
        /// Until when; `None` until it changes.
        until: Option<Timestamp>,
    },
    /// An account was woken.
    AccountWoken {
        /// What people call it.
        account: String,
    },
    /// Somebody looks after an account.
    LookedAfter {
        /// What people call it.
        account: String,
        /// The member; `None` for nobody.
        owner: Option<String>,
    },
    /// A passkey was added.
    PasskeyAdded {
        /// How many other sessions were ended.
        ended: u64,
    },
    /// A passkey has another name.
    PasskeyRenamed,
    /// A passkey was removed.
    PasskeyRemoved {
        /// How many other sessions were ended.
        ended: u64,
    },
    /// A person has another password.
    PasswordChanged {
        /// How many other sessions ended.
        ended: u64,
    },
    /// An authenticator app was switched on; recovery codes are shown with this.
    AuthenticatorOn,
    /// It was switched off.
    AuthenticatorOff,
    /// New recovery codes were made; they are shown with this.
    RecoveryCodesMade,
    /// The provider of single sign-on was asked, and answered.
    SsoTried {
        /// Its host.
        host: String,
        /// How many keys it has.
        keys: usize,
        /// What they can verify.
        algorithms: String,
    },
    /// Single sign-on was switched off.
    SsoOff,
    /// Somebody who was removed may come in again.
    SsoAdmitted,
    /// A person's link to single sign-on was ended.
    SsoLinkEnded,
    /// A session ended.
    SessionEnded,
    /// All other sessions ended.
    OtherSessionsEnded {
        /// How many.
        ended: u64,
    },
    /// A tenant was made.
    TenantMade,
    /// A tenant was deleted.
    TenantDeleted {
        /// Its name.
        name: String,
    },
    /// A deleted tenant was brought back.
    TenantBroughtBack,
    /// A part of the settings was saved.
    SettingsSaved,
    /// A rotation of keys began.
    RotationBegun,
    /// A rotation of keys was already under way.
    RotationResumed,
    /// There was nothing to rotate.
    RotationNothing,
    /// A reconnect link was made; its address is shown with this.
    LinkMade {
        /// The account.
        account: String,
        /// Until when it works.
        until: Timestamp,
    },
    /// A reconnect link was withdrawn.
    LinkWithdrawn,
    /// The reconnect link could not be used any more when it was to be withdrawn.
    LinkOverBefore {
        /// Why.
        why: LinkOver,
    },
    /// An API token was made; it is shown with this.
    TokenMade,
    /// An API token got another secret; it is shown with this.
    TokenRotated {
        /// The token's name.
        name: String,
        /// Until when the old secret works, if it does.
        old_until: Option<Timestamp>,
    },
    /// The old secret of an API token was ended.
    OldTokenEnded,
    /// An API token was revoked.
    TokenRevoked,
    /// The API token was already revoked.
    TokenRevokedBefore {
        /// When.
        at: Timestamp,
    },
    /// An account was checked; its timeline shows the result.
    Checked,
    /// An account was disconnected.
    Disconnected {
        /// Whether Gorgias confirmed that the tokens are revoked.
        confirmed: bool,
    },
    /// The account was already disconnected on purpose.
    DisconnectedBefore {
        /// The name of the person or API token.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// The account was never connected.
    NeverConnected,
    /// The form was posted before, and its result is not shown any more.
    DoneBefore {
        /// When it was posted.
        at: Timestamp,
    },
    /// The form was posted before, and its outcome is unknown.
    Unknown {
        /// When it was posted.
        at: Timestamp,
    },
}

/// The result of a test of a client secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretTest {
    /// Gorgias accepted it.
    Accepted,
    /// Gorgias refused it.
    Refused,
    /// Gorgias gave no clear answer.
    Unclear,
    /// There is no account to test it with.
    Untestable,
}

impl From<TestResult> for SecretTest {
    fn from(result: TestResult) -> Self {
        match result {
            TestResult::Accepted => Self::Accepted,
            TestResult::Refused => Self::Refused,
            TestResult::Unclear => Self::Unclear,
            TestResult::Untestable => Self::Untestable,
        }
    }
}

/// Why a reconnect link could not be withdrawn any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkOver {
    /// It led to an approval.
    Used,
    /// It had expired.
    Expired,
    /// It was withdrawn.
    Withdrawn,
}

/// The outcome that a page shows of a form that was posted before it.
#[derive(Debug, Clone)]
pub struct ShownOutcome {
    /// What happened.
    pub outcome: FormOutcome,
    /// A secret that is shown with it for two minutes: a link, an API token, a client secret.
    pub secret: Option<SecretString>,
}

impl ShownOutcome {
    /// An outcome without a secret.
    pub fn of(outcome: FormOutcome) -> Self {
        Self {
            outcome,
            secret: None,
        }
    }

    /// The secret in clear, for the page.
    pub(crate) fn in_clear(&self) -> Option<String> {
        self.secret
            .as_ref()
            .map(|secret| secret.expose_secret().to_owned())
    }

    /// The link that was just made, and until when it works.
    pub(crate) fn link(&self) -> Option<MadeLink> {
        match (&self.outcome, self.in_clear()) {
            (FormOutcome::LinkMade { account, until }, Some(url)) => Some(MadeLink {
                account: account.clone(),
                until: *until,
                url,
            }),
            _ => None,
        }
    }

    /// The secret, if `outcome` is what happened.
    pub(crate) fn secret_of(&self, outcome: &FormOutcome) -> Option<String> {
        self.in_clear().filter(|_| self.outcome == *outcome)
    }
}

/// A reconnect link that was just made.
#[derive(Clone)]
pub(crate) struct MadeLink {
    pub account: String,
    pub until: Timestamp,
    pub url: String,
}
