//! Saved views of the accounts list: conditions, order and columns under a name, for
//! everybody in the tenant, and the columns that a person chose for themselves.

mod change;
mod columns;
mod list;
mod save;
mod stored;

pub use change::{remove, rename};
pub use columns::{choose as choose_columns, own as own_columns};
pub use list::all;
pub use save::save;

use crate::{
    connections::by_account::AccountsQuery,
    core::error::{FieldError, Forbidden, InternalError},
};
use domain::{ids::SavedViewId, time::Timestamp};

/// The most saved views of a tenant: they stand in one line above the list.
pub const MOST: u64 = 20;
/// The longest name, in letters.
pub const LONGEST_NAME: usize = 40;

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its id.
    pub id: SavedViewId,
    /// Its name.
    pub name: String,
    /// What it shows.
    pub query: AccountsQuery,
    /// The name of whoever made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Whether the reader may rename and remove it.
    pub may_change: bool,
}

/// Why a view was not saved or changed.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The actor sees no such view.
    #[error("there is no such view")]
    NotFound,
    /// It can't be stored.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for ViewError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// The field of the name.
const NAME: &str = "view";

fn refused(message: impl Into<String>) -> ViewError {
    ViewError::Invalid(vec![FieldError::new(NAME, message.into())])
}

/// The name without needless blanks, and its key.
fn named(typed: &str) -> Result<(String, String), ViewError> {
    let words: Vec<_> = typed.split_whitespace().collect();
    let name = words.join(" ");
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    if !fits || name.chars().any(char::is_control) {
        return Err(refused(format!(
            "Give the view a name of 1 to {LONGEST_NAME} letters."
        )));
    }
    let key = name.to_lowercase();
    Ok((name, key))
}

fn taken(name: &str) -> ViewError {
    refused(format!(
        "There is a view called “{name}” already. Give this one another name, or remove that one first."
    ))
}
