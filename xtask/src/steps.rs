//! Steps, each with a heading and a duration, and a table of all at the end.

use crate::process;
use anyhow::{Result, bail};
use std::time::{Duration, Instant};

enum Outcome {
    Done,
    Skipped(String),
    Failed(String),
}

/// Runs steps one after the other and keeps their outcomes.
pub struct Steps {
    begun: Instant,
    rows: Vec<(String, Duration, Outcome)>,
}

impl Steps {
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            rows: Vec::new(),
        }
    }

    /// Runs one step. If it fails, the failure is noted and the next steps still run.
    ///
    /// `rerun` is the command that runs only this step.
    pub fn run<T>(
        &mut self,
        name: &str,
        rerun: &str,
        step: impl FnOnce() -> Result<T>,
    ) -> Option<T> {
        println!("\n━━ {name}");
        let begun = Instant::now();
        let result = step();
        process::wait_if_interrupted();
        let took = begun.elapsed();
        match result {
            Ok(value) => {
                println!("   {name}: done in {}", seconds(took));
                self.rows.push((name.to_owned(), took, Outcome::Done));
                Some(value)
            }
            Err(error) => {
                println!("   {name}: FAILED after {}: {error:#}", seconds(took));
                println!("   run it alone: {rerun}");
                self.rows
                    .push((name.to_owned(), took, Outcome::Failed(rerun.to_owned())));
                None
            }
        }
    }

    /// Notes a step that is left out, with the reason.
    pub fn skip(&mut self, name: &str, why: &str) {
        println!("\n━━ {name}\n   left out: {why}");
        self.rows.push((
            name.to_owned(),
            Duration::ZERO,
            Outcome::Skipped(why.to_owned()),
        ));
    }

    /// Prints the table and a closing line; fails if any step failed.
    pub fn finish(self) -> Result<()> {
        let width = self
            .rows
            .iter()
            .map(|(name, ..)| name.chars().count())
            .max()
            .unwrap_or(0);
        println!("\n━━ Summary");
        for (name, took, outcome) in &self.rows {
            let word = match outcome {
                Outcome::Done => "ok".to_owned(),
                Outcome::Skipped(why) => format!("left out: {why}"),
                Outcome::Failed(_) => "FAILED".to_owned(),
            };
            println!("   {name:<width$}  {:>8}  {word}", seconds(*took));
        }
        let mut failed = Vec::new();
        for (name, _, outcome) in &self.rows {
            if let Outcome::Failed(rerun) = outcome {
                println!("   to run \"{name}\" alone: {rerun}");
                failed.push(name.as_str());
            }
        }
        let all = seconds(self.begun.elapsed());
        if failed.is_empty() {
            println!("\nAll well: {} steps in {all}.", self.rows.len());
            return Ok(());
        }
        bail!(
            "{} of {} steps failed in {all}: {}",
            failed.len(),
            self.rows.len(),
            failed.join(", ")
        )
    }
}

/// A duration for people: `3.4 s`, `2 min 05 s`.
pub fn seconds(took: Duration) -> String {
    if took < Duration::from_secs(60) {
        return format!("{:.1} s", took.as_secs_f64());
    }
    format!("{} min {:02} s", took.as_secs() / 60, took.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_named_at_the_end_and_the_next_step_runs() {
        let mut steps = Steps::new();
        assert_eq!(steps.run("first", "x", || Ok(1)), Some(1));
        assert_eq!(
            steps.run("second", "x", || -> Result<()> { bail!("no") }),
            None
        );
        assert_eq!(steps.run("third", "x", || Ok(3)), Some(3));
        let error = steps.finish().unwrap_err().to_string();
        assert!(error.contains("1 of 3"), "{error}");
        assert!(error.ends_with(": second"), "{error}");
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(3_440)), "3.4 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }
}
