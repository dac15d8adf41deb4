//! The result of a row, for the terminal and for the documentation.

use super::compare::Compared;
use std::fmt::Write;

/// The goal of a ratio.
#[derive(Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
    Exactly(f64),
    /// Measured without a goal.
    None,
}

impl Goal {
    fn text(self) -> String {
        match self {
            Self::AtLeast(goal) => format!("≥ {goal}"),
            Self::AtMost(goal) => format!("≤ {goal}"),
            Self::Exactly(goal) => format!("{goal}"),
            Self::None => "–".to_owned(),
        }
    }

    fn verdict(self, ratio: f64) -> &'static str {
        let met = match self {
            Self::AtLeast(goal) => ratio >= goal,
            Self::AtMost(goal) => ratio <= goal,
            Self::Exactly(goal) => (ratio - goal).abs() < 1e-9,
            Self::None => return "",
        };
        if met { "met" } else { "**missed**" }
    }
}

pub struct Line {
    /// The name of the comparison, with its database.
    pub what: String,
    pub compared: Compared,
    pub goal: Goal,
    /// The unit of both.
    pub unit: &'static str,
}

/// One row of the goals, with a line for each comparison.
pub struct Table {
    /// Its number among the goals.
    pub number: u8,
    pub title: &'static str,
    pub method: String,
    pub lines: Vec<Line>,
}

impl Table {
    /// Prints a line for each comparison to standard output.
    pub fn print(&self) {
        for line in &self.lines {
            let (low, median, high) = line.compared.ratio();
            let (one, other) = line.compared.medians();
            println!(
                "{:>2} {}: {median:.3} ({low:.3} to {high:.3}), goal {} {}; {} : {} {}",
                self.number,
                line.what,
                line.goal.text(),
                line.goal.verdict(median).trim_matches('*'),
                amount(one),
                amount(other),
                line.unit,
            );
        }
    }

    /// The row as a section of a document.
    pub fn markdown(&self, command: &str) -> String {
        let mut text = format!(
            "### {}. {}\n\n{} `{command}`\n\n\
             | compared | ratio | quartiles | goal | | medians | pairs |\n\
             |---|---|---|---|---|---|---|\n",
            self.number, self.title, self.method
        );
        for line in &self.lines {
            let (low, median, high) = line.compared.ratio();
            let (one, other) = line.compared.medians();
            let _ = writeln!(
                text,
                "| {} | {median:.3} | {low:.3} to {high:.3} | {} | {} | {} ÷ {} {} | {} |",
                line.what,
                line.goal.text(),
                line.goal.verdict(median),
                amount(one),
                amount(other),
                line.unit,
                line.compared.pairs(),
            );
        }
        text
    }
}

/// A number with three significant digits.
fn amount(number: f64) -> String {
    if number >= 100.0 {
        format!("{number:.0}")
    } else if number >= 10.0 {
        format!("{number:.1}")
    } else {
        format!("{number:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_goal_says_so() {
        let table = Table {
            number: 1,
            title: "Reads",
            method: "Beside a bare route.".to_owned(),
            lines: vec![Line {
                what: "reads, SQLite".to_owned(),
                compared: Compared::of(vec![(600.0, 1000.0), (700.0, 1000.0), (650.0, 1000.0)]),
                goal: Goal::AtLeast(0.8),
                unit: "a second",
            }],
        };
        let text = table.markdown("cargo xtask bench token-read");
        assert!(text.contains(
            "| reads, SQLite | 0.650 | 0.625 to 0.675 | ≥ 0.8 | **missed** | 650 ÷ 1000 a second | 3 |"
        ), "{text}");
    }

    #[test]
    fn goals_are_judged() {
        assert_eq!(Goal::AtLeast(0.8).verdict(0.8), "met");
        assert_eq!(Goal::AtMost(1.3).verdict(1.31), "**missed**");
        assert_eq!(Goal::Exactly(1.0).verdict(1.0), "met");
        assert_eq!(Goal::Exactly(1.0).verdict(1.002), "**missed**");
        assert_eq!(Goal::None.verdict(5.0), "");
    }
}
