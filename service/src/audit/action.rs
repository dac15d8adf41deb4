//! The actions that can be recorded, and their outcomes.

/// A recorded action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A person signed in.
    SignedIn,
    /// A person signed out.
    SignedOut,
    /// A person who was signed in confirmed that it is still them; the detail says how.
    Confirmed,
    /// A person changed their name.
    Renamed,
    /// A person changed their password.
    PasswordChanged,
    /// A person set a new password by a link.
    PasswordReset,
    /// A person set up a second factor; the detail says which.
    FactorAdded,
    /// A second factor was taken off, by its person or by a command; the detail says which.
    FactorRemoved,
    /// A person made new recovery codes.
    RecoveryCodesMade,
    /// A person used a recovery code; the detail says how many are left.
    RecoveryCodeUsed,
    /// A person added a passkey.
    PasskeyAdded,
    /// A person gave a passkey another name.
    PasskeyRenamed,
    /// A person removed a passkey.
    PasskeyRemoved,
    /// A person ended sessions of their own; the detail says how many.
    SessionsEnded,
    /// An owner was made, at set-up or on the command line.
    OwnerCreated,
    /// Somebody was invited; the detail names role and apps.
    Invited,
    /// An invitation was withdrawn.
    InvitationWithdrawn,
    /// An invitation was accepted; the detail names role and apps.
    Joined,
    /// A member's role or apps were changed; the detail names both.
    RoleChanged,
    /// A member was removed, or left.
    MemberRemoved,
    /// Single sign-on was set up, changed or switched off; the detail names the fields.
    SingleSignOnChanged,
    /// A person linked their single sign-on, or ended the link; the detail says which.
    SingleSignOnLinked,
    /// An owner lets somebody in again by single sign-on who was removed.
    SingleSignOnAdmitted,
    /// An app was added.
    AppCreated,
    /// An app was changed; the detail names the fields.
    AppEdited,
    /// A person confirmed an app's credentials after many refusals.
    RefusalsAccepted,
    /// An app was removed.
    AppRemoved,
    /// An API token was made.
    ApiTokenCreated,
    /// An API token was revoked.
    ApiTokenRevoked,
    /// An API token got another secret; the detail says until when the old one works.
    ApiTokenRotated,
    /// The old secret of an API token was ended before its time.
    ApiTokenOldSecretEnded,
    /// An API token was used from an address that was not used lately.
    ApiTokenNewAddress,
    /// An API token was refused; the detail says why.
    ApiTokenRefused,
    /// A reconnect link was made.
    LinkCreated,
    /// A reconnect link was withdrawn.
    LinkRevoked,
    /// A campaign was begun; the detail names it.
    CampaignBegun,
    /// A campaign was paused.
    CampaignPaused,
    /// A campaign was resumed.
    CampaignResumed,
    /// A campaign was ended.
    CampaignEnded,
    /// A customer's approval or refusal came back.
    Authorized,
    /// A person or a backend asked for a check of a connection.
    Checked,
    /// A connection was ended on purpose.
    Disconnected,
    /// A connection was removed with its links and timeline.
    ConnectionErased,
    /// What is known of a customer was changed; the detail names the fields.
    CustomerEdited,
    /// An account was snoozed; the detail says until when.
    AccountSnoozed,
    /// An account was woken before its snooze ended.
    AccountWoken,
    /// A person started a bulk job; the detail says on how many chosen accounts.
    JobStarted,
    /// A person stopped a bulk job; the detail says after how many accounts.
    JobStopped,
    /// A bulk job came to its end, or whoever started it may not do this any more; the
    /// detail says how many accounts are done and failed.
    JobEnded,
    /// A person downloaded the file of an export.
    JobFileTaken,
    /// An access token was given out.
    TokenRead,
    /// A client secret was added, to be tested and switched to.
    SecretAdded,
    /// A client secret was tested; the detail says which and how.
    SecretTested,
    /// A new client secret was put into use.
    SecretSwitched,
    /// The previous client secret was put back into use.
    SecretRolledBack,
    /// A client secret was removed before it was used.
    SecretDiscarded,
    /// A client secret was shown to a person, or refused to one.
    SecretShown,
    /// The tenant got a new data key.
    RotationBegun,
    /// All readable records were encrypted under a new data key.
    RotationFinished,
    /// Personal fields of entries were erased.
    Erased,
    /// The audit was exported.
    AuditExported,
    /// A request was refused to somebody who is signed in; the detail says which.
    RequestRefused,
    /// Entries were removed that are older than the settings allow.
    CutOff,
    /// The tenant was erased for good, with everything except its audit.
    TenantRemoved,
    /// The tenant was made.
    TenantCreated,
    /// Settings of the tenant were changed; the detail names them.
    SettingsChanged,
    /// The tenant was deleted, and can be brought back for a while.
    TenantDeleted,
    /// The deleted tenant was brought back.
    TenantBroughtBack,
    /// The database was restored from a backup.
    Restored,
}

impl Action {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::SignedIn,
        Self::SignedOut,
        Self::Confirmed,
        Self::Renamed,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::RecoveryCodesMade,
        Self::RecoveryCodeUsed,
        Self::PasskeyAdded,
        Self::PasskeyRenamed,
        Self::PasskeyRemoved,
        Self::SessionsEnded,
        Self::OwnerCreated,
        Self::Invited,
        Self::InvitationWithdrawn,
        Self::Joined,
        Self::RoleChanged,
        Self::MemberRemoved,
        Self::SingleSignOnChanged,
        Self::SingleSignOnLinked,
        Self::SingleSignOnAdmitted,
        Self::AppCreated,
        Self::AppEdited,
        Self::RefusalsAccepted,
        Self::AppRemoved,
        Self::ApiTokenCreated,
        Self::ApiTokenRevoked,
        Self::ApiTokenRotated,
        Self::ApiTokenOldSecretEnded,
        Self::ApiTokenNewAddress,
        Self::ApiTokenRefused,
        Self::LinkCreated,
        Self::CampaignBegun,
        Self::CampaignPaused,
        Self::CampaignResumed,
        Self::CampaignEnded,
        Self::LinkRevoked,
        Self::Authorized,
        Self::Checked,
        Self::Disconnected,
        Self::ConnectionErased,
        Self::CustomerEdited,
        Self::AccountSnoozed,
        Self::AccountWoken,
        Self::JobStarted,
        Self::JobStopped,
        Self::JobEnded,
        Self::JobFileTaken,
        Self::TokenRead,
        Self::SecretAdded,
        Self::SecretTested,
        Self::SecretSwitched,
        Self::SecretRolledBack,
        Self::SecretDiscarded,
        Self::SecretShown,
        Self::RotationBegun,
        Self::RotationFinished,
        Self::Erased,
        Self::AuditExported,
        Self::RequestRefused,
        Self::CutOff,
        Self::TenantRemoved,
        Self::TenantCreated,
        Self::SettingsChanged,
        Self::TenantDeleted,
        Self::TenantBroughtBack,
        Self::Restored,
    ];

    /// The code in the database and in addresses; part of the MAC, so it can
    /// never be renamed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SignedIn => "person.signed_in",
            Self::SignedOut => "person.signed_out",
            Self::Confirmed => "person.confirmed",
            Self::Renamed => "person.renamed",
            Self::PasswordChanged => "person.password_changed",
            Self::PasswordReset => "person.password_reset",
            Self::FactorAdded => "person.factor_added",
            Self::FactorRemoved => "person.factor_removed",
            Self::RecoveryCodesMade => "person.recovery_codes_made",
            Self::RecoveryCodeUsed => "person.recovery_code_used",
            Self::PasskeyAdded => "person.passkey_added",
            Self::PasskeyRenamed => "person.passkey_renamed",
            Self::PasskeyRemoved => "person.passkey_removed",
            Self::SessionsEnded => "person.sessions_ended",
            Self::OwnerCreated => "person.owner_created",
            Self::Invited => "person.invited",
            Self::InvitationWithdrawn => "person.invitation_withdrawn",
            Self::Joined => "person.joined",
            Self::RoleChanged => "person.role_changed",
            Self::MemberRemoved => "person.removed",
            Self::SingleSignOnChanged => "tenant.sso_changed",
            Self::SingleSignOnLinked => "person.sso_linked",
            Self::SingleSignOnAdmitted => "person.sso_admitted",
            Self::AppCreated => "app.created",
            Self::AppEdited => "app.edited",
            Self::RefusalsAccepted => "app.refusals_accepted",
            Self::AppRemoved => "app.removed",
            Self::ApiTokenCreated => "api_token.created",
            Self::ApiTokenRevoked => "api_token.revoked",
            Self::ApiTokenRotated => "api_token.rotated",
            Self::ApiTokenOldSecretEnded => "api_token.old_secret_ended",
            Self::ApiTokenNewAddress => "api_token.new_address",
            Self::ApiTokenRefused => "api_token.refused",
            Self::LinkCreated => "link.created",
            Self::CampaignBegun => "campaign.begun",
            Self::CampaignPaused => "campaign.paused",
            Self::CampaignResumed => "campaign.resumed",
            Self::CampaignEnded => "campaign.ended",
            Self::LinkRevoked => "link.revoked",
            Self::Authorized => "connection.authorized",
            Self::Checked => "connection.checked",
            Self::Disconnected => "connection.disconnected",
            Self::ConnectionErased => "connection.erased",
            Self::CustomerEdited => "customer.edited",
            Self::AccountSnoozed => "customer.snoozed",
            Self::AccountWoken => "customer.woken",
            Self::JobStarted => "job.started",
            Self::JobStopped => "job.stopped",
            Self::JobEnded => "job.ended",
            Self::JobFileTaken => "job.file_taken",
            Self::TokenRead => "connection.token_read",
            Self::SecretAdded => "app.secret_added",
            Self::SecretTested => "app.secret_tested",
            Self::SecretSwitched => "app.secret_switched",
            Self::SecretRolledBack => "app.secret_rolled_back",
            Self::SecretDiscarded => "app.secret_discarded",
            Self::SecretShown => "app.secret_shown",
            Self::RotationBegun => "keys.rotation_begun",
            Self::RotationFinished => "keys.rotation_finished",
            Self::Erased => "audit.erased",
            Self::AuditExported => "audit.exported",
            Self::RequestRefused => "request.refused",
            Self::CutOff => "audit.cut_off",
            Self::TenantRemoved => "tenant.removed",
            Self::TenantCreated => "tenant.created",
            Self::SettingsChanged => "tenant.settings_changed",
            Self::TenantDeleted => "tenant.deleted",
            Self::TenantBroughtBack => "tenant.brought_back",
            Self::Restored => "tenant.restored",
        }
    }

    /// The name that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::SignedIn => "Signed in",
            Self::SignedOut => "Signed out",
            Self::Confirmed => "Confirmed that it’s still them",
            Self::Renamed => "Name changed",
            Self::PasswordChanged => "Password changed",
            Self::PasswordReset => "Password set by a link",
            Self::FactorAdded => "Second factor set up",
            Self::FactorRemoved => "Second factor taken off",
            Self::RecoveryCodesMade => "Recovery codes made",
            Self::RecoveryCodeUsed => "Recovery code used",
            Self::PasskeyAdded => "Passkey added",
            Self::PasskeyRenamed => "Passkey renamed",
            Self::PasskeyRemoved => "Passkey removed",
            Self::SessionsEnded => "Sessions ended",
            Self::OwnerCreated => "Owner made",
            Self::Invited => "Invited",
            Self::InvitationWithdrawn => "Invitation withdrawn",
            Self::Joined => "Joined",
            Self::RoleChanged => "Role changed",
            Self::MemberRemoved => "Member removed",
            Self::SingleSignOnChanged => "Single sign-on changed",
            Self::SingleSignOnLinked => "Single sign-on linked",
            Self::SingleSignOnAdmitted => "Let in again by single sign-on",
            Self::AppCreated => "App added",
            Self::AppEdited => "App changed",
            Self::RefusalsAccepted => "Refusals accepted",
            Self::AppRemoved => "App removed",
            Self::ApiTokenCreated => "API token made",
            Self::ApiTokenRevoked => "API token revoked",
            Self::ApiTokenRotated => "API token rotated",
            Self::ApiTokenOldSecretEnded => "Old secret of an API token ended",
            Self::ApiTokenNewAddress => "API token used from a new address",
            Self::ApiTokenRefused => "API token refused",
            Self::LinkCreated => "Reconnect link made",
            Self::CampaignBegun => "Campaign begun",
            Self::CampaignPaused => "Campaign paused",
            Self::CampaignResumed => "Campaign resumed",
            Self::CampaignEnded => "Campaign ended",
            Self::LinkRevoked => "Reconnect link withdrawn",
            Self::Authorized => "Authorization",
            Self::Checked => "Checked now",
            Self::Disconnected => "Disconnected",
            Self::ConnectionErased => "Connection erased",
            Self::CustomerEdited => "Customer changed",
            Self::AccountSnoozed => "Account snoozed",
            Self::AccountWoken => "Account woken",
            Self::JobStarted => "Bulk job started",
            Self::JobStopped => "Bulk job stopped",
            Self::JobEnded => "Bulk job ended",
            Self::JobFileTaken => "File of a bulk job downloaded",
            Self::TokenRead => "Access token read",
            Self::SecretAdded => "Client secret added",
            Self::SecretTested => "Client secret tested",
            Self::SecretSwitched => "Client secret switched",
            Self::SecretRolledBack => "Client secret switched back",
            Self::SecretDiscarded => "Client secret discarded",
            Self::SecretShown => "Client secret shown",
            Self::RotationBegun => "Key rotation begun",
            Self::RotationFinished => "Key rotation finished",
            Self::Erased => "Personal data erased",
            Self::AuditExported => "Audit exported",
            Self::RequestRefused => "Request refused",
            Self::CutOff => "Old entries removed",
            Self::TenantRemoved => "Tenant removed",
            Self::TenantCreated => "Tenant made",
            Self::SettingsChanged => "Settings changed",
            Self::TenantDeleted => "Tenant deleted",
            Self::TenantBroughtBack => "Tenant brought back",
            Self::Restored => "Restored from a backup",
        }
    }

    /// The action with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.code() == code)
    }
}

/// How an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused; the detail says why.
    Refused,
}

impl Outcome {
    /// The code in the database; part of the MAC, so it can never be renamed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    /// The outcome with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Done, Self::Refused]
            .into_iter()
            .find(|outcome| outcome.code() == code)
    }
}
