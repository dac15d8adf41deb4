//! How long it took until connections worked again, in ranges that can be added up.

use crate::time::Span;

/// The upper ends of the ranges, in minutes: a minute to ninety days, each about twice
/// the one before.
pub const BOUNDS: [u32; 19] = [
    1, 2, 5, 15, 30, 60, 120, 240, 480, 720, 1_440, 2_880, 4_320, 7_200, 10_080, 20_160, 43_200,
    86_400, 129_600,
];

/// Stands for a time beyond the last of [`BOUNDS`].
pub const LONGER: u32 = 999_999;

/// The upper end of the range, in minutes, that a time falls into: one of [`BOUNDS`], or
/// [`LONGER`].
pub fn range(took: Span) -> u32 {
    let fits = |end: &u32| took <= Span::minutes((*end).into());
    BOUNDS.into_iter().find(fits).unwrap_or(LONGER)
}

/// How many connections worked again within which time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconnects {
    /// Upper ends of ranges in minutes, ascending, and how many fell into each.
    ranges: Vec<(u32, u64)>,
}

impl Reconnects {
    /// Adds `n` that fell into the range with this upper end.
    pub fn add(&mut self, end: u32, n: u64) {
        match self.ranges.binary_search_by_key(&end, |(end, _)| *end) {
            Ok(at) => {
                if let Some((_, there)) = self.ranges.get_mut(at) {
                    *there += n;
                }
            }
            Err(at) => self.ranges.insert(at, (end, n)),
        }
    }

    /// The upper ends of the ranges in minutes, and how many fell into each.
    pub fn ranges(&self) -> impl Iterator<Item = (u32, u64)> {
        self.ranges.iter().copied()
    }

    /// How many there were.
    pub fn total(&self) -> u64 {
        self.ranges.iter().map(|(_, n)| n).sum()
    }

    /// The time within which this share of them, in percent, worked again: the upper end
    /// of a range. `None` if there were none; `Some(None)` if it is beyond all ranges.
    pub fn within(&self, percent: u64) -> Option<Option<Span>> {
        let wanted = (self.total() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let (end, _) = self.ranges.iter().find(|(_, n)| {
            seen += n;
            seen >= wanted
        })?;
        Some((*end != LONGER).then(|| Span::minutes((*end).into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_falls_into_the_range_that_ends_with_or_after_it() {
        for (took, end) in [
            (Span::seconds(-5), 1),
            (Span::minutes(1), 1),
            (Span(60_000_001), 2),
            (Span::hours(2), 120),
            (Span::days(90), 129_600),
            (Span::days(91), LONGER),
        ] {
            assert_eq!(range(took), end, "{took:?}");
        }
    }

    #[test]
    fn half_and_nine_tenths() {
        let mut all = Reconnects::default();
        assert_eq!(all.within(50), None);
        for (end, n) in [(120, 3), (5, 5), (LONGER, 1), (120, 1)] {
            all.add(end, n);
        }
        assert_eq!(all.total(), 10);
        assert_eq!(all.within(50), Some(Some(Span::minutes(5))));
        assert_eq!(all.within(51), Some(Some(Span::hours(2))));
        assert_eq!(all.within(90), Some(Some(Span::hours(2))));
        assert_eq!(all.within(91), Some(None));
    }
}
