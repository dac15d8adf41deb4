//! The browser's half of WebAuthn: challenge, question, answer.

use super::passkey::Asking;
use js_sys::{Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    CredentialCreationOptions, CredentialRequestOptions, DomException, Event, HtmlFormElement,
    HtmlInputElement, Response,
};

/// One form that wants a passkey.
#[derive(Clone)]
struct Ceremony {
    form: HtmlFormElement,
    challenge: String,
    adds: bool,
    asking: RwSignal<Asking>,
}

/// Why there is no answer.
enum Missing {
    /// The server wants something else first, and says so when it gets the form.
    FirstSomethingElse,
    /// For the person to read.
    Because(&'static str),
}

/// Whatever else the browser throws.
impl From<JsValue> for Missing {
    fn from(error: JsValue) -> Self {
        let name = error.dyn_ref::<DomException>().map(DomException::name);
        Self::Because(match name.as_deref() {
            Some("NotAllowedError" | "AbortError") => {
                "Nothing was done: it was cancelled, or took too long."
            }
            Some("InvalidStateError") => "This device has one of your passkeys already.",
            _ => "The passkey can’t be used here just now. Try again.",
        })
    }
}

/// Shows the form and answers in place of its button, as long as the page is open.
pub(super) fn attend(form: &str, challenge: String, adds: bool, asking: RwSignal<Asking>) {
    let found = document().get_element_by_id(form);
    let Some(form) = found.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else {
        return;
    };
    if function(READS).is_err() {
        asking.set(Asking::Unable);
        return;
    }
    let ceremony = Ceremony {
        form: form.clone(),
        challenge,
        adds,
        asking,
    };
    let sent = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        event.prevent_default();
        // A second press while the browser asks changes nothing.
        if ceremony.asking.get_untracked() != Asking::Now {
            ceremony.asking.set(Asking::Now);
            spawn_local(ceremony.clone().run());
        }
    });
    let _ = form.add_event_listener_with_callback("submit", sent.as_ref().unchecked_ref());
    sent.forget();
    let _ = form.remove_attribute("data-hidden");
}

/// What reads the options of a question; without it, the browser is too old.
const READS: &str = "parseRequestOptionsFromJSON";

/// A function of `PublicKeyCredential`. These are not among the stable ones of `web_sys`.
fn function(name: &str) -> Result<(JsValue, Function), JsValue> {
    let class = Reflect::get(&window(), &"PublicKeyCredential".into())?;
    let function = Reflect::get(&class, &name.into())?.dyn_into()?;
    Ok((class, function))
}

/// The options that the server sent, as the browser takes them.
fn read(name: &str, options: &JsValue) -> Result<JsValue, JsValue> {
    let (class, function) = function(name)?;
    function.call1(&class, options)
}

impl Ceremony {
    async fn run(self) {
        let answer = match self.ask().await {
            Ok(answer) => answer,
            Err(Missing::FirstSomethingElse) => String::new(),
            Err(Missing::Because(why)) => {
                self.asking.set(Asking::Ended(why.to_owned()));
                return;
            }
        };
        let field = self.form.query_selector("[name=answer]").ok().flatten();
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
            field.set_value(&answer);
            // A page that the browser kept, and goes back to, asks anew.
            self.asking.set(Asking::NotYet);
            // Without the event, so that this isn't asked again.
            let _ = self.form.submit();
        }
    }

    async fn ask(&self) -> Result<String, Missing> {
        let response = JsFuture::from(window().fetch_with_str(&self.challenge)).await;
        let response: Response = response
            .and_then(JsCast::dyn_into)
            .map_err(|_| Missing::Because("Mooring didn’t answer. Try again."))?;
        match response.status() {
            200 => (),
            401 | 403 => return Err(Missing::FirstSomethingElse),
            _ => return Err(Missing::Because("Load the page anew, and try again.")),
        }
        let options = JsFuture::from(response.json()?).await?;
        let container = window().navigator().credentials();
        let question = if self.adds {
            let options = read("parseCreationOptionsFromJSON", &options)?;
            let wanted = CredentialCreationOptions::new();
            wanted.set_public_key(options.unchecked_ref());
            container.create_with_options(&wanted)?
        } else {
            let options = read(READS, &options)?;
            let wanted = CredentialRequestOptions::new();
            wanted.set_public_key(options.unchecked_ref());
            container.get_with_options(&wanted)?
        };
        let credential = JsFuture::from(question).await?;
        let write: Function = Reflect::get(&credential, &"toJSON".into())?.dyn_into()?;
        let answer = write.call0(&credential)?;
        Ok(js_sys::JSON::stringify(&answer)?.into())
    }
}
