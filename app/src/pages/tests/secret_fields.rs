//! Fields for secrets, and how password managers treat them.

use super::outline::html;
use crate::{
    form_state::FormState,
    pages::{app_new, confirm, setup},
};

/// The field of a client secret doesn't have the type "password"; fields for passwords do.
#[test]
fn fields_for_secrets_are_no_password_managers_business() {
    let new = html(|| app_new::view("x", &FormState::default()));
    let set_up = html(|| setup::view(&FormState::default(), "https://mooring.example"));
    for (page, name) in [(&new, "client_secret"), (&set_up, "token")] {
        let name = format!("name=\"{name}\"");
        let tag = page.split("<input").find(|input| input.contains(&name));
        let tag = tag.and_then(|input| input.split('>').next()).unwrap();
        for attribute in [
            "type=\"text\"",
            "autocomplete=\"off\"",
            "data-1p-ignore",
            "data-bwignore",
            "data-lpignore",
            "data-form-type=\"other\"",
        ] {
            assert!(tag.contains(attribute), "{attribute}: {tag}");
        }
    }
    assert!(!new.contains("type=\"password\""));
    assert!(set_up.contains("autocomplete=\"new-password\""));
    let question = html(|| {
        confirm::view(&confirm::Data {
            email: "mira@harbour.example".to_owned(),
            next: None,
            kept: None,
            passkey: true,
            single_sign_on: None,
            asked: confirm::Asked::Password,
            form: FormState::default(),
        })
    });
    assert!(question.contains("autocomplete=\"current-password\""));
}
