//! A month of two vendors who use Mooring, to try it with: `cargo xtask demo`.
//!
//! Nothing is written into the database by hand. The use cases of `service` and its
//! worker run over thirty days of a clock that is moved, against a simulator of Gorgias
//! whose clock moves along, and end at the present time. So timelines, days, counts, mails
//! and the audit are what they would have been.
//!
//! The demo builds this crate together with the server, and ships it nowhere.

mod cast;
mod clock;
mod customers;
mod place;
mod stage;
mod story;

pub use cast::{PEOPLE, Person};
pub use place::Place;
pub use story::{HARBOUR, LANTERN, Told, tell};
