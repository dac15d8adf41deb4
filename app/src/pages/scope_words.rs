//! Scopes in words, for people who don't know scopes.

use crate::components::{Glyph, Icon};
use domain::{
    scope::ScopeSet,
    scope_catalogue::{CATALOGUE, Kind},
};
use leptos::prelude::*;

/// "a, b and c"
pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The resources of which the set holds a scope of this kind.
fn resources(scopes: &ScopeSet, kind: Kind) -> Vec<String> {
    CATALOGUE
        .iter()
        .filter(|e| e.kind == kind && scopes.contains(e.code))
        .map(|e| e.resource.to_lowercase())
        .collect()
}

/// What an app may do, one line each: see, change, stay connected, know who the person is.
pub(super) fn lines(scopes: &ScopeSet) -> Vec<(Glyph, &'static str, String)> {
    let mut lines = Vec::new();
    let (see, change) = (
        resources(scopes, Kind::Read),
        resources(scopes, Kind::Write),
    );
    if !see.is_empty() {
        lines.push((Glyph::Eye, "See", format!(" {}", list(&see))));
    }
    if !change.is_empty() {
        lines.push((Glyph::Edit, "Change", format!(" {}", list(&change))));
    }
    if scopes.contains("write:all") {
        lines.push((
            Glyph::Edit,
            "Do everything",
            " that you may do yourself in the helpdesk".into(),
        ));
    }
    if scopes.contains("offline") {
        lines.push((
            Glyph::Retrying,
            "Stay connected",
            " without asking every day".into(),
        ));
    }
    let who = match (scopes.contains("profile"), scopes.contains("email")) {
        (true, true) => ": your name and e-mail address",
        (true, false) => ": your name",
        (false, true) => ": your e-mail address",
        (false, false) => "",
    };
    if scopes.contains("openid") || !who.is_empty() {
        lines.push((Glyph::User, "Know who approved", who.into()));
    }
    let unknown: Vec<_> = scopes
        .iter()
        .filter(|s| s.entry().is_none())
        .map(ToString::to_string)
        .collect();
    if !unknown.is_empty() {
        lines.push((
            Glyph::Info,
            "Use newer permissions",
            format!(": {}", list(&unknown)),
        ));
    }
    lines
}

/// The lines as a list; the names of the scopes can be unfolded.
#[component]
pub(super) fn ScopeWords(scopes: ScopeSet) -> impl IntoView {
    let names = scopes
        .iter()
        .map(|s| view! { <code>{s.to_string()}</code> " " })
        .collect_view();
    view! {
        <ul role="list">
            {lines(&scopes)
                .into_iter()
                .map(|(icon, what, rest)| {
                    view! {
                        <li>
                            <Icon name=icon/>
                            <b>{what}</b>
                            {rest}
                        </li>
                    }
                })
                .collect_view()}
        </ul>
        <details class="more">
            <summary>
                <Icon name=Glyph::Chevron/>
                {match scopes.len() {
                    1 => "The permission by name".to_owned(),
                    n => format!("All {n} permissions by name"),
                }}
            </summary>
            <p class="sub">{names}</p>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_become_sentences() {
        let scopes = "openid profile offline tickets:read tags:read tickets:write new:read"
            .parse()
            .unwrap();
        let lines: Vec<_> = lines(&scopes)
            .into_iter()
            .map(|(_, what, rest)| format!("{what}{rest}"))
            .collect();
        assert_eq!(
            lines,
            [
                "See tickets and tags",
                "Change tickets",
                "Stay connected without asking every day",
                "Know who approved: your name",
                "Use newer permissions: new:read",
            ]
        );
    }
}
