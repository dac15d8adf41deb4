//! Reads the lines of a CSV file (RFC 4180), with commas or semicolons.

use super::MOST_LINES;
use std::collections::HashMap;

/// The columns that there can be.
pub const COLUMNS: [&str; 9] = [
    "subdomain",
    "name",
    "external_id",
    "owner",
    "tags",
    "note",
    "contact_email",
    "contact_name",
    "contact_language",
];

/// A line: its number in the file, and its cells by column, without blanks around them.
pub(super) struct Line {
    pub number: u64,
    pub cells: HashMap<&'static str, String>,
}

/// The lines after the header.
///
/// # Errors
/// A sentence that says what is wrong with the file, and what to do.
pub(super) fn read(file: &[u8]) -> Result<Vec<Line>, String> {
    let text = std::str::from_utf8(file)
        .map_err(|_| "The file isn’t UTF-8. Save it as “CSV UTF-8”.".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Else the reader counts a line too few.
    let text = text.replace("\r\n", "\n");
    let header = text.lines().next().unwrap_or_default();
    let count = |delimiter: char| header.matches(delimiter).count();
    let delimiter = if count(';') > count(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let names = reader.headers().map_err(|error| error.to_string())?.clone();
    let columns: Vec<_> = names.iter().map(column).collect::<Result<_, _>>()?;
    if !columns.contains(&Some("subdomain")) {
        return Err("The first line names no column “subdomain”.".to_owned());
    }
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        if lines.len() == MOST_LINES {
            return Err(format!(
                "The file has more than {MOST_LINES} lines. Send it in parts."
            ));
        }
        let number = record.position().map_or(0, csv::Position::line);
        let cells = columns.iter().zip(&record);
        let cells = cells.filter_map(|(column, text)| Some(((*column)?, text.to_owned())));
        let cells: HashMap<_, _> = cells.collect();
        // Spreadsheets end files with lines that have nothing but commas.
        if cells.values().any(|text| !text.is_empty()) {
            lines.push(Line { number, cells });
        }
    }
    Ok(lines)
}

/// The column of a header; `None` for one without a name.
fn column(name: &str) -> Result<Option<&'static str>, String> {
    let name = name.trim().to_lowercase().replace(' ', "_");
    if name.is_empty() {
        return Ok(None);
    }
    let found = COLUMNS.into_iter().find(|column| *column == name);
    found.map(Some).ok_or_else(|| {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        format!(
            "There is no column “{shown}”. The columns are: {}.",
            COLUMNS.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(file: &str) -> Vec<(u64, String)> {
        let lines = read(file.as_bytes()).unwrap();
        let text = |line: Line| {
            let mut cells: Vec<_> = line
                .cells
                .into_iter()
                .filter(|cell| !cell.1.is_empty())
                .collect();
            cells.sort();
            let cells: Vec<_> = cells
                .iter()
                .map(|(column, text)| format!("{column}={text}"))
                .collect();
            (line.number, cells.join("|"))
        };
        lines.into_iter().map(text).collect()
    }

    #[test]
    fn files_of_all_spreadsheets_are_read() {
        let expected = vec![
            (2, "name=Acme, Inc.|subdomain=acme".to_owned()),
            (3, "subdomain=bolt".to_owned()),
        ];
        for file in [
            "subdomain,name\nacme,\"Acme, Inc.\"\nbolt,\n",
            "\u{feff}Subdomain;Name\r\nacme;Acme, Inc.\r\nbolt;\r\n;\r\n",
            "subdomain , name ,\nacme ,\"Acme, Inc.\" ,\nbolt",
        ] {
            assert_eq!(cells(file), expected, "{file:?}");
        }
        assert_eq!(cells("subdomain"), []);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        for (file, why) in [
            (&b""[..], "no column \u{201c}subdomain\u{201d}"),
            (b"name\nAcme\n", "no column \u{201c}subdomain\u{201d}"),
            (
                b"subdomain,colour\nacme,red\n",
                "no column \u{201c}colour\u{201d}",
            ),
            (b"subdomain,name\nacme,\xe4\n", "UTF-8"),
        ] {
            let error = read(file).err().expect("it isn't read");
            assert!(error.contains(why), "{error}");
        }
        let many = format!("subdomain\n{}", "acme\n".repeat(MOST_LINES + 1));
        assert!(read(many.as_bytes()).err().unwrap().contains("in parts"));
    }
}
