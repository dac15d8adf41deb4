//! Two things, measured alternately.

use anyhow::{Result, bail};
use std::io::Write;

/// Pairs of measurements; both of a pair were taken within the same minute.
pub struct Compared(Vec<(f64, f64)>);

impl Compared {
    /// Pairs that were measured before.
    pub fn of(pairs: Vec<(f64, f64)>) -> Self {
        Self(pairs)
    }

    /// Measures both several times. The order changes from pair to pair, so that
    /// neither is always second.
    pub fn turn_about(
        pairs: usize,
        mut one: impl FnMut() -> Result<f64>,
        mut other: impl FnMut() -> Result<f64>,
    ) -> Result<Self> {
        let mut measured = Vec::with_capacity(pairs);
        for pair in 0..pairs {
            let (a, b) = if pair % 2 == 0 {
                let a = one()?;
                (a, other()?)
            } else {
                let b = other()?;
                (one()?, b)
            };
            if !(a > 0.0 && b > 0.0) {
                bail!("measured {a} and {b}, of which there is no ratio");
            }
            measured.push((a, b));
            print!("{}{:.2}", if pair == 0 { "   " } else { " " }, a / b);
            let _ = std::io::stdout().flush();
        }
        println!();
        Ok(Self(measured))
    }

    pub fn pairs(&self) -> usize {
        self.0.len()
    }

    /// Lower quartile, median and upper quartile of the ratios.
    pub fn ratio(&self) -> (f64, f64, f64) {
        let ratios = sorted(self.0.iter().map(|(a, b)| a / b));
        (at(&ratios, 0.25), at(&ratios, 0.5), at(&ratios, 0.75))
    }

    /// The medians of both.
    pub fn medians(&self) -> (f64, f64) {
        let one = sorted(self.0.iter().map(|(a, _)| *a));
        let other = sorted(self.0.iter().map(|(_, b)| *b));
        (at(&one, 0.5), at(&other, 0.5))
    }
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

/// The value of the sorted numbers at this quantile, interpolated between two of them.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn at(sorted: &[f64], part: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = part * last as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn the_median_is_of_the_ratios_and_not_a_ratio_of_medians() {
        let compared = Compared(vec![(1.0, 1.0), (10.0, 5.0), (3.0, 1.0), (100.0, 20.0)]);
        assert_eq!(compared.ratio(), (1.75, 2.5, 3.5));
        assert_eq!(compared.medians(), (6.5, 3.0));
        assert_eq!(compared.pairs(), 4);
    }

    #[test]
    fn who_is_first_changes() {
        let order = RefCell::new(String::new());
        let note = |letter| {
            order.borrow_mut().push(letter);
            Ok(1.0)
        };
        Compared::turn_about(3, || note('a'), || note('b')).unwrap();
        assert_eq!(*order.borrow(), "abbaab");
    }

    #[test]
    fn nothing_measured_is_no_ratio() {
        assert!(Compared::turn_about(1, || Ok(1.0), || Ok(0.0)).is_err());
    }
}
