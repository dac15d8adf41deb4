//! Tables whose rows are cards where there is no room for columns.

use super::OptionalText;
use leptos::prelude::*;

/// The table. Cells name their column in `data-label`, for the cards.
#[component]
pub fn CardTable(
    /// What it lists, for screen readers.
    #[prop(into)]
    caption: String,
    /// The titles of its columns.
    columns: &'static [&'static str],
    /// For screen readers, the title of a last column with what can be done.
    #[prop(optional, into)]
    actions: OptionalText,
    /// Its rows.
    rows: AnyView,
) -> AnyView {
    let columns = columns.iter().map(|title| {
        view! { <th scope="col">{*title}</th> }
    });
    view! {
        <div class="table-wrap">
            <table class="table cards">
                <caption class="sr">{caption}</caption>
                <thead>
                    <tr>
                        {columns.collect_view()}
                        {actions
                            .0
                            .map(|title| {
                                view! {
                                    <td>
                                        <span class="sr">{title}</span>
                                    </td>
                                }
                            })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
