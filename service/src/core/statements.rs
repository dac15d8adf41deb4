//! Statements over many rows at once. Each text of a statement is prepared
//! once. The numbers of rows are powers of two, so that there are few texts.

use crate::core::database::Database;

/// Splits the items into parts of at most `most` items; each part is as long as
/// a power of two allows.
pub(crate) fn powers_of_two<T>(mut items: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let power = items.len().checked_ilog2()?;
        let (some, rest) = items.split_at(most.min(1 << power));
        items = rest;
        Some(some)
    })
}

/// `(…), (…)`: the placeholders of `rows` rows of `each` values, from the first
/// value of a statement on.
pub(crate) fn rows_of(db: &Database, rows: usize, each: usize) -> String {
    let row = |row: usize| {
        let places = 1 + row * each..=(row + 1) * each;
        let places: Vec<String> = places.map(|number| place(db, number)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// The placeholder of a value. SQLite searches all names for a named one.
pub(crate) fn place(db: &Database, number: usize) -> String {
    if db.is_sqlite() {
        "?".to_owned()
    } else {
        format!("${number}")
    }
}

/// Repeats the last item up to the next power of two: for `IN`, where repeats do no harm.
pub(crate) fn padded<T: Clone>(mut items: Vec<T>) -> Vec<T> {
    if let Some(last) = items.last().cloned() {
        items.resize(items.len().next_power_of_two(), last);
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_powers_of_two_and_all_of_it() {
        let items: Vec<u32> = (0..77).collect();
        let parts: Vec<&[u32]> = powers_of_two(&items, 32).collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        assert_eq!(lengths, [32, 32, 8, 4, 1]);
        assert_eq!(parts.concat(), items);
        assert_eq!(powers_of_two::<u32>(&[], 32).count(), 0);
    }

    #[test]
    fn what_is_padded_holds_nothing_new() {
        assert_eq!(padded(vec![1, 2, 3]), [1, 2, 3, 3]);
        assert_eq!(padded(vec![7]), [7]);
        assert!(padded::<u32>(Vec::new()).is_empty());
    }
}
