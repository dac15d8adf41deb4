//! The line with the outcome of a form, shown after the redirect.

use crate::{
    components::{Outcome, absolute},
    form_outcome::{FormOutcome, LinkOver, SecretTest, ShownOutcome},
    form_state::FormState,
};
use domain::health::Health;
use leptos::prelude::*;

/// So many other sessions, in words.
fn sessions(number: u64) -> String {
    if number == 1 {
        "one other session is".to_owned()
    } else {
        format!("{number} other sessions are")
    }
}

/// The end of a sentence about what ends other sessions.
fn and_ended(number: u64) -> String {
    match number {
        0 => ".".to_owned(),
        _ => format!(", and {} ended.", sessions(number)),
    }
}

/// The sentence for an outcome, and the health that gives its colour.
fn sentence(outcome: &FormOutcome) -> (String, Health) {
    let good = |text: &str| (text.to_owned(), Health::Working);
    let so_so = |text: &str| (text.to_owned(), Health::Limited);
    let bad = |text: &str| (text.to_owned(), Health::Disconnected);
    match outcome {
        FormOutcome::AppAdded => good("The app was added."),
        FormOutcome::AppSaved => good("Saved."),
        FormOutcome::AppRemoved { name } => good(&format!("The app {name} was removed.")),
        FormOutcome::AccountErased { account } => good(&format!(
            "The connection of {account} was erased, with its links and timeline."
        )),
        FormOutcome::JobStarted => good("The job was started. It goes on if you leave this page."),
        FormOutcome::JobStopped => good("The job is stopped. What is done stays done."),
        FormOutcome::RefusalsAccepted => {
            good("Thank you. The accounts are asked again now, and Gorgias’ answers count.")
        }
        FormOutcome::NewSecret { tested } => match tested {
            SecretTest::Accepted => good("Gorgias accepted the new secret. It is not in use yet."),
            SecretTest::Refused => {
                bad("Gorgias refused the new secret. Nothing changed; the one in use stays.")
            }
            SecretTest::Unclear => so_so(
                "The new secret was added, but not tested: Gorgias gave no clear answer. Test it again.",
            ),
            SecretTest::Untestable => so_so(
                "The new secret was added, but not tested: there is no connected account to test it with.",
            ),
        },
        FormOutcome::SecretInUse { tested } => match tested {
            SecretTest::Accepted => good("Gorgias accepts the secret in use."),
            SecretTest::Refused => bad(
                "Gorgias refuses the secret in use. Compare it with the partners’ portal and enter the right one below.",
            ),
            SecretTest::Unclear => so_so(
                "The secret in use could not be tested: Gorgias gave no clear answer. Test it again.",
            ),
            SecretTest::Untestable => so_so(
                "The secret in use could not be tested: there is no connected account to test it with.",
            ),
        },
        FormOutcome::SecretSwitched => {
            good("The new secret is in use. You can go back to the one before for 24 hours.")
        }
        FormOutcome::SecretRolledBack => good("The secret before is in use again."),
        FormOutcome::SecretRemoved => good("The new secret was removed. The one in use stays."),
        FormOutcome::SecretShown => good("The client secret was shown. The audit names you."),
        FormOutcome::LinkMailed { account, email } => good(&format!(
            "The link for {account} is on its way to {email}. Below you see whether the mail server took it."
        )),
        FormOutcome::CampaignBegun => {
            good("The campaign has begun. The worker finds its accounts and sends the mails.")
        }
        FormOutcome::CampaignPaused => good("Paused. No mail leaves until you resume it."),
        FormOutcome::CampaignResumed => good("It goes on."),
        FormOutcome::CampaignEnded => good("The campaign is over. No mail leaves any more."),
        FormOutcome::CampaignUnchanged => {
            so_so("Somebody was faster, or it is over: nothing was changed.")
        }
        FormOutcome::TestMailTaken { answer } => good(&format!(
            "The mail server took the test mail. It said: {answer}. Look into your mailbox, also under spam."
        )),
        FormOutcome::InvitedByMail { people: 1 } => {
            good("The invitation is on its way. Below you see whether the mail server took it.")
        }
        FormOutcome::InvitedByMail { people } => good(&format!(
            "{people} invitations are on their way. Below you see whether the mail server took them."
        )),
        FormOutcome::Invited { people: 1 } => good("The invitation was made."),
        FormOutcome::Invited { people } => good(&format!("{people} invitations were made.")),
        FormOutcome::InvitationWithdrawn => {
            good("The invitation was withdrawn and can’t be used any more.")
        }
        FormOutcome::InvitationOver => {
            so_so("That invitation was accepted or withdrawn already, so nothing was changed.")
        }
        FormOutcome::MemberChanged => good("Saved. It holds from now on, on every open page."),
        FormOutcome::MemberRemoved { name } => good(&format!(
            "{name} was removed and sees nothing of this tenant any more."
        )),
        FormOutcome::NameSaved | FormOutcome::CustomerSaved => good("Saved."),
        FormOutcome::CustomersImported {
            made,
            changed,
            refused,
        } => {
            let stored = format!("Imported: {made} added, {changed} changed");
            match refused {
                0 => good(&format!("{stored}.")),
                1 => so_so(&format!("{stored}. One line could not be stored.")),
                _ => so_so(&format!("{stored}. {refused} lines could not be stored.")),
            }
        }
        FormOutcome::ViewSaved { name } => good(&format!(
            "The view {name} is saved. Everybody in the tenant sees it above the list."
        )),
        FormOutcome::ViewRemoved { name } => good(&format!("The view {name} was removed.")),
        FormOutcome::ColumnsChosen => {
            good("From now on, you see these columns wherever the address names no others.")
        }
        FormOutcome::AccountSnoozed {
            account,
            until: Some(at),
        } => good(&format!(
            "{account} is snoozed until {}, or until its state gets worse.",
            absolute(*at)
        )),
        FormOutcome::AccountSnoozed {
            account,
            until: None,
        } => good(&format!("{account} is snoozed until its state changes.")),
        FormOutcome::AccountWoken { account } => {
            good(&format!("{account} isn’t snoozed any more."))
        }
        FormOutcome::LookedAfter {
            account,
            owner: Some(owner),
        } => good(&format!("{owner} looks after {account}.")),
        FormOutcome::LookedAfter {
            account,
            owner: None,
        } => good(&format!("Nobody looks after {account}.")),
        FormOutcome::PasskeyAdded { ended } => {
            good(&format!("The passkey is added{}", and_ended(*ended)))
        }
        FormOutcome::PasskeyRenamed => good("Saved."),
        FormOutcome::PasskeyRemoved { ended } => {
            good(&format!("The passkey is removed{}", and_ended(*ended)))
        }
        FormOutcome::PasswordChanged { ended } => {
            good(&format!("Your password is changed{}", and_ended(*ended)))
        }
        FormOutcome::AuthenticatorOn => {
            good("Your authenticator app is on. Signing in asks for its code from now on.")
        }
        FormOutcome::AuthenticatorOff => {
            good("Your authenticator app is off, and other sessions are ended.")
        }
        FormOutcome::RecoveryCodesMade => {
            good("There are new recovery codes. The old ones no longer work.")
        }
        FormOutcome::SsoTried {
            host,
            keys,
            algorithms,
        } => good(&format!(
            "{host} answers: its description fits, and it has {keys} of its keys for {algorithms}."
        )),
        FormOutcome::SsoOff => {
            good("Single sign-on is off, and the sessions that came by it are ended.")
        }
        FormOutcome::SsoAdmitted => good("They are let in again, at their next sign-in."),
        FormOutcome::SsoLinkEnded => {
            good("The link is ended, and so are the sessions that came by it.")
        }
        FormOutcome::SessionEnded => good("That session is ended."),
        FormOutcome::OtherSessionsEnded { ended: 0 } => so_so("There was no other session."),
        FormOutcome::OtherSessionsEnded { ended } => {
            good(&format!("Done: {} ended.", sessions(*ended)))
        }
        FormOutcome::TenantMade => good("The tenant was made. Add its first app."),
        FormOutcome::TenantDeleted { name } => good(&format!(
            "{name} was deleted. For 14 days, you can bring it back here."
        )),
        FormOutcome::TenantBroughtBack => {
            good("The tenant is back. All of its connections are checked now.")
        }
        FormOutcome::SettingsSaved => good("Saved."),
        FormOutcome::RotationBegun => {
            good("There is a new data key. The worker brings all records under it.")
        }
        FormOutcome::RotationResumed => good("A rotation is under way already, and goes on."),
        FormOutcome::RotationNothing => {
            good("There is nothing to rotate: no secret is stored yet.")
        }
        FormOutcome::LinkMade { account, until } => good(&format!(
            "The link for {account}.gorgias.com was made and works until {}.",
            absolute(*until)
        )),
        FormOutcome::LinkWithdrawn => good("The link was withdrawn and can’t be used any more."),
        FormOutcome::LinkOverBefore { why } => match why {
            LinkOver::Used => so_so(
                "There was nothing to withdraw: the app was approved since the link was sent, so it can’t be used any more.",
            ),
            LinkOver::Expired => {
                so_so("There was nothing to withdraw: the link had expired already.")
            }
            LinkOver::Withdrawn => so_so("The link was withdrawn already."),
        },
        FormOutcome::TokenMade => good("The token was made."),
        FormOutcome::TokenRotated { name, .. } => good(&format!(
            "The token {name} got another secret. If you didn’t copy it, rotate it again."
        )),
        FormOutcome::OldTokenEnded => good("The old secret is refused from now on."),
        FormOutcome::TokenRevoked => good("The token was revoked and is refused from now on."),
        FormOutcome::TokenRevokedBefore { at } => so_so(&format!(
            "The token was revoked already, on {}.",
            absolute(*at)
        )),
        FormOutcome::Checked => good("The account was checked."),
        FormOutcome::Disconnected { confirmed: true } => good(
            "Disconnected. The tokens are forgotten here, and Gorgias confirmed that they are revoked.",
        ),
        FormOutcome::Disconnected { confirmed: false } => so_so(
            "Disconnected. The tokens are forgotten here; Gorgias did not confirm that it revoked them.",
        ),
        FormOutcome::DisconnectedBefore { by, at } => so_so(&format!(
            "It was disconnected already, by {by} on {}.",
            absolute(*at)
        )),
        FormOutcome::NeverConnected => {
            so_so("There was nothing to disconnect: the account was never connected.")
        }
        FormOutcome::DoneBefore { at } => so_so(&format!(
            "This form was sent before, on {}, and was not done a second time. What it made stands below; what was shown once isn’t shown again.",
            absolute(*at)
        )),
        FormOutcome::Unknown { at } => so_so(&format!(
            "This form was sent before, on {}, and Mooring was interrupted. It was not done a second time: look whether it was done, and fill the form in again if not.",
            absolute(*at)
        )),
    }
}

/// The outcome of the form before this page, or the error of the form as a whole,
/// if there is one.
pub(super) fn outcome(shown: Option<&ShownOutcome>, form: &FormState) -> Option<AnyView> {
    if let Some(problem) = form.problem() {
        return Some(view! { <Outcome health=Health::Disconnected>{problem}</Outcome> }.into_any());
    }
    let (text, health) = sentence(&shown?.outcome);
    Some(view! { <Outcome health>{text}</Outcome> }.into_any())
}
