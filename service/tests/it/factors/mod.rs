//! Second factors (OWASP ASVS 6.3.3, 6.5): authenticator apps, recovery codes, the second
//! step of a sign-in, and tenants that ask for it.

mod authenticator;
mod policy;
mod recovery;
mod signing_in;

use secrecy::SecretString;
use service::{
    Actor, Services,
    audit::{self, Action, AuditRow, Filter},
    people::factors::{
        FactorChange, Shown,
        second_step::{self, Given, SecondStepError},
    },
};

/// A change from nowhere in particular, which leaves no session.
const BY: FactorChange<'_> = FactorChange {
    address: None,
    session: "",
};

/// The entries of the audit with this action, the newest first.
async fn entries(actor: &Actor, action: Action) -> Vec<AuditRow> {
    let filter = Filter {
        action: Some(action),
        ..Filter::default()
    };
    audit::list(actor, &filter, None).await.unwrap().rows
}

/// What a browser that nobody knows is answered to a code.
async fn show(
    services: &Services,
    cookie: &SecretString,
    code: &SecretString,
) -> Result<Shown, SecondStepError> {
    let given = Given {
        code,
        address: None,
        browser: None,
    };
    let shown = second_step::show(services, cookie, &given).await;
    shown.map(|(_, shown)| shown)
}

/// The note of a browser in which the actor's password was right.
async fn begun(services: &Services, actor: &Actor) -> SecretString {
    let person = actor.person().unwrap();
    let begun = second_step::begin(services, person).await.unwrap();
    begun.expect("a second step is due")
}
