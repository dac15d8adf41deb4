//! What is asked of people with second factors.

use super::outline::html;
use crate::{
    form_state::FormState,
    pages::{
        confirm::{self, Asked},
        second_step,
    },
};

fn second(code: bool, passkey: bool, recovery: bool) -> String {
    html(|| {
        second_step::view(&second_step::Data {
            email: "mira@harbour.example".to_owned(),
            code,
            passkey,
            recovery,
            left: 7,
            next: Some("/me".to_owned()),
            form: FormState::default(),
        })
    })
}

#[test]
fn the_second_step_asks_for_what_somebody_has() {
    let asks = |page: &str| {
        [
            page.contains("one-time-code"),
            page.contains("/signin/passkey"),
            page.contains("xxxx-xxxx-xxxx"),
        ]
    };
    for (page, expected) in [
        (second(true, false, false), [true, false, false]),
        (second(true, true, false), [true, true, false]),
        (second(false, true, false), [false, true, false]),
        (second(true, true, true), [false, false, true]),
        // A passkey that can't be used here, since the public URL is another one.
        (second(false, false, false), [false, false, true]),
    ] {
        assert_eq!(asks(&page), expected, "{page}");
        assert!(page.contains("mira@harbour.example"), "{page}");
        assert!(page.contains("value=\"/me\""), "the way is kept: {page}");
    }
    let recovery = second(false, true, true);
    assert!(recovery.contains("Back to your passkey"), "{recovery}");
    let nothing_else = second(false, false, false);
    assert!(!nothing_else.contains("Back to"), "{nothing_else}");
}

#[test]
fn whoever_has_a_factor_confirms_with_no_less() {
    let page = |asked, passkey| {
        html(|| {
            confirm::view(&confirm::Data {
                email: "mira@harbour.example".to_owned(),
                next: None,
                asked,
                kept: None,
                passkey,
                single_sign_on: None,
                form: FormState::default(),
            })
        })
    };
    let password = page(Asked::Password, false);
    assert!(password.contains("type=\"password\""), "{password}");
    for asked in [Asked::Code, Asked::RecoveryCode] {
        let page = page(asked, true);
        assert!(!page.contains("type=\"password\""), "{page}");
        assert!(
            page.contains("name=\"code\"") && page.contains("/confirm/passkey"),
            "{page}"
        );
    }
    let alone = page(Asked::RecoveryCode, true);
    let (passkey, code) = (alone.find("/confirm/passkey"), alone.find("name=\"code\""));
    assert!(passkey < code, "the passkey comes first: {alone}");
}
