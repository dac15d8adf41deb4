//! Lines of CSV (RFC 4180) in which no spreadsheet finds a formula.

/// What makes a formula of a cell, also as full-width letters.
const STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// What ends a cell in some spreadsheet's settings, or makes it doubtful where a cell
/// ends: a formula may follow.
const ENDS: [char; 8] = [',', ';', '|', '\t', '\r', '\n', '"', '\''];

/// A line of cells; each is in quotes.
pub(crate) fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<_> = cells.into_iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 2);
    cell.push('"');
    if text.starts_with(['\t', '\r', '\n']) {
        cell.push('\'');
    }
    let mut may_start = true;
    for letter in text.chars() {
        if may_start && STARTS.contains(&letter) {
            cell.push('\'');
        }
        if letter == '"' {
            cell.push('"');
        }
        cell.push(letter);
        may_start = ENDS.contains(&letter) || (may_start && letter.is_whitespace());
    }
    cell.push('"');
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s66_no_cell_is_a_formula() {
        for (text, expected) in [
            ("=1+1", "\"'=1+1\""),
            ("+49 30", "\"'+49 30\""),
            ("-2", "\"'-2\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t'=1\""),
            ("\rx", "\"'\rx\""),
            (" =1", "\" '=1\""),
            ("＝1", "\"'＝1\""),
            ("＋1", "\"'＋1\""),
            ("－1", "\"'－1\""),
            ("＠a", "\"'＠a\""),
            // Where a semicolon is taken for the end of a cell.
            ("x;=1", "\"x;'=1\""),
            ("x\",=1", "\"x\"\",'=1\""),
            ("x\n=1", "\"x\n'=1\""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }

    #[test]
    fn other_cells_stay_as_they_are() {
        for text in [
            "ann@acme.example",
            "from=viewer to=owner",
            "a-b",
            "3 + 4",
            "Ü",
            "",
        ] {
            assert_eq!(cell(text), format!("\"{text}\""));
        }
        assert_eq!(line(["a\"b", "c"]), "\"a\"\"b\",\"c\"\r\n");
    }
}
