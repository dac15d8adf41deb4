//! The meaning of the database's errors for callers.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// States of PostgreSQL that pass by themselves (its manual, appendix A): a
/// server that stops, starts or is read-only, and limits of time and number.
const PASSING: [&str; 16] = [
    "25006", "25P03", "25P04", "40001", "40P01", "53000", "53200", "53300", "55P03", "57000",
    "57014", "57P01", "57P02", "57P03", "57P05", "58000",
];
/// Another process or connection holds the file of SQLite (`SQLITE_BUSY`,
/// `SQLITE_LOCKED`); extended codes have these in their lowest byte.
const HELD: [u32; 2] = [5, 6];
/// The server is read-only: it isn't the primary, or not any more.
const READ_ONLY: &str = "25006";

/// Whether the database can't do it just now, but could do the same later.
pub(crate) fn passes(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            match &**error {
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::BeginFailed => true,
                sqlx::Error::Database(error) => error.code().is_some_and(|code| passing(&code)),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Codes of PostgreSQL have five characters, those of SQLite are numbers with fewer.
fn passing(code: &str) -> bool {
    if code.len() == 5 {
        code.starts_with("08") || PASSING.contains(&code)
    } else {
        code.parse::<u32>()
            .is_ok_and(|code| HELD.contains(&(code & 0xff)))
    }
}

/// Whether the server refuses to write.
pub(super) fn is_read_only(error: &DbErr) -> bool {
    code(error).as_deref() == Some(READ_ONLY)
}

/// Whether a table or the role is missing, since no step of the schema was run.
pub(super) fn is_missing(error: &DbErr) -> bool {
    match code(error).as_deref() {
        Some("42P01" | "42704" | "22023") => true,
        _ => error.to_string().contains("no such table"),
    }
}

/// The message of a statement that was given up because the server didn't answer in time.
const NO_ANSWER: &str = "the database did not answer in time";

/// The error of a statement that was given up.
pub(super) fn no_answer() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(NO_ANSWER.into()))
}

/// Whether it is [`no_answer`].
pub(super) fn is_no_answer(error: &DbErr) -> bool {
    matches!(error, DbErr::Conn(RuntimeErr::Internal(text)) if text == NO_ANSWER)
}

/// The database's error code.
pub(super) fn code(error: &DbErr) -> Option<String> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => error
            .as_database_error()
            .and_then(|error| error.code())
            .map(std::borrow::Cow::into_owned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::passing;

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        for code in [
            "5", "261", "517", "6", "262", "08006", "25006", "57014", "57P01", "40P01",
        ] {
            assert!(passing(code), "{code}");
        }
        // A full disk, a constraint, a missing table, a missing right, a wrong password.
        for code in [
            "13", "2067", "1", "53100", "23505", "42P01", "42501", "28P01", "",
        ] {
            assert!(!passing(code), "{code}");
        }
    }
}
