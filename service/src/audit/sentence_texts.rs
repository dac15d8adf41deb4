//! The texts of each action: one for what was done, one for what was refused. A new
//! action without them doesn't compile.
//!
//! `{who}` is the actor and `{target}` what it was done to; `{person}` is the target if
//! it is a person, `{by}` the actor if they are one, `{role}` and `{from}` are roles in
//! the detail, `{=name}` is a value in the detail, and `{detail}` is all of it. What
//! stands in square brackets is left out if a part of it is missing.

use super::Action;

/// The texts of an action.
#[derive(Debug, Clone, Copy)]
pub(super) struct Texts {
    /// What was done.
    pub done: &'static str,
    /// What was refused, or failed.
    pub refused: &'static str,
}

const fn texts(done: &'static str, refused: &'static str) -> Texts {
    Texts { done, refused }
}

impl Action {
    /// The two texts.
    pub(super) const fn texts(self) -> Texts {
        match self {
            Self::SignedIn => texts(
                "{who} signed in",
                "A sign-in[ as {person}][ as {by}] failed",
            ),
            Self::FactorAdded => texts(
                "{who} set up a second factor[ for {person}]",
                "{who} was refused to set up a second factor",
            ),
            Self::FactorRemoved => texts(
                "{who} took off a second factor[ of {person}]",
                "{who} was refused to take off a second factor[ of {person}]",
            ),
            Self::PasskeyAdded => texts(
                "{who} added a passkey",
                "{who} was refused to add a passkey",
            ),
            Self::PasskeyRenamed => texts(
                "{who} renamed a passkey",
                "{who} was refused to rename a passkey",
            ),
            Self::PasskeyRemoved => texts(
                "{who} removed a passkey",
                "{who} was refused to remove a passkey",
            ),
            Self::RecoveryCodesMade => texts(
                "{who} made new recovery codes",
                "{who} was refused to make new recovery codes",
            ),
            Self::RecoveryCodeUsed => texts(
                "{who} used a recovery code",
                "{who} failed to use a recovery code",
            ),
            Self::SignedOut => texts("{who} signed out", "{who} could not sign out"),
            Self::Confirmed => texts(
                "{who} confirmed that it’s still them",
                "{who} failed to confirm that it’s still them",
            ),
            Self::Renamed => texts(
                "{who} changed their name",
                "{who} was refused to change their name",
            ),
            Self::PasswordChanged => texts(
                "{who} changed their password",
                "{who} was refused to change their password",
            ),
            Self::PasswordReset => texts(
                "{who} set a new password by a link",
                "{who} was refused to set a new password by a link",
            ),
            Self::SessionsEnded => texts(
                "{who} ended sessions of their own",
                "{who} was refused to end sessions of their own",
            ),
            Self::OwnerCreated => texts(
                "{who} made {target} an owner",
                "{who} was refused to make {target} an owner",
            ),
            Self::Invited => texts(
                "{who} invited {target}[ as {role}]",
                "{who} was refused to invite {target}[ as {role}]",
            ),
            Self::InvitationWithdrawn => texts(
                "{who} withdrew the invitation of {target}",
                "{who} was refused to withdraw the invitation of {target}",
            ),
            Self::Joined => texts("{who} joined[ as {role}]", "{who} was refused to join"),
            Self::RoleChanged => texts(
                "{who} changed the role of {target}[ from {from}][ to {role}]",
                "{who} was refused to change the role of {target}",
            ),
            Self::MemberRemoved => texts(
                "{who} removed {target}",
                "{who} was refused to remove {target}",
            ),
            Self::SingleSignOnChanged => texts(
                "{who} changed single sign-on",
                "{who} was refused to change single sign-on",
            ),
            Self::SingleSignOnLinked => texts(
                "{who} changed their link to single sign-on[: {detail}]",
                "{who} was refused to change their link to single sign-on",
            ),
            Self::SingleSignOnAdmitted => texts(
                "{who} let {target} in again by single sign-on",
                "{who} was refused to let {target} in again by single sign-on",
            ),
            Self::AppCreated => texts(
                "{who} added the app {target}",
                "{who} was refused to add the app {target}",
            ),
            Self::AppEdited => texts(
                "{who} changed the app {target}[: {detail}]",
                "{who} was refused to change the app {target}",
            ),
            Self::RefusalsAccepted => texts(
                "{who} confirmed that the credentials of {target} are right",
                "{who} was refused to confirm the credentials of {target}",
            ),
            Self::AppRemoved => texts(
                "{who} removed the app {target}",
                "{who} was refused to remove the app {target}",
            ),
            Self::ApiTokenCreated => texts(
                "{who} made {target}[, {role}]",
                "{who} was refused to make {target}",
            ),
            Self::ApiTokenRevoked => texts(
                "{who} revoked {target}",
                "{who} was refused to revoke {target}",
            ),
            Self::ApiTokenRotated => texts(
                "{who} gave {target} another secret",
                "{who} was refused to give {target} another secret",
            ),
            Self::ApiTokenOldSecretEnded => texts(
                "{who} ended the old secret of {target}",
                "{who} was refused to end the old secret of {target}",
            ),
            Self::ApiTokenNewAddress => texts(
                "{who} was used from a new address",
                "{who} was refused from a new address",
            ),
            Self::ApiTokenRefused => texts("{who} was used", "{who} was refused"),
            Self::LinkCreated => texts(
                "{who} made a reconnect link for {target}",
                "{who} was refused to make a reconnect link for {target}",
            ),
            Self::CampaignBegun => texts(
                "{who} began a campaign for {target}",
                "{who} was refused to begin a campaign for {target}",
            ),
            Self::CampaignPaused => texts(
                "{who} paused a campaign for {target}",
                "{who} was refused to pause a campaign for {target}",
            ),
            Self::CampaignResumed => texts(
                "{who} resumed a campaign for {target}",
                "{who} was refused to resume a campaign for {target}",
            ),
            Self::CampaignEnded => texts(
                "{who} ended a campaign for {target}",
                "{who} was refused to end a campaign for {target}",
            ),
            Self::LinkRevoked => texts(
                "{who} withdrew a reconnect link for {target}",
                "{who} was refused to withdraw a reconnect link for {target}",
            ),
            Self::Authorized => texts(
                "{who} approved {target}",
                "An approval of {target} did not succeed",
            ),
            Self::Checked => texts(
                "{who} checked {target}[: {detail}]",
                "{who} was refused to check {target}",
            ),
            Self::Disconnected => texts(
                "{who} disconnected {target}[, {detail}]",
                "{who} was refused to disconnect {target}",
            ),
            Self::ConnectionErased => texts(
                "{who} erased {target}, with its links and timeline",
                "{who} was refused to erase {target}",
            ),
            Self::CustomerEdited => texts(
                "{who} changed what is known of {target}[: {detail}]",
                "{who} was refused to change what is known of {target}",
            ),
            Self::AccountSnoozed => texts(
                "{who} snoozed {target}[ until {detail}]",
                "{who} was refused to snooze {target}",
            ),
            Self::AccountWoken => {
                texts("{who} woke {target}", "{who} was refused to wake {target}")
            }
            Self::JobStarted => texts(
                "{who} started the bulk job {target}[ on {=accounts} accounts]",
                "{who} was refused the bulk job {target}",
            ),
            Self::JobStopped => texts(
                "{who} stopped the bulk job {target}[ after {=over} accounts]",
                "{who} was refused to stop the bulk job {target}",
            ),
            Self::JobEnded => texts(
                "The bulk job {target} ended[: {=done} done][, {=failed} failed]",
                "The bulk job {target} was stopped, since whoever started it may not do this any more",
            ),
            Self::JobFileTaken => texts(
                "{who} downloaded the file of the bulk job {target}",
                "{who} was refused the file of the bulk job {target}",
            ),
            Self::TokenRead => texts(
                "{who} read the access token of {target}",
                "{who} was refused the access token of {target}",
            ),
            Self::SecretAdded => texts(
                "{who} added a client secret to {target}",
                "{who} was refused to add a client secret to {target}",
            ),
            Self::SecretTested => texts(
                "{who} tested a client secret of {target}[: {detail}]",
                "{who} was refused to test a client secret of {target}",
            ),
            Self::SecretSwitched => texts(
                "{who} put the new client secret of {target} into use",
                "{who} was refused to put the new client secret of {target} into use",
            ),
            Self::SecretRolledBack => texts(
                "{who} put the previous client secret of {target} back into use",
                "{who} was refused to put the client secret before of {target} back into use",
            ),
            Self::SecretDiscarded => texts(
                "{who} removed the new client secret of {target}",
                "{who} was refused to remove the new client secret of {target}",
            ),
            Self::SecretShown => texts(
                "{who} looked at the client secret of {target}",
                "{who} was refused to look at the client secret of {target}",
            ),
            Self::RotationBegun => texts(
                "{who} began to encrypt everything under a new data key",
                "{who} was refused to begin a rotation of keys",
            ),
            Self::RotationFinished => texts(
                "{who} finished encrypting everything under a new data key",
                "{who} could not finish a rotation of keys",
            ),
            Self::Erased => texts(
                "{who} erased personal data[ in {=entries} entries]",
                "{who} was refused to erase personal data",
            ),
            Self::AuditExported => texts(
                "{who} exported the audit",
                "{who} was refused to export the audit",
            ),
            Self::RequestRefused => texts(
                "{who} asked for something",
                "{who} asked for what they may neither see nor do",
            ),
            Self::CutOff => texts(
                "{who} removed [{=entries} ]old entries",
                "{who} could not remove old entries",
            ),
            Self::TenantRemoved => texts(
                "{who} erased the tenant for good",
                "{who} was refused to erase the tenant for good",
            ),
            Self::TenantCreated => texts(
                "{who} made the tenant",
                "{who} was refused to make the tenant",
            ),
            Self::SettingsChanged => texts(
                "{who} changed the settings[: {detail}]",
                "{who} was refused to change the settings",
            ),
            Self::TenantDeleted => texts(
                "{who} deleted the tenant",
                "{who} was refused to delete the tenant",
            ),
            Self::TenantBroughtBack => texts(
                "{who} brought the tenant back",
                "{who} was refused to bring the tenant back",
            ),
            Self::Restored => texts(
                "{who} restored the database from a backup",
                "{who} was refused to restore the database from a backup",
            ),
        }
    }
}
