//! Keeps connections alive: decides when Gorgias is asked and by whom,
//! interprets the answers, and makes sure that none is lost.

pub(crate) mod app_fault;
pub(crate) mod due;
pub(crate) mod evidence;
pub mod journal;
pub(crate) mod lease;
pub mod load;
pub(crate) mod rate_limit;
pub mod refresh;
pub(crate) mod refusals;
pub mod replay;
pub(crate) mod single_flight;
pub(crate) mod trial;
