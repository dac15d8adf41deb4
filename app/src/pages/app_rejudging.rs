//! How far the accounts of an app are judged anew, after its permissions were changed.

use super::counted::grouped;
use crate::components::{Callout, Glyph};
use domain::health::Health;
use leptos::prelude::*;
use service::apps::rejudge::Progress;

/// A notice with a bar. The page can be left.
pub(super) fn notice(progress: Progress) -> AnyView {
    let (done, total) = (grouped(progress.done), grouped(progress.total));
    let words = format!("Re-judging {done} of {total} accounts");
    view! {
        <Callout health=Health::Retrying icon=Glyph::Retrying>
            <p>
                <b id="rejudging">{words}</b>
                " by the permissions that the app asks for now. It goes on when you leave; until then, counts and lists may show the states of before."
            </p>
            <progress
                aria-labelledby="rejudging"
                value=progress.done.to_string()
                max=progress.total.to_string()
            ></progress>
        </Callout>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_written_in_groups_of_three() {
        for (n, words) in [
            (0, "0"),
            (999, "999"),
            (12_000, "12,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(n), words);
        }
    }
}
