//! Role and apps of a member: the fields to choose both, and the words for them.

use crate::{
    components::{Checkbox, Choice, Radios},
    form_state::FormState,
};
use domain::{app_limit::AppLimit, role::Role};
use leptos::prelude::*;
use service::apps::App;

/// The fields `role`, `limit` and `apps`. `now` is what they start with; the
/// roles are those that the reader may give.
pub(super) fn fields(
    reader: Role,
    apps: &[App],
    form: &FormState,
    now: (Role, &AppLimit),
) -> AnyView {
    let roles = Role::OF_PEOPLE
        .into_iter()
        .filter(|role| reader.may_manage(*role))
        .map(|role| Choice::new(role.code(), role.label()).hint(role.meaning()))
        .collect();
    let limit = if now.1.is_limited() { "some" } else { "all" };
    let limits = vec![
        Choice::new("all", "Every app").hint("Also those that are added later."),
        Choice::new("some", "Only some")
            .hint("Nothing of other apps, of members, keys or the audit."),
    ];
    let chosen = |app: &App| {
        if form.was_posted() {
            form.all("apps").any(|id| id == app.id.to_string())
        } else {
            now.1.is_limited() && now.1.includes(app.id)
        }
    };
    let boxes = apps
        .iter()
        .map(|app| {
            view! { <Checkbox name="apps" value=app.id.to_string() label=app.name.clone() checked=chosen(app)/> }
        })
        .collect_view();
    view! {
        <div class="pair">
            <Radios
                name="role"
                legend="Role"
                options=roles
                value=form.value_or("role", now.0.code())
                error=form.error("role")
            />
            <div>
                <Radios
                    name="limit"
                    legend="Apps"
                    options=limits
                    value=form.value_or("limit", limit)
                    error=form.error("apps")
                />
                {(!apps.is_empty())
                    .then(|| {
                        view! {
                            <fieldset class="field some-apps">
                                <legend>"These apps"</legend>
                                {boxes}
                            </fieldset>
                        }
                    })}
            </div>
        </div>
    }
    .into_any()
}

/// The apps of a limit, by name.
pub(super) fn named(limit: &AppLimit, apps: &[App]) -> String {
    if !limit.is_limited() {
        return "Every app".to_owned();
    }
    let names: Vec<_> = apps
        .iter()
        .filter(|app| limit.includes(app.id))
        .map(|app| app.name.as_str())
        .collect();
    if names.is_empty() {
        "No app".to_owned()
    } else {
        names.join(", ")
    }
}
