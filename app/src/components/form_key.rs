//! What tells one rendering of a form from all others.

use domain::ids::PersonId;
use leptos::prelude::*;
use service::{host::random::Random, people::form_results::FormKey as Key};
use std::sync::Arc;

/// Makes the keys of a page's forms; in the context of a page that somebody
/// signed in looks at.
#[derive(Clone)]
pub(crate) struct FormKeys {
    pub random: Arc<dyn Random>,
    /// Who that is.
    pub person: PersonId,
}

/// The name that the key is sent under.
pub const FORM_KEY: &str = "form_key";

/// Goes into every form that makes something: posted twice, it makes it once.
#[component]
pub fn FormKey() -> AnyView {
    use_context::<FormKeys>()
        .map(|keys| {
            let key = Key::new(keys.random.as_ref()).in_form(keys.person);
            view! { <input type="hidden" name=FORM_KEY value=key/> }
        })
        .into_any()
}
