//! What became of the lines of a CSV file.

use serde::Serialize;
use service::accounts::{ImportedLine, LineResult};
use utoipa::ToSchema;

/// What became, or would become, of each line.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "changed": 1,
    "dry_run": true,
    "lines": [
        { "account": "acme", "fields": ["name", "tags"], "line": 2, "message": null, "result": "changed" },
        { "account": "no name", "fields": [], "line": 3, "message": "A Gorgias subdomain holds only letters a–z, digits and hyphens.", "result": "refused" },
    ],
    "made": 0,
    "refused": 1,
    "same": 0,
}))]
pub struct Import {
    /// How many accounts were changed.
    changed: usize,
    /// Whether nothing was changed, and this is only what would be.
    dry_run: bool,
    lines: Vec<Line>,
    /// How many accounts were added.
    made: usize,
    /// How many lines can't be stored.
    refused: usize,
    /// How many accounts were known like that already.
    same: usize,
}

/// A line of the file.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportedLine)]
pub struct Line {
    /// The account as the line names it.
    account: String,
    /// The fields that change.
    fields: Vec<&'static str>,
    /// Its number; the header is line 1.
    line: u64,
    /// Why it can't be stored, or with which line it counts.
    #[schema(required)]
    message: Option<String>,
    result: Result,
}

/// What became of a line.
#[derive(Serialize, ToSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportResult)]
pub enum Result {
    /// The account was added.
    Made,
    /// The account was changed.
    Changed,
    /// All was known already.
    Same,
    /// It counts with an earlier line of the same account.
    With,
    /// It can't be stored.
    Refused,
}

impl Import {
    /// The answer to an import.
    pub fn new(lines: Vec<ImportedLine>, dry_run: bool) -> Self {
        let lines: Vec<_> = lines.into_iter().map(Line::from).collect();
        let count = |result| lines.iter().filter(|line| line.result == result).count();
        Self {
            changed: count(Result::Changed),
            dry_run,
            made: count(Result::Made),
            refused: count(Result::Refused),
            same: count(Result::Same),
            lines,
        }
    }
}

impl From<ImportedLine> for Line {
    fn from(line: ImportedLine) -> Self {
        let (result, fields, message) = match line.result {
            LineResult::Made(fields) => (Result::Made, fields, None),
            LineResult::Changed(fields) => (Result::Changed, fields, None),
            LineResult::Same => (Result::Same, Vec::new(), None),
            LineResult::With(number) => {
                let message = format!("It counts with line {number}.");
                (Result::With, Vec::new(), Some(message))
            }
            LineResult::Refused(why) => (Result::Refused, Vec::new(), Some(why)),
        };
        Self {
            account: line.account,
            fields,
            line: line.number,
            message,
            result,
        }
    }
}
