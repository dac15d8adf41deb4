//! Statements over many rows at once. A statement is prepared once for each
//! text that it has; so that the texts are few, the numbers of rows are powers
//! of two.

use crate::core::database::Database;

/// Parts of at most `most` items, a power of two, each as long as such can be.
pub(crate) fn powers_of_two<T>(mut items: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let power = items.len().checked_ilog2()?;
        let (some, rest) = items.split_at(most.min(1 << power));
        items = rest;
        Some(some)
    })
}

/// `(…), (…)`: the places of so many rows of so many values, the first values of
/// a statement.
pub(crate) fn rows_of(db: &Database, rows: usize, each: usize) -> String {
    let row = |row: usize| {
        let places = 1 + row * each..=(row + 1) * each;
        let places: Vec<String> = places.map(|number| place(db, number)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Where the next value goes. SQLite looks for one that has a name among all names.
pub(crate) fn place(db: &Database, number: usize) -> String {
    if db.is_sqlite() {
        "?".to_owned()
    } else {
        format!("${number}")
    }
}

/// As many as the next power of two, by repeating the last: for `IN`, which
/// doesn't mind.
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
