//! The line that says what came of a form, after the redirect.

use crate::{components::Outcome, form_state::FormState};
use domain::health::Health;
use leptos::prelude::*;

/// The sentence for `?done=`; whatever else stands there is ignored.
fn sentence(code: &str) -> Option<(&'static str, Health)> {
    let good = |text| Some((text, Health::Working));
    match code {
        "created" => good("The app was added."),
        "saved" => good("Saved."),
        "refusals_accepted" => {
            good("Thank you. The accounts are asked again now, and Gorgias’ answers count.")
        }
        "removed" => good("The app was removed."),
        "secret_accepted" => good("Gorgias accepted the new secret. It is not in use yet."),
        "secret_refused" => Some((
            "Gorgias refused the new secret. Nothing changed; the one in use stays.",
            Health::Disconnected,
        )),
        "secret_unclear" => Some((
            "The new secret was added, but not tested: Gorgias gave no clear answer. Test it again.",
            Health::Limited,
        )),
        "secret_untestable" => Some((
            "The new secret was added, but not tested: there is no connected account to test it with.",
            Health::Limited,
        )),
        "secret_works" => good("Gorgias accepts the secret in use."),
        "secret_fails" => Some((
            "Gorgias refuses the secret in use. Compare it with the partners’ portal and enter the right one below.",
            Health::Disconnected,
        )),
        "secret_doubtful" => Some((
            "The secret in use could not be tested: Gorgias gave no clear answer. Test it again.",
            Health::Limited,
        )),
        "secret_alone" => Some((
            "The secret in use could not be tested: there is no connected account to test it with.",
            Health::Limited,
        )),
        "secret_switched" => {
            good("The new secret is in use. You can go back to the one before for 24 hours.")
        }
        "secret_back" => good("The secret before is in use again."),
        "secret_removed" => good("The new secret was removed. The one in use stays."),
        "rotation_begun" => {
            good("There is a new data key. The worker brings all records under it.")
        }
        "rotation_resumed" => good("A rotation is under way already, and goes on."),
        "rotation_nothing" => good("There is nothing to rotate: no secret is stored yet."),
        "link_revoked" => good("The link was withdrawn and can’t be used any more."),
        "disconnected" => good(
            "Disconnected. The tokens are forgotten here, and Gorgias confirmed that they are revoked.",
        ),
        "forgotten" => Some((
            "Disconnected. The tokens are forgotten here; Gorgias did not confirm that it revoked them.",
            Health::Limited,
        )),
        "revoked" => good("The token was revoked and is refused from now on."),
        _ => None,
    }
}

/// The outcome of what was done before this page, if there is one to tell.
pub(super) fn outcome(code: Option<&str>, form: &FormState) -> Option<AnyView> {
    if let Some(notice) = &form.notice {
        let health = if notice.good {
            Health::Working
        } else {
            Health::Disconnected
        };
        let text = notice.text.clone();
        return Some(view! { <Outcome health>{text}</Outcome> }.into_any());
    }
    if let Some(problem) = form.problem() {
        return Some(view! { <Outcome health=Health::Disconnected>{problem}</Outcome> }.into_any());
    }
    let (text, health) = sentence(code?)?;
    Some(view! { <Outcome health>{text}</Outcome> }.into_any())
}
