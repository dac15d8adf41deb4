//! The key of one rendering of a form.

use domain::ids::PersonId;
use leptos::prelude::*;
use service::{host::random::Random, people::form_results::FormKey as Key};
use std::sync::Arc;

/// Makes the keys of a page's forms; in the context of pages for a signed-in person.
#[derive(Clone)]
pub(crate) struct FormKeys {
    pub random: Arc<dyn Random>,
    /// The signed-in person.
    pub person: PersonId,
}

/// The field's name in the form.
pub const FORM_KEY: &str = "form_key";

/// Belongs in every form that makes something: if the form is posted twice, the
/// thing is made once.
#[component]
pub fn FormKey() -> AnyView {
    use_context::<FormKeys>()
        .map(|keys| {
            let key = Key::new(keys.random.as_ref()).in_form(keys.person);
            view! { <input type="hidden" name=FORM_KEY value=key/> }
        })
        .into_any()
}
