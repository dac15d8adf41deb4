//! `/keyboard`: the keys that pages know. With script, a dialog over the page.

use super::{PageError, PageParams, show};
use crate::{
    address::Address,
    components::{Button, Letters},
    context::PageContext,
    shell::PublicLayout,
};
use leptos::prelude::*;

/// A key as the keyboard shows it, and what it does.
type Key = (&'static [&'static str], &'static str);

const EVERYWHERE: &[Key] = &[
    (&["Ctrl K", "⌘ K"], "Search accounts, apps and actions"),
    (&["/"], "Search this list"),
    (&["?"], "These keys"),
    (&["G", "O"], "Go to the overview"),
    (&["G", "A"], "Go to the accounts"),
    (&["G", "N"], "Go to the accounts that need you"),
    (&["Esc"], "Close what is open"),
];

const IN_LISTS: &[Key] = &[
    (&["J"], "Next row"),
    (&["K"], "Row before"),
    (&["X"], "Choose the row"),
    (&["Enter"], "Open the row"),
];

const ON_ACCOUNTS: &[Key] = &[
    (&["L"], "Send a reconnect link"),
    (&["R"], "Check now"),
    (&["T"], "Take on"),
    (&["S"], "Snooze"),
];

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, _: PageParams) -> Result<AnyView, PageError> {
    let body = view(context.letters);
    Ok(view! {
        <PublicLayout title="Keyboard shortcuts" noindex=true>
            {body}
        </PublicLayout>
    }
    .into_any())
}

fn keys(title: &'static str, keys: &'static [Key]) -> AnyView {
    view! {
        <section>
            <h2>{title}</h2>
            <dl class="keys">
                {keys
                    .iter()
                    .map(|(keys, what)| {
                        let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> " " });
                        view! {
                            <div>
                                <dt>{*what}</dt>
                                <dd>{keys.collect_view()}</dd>
                            </div>
                        }
                    })
                    .collect_view()}
            </dl>
        </section>
    }
    .into_any()
}

pub(super) fn view(letters: Letters) -> AnyView {
    let (now, change, to) = match letters {
        Letters::On => ("Single letters work.", "Switch them off", Letters::Off),
        Letters::Off => ("Single letters are off.", "Switch them on", Letters::On),
    };
    view! {
        <div id="keyboard" aria-labelledby="keyboard-title" data-letters=letters.code()>
            <header>
                <h1 id="keyboard-title">"Keyboard shortcuts"</h1>
                <p>"They are off while you type."</p>
            </header>
            <div class="body">
                {keys("Everywhere", EVERYWHERE)}
                {keys("In a list", IN_LISTS)}
                {keys("On an account", ON_ACCOUNTS)}
            </div>
            <footer>
                <form class="actions" method="post" action=Address::Keyboard.to_string()>
                    <span class="sub">{now}</span>
                    <Button name="letters" value=to.code()>
                        {change}
                    </Button>
                </form>
            </footer>
        </div>
    }
    .into_any()
}
