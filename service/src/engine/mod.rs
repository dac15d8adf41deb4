//! What keeps connections alive: who may ask Gorgias when, what an answer
//! means, and that none is lost.

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
