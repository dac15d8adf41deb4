//! What is done for every request.

pub mod client_address;
pub mod database_unavailable;
pub mod errors;
pub mod every_request;
pub mod explanation;
pub mod origin;
pub mod panic;
pub mod refusals;
pub mod security_headers;
pub mod text;
pub mod trace;
