//! Accounts by state over some days: a picture, a legend, and the same numbers as a table.

use super::{Glyph, Icon};
use domain::{health::Health, time::Timestamp};
use leptos::prelude::*;
use std::fmt::Write;

/// How many accounts were in which state; each account counts once, in its worst
/// state of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartDay {
    /// An instant of the day.
    pub day: Timestamp,
    /// States and how many accounts were in them.
    pub counts: Vec<(Health, u64)>,
}

impl ChartDay {
    fn of(&self, health: Health) -> u64 {
        self.counts
            .iter()
            .filter(|(h, _)| *h == health)
            .map(|(_, n)| n)
            .sum()
    }

    fn total(&self) -> u64 {
        self.counts.iter().map(|(_, n)| n).sum()
    }

    /// `Wed 11 Nov: 1 disconnected, 40 working`.
    fn words(&self, stack: &[Health]) -> String {
        let parts: Vec<_> = stack
            .iter()
            .filter(|h| self.of(**h) > 0)
            .map(|h| format!("{} {}", self.of(*h), h.label().to_lowercase()))
            .collect();
        match parts.as_slice() {
            [] => format!("{}: no account", self.day.short_day()),
            parts => format!("{}: {}", self.day.short_day(), parts.join(", ")),
        }
    }
}

/// The states from bottom to top: problems first, the worst one lowest; Working is on top.
fn stack() -> [Health; 8] {
    let mut states = Health::ALL;
    states.sort_by_key(|h| h.severity());
    states
}

/// The top of the scale: the next 1, 2 or 5 times a power of ten, and an even number.
fn scale(most: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for step in [2, 5, 10] {
            let top = power.saturating_mul(step);
            if top >= most.max(1) && top % 2 == 0 {
                return top;
            }
        }
        if power > u64::MAX / 100 {
            return most;
        }
        power *= 10;
    }
}

/// The bars of one day. `x` counts days from the left. A bar that would be too thin
/// to see gets half a percent of the height.
fn bars(day: &ChartDay, x: usize, top: u64, stack: &[Health]) -> String {
    let mut svg = String::new();
    let mut ground = 100.0_f64;
    for health in stack {
        let n = day.of(*health);
        if n == 0 {
            continue;
        }
        let height = (n as f64 / top as f64 * 100.0).max(0.5);
        ground -= height;
        // Writing to a string can't fail.
        let _ = write!(
            svg,
            r#"<rect data-health="{}" x="{}.5" y="{ground:.2}" width="7" height="{height:.2}"/>"#,
            health.code(),
            x * 10 + 1
        );
    }
    svg
}

fn table(days: &[ChartDay], stack: &[Health]) -> impl IntoView + use<> {
    view! {
        <details class="more">
            <summary><Icon name=Glyph::Chevron/> "The same as a table"</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Accounts by state, table">
                <table class="table">
                    <caption class="sr">"Accounts by state, one row a day, newest first"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Day"</th>
                            {stack
                                .iter()
                                .map(|h| {
                                    view! {
                                        <th scope="col" class="num">
                                            {h.label()}
                                        </th>
                                    }
                                })
                                .collect_view()}
                            <th scope="col" class="num">
                                "All"
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {days
                            .iter()
                            .rev()
                            .map(|d| {
                                let day = d.day.rfc3339().chars().take(10).collect::<String>();
                                view! {
                                    <tr>
                                        <th scope="row">
                                            <time datetime=day>{d.day.short_day()}</time>
                                        </th>
                                        {stack
                                            .iter()
                                            .map(|h| view! { <td class="num">{d.of(*h)}</td> })
                                            .collect_view()}
                                        <td class="num">{d.total()}</td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
        </details>
    }
}

/// So many days always have room.
const FEWEST: usize = 7;

/// The numbers of each day as stacked bars; goes into a panel's `.body`.
#[component]
pub fn HealthChart(
    /// Oldest first; at most 90.
    days: Vec<ChartDay>,
) -> AnyView {
    let stack = stack();
    let top = scale(days.iter().map(ChartDay::total).max().unwrap_or(0));
    // A few days look like days, not like one wide bar.
    let free = FEWEST.saturating_sub(days.len());
    let width = (free + days.len()) * 10;
    let drawing: String = days
        .iter()
        .enumerate()
        .map(|(x, d)| {
            format!(
                "<g><title>{}</title>{}</g>",
                d.words(&stack),
                bars(d, free + x, top, &stack)
            )
        })
        .collect();
    let grid = format!(r#"<path class="grid" d="M0 0h{width}M0 50h{width}M0 100h{width}"/>"#);
    let newest = days.last().cloned();
    let label = newest.as_ref().map_or_else(String::new, |d| {
        format!(
            "Stacked bars, one a day. {}. The same figures stand in the table below.",
            d.words(&stack)
        )
    });
    let last = days.len().saturating_sub(1);
    // More dates than these would not fit.
    let every = days
        .len()
        .div_ceil(14)
        .next_multiple_of(if last < 14 { 1 } else { 5 });
    let sparse = every > 1;
    view! {
        <figure class="chart" data-sparse=sparse>
            <div class="plot">
                <div class="y" aria-hidden="true">
                    <span>{top}</span>
                    <span>{top / 2}</span>
                    <span>0</span>
                </div>
                <svg
                    viewBox=format!("0 0 {width} 100")
                    preserveAspectRatio="none"
                    role="img"
                    aria-label=label
                    inner_html=grid + &drawing
                ></svg>
                <ol class="days" aria-hidden="true">
                    {(0..free).map(|_| view! { <li></li> }).collect_view()}
                    {days
                        .iter()
                        .enumerate()
                        .map(|(i, d)| {
                            let date = d.day.short_day();
                            let date = date.split(' ').nth(1).unwrap_or_default().to_owned();
                            match last - i {
                                0 => view! { <li><b>{date}</b></li> }.into_any(),
                                back if back % every == 0 => {
                                    // The month as well, since a day comes more than once.
                                    let date = if sparse { d.day.short_day().chars().skip(4).collect() } else { date };
                                    view! { <li>{date}</li> }.into_any()
                                }
                                _ => view! { <li></li> }.into_any(),
                            }
                        })
                        .collect_view()}
                </ol>
            </div>
            <figcaption>
                <ul class="legend" role="list">
                    {newest
                        .iter()
                        .flat_map(|d| stack.iter().map(move |h| (h, d.of(*h))))
                        .filter(|(_, n)| *n > 0)
                        .map(|(h, n)| {
                            view! {
                                <li>
                                    <i data-health=h.code()></i>
                                    {format!("{} {n}", h.label())}
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </figcaption>
        </figure>
        {table(&days, &stack)}
    }
    .into_any()
}
